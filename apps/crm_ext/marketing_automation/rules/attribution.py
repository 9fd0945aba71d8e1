"""Which campaign earned what: attribution of results to the touches that came before them.

A *journey* is what a party met before a result: its touches in the look-back window, oldest first; touches on the day
of the result still count, later ones do not. Three policies complete it:

* The campaign named on the document counts as the last touch, unless the journey ends in that campaign already.
* A customer who returns without any touch in the window and without a campaign on the document is not lost: the
  customer's origin (first touch ever) is the whole journey.
* What is left has no campaign (None) and is reported as such, so that the sum is always the ledger's.

Two forms of the same rule stand here. `journey_weights` is the reference, for one journey, in exact fractions.
`attribute` is the set-based engine on DuckDB for millions of rows. Property tests hold them equal.

Sources: first, last, linear, position-based (40/20/40) and time-decay are the models of the web-analytics trade, with
the definitions Google Analytics published ("Attribution models", 2012-2023; half-life 7 days by default there).
Markov removal effect: Anderl, Becker, von Wangenheim and Schumann, "Mapping the customer journey: Lessons learned from
graph-based online attribution modeling", International Journal of Research in Marketing 33 (2016) 457-474.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from crm_ext.shared.results import Refusal, refuse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FIRST = "First Touch"
LAST = "Last Touch"
LINEAR = "Linear"
POSITION_BASED = "Position Based"
TIME_DECAY = "Time Decay"
MARKOV = "Markov Removal Effect"
MODELS = (FIRST, LAST, LINEAR, POSITION_BASED, TIME_DECAY, MARKOV)

DEFAULT_HALF_LIFE_DAYS = 7.0

# A weight is a whole number of these parts, so that the weights of a journey add up exactly in integers.
WEIGHT_PARTS = 10**12
# Amounts are counted in millionths of the currency: exact for every currency, and far from the limit of 128 bits.
AMOUNT_PARTS = 10**6


@dataclass(frozen=True)
class Settings:
    """How results are attributed.

    look_back_days: touches older than this many days before the day of the result do not count; None counts all.
    half_life_days: for time decay, after how many days a touch weighs half.
    """

    model: str = LAST
    look_back_days: int | None = None
    half_life_days: float = DEFAULT_HALF_LIFE_DAYS


@dataclass(frozen=True)
class TouchPoint:
    campaign: str
    occurred_at: datetime


def check_settings(settings: Settings) -> Refusal | None:
    """Refusals: 'model_unknown', 'look_back_negative', 'half_life_not_positive'."""
    if settings.model not in MODELS:
        return refuse("model_unknown", model=settings.model)
    if settings.look_back_days is not None and settings.look_back_days < 0:
        return refuse("look_back_negative", days=settings.look_back_days)
    if settings.half_life_days <= 0:
        return refuse("half_life_not_positive", days=settings.half_life_days)
    return None


# ------------------------------------------------------------------------------------------------ reference


def journey_of(
    touches: Iterable[TouchPoint],
    decided_on: date,
    look_back_days: int | None,
    campaign_on_document: str | None,
    origin: str | None,
) -> list[TouchPoint]:
    """The touches that a result's credit is shared among, oldest first; empty where nothing is known.

    Touches at the same moment stand in the order of their campaigns' names, so that the answer is stable.
    """
    end = datetime.combine(decided_on + timedelta(days=1), time.min)
    start = (
        None
        if look_back_days is None
        else datetime.combine(decided_on - timedelta(days=look_back_days), time.min)
    )
    journey = sorted(
        (
            touch
            for touch in touches
            if touch.occurred_at < end and (start is None or touch.occurred_at >= start)
        ),
        key=lambda touch: (touch.occurred_at, touch.campaign),
    )
    if campaign_on_document and (not journey or journey[-1].campaign != campaign_on_document):
        journey.append(TouchPoint(campaign_on_document, end))
    if not journey and origin:
        journey.append(TouchPoint(origin, end))
    return journey


def journey_weights(
    journey: Sequence[TouchPoint],
    model: str,
    half_life_days: float = DEFAULT_HALF_LIFE_DAYS,
    removal: Mapping[str, float] | None = None,
) -> dict[str, Fraction]:
    """The share of each campaign in one journey; the shares add up to exactly 1 (empty journey: no shares).

    removal: for the Markov model, the removal effect of each campaign (`removal_effects`).
    """
    if not journey:
        return {}
    if model == MARKOV:
        effects = {touch.campaign: Fraction((removal or {}).get(touch.campaign, 0.0)) for touch in journey}
        if not any(effects.values()):
            effects = dict.fromkeys(effects, Fraction(1))
        raw = list(effects.items())
    else:
        raw = [
            (touch.campaign, weight)
            for touch, weight in zip(journey, _touch_weights(journey, model, half_life_days), strict=True)
        ]
    whole = sum((weight for _, weight in raw), Fraction(0))
    shares: dict[str, Fraction] = {}
    for campaign, weight in raw:
        if weight:
            shares[campaign] = shares.get(campaign, Fraction(0)) + weight / whole
    return shares


def _touch_weights(journey: Sequence[TouchPoint], model: str, half_life_days: float) -> list[Fraction]:
    length = len(journey)
    if model == FIRST:
        return [Fraction(int(index == 0)) for index in range(length)]
    if model == LAST:
        return [Fraction(int(index == length - 1)) for index in range(length)]
    if model == LINEAR:
        return [Fraction(1)] * length
    if model == POSITION_BASED:
        if length <= 2:
            return [Fraction(1)] * length
        return [Fraction(2, 5), *[Fraction(1, 5) / (length - 2)] * (length - 2), Fraction(2, 5)]
    if model == TIME_DECAY:
        newest = journey[-1].occurred_at
        ages = [(newest - touch.occurred_at).total_seconds() / 86400 for touch in journey]
        return [Fraction(2.0 ** (-age / half_life_days)) for age in ages]
    raise ValueError(f"no attribution model named {model!r}")


# ------------------------------------------------------------------------------------------------ Markov chain

START, CONVERSION, NULL = "(start)", "(conversion)", "(null)"


def removal_effects(transitions: Mapping[tuple[str | None, str | None], float]) -> dict[str, float]:
    """By how much the chance to convert falls when a campaign is taken out of every journey, 0 to 1.

    transitions: how often a journey went from one state to the next. A key is (from, to); START, CONVERSION and NULL
    are the states before the first touch, after a sale and after a journey without one.

    With Q the transition matrix among campaigns and N = (1 - Q)^-1 the fundamental matrix of the absorbing chain, the
    journeys that convert *through* c are P(reach c) * P(convert | c) = N[start, c] / N[c, c] * b[c]. Sending c to NULL
    loses exactly these, so one inverse replaces one solution of the chain for each campaign (Anderl et al. 2016,
    equations 4 to 6, solved in closed form).
    """
    campaigns = sorted(
        {state for pair in transitions for state in pair if state not in (START, CONVERSION, NULL)}
    )
    number = {campaign: index for index, campaign in enumerate(campaigns)}
    size = len(campaigns)
    leaving: dict[str, float] = {}
    for (source, _), count in transitions.items():
        leaving[source] = leaving.get(source, 0.0) + count
    first = [0.0] * size
    converting = [0.0] * size
    matrix = [[float(row == column) for column in range(size)] for row in range(size)]
    for (source, target), count in transitions.items():
        chance = count / leaving[source]
        if source == START and target in number:
            first[number[target]] += chance
        elif source in number and target == CONVERSION:
            converting[number[source]] += chance
        elif source in number and target in number:
            matrix[number[source]][number[target]] -= chance
    visits = _inverse(matrix)
    success = [sum(a * b for a, b in zip(row, converting, strict=True)) for row in visits]
    whole = sum(a * b for a, b in zip(first, success, strict=True))
    if whole <= 0:
        return dict.fromkeys(campaigns, 0.0)
    reached = [sum(first[row] * visits[row][column] for row in range(size)) for column in range(size)]
    return {
        campaign: min(1.0, max(0.0, reached[index] / visits[index][index] * success[index] / whole))
        for campaign, index in number.items()
    }


def _inverse(matrix: list[list[float]]) -> list[list[float]]:
    """Gauss-Jordan elimination with the largest pivot; 1 - Q of an absorbing chain always has an inverse."""
    size = len(matrix)
    rows = [[*row, *[float(index == column) for column in range(size)]] for index, row in enumerate(matrix)]
    for column in range(size):
        best = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[best] = rows[best], rows[column]
        pivot = rows[column][column]
        rows[column] = pivot_row = [value / pivot for value in rows[column]]
        for index in range(size):
            factor = rows[index][column]
            if index != column and factor:
                rows[index] = [a - factor * b for a, b in zip(rows[index], pivot_row, strict=True)]
    return [row[size:] for row in rows]


# ------------------------------------------------------------------------------------------------ engine

# Parties are numbers from here on: joins by time compare them a million times.
_PARTIES = """
create or replace temp table known_party as
select party, cast(row_number() over () as integer) as number, origin.campaign as origin_campaign
from (select distinct party from touches where party is not null and campaign is not null)
full join (select * from origins where party is not null) as origin using (party)
"""

_NUMBERED_TOUCHES = """
create or replace temp table numbered_touch as
select known_party.number as party, touches.campaign, touches.occurred_at,
       row_number() over in_order as place, lead(touches.campaign) over in_order as following
