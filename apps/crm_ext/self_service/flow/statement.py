"""A customer's statement of account, put together from ERPNext's payment ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe

from crm_ext.self_service.queries import receivables
from crm_ext.self_service.queries import statement as queries
from crm_ext.self_service.rules.statement import (
    Ageing,
    Fact,
    Group,
    Line,
    Movement,
    OpenItem,
    Voucher,
    ageing,
    bucket_of,
    met_by_payments,
    open_items,
    running,
)
from crm_ext.shared.money import to_decimal


@dataclass(frozen=True)
class Statement:
    """One customer in one company and one currency of account.

    lines: movements of the period with the balance after each. items: everything open on the last day, whenever it
    was posted. details: by document name what else a reader wants to see (is_return, po_no, reference_no).
    """

    customer: str
    company: str
    currency: str
    company_currency: str
    currencies: tuple[str, ...]
    start: date
    end: date
    opening: Decimal
    company_opening: Decimal
    lines: tuple[Line, ...]
    items: tuple[OpenItem, ...]
    ageing: Ageing
    details: Mapping[str, Mapping]
    precision: int

    @property
    def closing(self) -> Decimal:
        return self.lines[-1].balance if self.lines else self.opening

    @property
    def company_closing(self) -> Decimal:
        return self.lines[-1].company_balance if self.lines else self.company_opening

    def bucket(self, item: OpenItem) -> int | None:
        return bucket_of(item.due, self.end)


def statement(customer: str, company: str, currency: str | None, start: date, end: date) -> Statement:
    """The statement of a period, inclusive. A currency in which the customer has no account gives that of the company.

    Ageing is as of the last day.
    """
    currencies = queries.currencies(customer, company)
    currency = currency if currency in currencies else currencies[0]
    of = (customer, company, currency)
    opening, company_opening = map(to_decimal, queries.balance_before(*of, start))
    moved = queries.movements(*of, start, end)
    items, facts = _open_items(*of, end)
    return Statement(
        customer=customer,
        company=company,
        currency=currency,
        company_currency=frappe.get_cached_value("Company", company, "default_currency"),
        currencies=tuple(currencies),
        start=start,
        end=end,
        opening=opening,
        company_opening=company_opening,
        lines=tuple(running(opening, company_opening, [_movement(row) for row in moved])),
        items=tuple(items),
        ageing=ageing(items, end),
        details={**facts, **{row.voucher_no: row for row in moved}},
        precision=currency_precision(),
    )


def currency_precision() -> int:
    """Digits after the point in which this site writes money."""
    return frappe.get_precision("Portal Payment", "amount")


def invoices_owed(items: tuple[OpenItem, ...]) -> dict[str, Decimal]:
    """Open amount by invoice, of those that the customer can pay."""
    return {
        item.voucher.name: item.outstanding
        for item in items
        if item.voucher.doctype == "Sales Invoice" and item.outstanding > 0
    }


def under_way(invoices: list[str]) -> dict[str, Mapping[str, str]]:
    """What is being done about each invoice: {'reported': {...}, 'promised': {...}, 'disputed': {...}}, each by invoice."""
    return {
        "reported": receivables.reported_payments(invoices),
        "promised": receivables.open_promises(invoices),
        "disputed": receivables.open_disputes(invoices),
    }


def _open_items(
    customer: str, company: str, currency: str, until: date
) -> tuple[list[OpenItem], dict[str, Mapping]]:
    """Open items and what is known of their documents, in five queries at most."""
    of = (customer, company, currency, until)
    met = queries.sums_by_document_met(*of)
    returned = queries.invoices_of_credit_notes(
        {row.name for row in met if row.doctype == "Sales Invoice"}, until
    )
    targets = {_voucher(row): met_by_payments(_voucher(row), returned) for row in met}
    known = {
        _voucher(row): row
        for row in queries.documents_in_ledger(*of, {target.name for target in targets.values()})
    }
    groups = [_group(target, row) for row in met if (target := targets[_voucher(row)]) in known]
    # Rows against documents that are not in this ledger, as advances on orders, stand with the document that made them.
    strays = {voucher.name for voucher, target in targets.items() if target not in known}
    groups += [
        _group(_voucher(row), row)
        for row in queries.sums_by_document_made(*of, strays)
        if targets.get(Voucher(row.account, row.against_doctype, row.against_name)) not in known
    ]
    unknown = {group.voucher.name for group in groups if group.voucher not in known}
    known.update({_voucher(row): row for row in queries.documents_in_ledger(*of, unknown)})
    facts = {voucher: Fact(row.posted, row.due or row.posted) for voucher, row in known.items()}
    smallest = Decimal(1).scaleb(-(currency_precision() or 2))
    return open_items(groups, facts, smallest), {voucher.name: row for voucher, row in known.items()}


def _voucher(row: Mapping) -> Voucher:
    return Voucher(row["account"], row["doctype"], row["name"])


def _group(voucher: Voucher, row: Mapping) -> Group:
    return Group(voucher, to_decimal(row["amount"]), to_decimal(row["company_amount"]))


def _movement(row: Mapping) -> Movement:
    return Movement(
        row["posting_date"],
        row["voucher_type"],
        row["voucher_no"],
        to_decimal(row["amount"]),
        to_decimal(row["company_amount"]),
    )
