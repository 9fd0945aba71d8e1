"""How a contract changes from a day on: the row that holds ends the day before, its successor begins on the day.

Rows that were billed are never changed; what was billed beyond the day is credited (`rules/credits.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from crm_ext.service_contracts.rules.contracts import next_period_start
from crm_ext.service_contracts.rules.pricing import PricedLine
from crm_ext.shared.periods import number_of
from crm_ext.shared.results import Refusal, refuse

# What an amendment may change of a line; its recurrence stays, since periods are counted through all versions.
CHANGEABLE = (
    "qty", "rate", "discount_percentage", "index_clause", "price_source", "included_units", "visits_included",
    "hours_included", "parts_percent", "response_hours", "resolution_hours", "service_level_agreement",
    "service_credit", "response_credit", "resolution_credit", "credit_cap",
    "overage_item", "overage_rate", "description", "equipment", "end_date",
)  # fmt: skip
# What a successor takes over as it is.
_KEPT = (
    "line_number", "item_code", "item_name", "kind", "uom", "meter", "defer_revenue", "interval_count",
    "interval_unit", "calendar", "billing_timing", "pro_rata",
)  # fmt: skip


def refusal_to_cut(
    line: PricedLine, effective_from: date, usage_billed: date | None = None
) -> Refusal | None:
    """Why a row cannot end on the day before `effective_from`, or None.

    usage_billed: the last day of which usage was billed. Refusals: 'change_before_line' (line, start),
    'change_after_line' (line, end), 'usage_billed' (line, day, next) where the row that follows would bill again what was
    counted, 'change_inside_period' (line, day, next) where a part of a period costs as much as a whole one.
    """
    if effective_from <= line.start:
        return refuse("change_before_line", line=line.line_number, start=line.start)
    if line.end and effective_from > line.end + timedelta(days=1):
        return refuse("change_after_line", line=line.line_number, end=line.end)
    if usage_billed and effective_from <= usage_billed:
        following = usage_billed + timedelta(days=1)
        return refuse("usage_billed", line=line.line_number, day=usage_billed, next=following)
    if not line.pro_rata and line.recurrence.unit != "Once":
        following = next_period_start(line.recurrence, line.periods_from, effective_from)
        if following != effective_from:
            return refuse("change_inside_period", line=line.line_number, day=effective_from, next=following)
    return None


def successor(
    row: Mapping[str, Any],
    line: PricedLine,
    changes: Mapping[str, Any],
    effective_from: date,
    usage_billed: date | None = None,
) -> dict[str, Any] | Refusal:
    """The values of the row that takes over from `row` on a day.

    Periods go on as they were counted, free periods that were not used up go along, and the index clause goes on
    counting unless the rate itself is agreed anew. Refusals: those of `refusal_to_cut`, 'change_after_line',
    'stays_as_it_is' (line) where something else than CHANGEABLE is to change, 'once_is_not_changed' (line).
    """
    refusal = refusal_to_cut(line, effective_from, usage_billed)
    if refusal is not None:
        return refusal
    if _differing(row, changes, _KEPT):
        return refuse("stays_as_it_is", line=line.line_number)
    if line.end and effective_from > line.end:
        return refuse("change_after_line", line=line.line_number, end=line.end)
    if line.recurrence.unit == "Once":
        return refuse("once_is_not_changed", line=line.line_number)
    taken_over = {name: row[name] for name in (*_KEPT, *CHANGEABLE)}
    agreed = {name: value for name, value in changes.items() if name in CHANGEABLE}
    new_rate = "rate" in agreed and agreed["rate"] != row["rate"]
    gone = number_of(line.recurrence, line.periods_from, effective_from) - number_of(
        line.recurrence, line.periods_from, line.start
    )
    return {
        **taken_over,
        **agreed,
        "start_date": effective_from,
        "periods_from": line.periods_from,
        "price_since": effective_from if new_rate else line.price_since,
        "free_periods": max(line.free_periods - gone, 0),
        "version": (row["version"] or 1) + 1,
        "replaces": row["name"],
    }


def is_changed(row: Mapping[str, Any], changes: Mapping[str, Any]) -> bool:
    """Whether changes really change anything of a row, be it allowed or not; empty and zero are the same."""
    return bool(_differing(row, changes, (*_KEPT, *CHANGEABLE)))


def differences(row: Mapping[str, Any], changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What changes really change: {"field", "from", "to"}; empty and zero are the same."""
    return [
        {"field": name, "from": row[name], "to": changes[name]}
        for name in _differing(row, changes, CHANGEABLE)
    ]


def _differing(row: Mapping[str, Any], changes: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    return [name for name in names if name in changes and (changes[name] or None) != (row[name] or None)]