from touches join known_party on known_party.party = touches.party
where touches.campaign is not null
window in_order as (partition by known_party.number order by touches.occurred_at, touches.campaign)
"""

# Touches at one moment are one row here, so that the join by time cannot stop in the middle of them.
_MOMENTS = """
create or replace temp table touch_moment as
select party, occurred_at, max(place) as place, arg_max(campaign, place) as last_campaign
from numbered_touch group by party, occurred_at
"""

# Where each result stands among its party's touches: those up to `skipped` are before the window, those after `reached`
# came too late. `single` marks the results whose whole credit goes to one campaign, `only_campaign`: in every model those
# that met nothing or one touch; in the models of the first and last touch all of them, which then need no journeys.
_PLACED_RESULTS = """
create or replace temp table placed_result as
with windowed as (
    select {carried}, known_party.number as party_number, known_party.origin_campaign,
           result.campaign_on_document as own_campaign,
           result.decided_on + interval 1 day as window_end,
           result.decided_on - to_days(cast($look_back_days as integer)) as window_start
    from results as result left join known_party on known_party.party = result.party
), reached as (
    select windowed.*, coalesce(moment.place, 0) as reached, moment.last_campaign, moment.occurred_at as last_met_at
    from windowed asof left join touch_moment as moment
      on windowed.party_number = moment.party and windowed.window_end > moment.occurred_at
), {before},
compared as (
    select *, reached > skipped as met,
           own_campaign is not null and (reached <= skipped or last_campaign <> own_campaign) as added
    from before
), first_met as (
    {first_met}
)
select * exclude (origin_campaign, own_campaign, window_end, window_start, last_campaign, last_met_at, met, added,
                  first_campaign),
       if(added, own_campaign, null) as added_campaign,
       {newest_at} as newest_at,
       {single} as single,
       case when first_campaign is not null then first_campaign when added then own_campaign
            when met then last_campaign else origin_campaign end as only_campaign
