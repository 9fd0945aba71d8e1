from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.marketing_automation.rules import campaign_plan as rules
from crm_ext.marketing_automation.rules.campaign_plan import Account, Channel, FiscalYear, Plan, PlannedTask
from crm_ext.shared.calendars import Period
from crm_ext.shared.results import Refusal

SPRING = Period(date(2026, 4, 1), date(2026, 5, 31))
YEARS = [FiscalYear(str(year), Period(date(year, 1, 1), date(year, 12, 31))) for year in range(2024, 2032)]

amounts = st.decimals(min_value=0, max_value=10**9, places=2)
counts = st.integers(min_value=0, max_value=10**6)
channels = st.builds(
    Channel,
    channel=st.sampled_from(["Email", "Event", "Web"]),
    budget=amounts,
    unit_cost=amounts,
    expected_touches=counts,
    expected_response_rate=st.decimals(min_value=0, max_value=100, places=2),
    expected_revenue=amounts,
    account=st.sampled_from([None, "Advertising", "Samples"]),
)
days = st.dates(min_value=date(2024, 1, 1), max_value=date(2029, 12, 31))
periods = st.builds(
    lambda start, length: Period(start, min(start + timedelta(days=length), date(2031, 12, 31))),
    days,
    st.integers(min_value=0, max_value=900),
)


def plan(**changes):
    values = {
        "title": "Spring pumps",
        "company": "Pumps",
        "period": SPRING,
        "channels": (Channel("Email", budget=Decimal(100)),),
        "account": "Advertising",
        **changes,
    }
    return Plan(**values)


def code_of(result):
    assert isinstance(result, Refusal), result
    return result.code


@given(st.lists(channels, min_size=1, max_size=5), periods)
def test_budget_shares_add_up_to_the_plan_to_the_cent(rows, period):
    shares = rules.budget_shares(plan(channels=tuple(rows), period=period), YEARS, 2)
    assert sum(part.amount for part in shares) == rules.totals(rows).budget
    assert len({(part.fiscal_year, part.account) for part in shares}) == len(shares)
    assert all(part.amount > 0 for part in shares)


@given(periods)
def test_every_day_of_the_period_belongs_to_one_fiscal_year(period):
    one_a_day = plan(
        period=period,
        channels=(Channel("Email", budget=Decimal((period.end - period.start).days + 1)),),
    )
    for part in rules.budget_shares(one_a_day, YEARS, 2):
        year = next(year for year in YEARS if year.name == part.fiscal_year)
        overlap = min(year.period.end, period.end) - max(year.period.start, period.start)
        assert part.amount == overlap.days + 1


def test_a_period_over_new_year_is_split_by_days():
    shares = rules.budget_shares(
        plan(
            period=Period(date(2026, 12, 22), date(2027, 1, 20)), channels=(Channel("Email", Decimal(300)),)
        ),
        YEARS,
        2,
    )
    assert [(part.fiscal_year, part.amount) for part in shares] == [("2026", 100), ("2027", 200)]


def test_a_day_without_a_fiscal_year_is_named():
    refusal = rules.budget_shares(plan(period=Period(date(2031, 12, 1), date(2032, 1, 5))), YEARS, 2)
    assert code_of(refusal) == "no_fiscal_year"
    assert refusal.values["day"] == date(2032, 1, 1)


def test_channels_of_one_account_share_one_budget_and_others_keep_theirs():
    shares = rules.budget_shares(
        plan(
            channels=(
                Channel("Email", Decimal(10)),
                Channel("Web", Decimal(5)),
                Channel("Event", Decimal(7), account="Samples"),
            )
        ),
        YEARS,
        2,
    )
    assert [(part.account, part.amount) for part in shares] == [("Advertising", 15), ("Samples", 7)]


@given(channels)
def test_completing_a_channel_twice_changes_nothing_more(channel):
    once = rules.completed_channel(channel, 2)
    again = rules.completed_channel(once, 2)
    assert again == once


@given(channels)
def test_completing_keeps_what_was_typed(channel):
    done = rules.completed_channel(channel, 2)
    assert not channel.budget or done.budget == channel.budget
    assert not channel.expected_touches or done.expected_touches == channel.expected_touches
    assert not channel.expected_responses or done.expected_responses == channel.expected_responses


