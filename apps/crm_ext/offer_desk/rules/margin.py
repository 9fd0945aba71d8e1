"""The margin of an offer, the floor below which it needs a word from above, and what a further discount costs.

Amounts are in the company's currency, percents of a line's own revenue; nothing is rounded but the percent that is
compared with a floor. For a line:

    margin = revenue - cost - commission - freight - cost of credit - share of what is given away

revenue: the net amount by ERPNext's engine: after line and document discount, without taxes (those included in the rate
taken out), converted into the company's currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from typing import Literal

from crm_ext.shared.money import rounded

Judgement = Literal["Each Line", "Whole Document"]

_ZERO, _HUNDRED = Decimal(0), Decimal(100)
_DAYS_OF_A_YEAR = Decimal(365)
# ERPNext rounds amounts to cents: a margin of exactly the floor may come out a breath below it.
_PERCENT_PRECISION = 2
_HEADROOM_STEP = Decimal("0.01")
# The same line of an order that takes a part of the quotation may lose this much to rounding, in document currency.
_ROUNDING = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One line of an offer.

    qty: in stock units. unit_cost: per stock unit, None where no cost is known; such a line is not judged.
    commission: percent of the revenue. ships: whether goods leave the house. counts: False for alternatives and options,
    which are judged alone and are no part of the document's sums. floor: least margin in percent, None for no floor.
    """

    key: str
    item_code: str
    qty: Decimal
    revenue: Decimal
    unit_cost: Decimal | None
    commission: Decimal = _ZERO
    ships: bool = True
    counts: bool = True
    floor: Decimal | None = None

    @property
    def is_given_away(self) -> bool:
        return self.revenue <= 0


@dataclass(frozen=True)
class Terms:
    """What holds for all lines.

    freight: estimated cost of carriage in percent of the goods' revenue. freight_charged: what the customer pays for it
    beside the lines (negative where the house grants carriage). credit: cost of the days of credit in percent.
    """

    freight: Decimal = _ZERO
    freight_charged: Decimal = _ZERO
    credit: Decimal = _ZERO


@dataclass(frozen=True)
class LineMargin:
    """What is left of a line, and where the rest went. margin and percent are None where no cost is known."""

    line: Line
    commission: Decimal
    freight: Decimal
    credit: Decimal
    given_away: Decimal
    cost: Decimal | None
    margin: Decimal | None
    percent: Decimal | None

    @property
    def is_below_floor(self) -> bool:
        return self.percent is not None and self.line.floor is not None and self.percent < self.line.floor

    @property
    def burden(self) -> Decimal:
        """What the terms take, in percent of the revenue: commission, freight and credit."""
        return (self.commission + self.freight + self.credit) / self.line.revenue * _HUNDRED


@dataclass(frozen=True)
class Assessment:
    """The margin of a document. `below`: keys of the lines for which somebody must answer."""

    lines: tuple[LineMargin, ...]
    revenue: Decimal
    margin: Decimal
    percent: Decimal | None
    below: tuple[str, ...]

    @property
    def lowest_percent(self) -> Decimal | None:
        """The least margin among the lines that are below."""
        return min((line.percent for line in self.lines if line.line.key in self.below), default=None)


def credit_percent(schedule: Iterable[tuple[Decimal, int]], annual_rate: Decimal) -> Decimal:
    """Cost of credit in percent of the revenue: simple interest, 365 days a year, days weighted by portion.

    schedule: (portion in percent of the invoice, days until it is due); what is due before delivery costs nothing.
    """
    days = sum((portion / _HUNDRED * max(days, 0) for portion, days in schedule), _ZERO)
    return annual_rate * days / _DAYS_OF_A_YEAR