from first_met
"""

_FIRST_TOUCH = """select compared.*, first_touch.campaign as first_campaign
    from compared left join numbered_touch as first_touch
      on first_touch.party = compared.party_number and first_touch.place = compared.skipped + 1 and compared.met"""
_NO_FIRST_TOUCH = "select *, cast(null as varchar) as first_campaign from compared"
_AT_MOST_ONE_TOUCH = "greatest(reached - skipped, 0) + if(added, 1, 0) <= 1"

_BEFORE_ALL = "before as (select *, cast(0 as bigint) as skipped from reached)"
_BEFORE_WINDOW = """before as (
    select reached.*, coalesce(moment.place, 0) as skipped
    from reached asof left join touch_moment as moment
      on reached.party_number = moment.party and reached.window_start > moment.occurred_at
)"""

# Only ages ask for the moment that ends a journey; without it more results share one.
_NEWEST_AT = "if(added, window_end, last_met_at)"
_NO_MOMENT = "cast(null as timestamp)"

_JOURNEYS = """
create or replace temp table journey as
select row_number() over () as journey, keyed.* from (
    select party_number as party, skipped, reached, added_campaign, newest_at, {conversions} as conversions
    from placed_result where not single group by all
) as keyed
"""

# following: the campaign of the next step, none at the last one.
_STEPS = """
create or replace temp table journey_step as
select journey.journey, touch.campaign, touch.occurred_at, journey.newest_at, touch.place - journey.skipped as place,
       journey.reached - journey.skipped + if(journey.added_campaign is null, 0, 1) as length,
       if(touch.place < journey.reached, touch.following, journey.added_campaign) as following
from journey join numbered_touch as touch
  on touch.party = journey.party and touch.place > journey.skipped and touch.place <= journey.reached
