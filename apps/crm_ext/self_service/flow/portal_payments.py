"""Several invoices paid at once: begun by the customer, reported or confirmed, booked by ERPNext's payment entry.

A Portal Payment is begun once for a key that its form carried, reported once, and booked once: its row is locked
before each step. What it books is decided when the money is booked, by what is open then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import frappe
from frappe import _
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification
from frappe.model.document import Document
from frappe.utils import get_url, getdate, now_datetime, nowdate

from crm_ext import erpnext_port
from crm_ext.self_service.flow import refusals
from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.flow.service import as_service
from crm_ext.self_service.flow.statement import currency_precision
from crm_ext.self_service.queries import receivables as queries
from crm_ext.self_service.rules.portal_payments import Debt, Settlement, Share, choose, parse_amount, settle
from crm_ext.shared.calendars import parse_date
from crm_ext.shared.money import to_decimal
from crm_ext.shared.results import Refusal

Method = Literal["Bank Transfer", "Online"]
_OLDEST_TRANSFER = timedelta(days=366)


def payable(
    here: Acting, wanted: Mapping[str, str | None], for_update: bool = False
) -> tuple[list[Debt], Mapping]:
    """The chosen invoices as debts, and the wanted amounts as numbers (None: all that is open).

    wanted: amount as typed by invoice. Raises DoesNotExistError for an invoice that is not this customer's, and
    ValidationError with a sentence for an amount that is none.
    """
    debts = load_debts(here, list(wanted), for_update)
    amounts: dict[str, Decimal | None] = {}
    for invoice, typed in wanted.items():
        amount = parse_amount(typed, currency_precision())
        if isinstance(amount, Refusal):
            refusals.throw(amount)
        amounts[invoice] = amount
    return debts, amounts


def load_debts(here: Acting, invoices: Sequence[str], for_update: bool = False) -> list[Debt]:
    """The invoices as debts in the order of their names. One that is not there and one of another are the same error."""
    rows = queries.debts(invoices, here.customer, here.companies, for_update)
    if len(rows) != len(set(invoices)):
        frappe.flags.disable_traceback = True
        frappe.throw(_("This document is not here, or it is not one of yours."), frappe.DoesNotExistError)
    return [debt_of(row) for row in rows]


def hindrance(debts: Sequence[Debt]) -> str | None:
    """Why these cannot be paid together, as a sentence; None where they can."""
    refusal = choose(debts, {})
    return refusals.sentence(refusal, debts[0].currency) if isinstance(refusal, Refusal) and debts else None


def debt_of(row: Mapping) -> Debt:
    return Debt(
        invoice=row["name"],
        company=row["company"],
        account=row["debit_to"],
        currency=row["party_account_currency"],
        outstanding=to_decimal(row["outstanding_amount"]),
        due=getdate(row["due_date"]),
        is_submitted=row["docstatus"] == 1,
        reported_in=row.get("reported_in"),
    )


def methods(company: str, currency: str) -> list[Method]:
    """Online comes first where a gateway takes the currency."""
    return ["Online", "Bank Transfer"] if gateway(company, currency) else ["Bank Transfer"]


def gateway(company: str, currency: str) -> Mapping | None:
    """The Payment Gateway Account to use; None where the site has none, or no app that talks to gateways."""
    return queries.gateway_account(company, currency) if erpnext_port.has_gateways() else None


def start(here: Acting, wanted: Mapping[str, str | None], method: Method, key: str) -> Document:
    """The payment for the chosen invoices, begun. The same key again gives the same payment.

    Earlier payments for any of the invoices of which nothing was heard are withdrawn.
    """
    debts, amounts = payable(here, wanted, for_update=True)
    request_key = key_of(here.customer, key)
    existing = frappe.db.get_value("Portal Payment", {"request_key": request_key}, for_update=True)
    if existing:
        return frappe.get_doc("Portal Payment", existing, for_update=True)
    shares = choose(debts, amounts)
    if isinstance(shares, Refusal):
        refusals.throw(shares, debts[0].currency if debts else None)
    for earlier in queries.waiting_payments([debt.invoice for debt in debts], here.customer):
        frappe.db.set_value("Portal Payment", earlier, "status", "Withdrawn")
    payment = frappe.new_doc("Portal Payment")
    payment.update(
        {
            "customer": here.customer,
            "company": debts[0].company,
            "started_by": here.user,
            "status": "Waiting",
            "method": method,
            "currency": debts[0].currency,
            "party_account": debts[0].account,
            "amount": sum(share.amount for share in shares),
            "request_key": request_key,
        }
    )
    for debt, share in zip(debts, shares, strict=True):
        payment.append(
            "invoices",
            {
                "sales_invoice": debt.invoice,
                "due_date": debt.due,
                "outstanding": debt.outstanding,
                "amount": share.amount,
            },
        )
    if method == "Online":
        payment.payment_gateway_account = _require_gateway(payment).name
    # The customer has no rights on doctypes; the guard of the door and `load_debts` have checked what is theirs.
    payment.insert(ignore_permissions=True)
    if method == "Online":
        payment.db_set("payment_address", _gateway_address(payment))
    return payment


def key_of(customer: str, key: str) -> str:
    """The unique key of a request: one customer's keys never meet another's."""
    if not key or not isinstance(key, str) or len(key) > 200:
        frappe.throw(_("Please open the page again and repeat what you did."))
    return hashlib.sha256(f"{customer}|{key}".encode()).hexdigest()


def report_transfer(payment_name: str, transferred_on: str | None, note: str | None) -> Document:
    """The customer says that the money is under way; the accountants are told. Saying it again changes nothing.

    Raises ValidationError where the day is none or the payment was replaced, or an invoice is not open any more.
    """
    payment = frappe.get_doc("Portal Payment", payment_name, for_update=True)
    if payment.status in ("Reported", "Matched", "Paid"):
        return payment
    if payment.status == "Withdrawn":
        frappe.throw(_("This payment was replaced by a later one. Please choose the invoices again."))
    _require_still_open(payment)
    payment.update(
        {
            "status": "Reported",
            "transferred_on": _transfer_day(transferred_on),
            "transfer_note": (note or "").strip()[:1000] or None,
            "reported_at": now_datetime(),
        }
    )
    # The customer has no rights on doctypes; the guard of the door has checked that the payment is theirs.
    payment.save(ignore_permissions=True)
    _tell_accountants(
        payment,
        _("{0} has transferred {1} for {2} invoices").format(
            payment.customer_name,
            frappe.format(payment.amount, "Currency", doc=payment),
            len(payment.invoices),
        ),
    )
    return payment


def withdraw(payment_name: str) -> Document:
    """The customer does not pay this way after all; what is booked is reversed by cancelling its payment entry."""
    payment = frappe.get_doc("Portal Payment", payment_name, for_update=True)
    if payment.status in ("Matched", "Paid"):
        frappe.throw(
            _("Payment {0} is booked already. Please write to us if that is wrong.").format(payment.name)
        )
    payment.status = "Withdrawn"
    # The customer has no rights on doctypes; the guard of the door has checked that the payment is theirs.
    return payment.save(ignore_permissions=True)


def make_payment_entry(payment_name: str) -> Document:
    """The draft of ERPNext's payment entry for what the customer paid, made once."""
    payment = frappe.get_doc("Portal Payment", payment_name, for_update=True)
    if payment.payment_entry:
        return frappe.get_doc("Payment Entry", payment.payment_entry, for_update=True)
    entry = _new_entry(payment)
    entry.insert()
    _note_entry(payment, entry, "Matched")
    return entry


