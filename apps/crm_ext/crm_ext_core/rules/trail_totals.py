"""What a trail adds up to: ordered, delivered, invoiced, returned, paid and outstanding, nothing counted twice.

Only submitted documents count. Settlements are rows of ERPNext's Payment Ledger against an invoice or an order, so that
paid and outstanding are what the ledger says, in the party's account currency and in the company's.

    invoiced - returned - paid - settled_otherwise = outstanding

holds in each currency. `settled_otherwise` is what closed invoices without a payment document in the trail: credit
against write-offs, exchange differences, cash at the point of sale, payments that the reader may not see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from crm_ext.crm_ext_core.rules.trail import INVOICES, Document, Key, Trail
from crm_ext.crm_ext_core.rules.trail_layout import STAGES, stages_of
from crm_ext.shared.money import rounded

ZERO = Decimal(0)
_PAYING_JOURNALS = frozenset({"Bank Entry", "Cash Entry", "Credit Card Entry"})


class Settlement(NamedTuple):
    """What a voucher put to an invoice's or order's account: positive raises what is owed, negative lowers it.

    amount in the currency of the party's account, base_amount in the company's.
    """

    against: Key
    voucher: Key
    amount: Decimal
    base_amount: Decimal


@dataclass(frozen=True)
class Sums:
    """Amounts of one currency. `delivered` is net of goods that came back, `advances` were paid on orders."""

    ordered: Decimal = ZERO
    to_deliver: Decimal = ZERO
    to_invoice: Decimal = ZERO
    delivered: Decimal = ZERO
    invoiced: Decimal = ZERO
    returned: Decimal = ZERO
    paid: Decimal = ZERO
    settled_otherwise: Decimal = ZERO
    outstanding: Decimal = ZERO
    advances: Decimal = ZERO

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))


@dataclass(frozen=True)
class Totals:
    """Sums by currency of the documents, and by company in the company's currency."""

    by_currency: Mapping[str, Sums]
    by_company: Mapping[tuple[str, str], Sums]


@dataclass(frozen=True)
class StageSum:
    """One chip of the panel: how many documents of a stage, and their amount and what is outstanding by currency."""

    stage: str
    documents: tuple[Key, ...]
    amounts: Mapping[str, Decimal]
    outstanding: Mapping[str, Decimal]


def totals(trail: Trail, settlements: Iterable[Settlement], precision: int = 2) -> Totals:
    """precision: digits after the point that shares of an order are rounded to."""
    by_target: dict[Key, list[Settlement]] = defaultdict(list)
    for settlement in settlements:
        by_target[settlement.against].append(settlement)
    by_currency: dict[str, Sums] = defaultdict(Sums)
    by_company: dict[tuple[str, str], Sums] = defaultdict(Sums)
    for document in _counted(trail):
        rows = by_target[document.key]
        if document.currency:
            by_currency[document.currency] += _sums(document, rows, trail, precision, base=False)
        if document.company:
            company = (document.company, document.company_currency)
            by_company[company] += _sums(document, rows, trail, precision, base=True)
    return Totals(_without_empty(by_currency), _without_empty(by_company))


def outstanding_of(document: Document) -> Decimal | None:
    """What is open on an invoice, in the currency of the invoice."""
    if document.outstanding is None or document.key.doctype not in INVOICES:
        return None
    if document.account_currency in ("", document.currency) or not document.conversion_rate:
        return document.outstanding
    return rounded(document.outstanding / document.conversion_rate, 2)


def allocated(trail: Trail, settlements: Iterable[Settlement]) -> dict[tuple[Key, Key], Decimal]:
    """(invoice or order, payment) -> what of the payment went to it, in the currency of the party's account."""
    shares: dict[tuple[Key, Key], Decimal] = defaultdict(lambda: ZERO)
    for settlement in settlements:
        if settlement.voucher in trail.documents and settlement.voucher != settlement.against:
            shares[settlement.against, settlement.voucher] -= settlement.amount
    return dict(shares)


def stage_sums(trail: Trail) -> list[StageSum]:
    """One for each stage that has documents, in the order of the stages. Cancelled and draft amounts do not count."""
    stages = stages_of(trail)
    sums = []
    for stage in STAGES:
        members = sorted(
            (document for key, document in trail.documents.items() if stages[key] == stage),
            key=lambda document: (document.day or date.max, document.key),
        )
        if members:
            keys = tuple(document.key for document in members)
            amounts = _by_currency(members, _amount_of_chip)
            sums.append(StageSum(stage, keys, amounts, _by_currency(members, outstanding_of)))
    return sums