union all
select journey, added_campaign, newest_at, newest_at, reached - skipped + 1, reached - skipped + 1, null
from journey where added_campaign is not null
"""

# Linear and position-based shares are known in whole parts at each step; what rounding down leaves over goes to the last.
_STEP_PARTS = {
    LINEAR: "if(place = length, {whole} - (length - 1) * ({whole} // length), {whole} // length)",
    POSITION_BASED: """case
        when length = 2 then {whole} // 2
        when place = 1 then {whole} * 2 // 5
        when place = length then {whole} - {whole} * 2 // 5 - (length - 2) * ({whole} // 5 // (length - 2))
        else {whole} // 5 // (length - 2) end""",
}
_SHARES_OF_STEPS = """
create or replace temp table journey_share as
select journey, campaign, cast(sum(parts) as bigint) as parts
from (select journey, campaign, cast({parts} as bigint) as parts from journey_step)
group by journey, campaign
"""

_DECAY_WEIGHTS = """
create or replace temp table raw_weight as
select journey, campaign,
       sum(pow(2.0::double, (epoch_us(occurred_at) - epoch_us(newest_at)) / 86400000000.0::double / $half_life_days::double))
         as weight
from journey_step group by journey, campaign
"""

_REMOVAL_WEIGHTS = """
create or replace temp table raw_weight as
select step.journey, step.campaign, coalesce(effect.effect, 0) as weight
from (select distinct journey, campaign from journey_step) as step
left join removal_effect as effect on effect.campaign = step.campaign
"""

# What rounding down leaves over goes to the first of the journey's campaigns; all zero counts as all equal.
_SHARES_OF_WEIGHTS = """
create or replace temp table journey_share as
with total as (
    select journey, sum(weight) as weight, count(*) as campaigns from raw_weight group by journey
), floored as (
    select raw.journey, raw.campaign, cast(floor({whole} * if(total.weight > 0, round(raw.weight / total.weight, 12),
           1.0::double / total.campaigns)) as bigint) as parts
    from raw_weight as raw join total on total.journey = raw.journey
), rest as (
    select journey, {whole} - sum(parts) as parts, min(campaign) filter (parts > 0) as campaign
    from floored group by journey
)
select floored.journey, floored.campaign,
       cast(floored.parts + if(floored.campaign = rest.campaign, rest.parts, 0) as bigint) as parts
from floored join rest on rest.journey = floored.journey
where floored.parts > 0
"""

_TRANSITIONS = """
with conversion_step as (
    select campaign, place, following, conversions as times
    from journey_step join journey using (journey) where conversions > 0
), single_step as (
    select only_campaign as campaign, {conversions} as times
    from placed_result where single group by 1
), null_step as (
    select campaign, place, following from numbered_touch
    where party not in (select party_number from placed_result where party_number is not null)
)
select source, target, sum(times) from (
    select '(start)' as source, campaign as target, times from conversion_step where place = 1
    union all select campaign, coalesce(following, '(conversion)'), times from conversion_step
    union all select '(start)', campaign, times from single_step where campaign is not null and times > 0
    union all select campaign, '(conversion)', times from single_step where campaign is not null and times > 0
    union all select '(start)', campaign, 1 from null_step where place = 1
    union all select campaign, coalesce(following, '(null)'), 1 from null_step
) group by source, target
"""

_SAME_JOURNEY = """journey.party = result.party_number and journey.skipped = result.skipped
     and journey.reached = result.reached and journey.added_campaign is not distinct from result.added_campaign
     and journey.newest_at is not distinct from result.newest_at"""

_ATTRIBUTED = f"""
create or replace temp view attributed_result as
select * exclude (party_number, skipped, reached, added_campaign, newest_at, single, only_campaign) from (
    select only_campaign as attributed_campaign, {WEIGHT_PARTS}::bigint as parts, * from placed_result where single
    union all
    select share.campaign, share.parts, result.*
    from placed_result as result join journey on {_SAME_JOURNEY}
    join journey_share as share on share.journey = journey.journey
    where not result.single
)
"""

# Amounts are added up first, by campaign or journey, and multiplied in 128 bits afterwards, when few rows are left.
_TOTALS = f"""
create or replace temp table attributed_total as
with whole as (
    select only_campaign as attributed_campaign, {{keys}}, {{sums}} from placed_result where single group by all
), journey_total as (
    select journey.journey, {{keys}}, {{sums}}
    from placed_result as result join journey on {_SAME_JOURNEY} where not result.single group by all
)
select attributed_campaign, {{keys}}, {{totals}} from (
    select attributed_campaign, {WEIGHT_PARTS}::hugeint as parts, * exclude (attributed_campaign) from whole
    union all
    select share.campaign, share.parts::hugeint, journey_total.* exclude (journey)
    from journey_total join journey_share as share using (journey)
) group by all
"""


