"""A visit as its customer sees it, by a login or by a link: followed, moved, answered, put into a calendar.

Guards have decided that it is theirs.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timezone
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import frappe
from frappe import _
from frappe.utils import formatdate, get_datetime, get_system_timezone, get_url, now_datetime

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.dispatch.flow import slots
from crm_ext.field_service.flow.visit_notices import first_name
from crm_ext.self_service.flow import letters
from crm_ext.self_service.flow.service import as_service
from crm_ext.self_service.queries import service as service_queries
from crm_ext.self_service.queries import visit_page as queries

_DAYS_AHEAD = 21
_MOST_LETTERS = 2000
_MOVABLE = ("Open", "Planned")
NOT_THERE, MESSAGE = "not there", "message"


def fill(context: Any, name: str) -> None:
    """What the page shows: visit, state, badge, steps, choices (days with their free windows), report and parts used."""
    visit = queries.visit(name)
    visit.technician = first_name(visit.technician)
    context.visit = visit
    context.state = _state(visit)
    context.steps = _steps(context.state)
    context.badge = badge(visit)
    context.may_move = context.state in ("open", "planned")
    context.choices = _choices(visit) if context.may_move else []
    is_done = context.state == "done"
    context.report = queries.report(name) if is_done else None
    context.used = service_queries.parts_used([name]).get(name, ()) if is_done else ()


def move(name: str, start: str | None) -> str:
    """Take the window that begins at this time (ISO, site time); gives the sentence to show. Refuses one that is gone."""
    moment = _moment(start)
    visit = queries.visit(name)
    if visit.status not in _MOVABLE or visit.docstatus != 0:
        frappe.throw(_("This visit cannot be moved any more. Please write or call us."))
    # Whose visit it is was checked; technicians and orders are the desk's.
    with as_service():
        if not (visit.window_start and get_datetime(visit.window_start) == moment):
            slots.take_slot(name, moment)
    return _("Thank you. We come on {0}.").format(spelling.moment(moment))


def say(name: str, email: str | None, kind: str, text: str | None) -> str:
    """Tell the office that nobody will be there, or something else; the same words sent again tell nothing twice.

    email: whose words they are.
    """
    words = (text or "").strip()[:_MOST_LETTERS]
    if kind != NOT_THERE and not words:
        frappe.throw(_("Please write what you want to tell us."))
    visit = queries.locked(name)
    thanks = _("Thank you. We have your message.")
    fingerprint = sha256(f"{kind}|{words}".encode()).hexdigest()
    if queries.was_said(name, fingerprint):
        return thanks
    said = _("The customer will not be there.") if kind == NOT_THERE else ""
    content = " ".join(part for part in (said, words) if part)
    order = frappe.get_doc("Service Order", name)
    comment = frappe.get_doc(
        {
            "doctype": "Comment",
            "comment_type": "Comment",
            "reference_doctype": "Service Order",
            "reference_name": order.name,
            "subject": fingerprint,
            "content": frappe.utils.escape_html(content),
            "comment_email": email,
            "comment_by": visit.customer_name,
        }
    )
    # Whose visit it is was checked: this much its customer may write.
    comment.insert(ignore_permissions=True)
    letters.tell_desk(
        order.owner,
        "Service Order",
        order.name,
        _("{0} about the visit {1}: {2}").format(visit.customer_name, order.name, content),
    )
    return thanks


def calendar(name: str) -> tuple[str, str] | None:
    """(name of the file, text) of the visit for a calendar, after RFC 5545; None while no window is agreed."""
    visit = queries.visit(name)
    if not visit.window_start or _state(visit) not in ("open", "planned", "on the way"):
        return None
    end = visit.window_end or visit.window_start
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//CRM Ext//Visit//EN",
        "BEGIN:VEVENT",
        f"UID:{visit.name}@{get_url().split('//')[-1]}",
        f"DTSTAMP:{_utc(now_datetime())}",
        f"DTSTART:{_utc(get_datetime(visit.window_start))}",
        f"DTEND:{_utc(get_datetime(end))}",
        f"SUMMARY:{_escaped(_('Visit: {0}').format(visit.title))}",
        f"LOCATION:{_escaped(visit.address)}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return f"{visit.name}.ics", "".join(f"{_folded(line)}\r\n" for line in lines)


def badge(visit: Any) -> tuple[str, str]:
    """(words, kind) for how far a visit is."""
    return {
        "open": (_("No time agreed yet"), "warn"),
        "planned": (_("Planned"), "plain"),
        "on the way": (_("On the Way"), "warn"),
        "at work": (_("At work"), "warn"),
        "done": (_("Done"), "good"),
        "cancelled": (_("Cancelled"), "bad"),
    }[_state(visit)]


def _state(visit: Any) -> str:
    """'open' (no window yet), 'planned', 'on the way', 'at work', 'done' or 'cancelled'."""
    if visit.docstatus == 2 or visit.status == "Cancelled":
        return "cancelled"
    if visit.docstatus == 1 or visit.status in ("Work Done", "Completed"):
        return "done"
    if visit.status in _MOVABLE:
        return "planned" if visit.window_start else "open"
    return "on the way" if visit.status == "On the Way" else "at work"


def _steps(state: str) -> list[dict[str, Any]]:
    """[{label, is_done, is_current}] of the visit's way; none of one that was cancelled."""
    order = ("open", "planned", "on the way", "at work", "done")
    if state not in order:
        return []
    reached = order.index(state)
    words = (_("Time agreed"), _("On the Way"), _("At work"), _("Done"))
    # A time that is agreed is done with; on the way and at work somebody is for a while.
    is_over = state in ("planned", "done")
    return [
        {
            "label": text,
            "is_done": place < reached or (place == reached and is_over),
            "is_current": place == reached and not is_over,
        }
        for place, text in enumerate(words, start=1)
    ]


def _choices(visit: Any) -> list[tuple[str, list[tuple[str, datetime, datetime]]]]:
    """[(words for the day, [(value of the form, from, until)])] of the windows that are really free."""
    days: dict[date, dict[datetime, datetime]] = defaultdict(dict)
    for slot in slots.free_slots(visit.name, days=_DAYS_AHEAD):
        days[slot.start.date()].setdefault(slot.start, slot.end)
    taken = get_datetime(visit.window_start) if visit.window_start else None
    return [
        (
            f"{formatdate(day, 'EEEE')} {spelling.day(day)}",
            [(start.isoformat(), start, end) for start, end in sorted(windows.items()) if start != taken],
        )
        for day, windows in sorted(days.items())
    ]


def _moment(text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text or "")
    except (ValueError, TypeError):
        moment = None
    if moment is None or moment.tzinfo:
        frappe.throw(_("Please choose one of the times."))
    return moment


def _utc(moment: datetime) -> str:
    here = moment.replace(tzinfo=ZoneInfo(get_system_timezone()))
    return f"{here.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}"


def _escaped(text: str | None) -> str:
    plain = (text or "").replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """No more than 75 octets on a line, and no letter cut in two."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > 73:
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join([*pieces, piece])
