"""What may stand in a cart: quantities as people type them, and what is to be done about each."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from crm_ext.shared.results import Refusal, refuse
from crm_ext.shared.text import to_latin_digits

MOST_LINES = 200
MOST_OF_ONE = Decimal(1_000_000)
_FINEST = Decimal("0.001")
_LONGEST = 30


def read_quantity(
    typed: str | int | float | None, *, is_whole: bool, least: Decimal = Decimal(0), unit: str = ""
) -> Decimal | Refusal:
    """A quantity in the unit that it is sold in; zero means: take the line out.

    Digits of three scripts, a decimal point or its Persian form, thousands separated by commas.
    least: the item's smallest order in the same unit. Refusals: 'quantity_not_understood', 'quantity_negative',
    'quantity_too_large', 'quantity_too_fine', 'quantity_not_whole', 'quantity_below_least'.
    """
    text = to_latin_digits("" if typed is None else str(typed)).replace(",", "").strip()
    if not text or len(text) > _LONGEST:
        return refuse("quantity_not_understood", typed=text[:_LONGEST])
    try:
        qty = Decimal(text)
    except InvalidOperation:
        return refuse("quantity_not_understood", typed=text)
    if not qty.is_finite():
        return refuse("quantity_not_understood", typed=text)
    if qty < 0:
        return refuse("quantity_negative")
    if qty > MOST_OF_ONE:
        return refuse("quantity_too_large", most=MOST_OF_ONE)
    if is_whole and qty != qty.to_integral_value():
        return refuse("quantity_not_whole", unit=unit)
    if qty != qty.quantize(_FINEST):
        return refuse("quantity_too_fine")
    if 0 < qty < least:
        return refuse("quantity_below_least", least=least, unit=unit)
    return qty.normalize() + 0
