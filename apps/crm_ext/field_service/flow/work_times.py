"""Hours of work and travel on an order: reckoned in the site's time zone, refused where they cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from frappe.model.document import Document
from frappe.utils import get_datetime, get_system_timezone, now_datetime

from crm_ext.field_service.flow import service_order_sentences as sentences
from crm_ext.field_service.rules import work_times as rules
from crm_ext.field_service.rules.work_times import Moment, WorkTime
from crm_ext.shared.results import Refusal, refuse


def zone() -> ZoneInfo:
    return ZoneInfo(get_system_timezone())


def set_hours(order: Document) -> None:
    """Check the times and reckon their hours. Raises ValidationError with a sentence for times that cannot be."""
    here = zone()
    times = []
    for row in worked(order):
        row.technician = row.technician or order.technician
        if not row.from_time or not row.to_time:
            sentences.throw(refuse("time_missing", row=row.idx), order)
        row.from_is_second = int(
            bool(row.from_is_second) and rules.comes_twice(get_datetime(row.from_time), here)
        )
        row.to_is_second = int(bool(row.to_is_second) and rules.comes_twice(get_datetime(row.to_time), here))
        times.append(_time(row))
    wrong = rules.fault(times, here)
    if wrong is not None:
        sentences.throw(wrong, order)
    for row, time in zip(worked(order), times, strict=True):
        row.hours = float(rules.hours(time, here))


def not_yet_past(order: Document) -> Iterator[Refusal]:
    """Work that has not happened yet: the clock of a phone, or a day typed wrongly."""
    here = zone()
    now = rules.exact(Moment(now_datetime().replace(microsecond=0)), here)
    for row in worked(order):
        if rules.exact(_time(row).end, here) > now:
            yield refuse("time_in_future", row=row.idx, moment=row.to_time)


def worked(order: Document) -> list[Document]:
    """The lines that are times, without those that only share one out."""
    return [row for row in order.times if not row.share_of]


def ledger_times(rows: Sequence[Document]) -> list[tuple[datetime, datetime]]:
    """From and to of each row as a timesheet, which reckons by the clock on the wall, gets the hours right."""
    return rules.steady([_time(row) for row in rows], zone())


def moment_of(told: str) -> Moment:
    """A moment as a phone tells it, with or without its offset."""
    return rules.moment_of(datetime.fromisoformat(told.replace("Z", "+00:00")), zone())


def _time(row: Document) -> WorkTime:
    return WorkTime(
        row.idx,
        row.technician or "",
        Moment(get_datetime(row.from_time), bool(row.from_is_second)),
        Moment(get_datetime(row.to_time), bool(row.to_is_second)),
    )
