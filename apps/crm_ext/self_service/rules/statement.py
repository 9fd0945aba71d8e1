"""A customer's account as a list: what moved, what is open, and how old it is.

Amounts are in the currency of the receivable account with the company's currency beside them, both as the payment
ledger has them; debit (what the customer owes) is positive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# Upper ends, in days past the due date, of all buckets but the last: those of ERPNext's Accounts Receivable.
BUCKET_ENDS = (30, 60, 90, 120)
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Voucher:
    """A document on one receivable account."""

    account: str
    doctype: str
    name: str


@dataclass(frozen=True)
class Group:
    """A sum of ledger rows and the document whose balance they change."""

    voucher: Voucher
    amount: Decimal
    company_amount: Decimal


@dataclass(frozen=True)
class Fact:
    """What is known of a document that stands in the ledger itself. due: the posting date where none is agreed."""

    posted: date
    due: date


@dataclass(frozen=True)
class OpenItem:
    voucher: Voucher
    posted: date
    due: date
    outstanding: Decimal
    company_outstanding: Decimal


@dataclass(frozen=True)
class Movement:
    """One document's effect on the account on one day."""

    day: date
    doctype: str
    name: str
    amount: Decimal
    company_amount: Decimal


@dataclass(frozen=True)
class Line:
    """A movement and the balance after it."""

    movement: Movement
    balance: Decimal
    company_balance: Decimal


@dataclass(frozen=True)
class Ageing:
    """Open amounts by days past the due date; `buckets` has one amount for each of BUCKET_ENDS and one for what is older."""

    not_due: Decimal
    buckets: tuple[Decimal, ...]

    @property
    def overdue(self) -> Decimal:
        return sum(self.buckets, _ZERO)

    @property
    def total(self) -> Decimal:
        return self.not_due + self.overdue


def met_by_payments(voucher: Voucher, returned: Mapping[str, str]) -> Voucher:
    """The document whose balance a row against `voucher` changes.

    returned: invoice by credit note, of the credit notes that lower their invoice and not a balance of their own. A
    payment against such a credit note counts against the invoice, as in ERPNext's Accounts Receivable.
    """
    if voucher.doctype == "Sales Invoice" and voucher.name in returned:
        return Voucher(voucher.account, voucher.doctype, returned[voucher.name])
    return voucher


def open_items(groups: Iterable[Group], facts: Mapping[Voucher, Fact], smallest: Decimal) -> list[OpenItem]:
    """Documents with a balance, oldest due first, as ERPNext's Accounts Receivable finds them.

    facts: of every document in the groups. smallest: the unit of the currency; less than half of it is rounding and no
    balance.
    """
    sums: dict[Voucher, tuple[Decimal, Decimal]] = {}
    for group in groups:
        amount, company_amount = sums.get(group.voucher, (_ZERO, _ZERO))
        sums[group.voucher] = (amount + group.amount, company_amount + group.company_amount)
    items = [
        OpenItem(voucher, facts[voucher].posted, facts[voucher].due, amount, company_amount)
        for voucher, (amount, company_amount) in sums.items()
        if abs(amount) * 2 >= smallest
    ]
    return sorted(items, key=lambda item: (item.due, item.posted, item.voucher.name))


def running(opening: Decimal, company_opening: Decimal, movements: Iterable[Movement]) -> list[Line]:
    """The movements in their order with the balance after each."""
    lines = []
    for movement in movements:
        opening += movement.amount
        company_opening += movement.company_amount
        lines.append(Line(movement, opening, company_opening))
    return lines


def bucket_of(due: date, today: date) -> int | None:
    """Index of the bucket that a due date falls into; None where the day is still to come."""
    age = (today - due).days
    if age < 0:
        return None
    return next((index for index, end in enumerate(BUCKET_ENDS) if age <= end), len(BUCKET_ENDS))


def ageing(items: Iterable[OpenItem], today: date) -> Ageing:
    """Amounts in the account's currency by days past the due date; payments that met nothing count from their own day."""
    not_due, buckets = _ZERO, [_ZERO] * (len(BUCKET_ENDS) + 1)
    for item in items:
        index = bucket_of(item.due, today)
        if index is None:
            not_due += item.outstanding
        else:
            buckets[index] += item.outstanding
    return Ageing(not_due, tuple(buckets))
