"""The service level that a contract line promises, on ERPNext's own fields of the issue.

A line names an agreement of ERPNext, whose engine then does everything; or it names hours, which are counted within the
support hours and holidays of the agreement that ERPNext applies by itself, round the clock where it applies none.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime, get_system_timezone, now_datetime, to_timedelta

from crm_ext import erpnext_port
from crm_ext.field_service.queries import complaints as queries
from crm_ext.field_service.rules import service_levels as rules
from crm_ext.field_service.rules.service_levels import Clock
from crm_ext.shared.money import to_decimal

# What ERPNext's engine writes, and what it must find again where another agreement than the line's came first.
_KEPT = (
    "service_level_agreement",
    "response_by",
    "sla_resolution_by",
    "service_level_agreement_creation",
    "first_responded_on",
    "first_response_time",
    "on_hold_since",
    "total_hold_time",
    "sla_resolution_date",
    "resolution_time",
    "user_resolution_time",
    "agreement_status",
    "priority",
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def before_erpnext(issue: Document) -> None:
    """While the issue is validated, before ERPNext chooses an agreement: remember what it was."""
    issue.flags.service_level_before = {field: issue.get(field) for field in _KEPT}


def after_erpnext(issue: Document) -> None:
    """Before the issue is written: what the contract's line promises takes the place of what ERPNext chose."""
    promised = queries.promised_times(issue.contract_line) if issue.contract_line else None
    if not promised:
        return
    if promised.service_level_agreement and erpnext_port.service_levels_are_tracked():
        _apply_agreement(issue, promised)
    elif promised.response_hours or promised.resolution_hours:
        _apply_hours(issue, promised)


def _apply_agreement(issue: Document, promised: Any) -> None:
    if issue.service_level_agreement == promised.service_level_agreement:
        return
    issue.update(issue.flags.service_level_before)
    if not erpnext_port.agreement_knows_priority(promised.service_level_agreement, issue.priority):
        issue.priority = promised.default_priority
    erpnext_port.apply_service_level_agreement(
        issue,
        promised.service_level_agreement,
        promised.default_priority,
        promised.apply_sla_for_resolution,
    )


def _apply_hours(issue: Document, promised: Any) -> None:
    clock = _clock(issue) if issue.service_level_agreement else _clock_of_ours(issue)
    start = get_datetime(issue.service_level_agreement_creation or issue.creation or now_datetime())
    # Waiting for the customer begins with an answer, so that it gives no answer that came too late more time.
    waited = 0 if clock.first_responded_on else clock.waited
    issue.response_by = _due(issue, start, promised.response_hours, waited)
    issue.sla_resolution_by = (
        None if clock.waiting_since else _due(issue, start, promised.resolution_hours, clock.waited)
    )
    issue.agreement_status = rules.agreement_status(clock, issue.response_by, issue.sla_resolution_by)


def _due(issue: Document, start: datetime, hours: float, waited: float) -> datetime | None:
    if not hours:
        return None
    support_hours, holidays = _calendar(issue.service_level_agreement)
    moment = rules.due(start, to_decimal(hours), support_hours, holidays, _zone())
    return rules.later(moment, timedelta(seconds=round(waited)), _zone()) if moment else None


def _zone() -> ZoneInfo:
    return ZoneInfo(get_system_timezone())


def _calendar(agreement: str | None) -> tuple[dict[int, list[rules.Span]], set]:
    """Support hours by weekday, and holidays, of an agreement; none of either where there is no agreement."""
    if not agreement:
        return {}, set()
    document = frappe.get_cached_doc("Service Level Agreement", agreement)
    hours: dict[int, list[rules.Span]] = {}
    for row in document.support_and_resolution:
        span = (to_timedelta(str(row.start_time)), to_timedelta(str(row.end_time)))
        hours.setdefault(_WEEKDAYS.index(row.workday), []).append(span)
    return hours, erpnext_port.holidays(document.holiday_list) if document.holiday_list else set()


def _clock(issue: Document) -> Clock:
    """As ERPNext has kept it."""
    return Clock(
        _moment(issue.first_responded_on),
        _moment(issue.on_hold_since),
        float(issue.total_hold_time or 0),
        _moment(issue.sla_resolution_date),
    )


def _clock_of_ours(issue: Document) -> Clock:
    """Kept here where ERPNext, without an agreement, keeps none."""
    before = issue.get_doc_before_save()
    clock = rules.after_change(
        _clock(issue), before.status if before else "Open", issue.status, now_datetime(), _zone()
    )
    issue.first_responded_on = clock.first_responded_on
    issue.on_hold_since = clock.waiting_since
    issue.total_hold_time = clock.waited
    issue.sla_resolution_date = clock.resolved_on
    return clock


def _moment(value: Any) -> datetime | None:
    return get_datetime(value) if value else None
