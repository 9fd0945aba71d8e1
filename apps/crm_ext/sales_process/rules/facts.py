"""Facts of the ERP that a stage can be left on, and how each is judged.

The registry says what a fact measures and where one puts it right; `queries/facts.py` reads the values, `judge` weighs
them, and `flow/sentences.py` says the outcome in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crm_ext.sales_process.rules.processes import Criterion


class Measure(Enum):
    ANSWER = "yes or no"
    COUNT = "count"
    AMOUNT = "company currency"
    PERCENT = "percent"


@dataclass(frozen=True)
class Fix:
    """Where a fact is put right: a field of the opportunity, one of ERPNext's own actions, or another document."""

    kind: str
    target: str


@dataclass(frozen=True)
class StockLine:
    """How much of an item is wanted and can be promised in time, both in its stock unit."""

    item: str
    wanted: Decimal
    promised: Decimal


@dataclass(frozen=True)
class OpportunityFacts:
    """What is known of one opportunity. Amounts in company currency; None where nothing can be said."""

    customer: str | None = None
    reachable_by: str | None = None
    decision_maker: str | None = None
    expected_closing: date | None = None
    amount: Decimal = Decimal(0)
    items: int = 0
    quotations: tuple[str, ...] = ()
    credit_limit: Decimal | None = None
    outstanding: Decimal = Decimal(0)
    stock: tuple[StockLine, ...] = ()
    revenue: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    items_without_cost: tuple[str, ...] = ()
    advance_received: Decimal = Decimal(0)
    competitors: tuple[str, ...] = ()
    activities_done: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """A fact's value: number or yes/no, with the code and values of the sentence that says it."""

    value: Decimal | bool | None
    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Judgement:
    """Whether a criterion is met, and why."""

    stage: str
    fact: str
    met: bool
    required: bool
    finding: Finding
    operator: str
    threshold: Decimal
    fix: Fix | None


@dataclass(frozen=True)
class Fact:
    """measure: how it is compared; needs: the groups of values that must be read; fix: where it is put right."""

    measure: Measure
    find: Callable[[OpportunityFacts, Criterion], Finding]
    needs: frozenset[str]
    fix: Fix


def judge(criterion: Criterion, facts: OpportunityFacts) -> Judgement:
    """Weigh one criterion. What cannot be known is not met."""
    fact = FACTS[criterion.fact]
    finding = fact.find(facts, criterion)
    return Judgement(
        stage=criterion.stage,
        fact=criterion.fact,
        met=_holds(finding.value, criterion.operator, criterion.threshold),
        required=criterion.required,
        finding=finding,
        operator=criterion.operator,
        threshold=criterion.threshold,
        fix=fact.fix,
    )


def pipeline_value(amount: Decimal, items_total: Decimal, rate: Decimal) -> Decimal:
    """Value of an opportunity in company currency: its stated amount, or what its items add up to.

    rate: company currency for one unit of the opportunity's; an opportunity that has none counts one to one.
    """
    return (amount or items_total) * (rate or Decimal(1))


def needs_of(criteria: tuple[Criterion, ...]) -> frozenset[str]:
    """The groups of values to read before these criteria can be judged."""
    return frozenset().union(*(FACTS[criterion.fact].needs for criterion in criteria))


def _holds(value: Decimal | bool | None, operator: str, threshold: Decimal) -> bool:
    if value is None:
        return False
    if operator == "At least":
        return value >= threshold
    if operator == "At most":
        return value <= threshold
    return bool(value) is (operator == "Yes")


