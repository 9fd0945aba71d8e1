"""What a campaign plan must hold, what it adds up to, and what an approved one sets in motion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from crm_ext.shared.calendars import Period, season_of
from crm_ext.shared.money import rounded, share
from crm_ext.shared.results import Refusal, refuse

DRAFT = "Draft"
AWAITING_APPROVAL = "Awaiting Approval"
REJECTED = "Rejected"
APPROVED = "Approved"
RUNNING = "Running"
COMPLETED = "Completed"
CANCELLED = "Cancelled"

ALL_YEAR = "All Year"
_DAY = timedelta(days=1)
# A campaign of more than two seasons' length belongs to none of them.
_LONGEST_SEASONAL_DAYS = 186

# (status, verb) -> status. Approving and cancelling are Frappe's submit and cancel.
_MOVES: Mapping[tuple[str, str], str] = {
    (DRAFT, "request_approval"): AWAITING_APPROVAL,
    (REJECTED, "request_approval"): AWAITING_APPROVAL,
    (AWAITING_APPROVAL, "withdraw"): DRAFT,
    (AWAITING_APPROVAL, "reject"): REJECTED,
}


@dataclass(frozen=True)
class Channel:
    """One way of reaching people, and what is expected of it. Amounts in the company's currency."""

    channel: str
    budget: Decimal = Decimal(0)
    unit_cost: Decimal = Decimal(0)
    expected_touches: int = 0
    expected_response_rate: Decimal = Decimal(0)  # percent of touches
    expected_responses: int = 0
    expected_revenue: Decimal = Decimal(0)
    account: str | None = None  # expense account, where it differs from the plan's


@dataclass(frozen=True)
class PlannedTask:
    subject: str
    start_offset: int = 0  # calendar days from the start of the period; before it when negative
    duration: int = 1  # working days


@dataclass(frozen=True)
class Plan:
    title: str
    company: str
    period: Period | None
    channels: tuple[Channel, ...] = ()
    tasks: tuple[PlannedTask, ...] = ()
    account: str | None = None


@dataclass(frozen=True)
class Totals:
    budget: Decimal
    expected_touches: int
    expected_responses: int
    expected_revenue: Decimal


@dataclass(frozen=True)
class FiscalYear:
    name: str
    period: Period


@dataclass(frozen=True)
class Account:
    """What decides whether a plan may spend on an account."""

    name: str
    company: str
    root_type: str
    is_group: bool = False
    disabled: bool = False


@dataclass(frozen=True)
class BudgetShare:
    """What one expense account may spend on the campaign in one fiscal year."""

    fiscal_year: str
    account: str
    amount: Decimal


def next_status(status: str, verb: str) -> str | Refusal:
    """Where a verb leads from a status. Refusal: 'move_not_possible'."""
    return _MOVES.get((status, verb)) or refuse("move_not_possible", status=status, verb=verb)


def status_on(period: Period, today: date) -> str:
    """What an approved plan is on a day: 'Approved' before its period, 'Running' in it, 'Completed' after it."""
    if today < period.start:
        return APPROVED
    return RUNNING if today in period else COMPLETED