def authorized(payment_name: str, status: str) -> str:
    """The gateway's word that the money is there: booked at once and once. Gives back the page that the payer sees next.

    Money that cannot be booked (a closed period, a frozen account) is reported to the accountants instead of lost.
    """
    payment = frappe.get_doc("Portal Payment", payment_name, for_update=True)
    page = get_url(f"/portal/payments/{payment.name}")
    if status not in ("Authorized", "Completed") or payment.payment_entry:
        return page
    frappe.db.savepoint("before_booking")
    try:
        # The gateway calls as a guest; that it is the gateway was checked by its own controller.
        with as_service():
            entry = _new_entry(payment)
            entry.insert()
            _note_entry(payment, entry, "Matched")
            entry.submit()
    except Exception:
        frappe.db.rollback(save_point="before_booking")
        payment.reload()
        payment.db_set({"status": "Reported", "reported_at": now_datetime(), "transferred_on": nowdate()})
        error = frappe.log_error(
            title="Portal payment not booked", reference_doctype="Portal Payment", reference_name=payment.name
        )
        _tell_accountants(
            payment,
            _("Online payment {0} has come in and could not be booked: see {1}").format(
                payment.name, error.name
            ),
        )
    return page


def entry_submitted(entry: Document) -> None:
    """The payment entry of a portal payment is booked."""
    frappe.db.set_value(
        "Portal Payment", entry.portal_payment, {"status": "Paid", "payment_entry": entry.name}
    )


