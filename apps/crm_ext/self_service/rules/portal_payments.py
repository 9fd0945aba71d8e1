"""Several invoices paid at once: what may be chosen, and how money that came in meets what is open by then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from crm_ext.shared.money import rounded
from crm_ext.shared.results import Refusal, refuse
from crm_ext.shared.text import to_latin_digits

MOST_INVOICES = 100
# Nobody pays more than this in one go; beyond it a number is a slip or an attack.
_LARGEST = Decimal(10) ** 15


@dataclass(frozen=True)
class Debt:
    """An invoice as it stands now. outstanding: in `currency`, that of the receivable account.

    reported_in: name of the payment that the customer reported for it and that is not booked yet.
    """

    invoice: str
    company: str
    account: str
    currency: str
    outstanding: Decimal
    due: date
    is_submitted: bool = True
    reported_in: str | None = None


@dataclass(frozen=True)
class Share:
    """What one invoice gets of a payment."""

    invoice: str
    amount: Decimal


@dataclass(frozen=True)
class Settlement:
    """Money that came in: what it met, and the rest, an advance of the customer."""

    shares: tuple[Share, ...]
    excess: Decimal


def parse_amount(text: str | None, precision: int) -> Decimal | Refusal | None:
    """An amount typed in any of three digit scripts, thousands separated by commas; None where nothing was typed.

    Refusals: 'amount_not_understood', 'amount_not_positive', 'amount_too_fine', each with the text.
    """
    typed = to_latin_digits(text or "").replace(",", "").replace("\u066c", "").strip()
    if not typed:
        return None
    try:
        amount = Decimal(typed)
    except InvalidOperation:
        return refuse("amount_not_understood", amount=text)
    if not amount.is_finite() or abs(amount) > _LARGEST:
        return refuse("amount_not_understood", amount=text)
    if amount <= 0:
        return refuse("amount_not_positive", amount=text)
    if amount != rounded(amount, precision):
        return refuse("amount_too_fine", amount=text, precision=precision)
    return amount


def choose(debts: Sequence[Debt], wanted: Mapping[str, Decimal | None]) -> tuple[Share, ...] | Refusal:
    """What each chosen invoice gets; None in `wanted` means all that is open on it.

    Refusals: 'nothing_chosen', 'too_many_chosen', 'companies_mixed', 'currencies_mixed', 'accounts_mixed',
    'invoice_not_open', 'invoice_reported', 'amount_above_outstanding'.
    """
    if not debts:
        return refuse("nothing_chosen")
    if len(debts) > MOST_INVOICES:
        return refuse("too_many_chosen", most=MOST_INVOICES)
    for refusal in (_mixed(debts), *map(_not_payable, debts)):
        if refusal is not None:
            return refusal
    shares = []
    for debt in debts:
        amount = wanted.get(debt.invoice)
        amount = debt.outstanding if amount is None else amount
        if amount > debt.outstanding:
            return refuse(
                "amount_above_outstanding", invoice=debt.invoice, amount=amount, outstanding=debt.outstanding
            )
        shares.append(Share(debt.invoice, amount))
    return tuple(shares)


def settle(shares: Iterable[Share], outstanding: Mapping[str, Decimal], received: Decimal) -> Settlement:
    """How `received` meets the invoices that it was meant for, each up to its share and to what is open by now.

    outstanding: by invoice; one that is missing was cancelled and gets nothing.
    """
    left, met = received, []
    for share in shares:
        amount = min(share.amount, max(outstanding.get(share.invoice, Decimal(0)), Decimal(0)), left)
        if amount > 0:
            met.append(Share(share.invoice, amount))
            left -= amount
    return Settlement(tuple(met), left)


def _mixed(debts: Sequence[Debt]) -> Refusal | None:
    if len({debt.company for debt in debts}) > 1:
        return refuse("companies_mixed")
    if len({debt.currency for debt in debts}) > 1:
        return refuse("currencies_mixed", currencies=sorted({debt.currency for debt in debts}))
    if len({debt.account for debt in debts}) > 1:
        return refuse("accounts_mixed")
    return None


def _not_payable(debt: Debt) -> Refusal | None:
    if not debt.is_submitted or debt.outstanding <= 0:
        return refuse("invoice_not_open", invoice=debt.invoice)
    if debt.reported_in:
        return refuse("invoice_reported", invoice=debt.invoice, payment=debt.reported_in)
    return None