def assess(lines: Sequence[Line], terms: Terms, judgement: Judgement = "Each Line") -> Assessment:
    """The margin of every line and of the document.

    What is given away (free goods, samples at no price) is borne by the lines that pay, in proportion to their revenue;
    a document that gives everything away is not judged. 'Whole Document' lets lines make up for each other: somebody
    must answer only where the document earns less than all of its lines at their floors would.
    """
    paid = [line for line in lines if line.counts and not line.is_given_away]
    gift = sum((line.unit_cost * line.qty for line in lines if _is_known_gift(line)), _ZERO)
    revenue = sum((line.revenue for line in paid), _ZERO)
    freight = _freight_rate(paid, terms)
    gift_rate = gift / revenue if revenue else _ZERO
    margins = tuple(
        _line_margin(line, freight, terms.credit, gift_rate if line.counts else _ZERO)
        for line in lines
        if not line.is_given_away
    )
    known = [found for found in margins if found.line.counts and found.margin is not None]
    known_revenue = sum((found.line.revenue for found in known), _ZERO)
    margin = sum((found.margin for found in known), _ZERO)
    return Assessment(
        lines=margins,
        revenue=revenue,
        margin=margin,
        percent=_percent(margin, known_revenue) if known_revenue else None,
        below=_below(margins, judgement),
    )


def _is_known_gift(line: Line) -> bool:
    return line.counts and line.is_given_away and line.unit_cost is not None


def _freight_rate(paid: Sequence[Line], terms: Terms) -> Decimal:
    """Carriage that the house bears, as a share of the revenue of what is carried; never less than nothing."""
    carried = sum((line.revenue for line in paid if line.ships), _ZERO)
    if not carried:
        return terms.freight / _HUNDRED
    return max(terms.freight / _HUNDRED - terms.freight_charged / carried, _ZERO)


def _line_margin(line: Line, freight_rate: Decimal, credit: Decimal, gift_rate: Decimal) -> LineMargin:
    commission = line.revenue * line.commission / _HUNDRED
    freight = line.revenue * freight_rate if line.ships else _ZERO
    credit_cost = line.revenue * credit / _HUNDRED
    given_away = line.revenue * gift_rate
    cost = None if line.unit_cost is None else line.unit_cost * line.qty
    margin = None if cost is None else line.revenue - cost - commission - freight - credit_cost - given_away
    percent = None if margin is None else _percent(margin, line.revenue)
    return LineMargin(line, commission, freight, credit_cost, given_away, cost, margin, percent)


def _percent(margin: Decimal, revenue: Decimal) -> Decimal:
    return rounded(margin / revenue * _HUNDRED, _PERCENT_PRECISION)


def _below(margins: Sequence[LineMargin], judgement: Judgement) -> tuple[str, ...]:
    below = [found for found in margins if found.is_below_floor]
    if judgement == "Whole Document" and _reaches_its_floors(margins):
        below = [found for found in below if not found.line.counts]
    return tuple(found.line.key for found in below)


def _reaches_its_floors(margins: Sequence[LineMargin]) -> bool:
    judged = [
        found
        for found in margins
        if found.line.counts and found.margin is not None and found.line.floor is not None
    ]
    revenue = sum((found.line.revenue for found in judged), _ZERO)
    if not revenue:
        return True
    margin = sum((found.margin for found in judged), _ZERO)
    floor = sum((found.line.revenue * found.line.floor for found in judged), _ZERO) / revenue
    return _percent(margin, revenue) >= rounded(floor, _PERCENT_PRECISION)


# A further discount


@dataclass(frozen=True)
class FurtherDiscount:
    """What a further discount on the whole document costs. margin_lost is None where no line's cost is known."""

    percent: Decimal
    revenue_lost: Decimal
    margin_lost: Decimal
    commission_lost: Decimal
    below: tuple[str, ...]


def further_discount(
    lines: Sequence[Line], terms: Terms, judgement: Judgement, percent: Decimal
) -> FurtherDiscount:
    """The document with `percent` less on every line, beside the document as it is."""
    before = assess(lines, terms, judgement)
    after = assess(discounted(lines, percent), terms, judgement)
    return FurtherDiscount(
        percent=percent,
        revenue_lost=before.revenue - after.revenue,
        margin_lost=before.margin - after.margin,
        commission_lost=_commission(before) - _commission(after),
        below=after.below,
    )


