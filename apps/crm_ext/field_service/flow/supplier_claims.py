"""Claims against suppliers: drafted from a complaint or a service order, posted by ERPNext's own documents.

On submit a claim makes a debit note (Purchase Invoice) or a Journal Entry on the company's account for claims, in the same
transaction; its rows hold unique keys, so that no part and no hour is claimed twice. Cancelling takes the document back.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate

from crm_ext import erpnext_port
from crm_ext.crm_ext_core.queries.settlements import settled_by
from crm_ext.field_service.flow import complaint_costs
from crm_ext.field_service.flow import complaint_policy as policy
from crm_ext.field_service.flow.complaint_sentences import throw
from crm_ext.field_service.flow.service_posting import accounts
from crm_ext.field_service.queries import supplier_claims as queries
from crm_ext.field_service.rules import supplier_claims as rules
from crm_ext.field_service.rules.supplier_claims import Line
from crm_ext.shared.money import rounded, share, to_decimal
from crm_ext.shared.results import Refusal

_DEBIT_NOTE = "Debit Note"
_SUPPLIER_PAYS = "Supplier"


def make_from(doctype: str, name: str) -> Document:
    """A claim, not saved, for what the service orders of an Issue, or one Service Order, have cost.

    Rows for which the supplier pays; all of them where none says so. Rows that are claimed already are left out.
    """
    source = frappe.get_doc(doctype, name)
    issue = source.name if doctype == "Issue" else source.issue
    orders = queries.orders_of(source.name) if doctype == "Issue" else [source.name]
    lines = _unclaimed([*_part_lines(orders), *_time_lines(orders)])
    about = complaint_costs.complaints([issue]).get(issue) if issue else None
    claim = frappe.new_doc("Supplier Claim")
    currency = frappe.get_cached_value("Company", source.company, "default_currency")
    claim.update(
        {
            "company": source.company,
            "claim_date": getdate(),
            "currency": currency,
            "conversion_rate": 1,
            "issue": issue,
            "service_order": orders[0] if len(orders) == 1 else None,
            "equipment": source.equipment,
            "service_contract": source.service_contract,
            "item_code": about.item_code if about else None,
            "batch_no": about.batch_no if about else None,
            "supplier": _supplier(lines, about),
        }
    )
    for line in lines:
        claim.append("lines", line["row"])
    claim.total = claim.base_total = flt(sum(row.amount for row in claim.lines), claim.precision("total"))
    claim.post_as = policy.claim_document()
    return claim


def fill(claim: Document) -> None:
    """While a claim is saved: amounts, total, exchange rate."""
    company_currency = frappe.get_cached_value("Company", claim.company, "default_currency")
    if claim.currency == company_currency:
        claim.conversion_rate = 1
    elif not flt(claim.conversion_rate) or flt(claim.conversion_rate) == 1:
        claim.conversion_rate = erpnext_port.exchange_rate(
            claim.currency, company_currency, getdate(claim.claim_date)
        )
    precision = claim.precision("amount", "lines")
    amounts = rules.amounts(
        [Line(row.idx, to_decimal(row.qty), to_decimal(row.rate)) for row in claim.lines], precision
    )
    if isinstance(amounts, Refusal):
        throw(amounts)
    for row, amount in zip(claim.lines, amounts, strict=True):
        row.amount = float(amount)
    total = sum(amounts)
    claim.total = float(total)
    claim.base_total = float(rounded(total * to_decimal(claim.conversion_rate), precision))
    claim.post_as = claim.post_as or policy.claim_document()
    if claim.docstatus == 0:
        claim.status = "Draft"


def reserve(claim: Document) -> None:
    """Before a claim is submitted: its rows of service orders become its own.

    The keys are unique in the database; who comes second waits for the first and is told.
    """
    rows = [row.source_row for row in claim.lines if row.source_row]
    queries.lock_source(claim.issue, claim.service_order)
    if taken := queries.claimed_now(rows):
        numbers = ", ".join(str(row.idx) for row in claim.lines if row.source_row in taken)
        frappe.throw(
            _(
                "What lines {0} name is claimed already. Remove these lines, or cancel the other claim."
            ).format(numbers)
        )
    for row in claim.lines:
        row.claim_key = row.source_row or None
    claim.status = rules.OPEN


def post(claim: Document) -> None:
    """Make and submit the document of a claim that is being submitted; a claim that has one keeps it."""
    if claim.purchase_invoice or claim.journal_entry:
        return
    account = policy.account_of(claim.company, "supplier_claim_account")
    if not account:
        frappe.throw(
            _("Name the account for claims against suppliers of {0} in the Field Service Settings.").format(
                claim.company
            )
        )
    if claim.post_as == _DEBIT_NOTE:
        claim.db_set("purchase_invoice", _debit_note(claim, account).name)
    else:
        claim.db_set("journal_entry", _journal_entry(claim, account).name)


def take_back(claim: Document) -> None:
    """A cancelled claim cancels its document and sets its rows free."""
    _cancel_document(claim)
    frappe.db.set_value("Supplier Claim Line", {"parent": claim.name}, "claim_key", None)
    claim.db_set("status", "Cancelled")


def settle(name: str) -> None:
    """The supplier has paid or credited what was claimed."""
    claim = _open(name, rules.SETTLED)
    claim.db_set({"status": rules.SETTLED, "ended_on": getdate()})


def refuse(name: str, reason: str) -> None:
    """The supplier does not pay: the claim's document is cancelled, the cost stays with us, its rows may be claimed again."""
    words = (reason or "").strip()
    if not words:
        frappe.throw(_("Please say why the supplier refuses."))
    claim = _open(name, rules.REFUSED)
    _cancel_document(claim)
    frappe.db.set_value("Supplier Claim Line", {"parent": name}, "claim_key", None)
    claim.db_set({"status": rules.REFUSED, "ended_on": getdate(), "refusal_reason": words})