def default_season(period: Period) -> str:
    """The season of the middle day; 'All Year' for a period longer than two seasons."""
    length = (period.end - period.start).days + 1
    if length > _LONGEST_SEASONAL_DAYS:
        return ALL_YEAR
    return season_of(period.start + timedelta(days=length // 2))


def completed_channel(channel: Channel, precision: int) -> Channel:
    """The channel with what follows from what was typed; nothing that was typed is changed.

    budget = unit cost x touches where no budget stands, touches = budget / unit cost (rounded down) where no touches
    stand, responses = touches x rate where no responses stand. The rate follows from responses in the end.
    """
    budget, touches, responses = channel.budget, channel.expected_touches, channel.expected_responses
    if not budget:
        budget = rounded(channel.unit_cost * touches, precision)
    if not touches and channel.unit_cost > 0:
        touches = int(budget / channel.unit_cost)
    if not responses:
        responses = int(rounded(touches * channel.expected_response_rate / 100, 0))
    rate = rounded(Decimal(100 * responses) / touches, 2) if touches else channel.expected_response_rate
    return replace(
        channel,
        budget=budget,
        expected_touches=touches,
        expected_responses=responses,
        expected_response_rate=rate,
    )


def totals(channels: Iterable[Channel]) -> Totals:
    channels = list(channels)
    return Totals(
        budget=sum((channel.budget for channel in channels), Decimal(0)),
        expected_touches=sum(channel.expected_touches for channel in channels),
        expected_responses=sum(channel.expected_responses for channel in channels),
        expected_revenue=sum((channel.expected_revenue for channel in channels), Decimal(0)),
    )


def check_draft(plan: Plan) -> Refusal | None:
    """What even an unfinished plan may not hold.

    Refusals: 'period_reversed', 'amount_negative', 'responses_above_touches', 'channel_twice', 'task_without_time'.
    """
    if plan.period and plan.period.end < plan.period.start:
        return refuse("period_reversed", from_date=plan.period.start, to_date=plan.period.end)
    seen: set[tuple[str, str | None]] = set()
    for row, channel in enumerate(plan.channels, start=1):
        amounts = (
            channel.budget,
            channel.unit_cost,
            channel.expected_revenue,
            channel.expected_response_rate,
        )
        if min(*amounts, channel.expected_touches, channel.expected_responses) < 0:
            return refuse("amount_negative", row=row, channel=channel.channel)
        if channel.expected_touches and channel.expected_responses > channel.expected_touches:
            return refuse("responses_above_touches", row=row, channel=channel.channel)
        if (channel.channel, channel.account) in seen:
            return refuse("channel_twice", row=row, channel=channel.channel)
        seen.add((channel.channel, channel.account))
    for row, task in enumerate(plan.tasks, start=1):
        if task.duration < 1:
            return refuse("task_without_time", row=row, subject=task.subject)
    return None


def check_accounts(company: str, accounts: Iterable[Account]) -> Refusal | None:
    """Whether the company can spend on all of these accounts.

    Refusals: 'account_of_other_company', 'account_is_group', 'account_disabled', 'account_not_expense'.
    """
    for account in accounts:
        if account.company != company:
            return refuse("account_of_other_company", account=account.name, company=company)
        if account.is_group:
            return refuse("account_is_group", account=account.name)
        if account.disabled:
            return refuse("account_disabled", account=account.name)
        if account.root_type != "Expense":
            return refuse("account_not_expense", account=account.name)
    return None


def check_complete(plan: Plan) -> Refusal | None:
    """What somebody who approves must be able to read.

    Refusals: those of `check_draft`, 'no_period', 'no_channel', 'no_budget', 'no_account'.
    """
    refusal = check_draft(plan)
    if refusal is not None:
        return refusal
    if plan.period is None:
        return refuse("no_period")
    if not plan.channels:
        return refuse("no_channel")
    if totals(plan.channels).budget == 0:
        return refuse("no_budget")
    for row, channel in enumerate(plan.channels, start=1):
        if channel.budget and not (channel.account or plan.account):
            return refuse("no_account", row=row, channel=channel.channel)
    return None


def budget_shares(
    plan: Plan, fiscal_years: Sequence[FiscalYear], precision: int
) -> list[BudgetShare] | Refusal:
    """The plan's budget by fiscal year and expense account, in proportion to the days that each year has of the period.

    The shares of an account add up to what its channels are given. Refusal: 'no_fiscal_year' with the first day that
    no year covers.
    """
    days = _days_by_year(plan.period, fiscal_years)
    if isinstance(days, Refusal):
        return days
    by_account: dict[str, Decimal] = defaultdict(Decimal)
    for channel in plan.channels:
        by_account[channel.account or plan.account] += channel.budget
    shares = []
    for account, amount in by_account.items():
        parts = share(amount, [Decimal(count) for count in days.values()], precision)
        shares += [BudgetShare(year, account, part) for year, part in zip(days, parts, strict=True) if part]
    return sorted(shares, key=lambda part: (list(days).index(part.fiscal_year), part.account))


def _days_by_year(period: Period, fiscal_years: Sequence[FiscalYear]) -> dict[str, int] | Refusal:
    """How many days of the period lie in each fiscal year, in the order of time; no day is counted twice."""
    days: dict[str, int] = {}
    day = period.start
    while day <= period.end:
        year = next((year for year in fiscal_years if day in year.period), None)
        if year is None:
            return refuse("no_fiscal_year", day=day)
        last = min(year.period.end, period.end)
        days[year.name] = (last - day).days + 1
        day = last + _DAY
    return days


def task_period(task: PlannedTask, plan_start: date, holidays: Collection[date]) -> Period:
    """First and last day of a task: it starts on the first working day at or after its offset and lasts `duration`
    working days."""
    first = _working_day(plan_start + timedelta(days=task.start_offset), holidays)
    last = first
    for _ in range(task.duration - 1):
        last = _working_day(last + _DAY, holidays)
    return Period(first, last)


def _working_day(day: date, holidays: Collection[date]) -> date:
    while day in holidays:
        day += _DAY
    return day


def least_loaded(members: Mapping[str, int]) -> str | None:
    """Of a role's members and their numbers of open assignments, the one to take the next; ties by name."""
    return min(members, key=lambda user: (members[user], user), default=None)
