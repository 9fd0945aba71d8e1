"""What is given back for late answers and solutions: which times were missed, what stands in the way, the cap of a period."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crm_ext.field_service.rules.service_levels import RESOLUTION, RESPONSE, Clock
from crm_ext.service_contracts.rules import service_credits as rules
from crm_ext.service_contracts.rules.pricing import PricedLine
from crm_ext.service_contracts.rules.service_credits import Claim, Complaint, Miss, Paid, Terms
from crm_ext.shared.periods import LAST_DAY, Period, Recurrence
from crm_ext.shared.results import Refusal, refuse

OPENED = date(2026, 3, 10)
NINE = datetime(2026, 3, 10, 9)
NOW = datetime(2026, 3, 20)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
HOUR = timedelta(hours=1)


def terms(**values):
    agreed = {"kind": rules.PERCENTAGE, "response": Decimal(5), "resolution": Decimal(10)}
    return Terms(**{**agreed, "response_hours": Decimal(4), "resolution_hours": Decimal(8), **values})


def complaint(answered=2, solved=6, **values):
    clock = Clock(
        first_responded_on=None if answered is None else NINE + answered * HOUR,
        resolved_on=None if solved is None else NINE + solved * HOUR,
    )
    told = {"response_by": NINE + 4 * HOUR, "resolution_by": NINE + 8 * HOUR}
    return Complaint(
        "ISS-1", OPENED, **{"is_closed": True, "is_waived": False, "clock": clock, **told, **values}
    )


def line(start=date(2026, 1, 1), end=None, days_off=(), unit="Month"):
    return PricedLine(
        "row", 1, start, end, start, start, Recurrence(unit), Decimal(1), Decimal(100), days_off=days_off
    )


def missed(one, agreed=None):
    return [miss.promise for miss in rules.misses(one, agreed or terms(), NOW)]


def claim(number=1, promise=RESPONSE, paid=Decimal(100), obstacle=None, draft=None, **agreed):
    miss = Miss(f"ISS-{number}", promise, NINE + number * HOUR, NINE + (number + 1) * HOUR)
    billed = None if paid is None else Paid(paid, "INV-1", "item", draft)
    return Claim(miss, "row", 1, terms(**agreed), MARCH, billed, obstacle)


def amounts(*claims, given=()):
    return rules.amounts(claims, dict(given), 2)


# What was missed


def test_what_came_in_time_was_not_missed():
    assert missed(complaint()) == []


def test_a_late_answer_and_a_late_solution_are_two_misses_with_their_times():
    late = rules.misses(complaint(answered=5, solved=9), terms(), NOW)
    assert [(miss.promise, miss.due_by, miss.came) for miss in late] == [
        (RESPONSE, NINE + 4 * HOUR, NINE + 5 * HOUR),
        (RESOLUTION, NINE + 8 * HOUR, NINE + 9 * HOUR),
    ]
    assert len({miss.key for miss in late}) == 2


def test_a_solution_in_time_is_an_answer_in_time():
    assert missed(complaint(answered=None, solved=3)) == []


def test_an_open_complaint_has_missed_what_went_by_until_now():
    assert missed(complaint(answered=None, solved=None, is_closed=False)) == [RESPONSE, RESOLUTION]


def test_a_complaint_that_waits_for_its_customer_has_no_time_to_miss():
    assert missed(complaint(solved=None, is_closed=False, resolution_by=None)) == []


def test_a_complaint_that_was_closed_without_its_clock_tells_no_times():
    assert missed(complaint(answered=None, solved=None)) == []


def test_times_that_the_line_did_not_promise_are_not_missed():
    late = complaint(answered=5, solved=9, agreement="Default of the site")
    assert missed(late, terms(response_hours=Decimal(0))) == [RESOLUTION]
    assert missed(late, terms(response_hours=Decimal(0), resolution_hours=Decimal(0), agreement="Gold")) == []


def test_times_of_the_agreement_that_the_line_names_are_missed():
    late = complaint(answered=5, solved=9, agreement="Gold")
    agreed = terms(response_hours=Decimal(0), resolution_hours=Decimal(0), agreement="Gold")
    assert missed(late, agreed) == [RESPONSE, RESOLUTION]


def test_what_no_credit_was_agreed_for_is_no_claim():
    assert missed(complaint(answered=5, solved=9), terms(response=Decimal(0))) == [RESOLUTION]


# What stands in the way


@pytest.mark.parametrize(
    ("of_complaint", "of_line", "code"),
    [
        ({}, {}, None),
        ({"is_waived": True}, {}, "credit_waived"),
        ({"is_closed": False}, {}, "credit_complaint_open"),
        ({}, {"days_off": (Period(date(2026, 3, 1), date(2026, 3, 10)),)}, "credit_suspended"),
        ({}, {"days_off": (Period(date(2026, 3, 1), LAST_DAY),)}, "credit_suspended"),
        ({}, {"days_off": (Period(date(2026, 3, 11), date(2026, 3, 31)),)}, None),
    ],
)
def test_why_nothing_is_given_back(of_complaint, of_line, code):
    late = complaint(answered=5, **of_complaint)
    found = rules.obstacle(late, rules.misses(late, terms(), NOW)[0], line(**of_line))
    assert (found.code if isinstance(found, Refusal) else found) == code


def test_a_time_that_went_by_while_the_contract_rested_gives_nothing():
    late = complaint(answered=30, response_by=NINE + 20 * HOUR)
    off = Period(date(2026, 3, 11), date(2026, 3, 31))
    miss = rules.misses(late, terms(), NOW)[0]
    assert rules.obstacle(late, miss, line(days_off=(off,))).code == "credit_suspended"


def test_a_line_that_did_not_hold_when_the_complaint_was_opened_gives_nothing():
    late = complaint(answered=5)
    assert rules.version_on([line(end=date(2026, 3, 9))], OPENED) is None
    assert rules.obstacle(late, rules.misses(late, terms(), NOW)[0], None).code == "credit_line_over"


def test_the_version_that_held_on_the_day_counts():
    before, after = line(end=date(2026, 3, 9)), line(start=OPENED)
    assert rules.version_on([before, after], OPENED) is after


def test_the_period_is_the_one_in_which_the_complaint_was_opened():
    assert rules.period_of_line(line(), OPENED) == MARCH
    assert rules.period_of_line(line(unit="Once"), OPENED) == Period(date(2026, 1, 1), LAST_DAY)


# How much


def test_a_percentage_is_of_what_was_paid_for_the_period():
    assert amounts(claim(paid=Decimal("80.10"))) == [Decimal("4.01")]


def test_a_fixed_amount_is_given_as_it_is():
    assert amounts(claim(kind=rules.FIXED, response=Decimal("7.5"))) == [Decimal("7.50")]


def test_the_cap_holds_for_all_misses_of_a_period_together_and_the_earliest_come_first():
    cap = Decimal(12)
    found = amounts(claim(1, cap=cap), claim(2, RESOLUTION, cap=cap), claim(3, cap=cap))
    assert found[:2] == [Decimal("5.00"), Decimal("7.00")]
    assert found[2].code == "credit_capped"


def test_what_was_given_before_counts_towards_the_cap():
    found = amounts(claim(cap=Decimal(12)), given={(1, MARCH.start): Decimal(10)})
    assert found == [Decimal("2.00")]


def test_no_more_is_given_than_was_paid():
    assert amounts(claim(kind=rules.FIXED, response=Decimal(500))) == [Decimal("100.00")]


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (claim(paid=None), "credit_not_billed"),
        (claim(draft="INV-1"), "credit_invoice_draft"),
        (claim(paid=Decimal(0)), "credit_without_price"),
        (claim(obstacle=refuse("credit_waived")), "credit_waived"),
    ],
)
def test_what_gives_nothing_says_why_and_takes_nothing_of_the_cap(one, code):
    found = amounts(one, claim(2, cap=Decimal(5)))
    assert (found[0].code, found[1]) == (code, Decimal("5.00"))


PRICES = some.decimals(min_value=Decimal("0.01"), max_value=Decimal(10_000), places=2)
PERCENTS = some.decimals(min_value=Decimal("0.01"), max_value=Decimal(100), places=2)


def total(found):
    return sum((amount for amount in found if not isinstance(amount, Refusal)), Decimal(0))


@given(PRICES, PERCENTS, PERCENTS, some.integers(1, 8), some.integers(0, 8))
def test_however_often_it_is_asked_the_same_is_given_and_never_more_than_the_cap(
    price, percent, cap, count, at_first
):
    claims = [claim(number, paid=price, response=percent, cap=cap) for number in range(count)]
    at_once = total(amounts(*claims))
    first, rest = claims[:at_first], claims[at_first:]
    before = total(amounts(*first))
    assert before + total(amounts(*rest, given={(1, MARCH.start): before})) == at_once
    assert at_once <= rules.rounded(price * cap / 100, 2)


# Terms


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, None),
        ({"response": Decimal(101)}, "credit_out_of_range"),
        ({"kind": rules.FIXED, "response": Decimal(101)}, None),
        ({"resolution": Decimal(-1)}, "credit_out_of_range"),
        ({"cap": Decimal(101)}, "credit_out_of_range"),
        ({"response": Decimal(0), "resolution": Decimal(0)}, "credit_without_amount"),
        ({"response_hours": Decimal(0)}, "credit_without_promise"),
        ({"response_hours": Decimal(0), "agreement": "Gold"}, None),
    ],
)
def test_credits_that_could_not_be_kept_are_refused(values, code):
    found = rules.fault(terms(**values), 3)
    assert (found.code if found is not None else None) == code
