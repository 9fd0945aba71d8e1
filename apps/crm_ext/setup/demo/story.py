"""What happens in the demo company, day by day, worked out before anything is written.

Pure: the same seed tells the same story whatever day it is told on. Day 0 is the beginning of the history, the last
day is "today"; `load.py` turns the events into documents in their order.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random

from crm_ext.setup.demo.words import (
    BRANCHES,
    CAMPAIGNS,
    CUSTOMER_GROUPS,
    FOREIGN_CUSTOMERS,
    PRODUCTS,
    Product,
)

DAYS_IN_CHUNK = 30
# A lot that is bought or made lasts for so many months.
CHUNKS_IN_A_LOT = 4
CUSTOMERS_PER_BRANCH = 7
HOUSEHOLD_ITEMS = ("SV-INSTALL", "SV-COMMISSION")
# In which order the events of one day happen: goods come before they go.
ORDER_OF_EVENTS = (
    "expenses", "purchase", "manufacture", "distribute", "pay_supplier", "campaign", "spend", "sample", "lead", "touch",
    "opportunity", "stage", "quotation", "lost", "order", "advance", "delivery", "invoice", "payment", "return", "write_off",
)  # fmt: skip


@dataclass(frozen=True)
class Buyer:
    number: int
    group: str
    branch: str
    currency: str = "IRR"
    foreign: int | None = None


@dataclass(frozen=True)
class Lead:
    number: int
    day: int
    branch: str
    group: str
    campaign: str | None
    deal: int | None
    quality: str


@dataclass(frozen=True)
class Deal:
    """One piece of business from the first word to the money; days that lie behind the end never come."""

    number: int
    branch: str
    buyer: int | None
    lead: int | None
    campaign: str | None
    lines: tuple[tuple[str, int], ...]
    discount: int
    outcome: str
    payment: str
    days: dict[str, int]


@dataclass(frozen=True)
class Event:
    day: int
    kind: str
    key: int | str
    detail: tuple = ()

    @property
    def chunk(self) -> int:
        return self.day // DAYS_IN_CHUNK


@dataclass
class Story:
    days: int
    buyers: list[Buyer] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def chunk(self, number: int) -> list[Event]:
        return [event for event in self.events if event.chunk == number]


def tell(months: int, seed: int) -> Story:
    """The whole history of `months` times thirty days."""
    random = Random(seed)
    story = Story(days=months * DAYS_IN_CHUNK, buyers=buyers())
    campaigns = campaign_days(story.days)
    for month in range(months):
        for _number in range(3 + random.randint(0, 1) + (2 if month > months * 0.6 else 0)):
            story.deals.append(_deal(random, story, campaigns, month))
    _leads_that_came_to_nothing(random, story, campaigns)
    story.leads.sort(key=lambda lead: (lead.day, lead.number))
    story.events = sorted(
        (event for event in _events(story, campaigns) if 0 <= event.day <= story.days - 1),
        key=lambda event: (event.day, ORDER_OF_EVENTS.index(event.kind), str(event.key)),
    )
    return story


def buyers() -> list[Buyer]:
    """The customers that are there from the first day."""
    at_home = [branch for branch in BRANCHES if not branch.abroad]
    groups = [group.english for group in CUSTOMER_GROUPS if group.english != "Export Buyers"]
    found: list[Buyer] = []
    for branch in at_home:
        for _turn in range(CUSTOMERS_PER_BRANCH):
            found.append(Buyer(len(found), groups[(len(found) + len(found) // 4) % len(groups)], branch.code))
    for number, (_name, _country, currency, branch) in enumerate(FOREIGN_CUSTOMERS):
        found.append(Buyer(len(found), "Export Buyers", branch, currency, number))
    return found


def campaign_days(days: int) -> dict[str, tuple[int, int]]:
    """First and last day of each campaign; a history of less than a year has room for a few of them only."""
    months = days // DAYS_IN_CHUNK
    ideas = CAMPAIGNS if months >= 12 else CAMPAIGNS[: 1 + months // 2]
    starts = {idea.code: int(idea.start * days) for idea in ideas}
    return {idea.code: (starts[idea.code], starts[idea.code] + idea.days) for idea in ideas}


def _deal(random: Random, story: Story, campaigns: dict[str, tuple[int, int]], month: int) -> Deal:
    number = len(story.deals)
    branch = random.choices(BRANCHES, weights=[branch.share for branch in BRANCHES])[0]
    opened = month * DAYS_IN_CHUNK + random.randint(3, DAYS_IN_CHUNK - 1)
    counter_sale = number % 5 == 0
    campaign = _campaign_on(random, campaigns, opened) if not branch.abroad else None
    from_lead = not counter_sale and not branch.abroad and random.random() < (0.55 if campaign else 0.2)
    days = _days(random, opened, counter_sale)
    outcome = "won" if counter_sale else random.choices(("won", "lost", "stalled"), weights=(74, 18, 8))[0]
    if outcome == "lost":
        days["lost"] = days["quotation"] + random.randint(8, 35)
    payment = (
        "prompt"
        if counter_sale
        else random.choices(("prompt", "late", "partial", "advance", "unpaid"), weights=(42, 24, 12, 12, 10))[
            0
        ]
    )
    if outcome == "won" and number % 9 == 4:
        days["return"] = days["invoice"] + random.randint(3, 12)
    if payment == "unpaid" and number % 3:
        days["write_off"] = days["invoice"] + 150
    lead = None
    if from_lead:
        lead = len(story.leads)
        group = random.choice(("Dealers", "Contractors", "Industry", "Housing"))
        lead_day = max(campaigns[campaign][0] + 1 if campaign else 0, opened - random.randint(2, 15))
        story.leads.append(Lead(lead, lead_day, branch.code, group, campaign, number, "good"))
    candidates = [buyer for buyer in story.buyers if buyer.branch == branch.code]
    buyer = None if from_lead else random.choice(candidates).number
    return Deal(
        number, branch.code, buyer, lead, campaign, _lines(random, branch.abroad, campaign),
        random.choice((0, 0, 0, 2, 3, 5)), outcome, payment, days,
    )  # fmt: skip


def _days(random: Random, opened: int, counter_sale: bool) -> dict[str, int]:
    if counter_sale:
        quotation, order = opened, opened + 1
        delivery = order + random.randint(0, 2)
        return {
            "opportunity": opened, "quotation": quotation, "order": order, "delivery": delivery, "invoice": delivery,
            "payment": delivery + random.randint(0, 2),
        }  # fmt: skip
    quotation = opened + random.randint(2, 10)
    order = quotation + random.randint(4, 22)
    delivery = order + random.randint(3, 18)
    return {
        "opportunity": opened, "stage": opened + 1, "quotation": quotation, "order": order, "delivery": delivery,
        "invoice": delivery + random.randint(0, 3), "payment": delivery + random.randint(12, 40),
    }  # fmt: skip


def _campaign_on(random: Random, campaigns: dict[str, tuple[int, int]], day: int) -> str | None:
    """A campaign that is running or has just run, by its strength; None for business that came by itself."""
    running = [
        idea
        for idea in CAMPAIGNS
        if idea.code in campaigns and campaigns[idea.code][0] + 5 <= day <= campaigns[idea.code][1] + 30
    ]
    random.shuffle(running)
    return next((idea.code for idea in running if random.random() < idea.strength), None)


def _lines(random: Random, abroad: bool, campaign: str | None) -> tuple[tuple[str, int], ...]:
    promoted = next((idea.group for idea in CAMPAIGNS if idea.code == campaign), None)
    goods = [product for product in PRODUCTS if product.popularity]
    if abroad:
        goods = [product for product in goods if product.group in ("Pumps", "Spare Parts")]
    weights = [product.popularity * (4 if product.group == promoted else 1) for product in goods]
    chosen: dict[str, int] = {}
    for product in random.choices(goods, weights=weights, k=random.randint(1, 4)):
        quantity = 1 if product.kind == "service" else random.choice((1, 2, 3, 4, 6, 8, 10, 12))
        chosen.setdefault(product.code, quantity)
    if set(chosen) <= set(HOUSEHOLD_ITEMS):
        chosen[goods[0].code] = 2
    return tuple(sorted(chosen.items()))


def _leads_that_came_to_nothing(random: Random, story: Story, campaigns: dict[str, tuple[int, int]]) -> None:
    at_home = [branch.code for branch in BRANCHES if not branch.abroad]
    for idea in CAMPAIGNS:
        if idea.code not in campaigns:
            continue
        first, last = campaigns[idea.code]
        for _number in range(idea.leads):
            story.leads.append(
                Lead(
                    len(story.leads), random.randint(first + 1, last), random.choice(at_home),
                    random.choice(("Dealers", "Contractors", "Industry", "Housing")), idea.code, None,
                    random.choice(("cold", "cold", "interested", "refused")),
                )
            )  # fmt: skip
    for _number in range(story.days // 45):
        story.leads.append(
            Lead(
                len(story.leads),
                random.randint(0, story.days - 1),
                random.choice(at_home),
                "Housing",
                None,
                None,
                "cold",
            )
        )


def _events(story: Story, campaigns: dict[str, tuple[int, int]]) -> list[Event]:
    events = [
        Event(month * DAYS_IN_CHUNK + 28, "expenses", month) for month in range(story.days // DAYS_IN_CHUNK)
    ]
    for code, (first, last) in campaigns.items():
        events.append(Event(first, "campaign", code))
        events.append(Event(first + 3, "spend", code, (0,)))
        events.append(Event((first + last) // 2, "spend", code, (1,)))
        events.append(Event(first + 6, "sample", code))
    for lead in story.leads:
        events.append(Event(lead.day, "lead", lead.number))
        events.append(Event(lead.day + 1, "touch", lead.number))
    for deal in story.deals:
        events += _events_of_deal(deal)
    return events + supply_events(story)


def _events_of_deal(deal: Deal) -> list[Event]:
    days = deal.days
    events = [Event(days["opportunity"], "opportunity", deal.number)]
    if "stage" in days:
        events.append(Event(days["stage"], "stage", deal.number))
    if deal.outcome == "stalled":
        return events
    events.append(Event(days["quotation"], "quotation", deal.number))
    if deal.outcome == "lost":
        return [*events, Event(days["lost"], "lost", deal.number)]
    events += [Event(days[step], step, deal.number) for step in ("order", "delivery", "invoice")]
    events += [Event(days[step], step, deal.number) for step in ("return", "write_off") if step in days]
    return events + _payments(deal)


def _payments(deal: Deal) -> list[Event]:
    """Money: the part that is paid, and when. 'unpaid' never is, 'partial' leaves a rest."""
    due = deal.days["payment"]
    match deal.payment:
        case "prompt":
            return [Event(due, "payment", deal.number, (1.0,))]
        case "late":
            return [Event(due + 55, "payment", deal.number, (1.0,))]
        case "partial":
            return [
                Event(due, "payment", deal.number, (0.4,)),
                Event(due + 40, "payment", deal.number, (0.5,)),
            ]
        case "advance":
            return [
                Event(deal.days["order"], "advance", deal.number),
                Event(due, "payment", deal.number, (1.0,)),
            ]
    return []


def supply_events(story: Story) -> list[Event]:
    """Purchases, production and distribution that keep every store ahead of its deliveries."""
    events: list[Event] = []
    catalogue = {product.code: product for product in PRODUCTS}
    demand = deliveries_by_chunk(story)
    on_hand: dict[tuple[str, str], int] = defaultdict(int)
    for chunk in range(story.days // DAYS_IN_CHUNK):
        bought: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        made: list[tuple[str, int]] = []
        for (place, item), needed in sorted(_needs(demand, chunk, 1).items()):
            if on_hand[place, item] < needed:
                lot = _needs(demand, chunk, CHUNKS_IN_A_LOT)[place, item] + 3
                on_hand[place, item] += lot
                _fill(catalogue[item], place, lot, bought, made)
            on_hand[place, item] -= needed
        # Three days before the deliveries begin, so that goods are made and moved in time.
        day = max(0, chunk * DAYS_IN_CHUNK - 3)
        for (place, supplier), lines in sorted(bought.items()):
            key = f"{place}/{supplier}/{chunk}"
            events.append(Event(day, "purchase", key, tuple(_summed(lines))))
            events.append(Event(day + 35, "pay_supplier", key))
        events += [
            Event(day + 1, "manufacture", f"{item}/{chunk}", ((item, quantity),)) for item, quantity in made
        ]
        moves = tuple(
            (place, item, needed)
            for (place, item), needed in sorted(deliveries_between(story, chunk).items())
            if place not in ("ISF", "HAM")
        )
        if moves:
            events.append(Event(day + 2, "distribute", chunk, moves))
    return events


def deliveries_between(story: Story, chunk: int) -> dict[tuple[str, str], int]:
    """Goods that leave each branch within a chunk, by (branch, item)."""
    stocked = {product.code for product in PRODUCTS if product.kind in ("made", "traded")}
    found: dict[tuple[str, str], int] = defaultdict(int)
    for deal in story.deals:
        if deal.outcome == "won" and deal.days["delivery"] // DAYS_IN_CHUNK == chunk:
            for item, quantity in deal.lines:
                if item in stocked:
                    found[deal.branch, item] += quantity
    return found


def deliveries_by_chunk(story: Story) -> dict[int, dict[tuple[str, str], int]]:
    """As deliveries_between, with the Iranian branches' goods drawn from the central store, samples included."""
    samples: dict[int, list[str]] = defaultdict(list)
    for code, (first, _last) in campaign_days(story.days).items():
        samples[(first + 6) // DAYS_IN_CHUNK].append(sample_of(code))
    demand: dict[int, dict[tuple[str, str], int]] = {}
    for chunk in range(story.days // DAYS_IN_CHUNK):
        demand[chunk] = defaultdict(int)
        for (branch, item), quantity in deliveries_between(story, chunk).items():
            demand[chunk]["HAM" if branch == "HAM" else "ISF", item] += quantity
        for item in samples[chunk]:
            demand[chunk]["ISF", item] += 1
    return demand


def sample_of(campaign: str) -> str:
    """The product that a campaign gives away or shows."""
    group = next(idea.group for idea in CAMPAIGNS if idea.code == campaign)
    return next(product.code for product in PRODUCTS if product.group == group)


def _needs(
    demand: dict[int, dict[tuple[str, str], int]], chunk: int, horizon: int
) -> dict[tuple[str, str], int]:
    total: dict[tuple[str, str], int] = defaultdict(int)
    for number in range(chunk, chunk + horizon):
        for key, quantity in demand.get(number, {}).items():
            total[key] += quantity
    return total


def _fill(product: Product, place: str, lot: int, bought: dict, made: list) -> None:
    """One lot of a product: bought from its supplier, or made from parts that are bought."""
    if place == "HAM":
        bought[place, "NORDPUMP"].append((product.code, lot))
    elif product.kind == "traded":
        bought[place, product.supplier].append((product.code, lot))
    else:
        suppliers = {part.code: part.supplier for part in PRODUCTS if part.kind == "part"}
        made.append((product.code, lot))
        for part, quantity in product.parts:
            bought[place, suppliers[part]].append((part, quantity * lot))


def _summed(lines: list[tuple[str, int]]) -> list[tuple[str, int]]:
    total: dict[str, int] = defaultdict(int)
    for item, quantity in lines:
        total[item] += quantity
    return sorted(total.items())
