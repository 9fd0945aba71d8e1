"""A contract rests: no service, no bills; what was paid in advance for the days off is credited when it goes on."""

from __future__ import annotations

from datetime import date, timedelta

from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from crm_ext.service_contracts.flow.contracts import reading
from crm_ext.service_contracts.flow.contracts.credits import settle
from crm_ext.service_contracts.flow.contracts.saving import in_force, keep, require_reason, suspended_span
from crm_ext.service_contracts.flow.contracts.sentences import throw
from crm_ext.service_contracts.queries import contracts as queries
from crm_ext.shared.results import refuse


def suspend(name: str, *, first_day: date, reason: str) -> Document:
    """From a day on, until it is resumed, the contract gives nothing and costs nothing."""
    contract = in_force(name)
    reason = require_reason(reason)
    days = reading.head(contract)
    last = min((end for end in (days["end_date"], days["terminated_on"]) if end), default=None)
    if first_day < days["start_date"] or (last and first_day > last):
        throw(refuse("day_outside_of_contract", day=first_day, first=days["start_date"], last=last))
    taken = [off for off in reading.days_off(contract) if off.end >= first_day]
    if taken:
        throw(refuse("suspended_already", day=taken[0].start))
    contract.append("suspensions", {"from_date": first_day, "reason": reason})
    return keep(contract, "Suspended", first_day, reason)


def resume(name: str, *, on: date, reason: str | None = None) -> Document:
    """The contract goes on from this day; what was billed of the days in between is credited."""
    contract = in_force(name)
    off = suspended_span(contract)
    if off is None:
        throw(refuse("not_suspended"))
    if on <= off.start:
        throw(refuse("resumed_before_suspended", day=off.start))
    last = on - timedelta(days=1)
    close(contract, last)
    why = _("Suspended from {0} to {1}").format(off.start.isoformat(), last.isoformat())
    return keep(contract, "Resumed", on, (reason or "").strip(), settle(contract, why))


def close(contract: Document, last_day: date) -> None:
    """The open suspension, if there is one, ends. Not saved yet."""
    for row in contract.suspensions:
        if not row.to_date:
            row.update({"to_date": last_day, "resumed_at": now_datetime()})


def reopen(contract: Document, ended_on: date) -> None:
    """The suspension that ended because the contract did goes on. Not saved yet.

    Where something was billed meanwhile, its days off were known and stay as they are; the rest goes on by itself.
    """
    day_after = ended_on + timedelta(days=1)
    if any(row.what == "Resumed" and getdate(row.effective_from) == day_after for row in contract.versions):
        return
    for row in [row for row in contract.suspensions if row.to_date and getdate(row.to_date) == ended_on]:
        first_day = getdate(row.from_date)
        if queries.was_billed_since(contract.name, row.resumed_at, first_day):
            contract.append("suspensions", {"from_date": max(first_day, day_after), "reason": row.reason})
        else:
            row.update({"to_date": None, "resumed_at": None})