def discounted(lines: Sequence[Line], percent: Decimal) -> tuple[Line, ...]:
    """The lines as ERPNext's additional discount on the net total leaves them."""
    kept = (_HUNDRED - percent) / _HUNDRED
    return tuple(replace(line, revenue=line.revenue * kept) for line in lines)


def headroom(lines: Sequence[Line], terms: Terms, judgement: Judgement) -> Decimal | None:
    """The largest further discount in percent that needs nobody's word, to a hundredth; 0 where one is needed already.

    None where no line has both a floor and a cost: there is nothing to reach.
    """
    judged = [line for line in lines if line.floor is not None and line.unit_cost is not None]
    if not any(not line.is_given_away for line in judged):
        return None
    if assess(lines, terms, judgement).below:
        return _ZERO
    fits, fails = _ZERO, _HUNDRED
    while fails - fits > _HEADROOM_STEP:
        middle = ((fits + fails) / 2).quantize(_HEADROOM_STEP, rounding=ROUND_FLOOR)
        if assess(discounted(lines, middle), terms, judgement).below:
            fails = middle
        else:
            fits = middle
    return fits


def _commission(assessment: Assessment) -> Decimal:
    return sum((found.commission for found in assessment.lines if found.line.counts), _ZERO)


# Floors


@dataclass(frozen=True)
class Floor:
    """The least margin in percent for an item group and all below it, a customer grade and a company; None is any."""

    minimum: Decimal
    item_group: str | None = None
    customer_grade: str | None = None
    company: str | None = None


def floor_for(
    floors: Iterable[Floor],
    lineage: Sequence[str],
    customer_grade: str | None,
    company: str,
    default: Decimal | None,
) -> Decimal | None:
    """The floor that fits best: nearest item group first, then the customer's grade, then the company.

    lineage: the item's group, its parent, and so on to the root. default: what holds where no floor fits.
    """
    nearness = {group: steps for steps, group in enumerate(lineage)}
    fitting = [
        floor
        for floor in floors
        if (floor.item_group is None or floor.item_group in nearness)
        and floor.customer_grade in (None, customer_grade)
        and floor.company in (None, company)
    ]
    if not fitting:
        return default
    best = min(
        fitting,
        key=lambda floor: (
            nearness.get(floor.item_group, len(lineage)),
            floor.customer_grade is None,
            floor.company is None,
        ),
    )
    return best.minimum


# Approvals


@dataclass(frozen=True)
class OfferedLine:
    """What an approval remembers of a line: price of one stock unit without taxes, in the document's currency.

    burden: what commission, freight and credit take, in percent of the revenue.
    """

    item_code: str
    qty: Decimal
    price: Decimal
    burden: Decimal


def is_covered(offered: Sequence[OfferedLine], approved: Sequence[OfferedLine]) -> bool:
    """Whether nothing of `offered` is worse than what was approved.

    Each line must find its quantity among approved lines of the same item, none dearer than itself and none less
    burdened. What costs have done since is not held against the offer: the price was approved, and the price stands.
    """
    left = [line.qty for line in approved]
    # Those that fit the fewest approved lines choose first.
    for line in sorted(offered, key=lambda line: (line.price, -line.burden)):
        wanted = line.qty
        for index in sorted(range(len(approved)), key=lambda index: -approved[index].price):
            if wanted > 0 and _is_no_worse(line, approved[index]):
                taken = min(wanted, left[index])
                left[index] -= taken
                wanted -= taken
        if wanted > 0:
            return False
    return True


def _is_no_worse(line: OfferedLine, approved: OfferedLine) -> bool:
    tolerance = _ROUNDING / line.qty if line.qty else _ZERO
    return (
        line.item_code == approved.item_code
        and line.price >= approved.price - tolerance
        and line.burden <= approved.burden + _HEADROOM_STEP
    )


def may_approve(limits: Mapping[str, Decimal], roles: Iterable[str], lowest: Decimal) -> bool:
    """Whether one of the roles may let a margin of `lowest` percent pass. limits: least margin by role."""
    return any(role in limits and lowest >= limits[role] for role in roles)