def _open(name: str, end: str) -> Document:
    claim = frappe.get_doc("Supplier Claim", name, for_update=True)
    refusal = rules.may_end(claim.status, end)
    if refusal is not None:
        throw(refusal)
    return claim


def _cancel_document(claim: Document) -> None:
    """The claim itself names the document, and is no reason to keep it."""
    for doctype, name in (
        ("Purchase Invoice", claim.purchase_invoice),
        ("Journal Entry", claim.journal_entry),
    ):
        if not name:
            continue
        document = frappe.get_doc(doctype, name)
        if document.docstatus == 1:
            _require_unsettled(document)
            document.flags.ignore_links = True
            # Whoever may cancel or refuse a claim takes back what it posted.
            document.flags.ignore_permissions = True
            document.cancel()


def _require_unsettled(document: Document) -> None:
    if payments := settled_by(document.doctype, document.name):
        frappe.throw(
            _(
                "{0} of this claim is settled by {1}. Settle the claim; or cancel {1} first, if it was not meant."
            ).format(document.name, _(", ").join(payments)),
            title=_("The Claim Is Paid"),
        )


def _debit_note(claim: Document, account: str) -> Document:
    item = policy.claim_item()
    if not item:
        frappe.throw(_("Name the item for debit notes in the Field Service Settings."))
    note = frappe.new_doc("Purchase Invoice")
    note.update(
        {
            "supplier": claim.supplier,
            "company": claim.company,
            "posting_date": claim.claim_date,
            "set_posting_time": 1,
            "currency": claim.currency,
            "conversion_rate": claim.conversion_rate,
            "is_return": 1,
            "update_stock": 0,
            "bill_no": claim.name,
            "remarks": _("Claim {0}").format(claim.name),
        }
    )
    contracts = _contracts(claim)
    for row in claim.lines:
        note.append(
            "items",
            {
                "item_code": item,
                "description": _words(row),
                "qty": -1,
                "rate": row.amount,
                "price_list_rate": row.amount,
                "expense_account": account,
                "service_contract": contracts[row.name],
            },
        )
    return _submitted(note)


