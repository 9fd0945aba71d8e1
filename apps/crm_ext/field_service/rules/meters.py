"""Readings of meters as people type them: numbers that only go up, unless the meter was reset, replaced or rolled over."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from crm_ext.shared.meter_usage import Reading
from crm_ext.shared.results import Refusal, refuse
from crm_ext.shared.text import to_latin_digits

_STEP = Decimal("0.000001")
_LARGEST = Decimal(10) ** 11


def read_value(typed: str) -> Decimal | Refusal:
    """The number that was typed, in digits of any script, with marks for thousands or without.

    Refusals: 'reading_not_understood', 'reading_below_zero', 'reading_too_large'.
    """
    text = to_latin_digits(str(typed or "")).strip().replace(" ", "").replace(",", "")
    try:
        value = Decimal(text)
    except InvalidOperation:
        return refuse("reading_not_understood", typed=typed)
    if not value.is_finite():
        return refuse("reading_not_understood", typed=typed)
    if value < 0:
        return refuse("reading_below_zero", typed=typed)
    if value >= _LARGEST:
        return refuse("reading_too_large", typed=typed)
    return value.quantize(_STEP)


def check_reading(
    new: Reading, before: Reading | None, after: Reading | None, now: datetime
) -> Refusal | None:
    """Why a reading cannot be, between the one before it and the one after it.

    Refusals: 'reading_in_the_future', 'reading_goes_back' (say that it was reset, replaced or rolled over),
    'reading_beyond_the_next', 'last_reading_missing', 'rolled_over_too_early'.
    """
    # Of a later day: clocks of phones and desks are some minutes ahead now and then.
    if new.read_on.date() > now.date():
        return refuse("reading_in_the_future", read_on=new.read_on)
    if new.kind != "Reading" and new.last_value is None:
        return refuse("last_reading_missing")
    if new.kind == "Rolled Over" and new.last_value <= max(new.value, before.value if before else new.value):
        return refuse("rolled_over_too_early", value=new.last_value)
    if before and new.reached < before.value:
        return refuse("reading_goes_back", value=new.reached, before=before.value, read_on=before.read_on)
    if after and after.reached < new.value:
        return refuse("reading_beyond_the_next", value=new.value, after=after.reached, read_on=after.read_on)
    return None


def check_gap(before: Reading | None, after: Reading | None) -> Refusal | None:
    """Why a reading cannot be taken away from between two others.

    Refusal: 'reading_needed' (without it the meter would go back).
    """
    if before and after and after.reached < before.value:
        return refuse("reading_needed", value=before.value, after=after.reached, read_on=after.read_on)
    return None