def entry_taken_back(entry: Document) -> None:
    """Its payment entry was cancelled or its draft deleted: the portal payment waits for another."""
    payment = frappe.get_doc("Portal Payment", entry.portal_payment, for_update=True)
    if payment.payment_entry == entry.name:
        payment.db_set({"status": "Reported", "payment_entry": None, "excess": 0})


def _new_entry(payment: Document) -> Document:
    settlement = _settlement(payment)
    bank = (
        frappe.db.get_value("Payment Gateway Account", payment.payment_gateway_account, "payment_account")
        if payment.payment_gateway_account
        else next((found.account for found in queries.bank_accounts(payment.company, payment.currency)), None)
    )
    entry = erpnext_port.receipt_for_invoices(
        payment.invoices[0].sales_invoice,
        [(share.invoice, float(share.amount)) for share in settlement.shares],
        float(to_decimal(payment.amount)),
        bank,
    )
    if not entry.paid_to:
        frappe.throw(
            _("Company {0} has no bank account for {1}. Please set up a Bank Account of the company.").format(
                payment.company, payment.currency
            )
        )
    entry.update(
        {
            "reference_no": payment.name,
            "reference_date": payment.transferred_on or nowdate(),
            "portal_payment": payment.name,
        }
    )
    payment.excess = settlement.excess
    return entry


def _settlement(payment: Document) -> Settlement:
    shares = [Share(row.sales_invoice, to_decimal(row.amount)) for row in payment.invoices]
    now = queries.invoices_now([share.invoice for share in shares])
    outstanding = {
        name: to_decimal(row.outstanding_amount) for name, row in now.items() if row.docstatus == 1
    }
    return settle(shares, outstanding, to_decimal(payment.amount))


def _note_entry(payment: Document, entry: Document, status: str) -> None:
    payment.db_set({"payment_entry": entry.name, "status": status, "excess": payment.excess})


def _gateway_address(payment: Document) -> str:
    """Where the customer pays online, from the gateway's own controller."""
    account = _require_gateway(payment)
    return erpnext_port.gateway_payment_address(
        account.payment_gateway,
        amount=float(payment.amount),
        currency=payment.currency,
        title=payment.company,
        description=_("Payment {0}").format(payment.name),
        reference_doctype=payment.doctype,
        reference_docname=payment.name,
        payer_email=payment.started_by,
        payer_name=payment.customer_name,
        order_id=payment.name,
    )


def _require_gateway(payment: Document) -> Mapping:
    found = gateway(payment.company, payment.currency)
    if not found:
        frappe.throw(_("Paying online is not possible at the moment. Please pay by bank transfer."))
    return found


def _require_still_open(payment: Document) -> None:
    invoices = [row.sales_invoice for row in payment.invoices]
    debts = [
        debt_of(row) for row in queries.debts(invoices, payment.customer, [payment.company], for_update=True)
    ]
    refusal = choose(debts, {row.sales_invoice: to_decimal(row.amount) for row in payment.invoices})
    if isinstance(refusal, Refusal):
        refusals.throw(refusal, payment.currency)


def _transfer_day(typed: str | None) -> date:
    day = parse_date(typed) if typed else getdate()
    if isinstance(day, Refusal):
        frappe.throw(_("{0} is no date. Please write it as year, month, day.").format(typed))
    if not getdate() - _OLDEST_TRANSFER <= day <= getdate():
        frappe.throw(_("Please give the day on which you made the transfer: today or earlier."))
    return day


def _tell_accountants(payment: Document, subject: str) -> None:
    people = queries.accountants()
    if people:
        enqueue_create_notification(
            people,
            {
                "type": "Alert",
                "document_type": payment.doctype,
                "document_name": payment.name,
                "subject": subject,
                "from_user": frappe.session.user,
            },
        )
