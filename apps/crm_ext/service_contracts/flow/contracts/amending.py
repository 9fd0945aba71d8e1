"""Amendments: from a day on, lines cost or give something else, end, or come along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.service_contracts.flow.contracts import reading
from crm_ext.service_contracts.flow.contracts.credits import settle
from crm_ext.service_contracts.flow.contracts.saving import in_force, keep, require_reason, require_sound
from crm_ext.service_contracts.flow.contracts.sentences import throw
from crm_ext.service_contracts.queries import contracts as queries
from crm_ext.service_contracts.rules import amendments as rules
from crm_ext.service_contracts.rules.contracts import numbered
from crm_ext.service_contracts.rules.pricing import PricedLine
from crm_ext.shared.results import Refusal, refuse

# What a line that comes along may say.
NEW_LINE_FIELDS = (
    *rules.CHANGEABLE, "item_code", "item_name", "kind", "uom", "meter", "defer_revenue", "interval_count",
    "interval_unit", "calendar", "billing_timing", "pro_rata", "free_periods", "periods_from", "price_since",
)  # fmt: skip


def amend(
    name: str,
    *,
    effective_from: date,
    reason: str,
    changed: Mapping[str, Mapping[str, Any]] | None = None,
    ended: Sequence[str] = (),
    added: Sequence[Mapping[str, Any]] = (),
    covered: Sequence[Mapping[str, Any]] = (),
    uncovered: Sequence[str] = (),
    until: date | None = None,
) -> Document:
    """Change a contract in force from a day on, and credit what was billed beyond that day of lines that change; what an
    earlier end credited is taken back where the contract goes on after all.

    changed: {row: {field: value}}, fields of `rules.CHANGEABLE`; ended: rows whose last day is the day before; added: new
    lines; covered, uncovered: equipment listed for a line from the day on ({line_number, equipment}), or not any more (rows
    of that list); until: the contract's new last day. The rows that were billed stay as they are, with an end.
    """
    contract = in_force(name)
    reason = require_reason(reason)
    _require_day_inside(contract, effective_from)
    lines, usage = reading.priced_lines(contract), queries.usage_billed_until(contract.name)
    records = [
        *(
            _change(contract, lines, usage, row, values, effective_from)
            for row, values in (changed or {}).items()
        ),
        *(_end(contract, lines, usage, row, effective_from) for row in ended),
        *(_add(contract, values, effective_from) for values in added),
        *(_cover(contract, values, effective_from) for values in covered),
        *(_uncover(contract, row, effective_from) for row in uncovered),
    ]
    records = [record for record in records if record]
    if until is not None and until != reading.head(contract)["end_date"]:
        records.append(move_end(contract, until))
    if not records:
        throw(refuse("nothing_changed"))
    require_sound(contract, since=effective_from)
    records += settle(contract, _("Amended from {0}: {1}").format(effective_from.isoformat(), reason))
    return keep(contract, "Amended", effective_from, reason, records)


def move_end(contract: Document, until: date) -> dict:
    """The contract ends on another day; lines that ended with it still do. Not saved yet."""
    before = reading.head(contract)["end_date"]
    for row in contract.lines:
        if before and row.end_date and getdate(row.end_date) == before and until > before:
            row.end_date = until
        elif row.end_date and getdate(row.end_date) > until:
            row.end_date = until
    contract.end_date = until
    return {"what": "contract", "fields": [{"field": "end_date", "from": before, "to": until}]}


def _require_day_inside(contract: Document, day: date) -> None:
    days = reading.head(contract)
    last = min((end for end in (days["end_date"], days["terminated_on"]) if end), default=None)
    if day < days["start_date"] or (last and day > last):
        throw(refuse("day_outside_of_contract", day=day, first=days["start_date"], last=last))


def _change(
    contract: Document,
    lines: Mapping[str, PricedLine],
    usage: Mapping[str, date],
    name: str,
    changes: Mapping[str, Any],
    effective_from: date,
) -> dict | None:
    row = _row(contract, name)
    values = reading.values(row)
    if not rules.is_changed(values, changes):
        return None
    new = rules.successor(values, lines[name], changes, effective_from, usage.get(name))
    if isinstance(new, Refusal):
        throw(new)
    differences = rules.differences(values, changes)
    row.end_date = effective_from - timedelta(days=1)
    contract.append("lines", new)
    return {"what": "changed", "line": row.line_number, "item": row.item_name, "fields": differences}


def _end(
    contract: Document,
    lines: Mapping[str, PricedLine],
    usage: Mapping[str, date],
    name: str,
    effective_from: date,
) -> dict:
    row = _row(contract, name)
    refusal = rules.refusal_to_cut(lines[name], effective_from, usage.get(name))
    if refusal is not None:
        throw(refusal)
    row.end_date = effective_from - timedelta(days=1)
    return {"what": "ended", "line": row.line_number, "item": row.item_name, "last_day": row.end_date}


def _add(contract: Document, values: Mapping[str, Any], effective_from: date) -> dict:
    taken = {name: values[name] for name in NEW_LINE_FIELDS if values.get(name) not in (None, "")}
    row = contract.append("lines", frappe.new_doc("Service Contract Line"))
    row.update({**taken, "start_date": effective_from})
    row.item_name = row.item_name or frappe.get_cached_value("Item", row.item_code, "item_name")
    row.line_number = numbered([(line.line_number or 0, line.version or 1) for line in contract.lines])[-1]
    return {"what": "added", "line": row.line_number, "item": row.item_name, "rate": row.rate, "qty": row.qty}


def _cover(contract: Document, values: Mapping[str, Any], effective_from: date) -> dict:
    listed = {name: values.get(name) for name in ("line_number", "equipment")}
    contract.append("covered_equipment", {**listed, "from_date": effective_from})
    return {"what": "covered", "line": listed["line_number"], "equipment": listed["equipment"]}


def _uncover(contract: Document, name: str, effective_from: date) -> dict:
    row = next((row for row in contract.covered_equipment if row.name == name), None)
    if row is None:
        throw(refuse("line_unknown"))
    row.to_date = effective_from - timedelta(days=1)
    return {"what": "uncovered", "line": row.line_number, "equipment": row.equipment}


def _row(contract: Document, name: str) -> Document:
    row = next((row for row in contract.lines if row.name == name), None)
    if row is None:
        throw(refuse("line_unknown"))
    return row
