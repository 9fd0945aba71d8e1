"""What is due: every day of a line is billed once, whatever was billed before and whenever somebody looks."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.service_contracts.rules.billing import BilledLine, charges, next_due, number_in
from crm_ext.service_contracts.rules.pricing import PricedLine
from crm_ext.shared.periods import LAST_DAY, Period, Recurrence

START = date(2026, 1, 1)
MONTHLY = Recurrence("Month")
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
recurrences = st.builds(
    Recurrence,
    st.sampled_from(["Day", "Week", "Month", "Year"]),
    st.integers(1, 5),
    st.sampled_from(["Gregorian", "Jalali"]),
)


def priced(start=START, end=None, recurrence=MONTHLY, **values):
    return PricedLine(
        name="row",
        line_number=1,
        start=start,
        end=end,
        periods_from=start,
        price_since=start,
        recurrence=recurrence,
        qty=Decimal(1),
        rate=Decimal(100),
        **values,
    )


def each_day(spans):
    return [span.start + timedelta(days=n) for span in spans for n in range((span.end - span.start).days + 1)]


@given(
    recurrence=recurrences, start=days, looks=st.lists(days, min_size=1, max_size=4), in_advance=st.booleans()
)
def test_however_often_one_looks_every_day_is_billed_once_and_in_order(recurrence, start, looks, in_advance):
    billed: list[Period] = []
    for look in sorted(looks):
        line = BilledLine(priced(start, recurrence=recurrence), in_advance, fees=billed)
        billed = billed + [charge.span for charge in charges(line, look)]
    found = each_day(billed)
    assert found == sorted(set(found))
    assert not found or found == [start + timedelta(days=n) for n in range(len(found))]
    last = sorted(looks)[-1]
    if in_advance and last >= start:
        assert found[-1] >= last
    if not in_advance:
        assert not found or found[-1] < last


@given(recurrence=recurrences, start=days, look=days, in_advance=st.booleans())
def test_the_next_day_is_the_first_on_which_something_is_due(recurrence, start, look, in_advance):
    fees = [
        charge.span for charge in charges(BilledLine(priced(start, recurrence=recurrence), in_advance), look)
    ]
    line = BilledLine(priced(start, recurrence=recurrence), in_advance, fees=fees)
    day = next_due(line, look)
    assert day > look
    assert not charges(line, day - timedelta(days=1))
    assert charges(line, day)


@given(gaps=st.sets(st.integers(0, 11), max_size=5))
def test_periods_that_were_given_back_are_due_again_and_no_others(gaps):
    line = BilledLine(priced(end=date(2026, 12, 31)))
    year = charges(line, date(2026, 12, 31))
    kept = [charge.span for number, charge in enumerate(year) if number not in gaps]
    again = charges(BilledLine(priced(end=date(2026, 12, 31)), fees=kept), date(2026, 12, 31))
    assert [charge.span.start.month - 1 for charge in again] == sorted(gaps)


def test_keys_differ_for_all_that_can_be_billed_of_a_line():
    line = BilledLine(
        priced(),
        counts_usage=True,
        counts_overage=True,
        beyond=[(date(2026, 1, 5), Decimal(3))],
        overage=[(START, Decimal(1), 0)],
    )
    found = charges(line, date(2026, 4, 1))
    keys = [charge.key for charge in found]
    assert len(keys) == len(set(keys))
    assert {charge.what for charge in found} == {"Period", "Usage", "Overage"}
    assert max(map(len, keys)) <= 140


def test_overage_that_was_told_late_is_charged_for_what_is_missing_alone():
    line = BilledLine(
        priced(),
        has_fee=False,
        counts_overage=True,
        beyond=[
            (date(2026, 1, 5), Decimal(3)),
            (date(2026, 1, 20), Decimal(2)),
            (date(2026, 2, 2), Decimal(7)),
        ],
        overage=[(START, Decimal(3), 0)],
    )
    (charge,) = charges(line, date(2026, 2, 1))
    assert (charge.quantity, charge.number, charge.due_on) == (Decimal(2), 1, date(2026, 2, 1))


@given(st.sets(st.integers(0, 9)))
def test_overage_has_a_key_that_none_of_the_charges_billed_of_its_period_has(numbers):
    billed = [(START, Decimal(1), number) for number in numbers]
    beyond = [(START, Decimal(len(numbers) + 1))]
    line = BilledLine(priced(), has_fee=False, counts_overage=True, beyond=beyond, overage=billed)
    (charge,) = charges(line, date(2026, 2, 1))
    assert charge.number not in numbers
    assert number_in(charge.key) == charge.number


def test_a_line_with_overage_is_looked_at_after_each_of_its_periods_until_it_ends():
    line = BilledLine(priced(end=date(2026, 2, 10)), has_fee=False, counts_overage=True)
    assert next_due(line, date(2025, 12, 1)) == date(2026, 2, 1)
    assert next_due(line, date(2026, 2, 1)) == date(2026, 2, 11)
    assert next_due(line, date(2026, 2, 11)) is None


def test_while_nobody_knows_when_a_suspension_ends_nothing_that_begins_in_it_is_due():
    off = Period(date(2026, 2, 10), LAST_DAY)
    line = BilledLine(priced(days_off=(off,)))
    assert [charge.span.start.month for charge in charges(line, date(2026, 6, 1))] == [1, 2]


def test_what_happens_once_and_has_no_end_is_due_at_its_start_and_never_again():
    once = Recurrence("Once")
    (charge,) = charges(BilledLine(priced(recurrence=once), in_advance=False), date(2030, 1, 1))
    assert charge.due_on == START
    assert next_due(BilledLine(priced(recurrence=once), fees=[charge.span]), START) is None


def test_a_line_that_ends_before_it_starts_bills_nothing():
    line = BilledLine(priced(end=date(2025, 12, 1)), counts_overage=True)
    assert charges(line, date(2030, 1, 1)) == []
    assert next_due(line, START) is None


def test_what_was_billed_once_is_not_billed_again_when_its_line_goes_on():
    once = Recurrence("Once")
    (charge,) = charges(BilledLine(priced(end=date(2026, 12, 31), recurrence=once)), START)
    longer = BilledLine(priced(end=date(2027, 12, 31), recurrence=once), fees=[charge.span])
    assert charges(longer, date(2027, 12, 31)) == []
    assert next_due(longer, START) is None