def _party_is_customer(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    if facts.customer:
        return Finding(True, "party_is_customer", {"customer": facts.customer})
    return Finding(False, "party_is_no_customer")


def _contact_can_be_reached(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    if facts.reachable_by:
        return Finding(True, "contact_reachable", {"address": facts.reachable_by})
    return Finding(False, "contact_unreachable")


def _decision_maker_named(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    if facts.decision_maker:
        return Finding(True, "decision_maker_named", {"person": facts.decision_maker})
    return Finding(False, "decision_maker_unknown")


def _expected_closing_set(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    if facts.expected_closing:
        return Finding(True, "closing_expected", {"date": facts.expected_closing})
    return Finding(False, "closing_not_expected")


def _competitor_known(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    if facts.competitors:
        return Finding(True, "competitors_known", {"competitors": facts.competitors})
    return Finding(False, "competitors_unknown")


def _activity_done(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    done = criterion.activity in facts.activities_done
    return Finding(done, "activity_done" if done else "activity_open", {"activity": criterion.activity})


def _items_listed(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    return Finding(Decimal(facts.items), "items_listed", {"count": facts.items})


def _quotations_submitted(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    return Finding(Decimal(len(facts.quotations)), "quotations_submitted", {"count": len(facts.quotations)})


def _opportunity_amount(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    return Finding(facts.amount, "opportunity_amount", {"amount": facts.amount})


def _credit_available(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    if not facts.customer:
        return Finding(None, "credit_needs_customer")
    if not facts.credit_limit:
        return Finding(True, "no_credit_limit")
    available = facts.credit_limit - facts.outstanding
    return Finding(
        available >= facts.amount,
        "credit_available",
        {"available": max(available, Decimal(0)), "needed": facts.amount},
    )


def _stock_promised(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    if not facts.items:
        return Finding(None, "stock_needs_items")
    short = [line for line in facts.stock if line.promised < line.wanted]
    if not short:
        return Finding(True, "stock_covers_all")
    worst = min(short, key=lambda line: (line.promised - line.wanted, line.item))
    return Finding(
        False,
        "stock_short",
        {
            "item": worst.item,
            "promised": worst.promised,
            "wanted": worst.wanted,
            "others": len(short) - 1,
        },
    )


def _margin(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    """Margin on revenue, percent: (revenue - cost) / revenue."""
    if facts.items_without_cost:
        return Finding(None, "cost_unknown", {"items": facts.items_without_cost})
    if facts.revenue <= 0:
        return Finding(None, "margin_needs_rates")
    percent = (facts.revenue - facts.cost) / facts.revenue * 100
    return Finding(percent, "margin", {"percent": percent})


def _advance_received(facts: OpportunityFacts, criterion: Criterion) -> Finding:
    """Share of the opportunity's amount that has been paid in advance, percent."""
    if facts.amount <= 0:
        return Finding(None, "advance_needs_amount")
    percent = facts.advance_received / facts.amount * 100
    return Finding(
        percent,
        "advance_received",
        {"received": facts.advance_received, "amount": facts.amount, "percent": percent},
    )


def _fact(
    measure: Measure,
    find: Callable[[OpportunityFacts, Criterion], Finding],
    needs: str,
    kind: str,
    target: str,
) -> Fact:
    return Fact(measure, find, frozenset(needs.split()), Fix(kind, target))


# Keys are what the process definition stores and shows.
FACTS: MappingProxyType[str, Fact] = MappingProxyType(
    {
        "Party is a customer": _fact(
            Measure.ANSWER, _party_is_customer, "customer", "action", "make_customer"
        ),
        "Contact can be reached": _fact(
            Measure.ANSWER, _contact_can_be_reached, "contact", "field", "contact_person"
        ),
        "Decision maker named": _fact(
            Measure.ANSWER, _decision_maker_named, "contact", "field", "contact_person"
        ),
        "Items listed": _fact(Measure.COUNT, _items_listed, "", "field", "items"),
        "Expected closing date set": _fact(
            Measure.ANSWER, _expected_closing_set, "", "field", "expected_closing"
        ),
        "Opportunity amount": _fact(Measure.AMOUNT, _opportunity_amount, "", "field", "opportunity_amount"),
        "Quotations submitted": _fact(
            Measure.COUNT, _quotations_submitted, "quotations", "action", "create_quotation"
        ),
        "Credit available": _fact(
            Measure.ANSWER, _credit_available, "customer credit", "document", "Customer"
        ),
        "Stock promised": _fact(Measure.ANSWER, _stock_promised, "stock", "field", "items"),
        "Margin": _fact(Measure.PERCENT, _margin, "margin", "field", "items"),
        "Activity done": _fact(Measure.ANSWER, _activity_done, "activities", "activity", ""),
        "Advance received": _fact(Measure.PERCENT, _advance_received, "advance", "document", "Customer"),
        "Competitor known": _fact(Measure.ANSWER, _competitor_known, "", "field", "competitors"),
    }
)