def attribute(
    connection: DuckDBPyConnection,
    settings: Settings,
    conversion: str = "revenue > 0",
    carried: Sequence[str] | None = None,
) -> dict[str, float]:
    """Share every result among campaigns; leaves the view `attributed_result` on the connection.

    Reads three relations of the connection (tables or views):
    - touches(party, campaign, occurred_at timestamp)
    - origins(party, campaign): one row a party, its first touch ever
    - results(party, decided_on date, campaign_on_document, …): any further columns are carried along

    `attributed_result` has the columns of `results` and attributed_campaign (NULL where no campaign is known) and
    parts, out of WEIGHT_PARTS; the parts of one result add up to WEIGHT_PARTS exactly.

    conversion: SQL condition on `results` that says which results are sales, for the Markov chain.
    carried: which columns of `results` come along (those of `conversion` among them); None: all.
    Returns the removal effects for the Markov model, else an empty dict. Settings must have passed `check_settings`.
    """
    words = {"conversions": f"count(*) filter ({conversion})", "whole": str(WEIGHT_PARTS)}
    columns = "result.*" if carried is None else ", ".join(f"result.{name}" for name in carried)
    connection.execute(_PARTIES)
    connection.execute(_NUMBERED_TOUCHES)
    connection.execute(_MOMENTS)
    connection.execute(
        _PLACED_RESULTS.format(
            carried=columns,
            before=_BEFORE_ALL if settings.look_back_days is None else _BEFORE_WINDOW,
            first_met=_FIRST_TOUCH if settings.model == FIRST else _NO_FIRST_TOUCH,
            single="true" if settings.model in (FIRST, LAST) else _AT_MOST_ONE_TOUCH,
            newest_at=_NEWEST_AT if settings.model == TIME_DECAY else _NO_MOMENT,
        ),
        {"look_back_days": settings.look_back_days or 0},
    )
    connection.execute(_JOURNEYS.format(**words))
    connection.execute(_STEPS)
    effects = _share_journeys(connection, settings, words)
    connection.execute(_ATTRIBUTED)
    return effects


def _share_journeys(
    connection: DuckDBPyConnection, settings: Settings, words: Mapping[str, str]
) -> dict[str, float]:
    """Fill the table of shares by journey and campaign; the removal effects come back where they were needed."""
    if settings.model not in (TIME_DECAY, MARKOV):
        parts = _STEP_PARTS.get(settings.model, "{whole}").format(**words)
        connection.execute(_SHARES_OF_STEPS.format(parts=parts))
        return {}
    effects: dict[str, float] = {}
    if settings.model == TIME_DECAY:
        connection.execute(_DECAY_WEIGHTS, {"half_life_days": settings.half_life_days})
    else:
        transitions = connection.execute(_TRANSITIONS.format(**words)).fetchall()
        effects = removal_effects({(source, target): float(times) for source, target, times in transitions})
        connection.execute(
            """create or replace temp table removal_effect as
            select unnest($1::varchar[]) as campaign, unnest($2::double[]) as effect""",
            [list(effects), list(effects.values())],
        )
        connection.execute(_REMOVAL_WEIGHTS)
    connection.execute(_SHARES_OF_WEIGHTS.format(**words))
    return effects


def add_up(connection: DuckDBPyConnection, measures: Sequence[str], keys: Sequence[str]) -> None:
    """After `attribute`: sums by campaign, exact to the last part; leaves the table `attributed_total`.

    measures, keys: names of columns of `results`, chosen by the program and never typed by a user. The table has
    attributed_campaign, the keys, and each measure in units of 1 / (AMOUNT_PARTS * WEIGHT_PARTS) of the currency as
    HUGEINT, so that the sum over campaigns is the sum of the results without any rounding.
    """
    connection.execute(
        _TOTALS.format(
            keys=", ".join(keys),
            sums=", ".join(
                f"cast(cast(sum({name}) as decimal(38, 6)) * {AMOUNT_PARTS} as hugeint) as {name}"
                for name in measures
            ),
            totals=", ".join(f"sum({name} * parts)::hugeint as {name}" for name in measures),
        )
    )