def _amount_of_chip(document: Document) -> Decimal | None:
    """Of payments what came in less what went out.

    Requests and reminders ask for money that is counted elsewhere; goods sent back are worth what the credit note says.
    """
    if document.key.doctype in ("Payment Request", "Dunning"):
        return None
    if document.key.doctype == "Delivery Note" and document.is_return:
        return None
    if document.key.doctype == "Journal Entry" and not _pays(document):
        return None
    if document.key.doctype == "Payment Entry" and document.subtype == "Pay" and document.amount is not None:
        return -document.amount
    return document.amount


def _by_currency(
    documents: Iterable[Document], amount_of: Callable[[Document], Decimal | None]
) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for document in documents:
        amount = amount_of(document)
        # An opportunity is never submitted: it counts as it stands.
        if amount is not None and (document.counts or document.key.doctype == "Opportunity"):
            found[document.currency] += amount
    return dict(found)


def _counted(trail: Trail) -> list[Document]:
    """Submitted documents whose amounts the reader may see.

    An invoice that merely gathers point-of-sale invoices of the trail is counted in those.
    """
    gathered = {
        edge.child
        for edge in trail.edges
        if edge.parent.doctype == "POS Invoice" and edge.child.doctype == "Sales Invoice"
    }
    return [
        document
        for document in trail.documents.values()
        if document.counts
        and None not in (document.amount, document.base_amount)
        and not (document.is_consolidated and document.key in gathered)
    ]


def _sums(document: Document, rows: Sequence[Settlement], trail: Trail, precision: int, base: bool) -> Sums:
    amount = document.base_amount if base else document.amount
    if document.key.doctype == "Sales Order":
        return _order_sums(document, amount, _paid(document, rows, trail, base), precision)
    if document.key.doctype == "Delivery Note":
        return Sums(delivered=amount)
    if document.key.doctype in INVOICES:
        return _invoice_sums(document, amount, rows, trail, base)
    return Sums()


def _order_sums(order: Document, amount: Decimal, advances: Decimal, precision: int) -> Sums:
    if order.status == "Closed":
        return Sums(ordered=amount, advances=advances)
    return Sums(
        ordered=amount,
        to_deliver=_left(amount, order.percent_delivered, precision),
        to_invoice=_left(amount, order.percent_billed, precision),
        advances=advances,
    )


def _left(amount: Decimal, percent_done: Decimal, precision: int) -> Decimal:
    return rounded(amount * max(Decimal(100) - percent_done, ZERO) / 100, precision)


def _invoice_sums(
    invoice: Document, amount: Decimal, rows: Sequence[Settlement], trail: Trail, base: bool
) -> Sums:
    paid = _paid(invoice, rows, trail, base)
    outstanding = _base_outstanding(invoice, rows) if base else (outstanding_of(invoice) or ZERO)
    return Sums(
        delivered=amount if invoice.moves_stock else ZERO,
        invoiced=ZERO if invoice.is_return else amount,
        returned=-amount if invoice.is_return else ZERO,
        paid=paid,
        settled_otherwise=amount - paid - outstanding,
        outstanding=outstanding,
    )


def _base_outstanding(invoice: Document, rows: Sequence[Settlement]) -> Decimal:
    """By the ledger, at the rates booked; without ledger rows (a point-of-sale invoice) at the invoice's own rate."""
    if rows:
        return sum((row.base_amount for row in rows), ZERO)
    return rounded((outstanding_of(invoice) or ZERO) * invoice.conversion_rate, 2)


def _paid(document: Document, rows: Sequence[Settlement], trail: Trail, base: bool) -> Decimal:
    """By payments and bank or cash journals that the trail shows."""
    paid = ZERO
    for row in rows:
        voucher = trail.documents.get(row.voucher)
        if voucher and _pays(voucher):
            paid -= row.base_amount if base else _in_document_currency(row.amount, document)
    return paid


def _pays(voucher: Document) -> bool:
    if voucher.key.doctype == "Journal Entry":
        return voucher.subtype in _PAYING_JOURNALS
    return voucher.key.doctype == "Payment Entry"


def _in_document_currency(amount: Decimal, document: Document) -> Decimal:
    if document.account_currency in ("", document.currency) or not document.conversion_rate:
        return amount
    return rounded(amount / document.conversion_rate, 2)


def _without_empty(sums: Mapping) -> dict:
    return {key: value for key, value in sorted(sums.items()) if value != Sums()}
