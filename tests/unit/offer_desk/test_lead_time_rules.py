"""How long it takes to get goods: working days, what suppliers say and do, what production takes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.offer_desk.rules.lead_times import Sign, of_production, of_suppliers
from crm_ext.offer_desk.rules.working_days import WorkingDays

DAY = date(2026, 3, 2)
EVERY_DAY = WorkingDays()


def on(number: int) -> date:
    return DAY + timedelta(days=number)


days_off = st.frozensets(st.integers(0, 60).map(on), max_size=40).map(WorkingDays)


@given(days_off, st.integers(0, 20))
def test_counting_forward_and_back_agree(working, count):
    end = working.after(DAY, count)
    assert end not in working.holidays
    assert working.between(working.on_or_after(DAY), end) == count


@given(days_off, st.integers(0, 20))
def test_one_day_more_is_later(working, count):
    assert working.after(DAY, count + 1) > working.after(DAY, count)


def test_the_latest_offer_of_the_items_own_supplier_counts():
    signs = [
        Sign("Other", False, on(9), days=2),
        Sign("Own", True, on(1), days=9),
        Sign("Own", True, on(5), days=7),
    ]
    found = of_suppliers(signs, EVERY_DAY)
    assert (found.days, found.basis, found.party) == (7, "supplier", "Own")


def test_experience_is_the_median_of_the_latest_receipts_of_one_supplier():
    taken = [90, 5, 6, 40, 7, 4]
    receipts = [
        Sign("A", False, on(20 + number), ordered_on=on(20 + number - days))
        for number, days in enumerate(taken)
    ]
    found = of_suppliers([*receipts, Sign("B", False, on(1), ordered_on=on(0))], EVERY_DAY)
    assert (found.days, found.basis, found.party) == (6, "receipts", "A")


def test_experience_leaves_out_days_on_which_nobody_worked():
    working = WorkingDays(frozenset({on(3), on(4)}))
    assert of_suppliers([Sign("A", True, on(7), ordered_on=on(0))], working).days == 5


def test_nothing_known_is_no_lead_time():
    assert of_suppliers([], EVERY_DAY) is None
    assert of_production("BOM", Decimal(5), Decimal(1), Decimal(0), 0) is None


def test_production_waits_for_material_and_works_in_days_of_eight_hours():
    found = of_production("BOM", Decimal(10), Decimal(5), Decimal(300), 4)
    assert (found.days, found.basis, found.party) == (4 + 2, "production", "BOM")
