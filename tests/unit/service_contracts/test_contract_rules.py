"""What makes a contract sound, its status, the numbers of its lines, amendments and entitlements."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.service_contracts.rules import amendments, entitlements, renewals
from crm_ext.service_contracts.rules.contracts import (
    ContractTerms,
    LineTerms,
    Surroundings,
    faults,
    last_day_to_give_notice,
    numbered,
    status_on,
)
from crm_ext.service_contracts.rules.pricing import PricedLine
from crm_ext.shared.periods import LAST_DAY, Period, Recurrence

START, END = date(2026, 1, 1), date(2026, 12, 31)
MONTH = Recurrence("Month")


def terms_line(number: int = 1, **values) -> LineTerms:
    given_values = {
        "number": number, "item_code": f"AMC-{number}", "start": None, "end": None, "recurrence": MONTH,
        "interval_count": 1, "rate": Decimal(100), **values,
    }  # fmt: skip
    return LineTerms(**given_values)


def codes(*lines: LineTerms, around: Surroundings | None = None, **values) -> list[str]:
    terms = {
        "start": START, "end": END, "lines": lines or [terms_line()], "customer": "Ann", "company": "TP",
        "currency": "USD", **values,
    }  # fmt: skip
    return [fault.code for fault in faults(ContractTerms(**terms), around or Surroundings())]


def test_a_plain_contract_is_sound():
    assert codes() == []


def test_a_contract_that_ends_before_it_starts_is_refused_for_that_alone():
    assert codes(end=START - timedelta(days=1)) == ["contract_ends_before_start"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"start": date(2026, 5, 1), "end": date(2026, 4, 1)}, "line_ends_before_start"),
        ({"start": date(2025, 12, 31)}, "line_starts_outside"),
        ({"start": date(2027, 1, 1)}, "line_starts_outside"),
        ({"end": date(2027, 1, 1)}, "line_ends_outside"),
        ({"interval_count": 0}, "interval_missing"),
        ({"periods_from": date(2026, 2, 1)}, "periods_counted_too_late"),
        ({"qty": Decimal(0)}, "quantity_missing"),
        ({"rate": Decimal(0)}, "rate_missing"),
        ({"rate": None}, "price_list_missing"),
        ({"discount_percentage": Decimal(101)}, "discount_out_of_range"),
        ({"parts_percent": Decimal(-1)}, "parts_out_of_range"),
        ({"kind": "Metered", "equipment": frozenset({"E1"})}, "meter_missing"),
        ({"kind": "Metered", "meter": "Pages"}, "metered_without_equipment"),
    ],
)
def test_a_line_that_could_not_be_billed_is_refused(values, code):
    around = Surroundings(equipment={"E1": ("Ann", "TP", "In Use")})
    assert codes(terms_line(**values), around=around) == [code]


def test_what_stands_around_a_contract_is_checked():
    around = Surroundings(
        customer_is_disabled=True,
        company_currency="USD",
        account_currency="EUR",
        closed_until=date(2026, 3, 31),
        items={"AMC-1": (True, False, True)},
        items_without_deferred_account=frozenset({"AMC-1"}),
        foreign=[("Cost Center", "Main - X")],
    )
    assert codes(terms_line(defers_revenue=True), around=around) == [
        "customer_disabled", "currency_of_account", "of_another_company", "item_disabled", "item_not_sold",
        "item_is_template", "deferred_account_missing", "deferred_in_closed_period",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("owner", "code"),
    [
        (("Bob", "TP", "In Use"), ["equipment_of_another"]),
        ((None, "TP", "In Use"), ["equipment_of_another"]),
        (("Ann", "Other", "In Use"), ["equipment_of_another_company"]),
        (("Ann", "TP", "Scrapped"), ["equipment_scrapped"]),
        (("Ann", "TP", "In Use"), []),
    ],
)
def test_equipment_belongs_to_the_customer_and_is_served_by_the_company(owner, code):
    around = Surroundings(equipment={"E1": owner})
    assert codes(terms_line(equipment=frozenset({"E1"})), around=around) == code


def same_item(number: int, **values) -> LineTerms:
    return terms_line(number, item_code="AMC", **values)


def test_lines_that_bill_the_same_thing_on_the_same_days_overlap():
    assert codes(same_item(1), same_item(2)) == ["lines_overlap"]
    assert codes(same_item(1, end=date(2026, 5, 31)), same_item(2, start=date(2026, 5, 31))) == [
        "lines_overlap"
    ]


def test_lines_one_after_the_other_or_for_different_equipment_do_not_overlap():
    assert codes(same_item(1, end=date(2026, 5, 31)), same_item(2, start=date(2026, 6, 1))) == []
    around = Surroundings(equipment={name: ("Ann", "TP", "In Use") for name in ("E1", "E2")})
    lines = [same_item(1, equipment=frozenset({"E1"})), same_item(2, equipment=frozenset({"E2"}))]
    assert codes(*lines, around=around) == []
    both = [*lines, same_item(3, equipment=frozenset({"E1", "E2"}))]
    assert codes(*both, around=around) == ["lines_overlap", "lines_overlap"]


@given(st.integers(0, 364), st.integers(0, 364), st.integers(0, 364), st.integers(0, 364))
def test_an_overlap_is_found_exactly_where_a_day_is_common(first, length, second, other_length):
    spans = [
        (START + timedelta(days=day), min(START + timedelta(days=day + long), END))
        for day, long in ((first, length), (second, other_length))
    ]
    lines = [same_item(number, start=span[0], end=span[1]) for number, span in enumerate(spans, start=1)]
    share_a_day = spans[0][0] <= spans[1][1] and spans[1][0] <= spans[0][1]
    assert codes(*lines) == (["lines_overlap"] if share_a_day else [])


def test_coverage_names_lines_that_are_there_and_days_in_order():
    around = Surroundings(equipment={"E1": ("Ann", "TP", "In Use")})
    listed = [(9, "E1", None, None), (1, "E1", END, START)]
    assert codes(listed_equipment=listed, listed_causes=[(8, "Leak")], around=around) == [
        "coverage_of_unknown_line", "coverage_ends_before_start", "coverage_of_unknown_line",
    ]  # fmt: skip


def test_renewal_needs_an_end_and_months():
    assert codes(renewal="Automatic", renewal_months=0) == ["renewal_needs_months"]
    assert codes(renewal="On Offer", renewal_months=12, end=None) == ["renewal_needs_end"]


# Status and numbers


@pytest.mark.parametrize(
    ("today", "more", "status"),
    [
        (START - timedelta(days=1), {}, "Upcoming"),
        (START, {}, "Active"),
        (END, {}, "Active"),
        (END + timedelta(days=1), {}, "Expired"),
        (date(2026, 6, 1), {"terminated_on": date(2026, 6, 1)}, "Active"),
        (date(2026, 6, 2), {"terminated_on": date(2026, 6, 1)}, "Terminated"),
        (date(2026, 6, 2), {"suspensions": [Period(date(2026, 6, 2), LAST_DAY)]}, "Suspended"),
        (date(2026, 6, 1), {"suspensions": [Period(date(2026, 6, 2), LAST_DAY)]}, "Active"),
        (START, {"docstatus": 0}, "Draft"),
        (START, {"docstatus": 2}, "Cancelled"),
    ],
)
def test_the_status_is_that_of_the_day(today, more, status):
    assert (
        status_on(today, **{"docstatus": 1, "start": START, "end": END, "terminated_on": None, **more})
        == status
    )


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 2)), max_size=12))
def test_numbers_are_given_once_and_stay_where_they_were(rows):
    found = numbered(rows)
    assert all(found)
    assert len({(number, version) for number, (_, version) in zip(found, rows, strict=True)}) == len(rows)
    firsts = {row: place for place, row in reversed(list(enumerate(rows))) if row[0]}
    assert all(found[place] == number for (number, _), place in firsts.items())


# Amendments


def priced(**values) -> PricedLine:
    given_values = {
        "name": "row", "line_number": 1, "start": START, "end": END, "periods_from": START, "price_since": START,
        "recurrence": MONTH, "qty": Decimal(1), "rate": Decimal(100), **values,
    }  # fmt: skip
    return PricedLine(**given_values)


ROW = {name: None for name in (*amendments.CHANGEABLE, *amendments._KEPT)} | {
    "name": "row",
    "version": 1,
    "rate": 100,
}


def test_the_successor_counts_periods_on_and_its_index_anew_only_with_a_new_rate():
    day = date(2026, 3, 10)
    new_rate = amendments.successor(ROW, priced(), {"rate": 120}, day)
    assert (new_rate["rate"], new_rate["version"], new_rate["replaces"]) == (120, 2, "row")
    assert (new_rate["start_date"], new_rate["periods_from"], new_rate["price_since"]) == (day, START, day)
    more = amendments.successor(ROW, priced(), {"qty": 3}, day)
    assert more["price_since"] == START


@given(st.integers(0, 12), st.integers(1, 11))
def test_free_periods_that_were_not_used_go_along(free, month):
    new = amendments.successor(ROW, priced(free_periods=free), {"qty": 2}, date(2026, month, 15))
    assert new["free_periods"] == max(free - (month - 1), 0)


@pytest.mark.parametrize(
    ("line", "day", "code"),
    [
        (priced(), START, "change_before_line"),
        (priced(), END + timedelta(days=1), "change_after_line"),
        (priced(pro_rata=False), date(2026, 3, 10), "change_inside_period"),
        (priced(recurrence=Recurrence("Once")), date(2026, 3, 10), "once_is_not_changed"),
    ],
)
def test_a_change_that_could_not_be_billed_is_refused(line, day, code):
    assert amendments.successor(ROW, line, {"qty": 2}, day).code == code


def test_a_line_changes_on_the_day_after_the_usage_that_is_billed_and_no_earlier():
    billed = date(2026, 1, 31)
    refused = amendments.successor(ROW, priced(), {"qty": 2}, billed, billed)
    assert (refused.code, refused.values["next"]) == ("usage_billed", date(2026, 2, 1))
    assert amendments.refusal_to_cut(priced(), billed, billed).code == "usage_billed"
    new = amendments.successor(ROW, priced(), {"qty": 2}, date(2026, 2, 1), billed)
    assert new["start_date"] == date(2026, 2, 1)


def test_what_stays_with_a_line_cannot_be_changed_and_the_same_is_no_change():
    day = date(2026, 3, 10)
    assert amendments.successor(ROW, priced(), {"interval_unit": "Year"}, day).code == "stays_as_it_is"
    assert amendments.is_changed(ROW, {"interval_unit": "Year"})
    assert not amendments.is_changed(ROW, {"interval_unit": None, "rate": 100, "qty": 0})


def test_whole_periods_change_on_the_day_that_the_refusal_names():
    line = priced(pro_rata=False)
    following = amendments.successor(ROW, line, {"qty": 2}, date(2026, 3, 10)).values["next"]
    assert amendments.successor(ROW, line, {"qty": 2}, following)["start_date"] == date(2026, 4, 1)


def test_typing_the_same_again_is_no_change():
    assert amendments.differences(ROW, {"rate": 100, "qty": 0, "description": ""}) == []
    assert amendments.differences(ROW, {"rate": 101}) == [{"field": "rate", "from": 100, "to": 101}]


# Renewal and notice


@given(st.dates(date(2020, 1, 1), date(2050, 1, 1)), st.integers(0, 120))
def test_whole_days_of_notice_lie_between_the_last_day_to_give_it_and_the_end(end, notice):
    assert (end - last_day_to_give_notice(end, notice)).days - 1 == notice


def test_a_renewal_lasts_whole_months_in_either_calendar():
    assert renewals.renewed_until(END, 12, "Gregorian") == date(2027, 12, 31)
    assert renewals.renewed_until(date(2026, 3, 20), 12, "Jalali") == date(2027, 3, 20)
    assert renewals.renewed_until(END, 0, "Gregorian").code == "renewal_needs_months"


# Entitlements


@given(st.decimals("0.1", "50", places=1), st.none() | st.decimals("-5", "50", places=1), st.booleans())
def test_what_is_asked_for_is_drawn_billed_or_refused_and_nothing_is_lost(asked, left, overage):
    drawn = entitlements.draw(asked, left, overage_is_billed=overage)
    assert drawn.within + drawn.beyond + drawn.refused == asked
    assert drawn.within <= asked if left is None else drawn.within <= max(left, Decimal(0))
    assert not (drawn.refused if overage else drawn.beyond)


def test_prepaid_lines_give_their_quantity_and_others_only_what_is_typed():
    row = {"kind": "Prepaid Hours", "qty": 20, "hours_included": 0, "visits_included": 0}
    assert entitlements.included(row, "Hour") == 20
    assert entitlements.included(row, "Visit") is None
    assert entitlements.included({**row, "kind": "Flat Fee", "visits_included": 4}, "Visit") == 4


def test_service_is_taken_from_the_closest_line_that_has_something_left():
    def row(name, ends_on=None):
        return {"name": name, "ends_on": ends_on, "contract": "C", "line_number": 1}

    close, wide, soon = row("close"), row("wide"), row("soon", END)
    assert entitlements.best([(wide, 0, True), (close, 3, True)]) is close
    assert entitlements.best([(wide, 0, True), (close, 3, False)]) is wide
    assert entitlements.best([(wide, 0, True), (soon, 0, True)]) is soon
    assert entitlements.best([(wide, 0, False), (close, 3, False)]) is close
    assert entitlements.best([]) is None