def _journal_entry(claim: Document, account: str) -> Document:
    payable = erpnext_port.payable_account(claim.supplier, claim.company)
    company_currency = frappe.get_cached_value("Company", claim.company, "default_currency")
    in_company_currency = payable.currency == company_currency
    if not in_company_currency and payable.currency != claim.currency:
        frappe.throw(
            _("The supplier's account {0} is kept in {1}. Claim in {1} or in {2}.").format(
                payable.account, payable.currency, company_currency
            )
        )
    amount, rate = (claim.base_total, 1) if in_company_currency else (claim.total, claim.conversion_rate)
    entry = frappe.new_doc("Journal Entry")
    entry.update(
        {
            "voucher_type": "Debit Note",
            "company": claim.company,
            "posting_date": claim.claim_date,
            "multi_currency": int(not in_company_currency),
            "user_remark": _("Claim {0}").format(claim.name),
            "service_order": claim.service_order,
        }
    )
    entry.append(
        "accounts",
        {
            "account": payable.account,
            "party_type": "Supplier",
            "party": claim.supplier,
            "debit_in_account_currency": amount,
            "exchange_rate": rate,
        },
    )
    for contract, credit in _credits(claim).items():
        entry.append(
            "accounts",
            {
                "account": account,
                "credit_in_account_currency": float(credit),
                "service_contract": contract,
            },
        )
    return _submitted(entry)


def _credits(claim: Document) -> dict[str | None, Decimal]:
    """What the claim relieves each contract of, and what none of them, in company currency."""
    contracts = _contracts(claim)
    claimed: dict[str | None, Decimal] = {}
    for row in claim.lines:
        contract = contracts[row.name]
        claimed[contract] = claimed.get(contract, Decimal(0)) + to_decimal(row.amount)
    total, precision = to_decimal(claim.base_total), claim.precision("base_total")
    return dict(zip(claimed, share(total, list(claimed.values()), precision), strict=True))


def _contracts(claim: Document) -> dict[str, str | None]:
    """Row -> the contract that bore its cost; None where the supplier or the warranty bears it apart from the contract."""
    payers = queries.payers([row.source_row for row in claim.lines if row.source_row])
    return {row.name: accounts.contract_of(claim, payers.get(row.source_row, "")) for row in claim.lines}


def _submitted(document: Document) -> Document:
    # Whoever may submit a claim posts it; ERPNext's own checks of the document stay.
    document.flags.ignore_permissions = True
    document.insert()
    return document.submit()


def _words(row: Document) -> str:
    name = row.description or row.item_code or _(row.kind)
    return f"{_(row.kind)}: {name} × {flt(row.qty):g}"


def _part_lines(orders: list[str]) -> list[dict]:
    return [
        _line("Part", row, row.qty, row.cost, item_code=row.item_code, description=row.item_name)
        for row in queries.parts(orders)
    ]


def _time_lines(orders: list[str]) -> list[dict]:
    kinds = {"Work": "Labour", "Travel": "Travel"}
    return [
        _line(kinds[row.what], row, row.hours, row.cost, description=_(row.what))
        for row in queries.times(orders)
    ]


def _line(kind: str, source: Any, qty: float, cost: float, **values: Any) -> dict:
    row = {"kind": kind, "qty": qty, "rate": flt(cost, 2), "source_row": source.name, **values}
    row["amount"] = flt(qty * row["rate"], 2)
    return {"row": row, "payer": source.payer, "supplier": source.supplier}


def _unclaimed(lines: list[dict]) -> list[dict]:
    meant = [line for line in lines if line["payer"] == _SUPPLIER_PAYS] or lines
    taken = queries.claimed_rows([line["row"]["source_row"] for line in meant])
    return [line for line in meant if line["row"]["source_row"] not in taken and line["row"]["amount"] > 0]


def _supplier(lines: list[dict], about: Any) -> str | None:
    named = next((line["supplier"] for line in lines if line["supplier"]), None)
    return named or (about.supplier if about else None)