def test_budget_touches_and_responses_follow_from_each_other():
    from_touches = rules.completed_channel(
        Channel("Email", unit_cost=Decimal("0.50"), expected_touches=300, expected_response_rate=Decimal(2)),
        2,
    )
    assert (from_touches.budget, from_touches.expected_responses) == (Decimal("150.00"), 6)
    from_budget = rules.completed_channel(Channel("Event", budget=Decimal(1000), unit_cost=Decimal(300)), 2)
    assert (from_budget.budget, from_budget.expected_touches) == (Decimal(1000), 3)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"period": Period(date(2026, 5, 2), date(2026, 5, 1))}, "period_reversed"),
        ({"channels": (Channel("Email", Decimal(-1)),)}, "amount_negative"),
        ({"channels": (Channel("Email", Decimal(1), expected_touches=-1),)}, "amount_negative"),
        (
            {"channels": (Channel("Email", Decimal(1), expected_touches=3, expected_responses=4),)},
            "responses_above_touches",
        ),
        ({"channels": (Channel("Email", Decimal(1)), Channel("Email", Decimal(2)))}, "channel_twice"),
        ({"tasks": (PlannedTask("Print", duration=0),)}, "task_without_time"),
    ],
)
def test_a_draft_is_refused_for(changes, code):
    assert code_of(rules.check_draft(plan(**changes))) == code
    assert code_of(rules.check_complete(plan(**changes))) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"period": None}, "no_period"),
        ({"channels": ()}, "no_channel"),
        ({"channels": (Channel("Email"),)}, "no_budget"),
        ({"account": None}, "no_account"),
    ],
)
def test_an_unfinished_plan_may_be_saved_but_not_approved(changes, code):
    assert rules.check_draft(plan(**changes)) is None
    assert code_of(rules.check_complete(plan(**changes))) == code


def test_a_whole_plan_passes():
    assert rules.check_complete(plan(tasks=(PlannedTask("Print", -5, 2),))) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"company": "Other"}, "account_of_other_company"),
        ({"is_group": True}, "account_is_group"),
        ({"disabled": True}, "account_disabled"),
        ({"root_type": "Income"}, "account_not_expense"),
    ],
)
def test_an_account_that_cannot_be_spent_on_is_refused(changes, code):
    good = Account("Advertising", "Pumps", "Expense")
    assert rules.check_accounts("Pumps", [good]) is None
    assert code_of(rules.check_accounts("Pumps", [good, replace(good, **changes)])) == code


def test_the_same_channel_may_be_planned_on_two_accounts():
    rows = (Channel("Event", Decimal(1)), Channel("Event", Decimal(1), account="Samples"))
    assert rules.check_draft(plan(channels=rows)) is None


@pytest.mark.parametrize(
    ("status", "verb", "expected"),
    [
        ("Draft", "request_approval", "Awaiting Approval"),
        ("Rejected", "request_approval", "Awaiting Approval"),
        ("Awaiting Approval", "withdraw", "Draft"),
        ("Awaiting Approval", "reject", "Rejected"),
    ],
)
def test_moves(status, verb, expected):
    assert rules.next_status(status, verb) == expected


@pytest.mark.parametrize("status", ["Running", "Completed", "Cancelled", "Approved"])
@pytest.mark.parametrize("verb", ["request_approval", "withdraw", "reject"])
def test_a_decided_plan_takes_no_more_moves(status, verb):
    assert code_of(rules.next_status(status, verb)) == "move_not_possible"


@given(periods, days)
def test_an_approved_plan_is_always_in_one_of_three_states(period, today):
    status = rules.status_on(period, today)
    assert (status == "Running") == (today in period)
    assert (status == "Approved") == (today < period.start)


@pytest.mark.parametrize(
    ("start", "end", "season"),
    [
        (date(2026, 4, 1), date(2026, 5, 31), "Spring"),
        (date(2026, 12, 22), date(2027, 3, 10), "Winter"),
        (date(2026, 1, 1), date(2026, 12, 31), "All Year"),
        (date(2026, 7, 1), date(2026, 7, 1), "Summer"),
    ],
)
def test_season_follows_from_the_period(start, end, season):
    assert rules.default_season(Period(start, end)) == season


@given(
    st.builds(
        PlannedTask, subject=st.just("x"), start_offset=st.integers(-60, 400), duration=st.integers(1, 60)
    ),
    days,
    st.sets(days, max_size=200),
)
def test_a_task_has_exactly_its_working_days_and_touches_no_holiday(task, start, holidays):
    period = rules.task_period(task, start, holidays)
    working = [
        day
        for day in (period.start + timedelta(days=n) for n in range((period.end - period.start).days + 1))
        if day not in holidays
    ]
    assert len(working) == task.duration
    assert period.start >= start + timedelta(days=task.start_offset)
    assert period.start in working and period.end in working


def test_a_role_gives_work_to_its_least_loaded_member():
    assert rules.least_loaded({"b": 1, "a": 1, "c": 2}) == "a"
    assert rules.least_loaded({}) is None
