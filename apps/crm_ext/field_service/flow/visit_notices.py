"""The customer hears of a visit: its window, that somebody is on the way, that the work is done; each once.

What is to be told follows from the orders themselves, so that it does not matter who changed them: a change of an order
only starts the job that looks; the scheduler looks again at what no job came to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.dispatch.flow import terms
from crm_ext.dispatch.rules.travel import coordinates
from crm_ext.field_service.queries import visit_notices as queries
from crm_ext.self_service.flow import service_links
from crm_ext.self_service.flow.outbox import Outbox, Reader, Words
from crm_ext.shared.results import Refusal

WINDOW, ON_THE_WAY, DONE = "Window", "On the Way", "Done"
_LOOK_BACK = timedelta(days=2)
# How long a link may still tell what was done, and how far from now a window can be.
_LINK_DAYS = 14


def look_later(order: Document) -> None:
    """After a change of an order: look, when it is committed, whether the customer is to be told something."""
    if order.docstatus < 2 and (order.window_start or order.left_at or order.finished_at):
        frappe.enqueue(
            "crm_ext.field_service.flow.visit_notices.tell",
            queue="short",
            enqueue_after_commit=True,
            job_id=f"visit notices {order.name}",
            deduplicate=True,
            orders=[order.name],
        )


def tell(orders: Collection[str] | None = None, checkpoint: Callable[[], None] | None = None) -> int:
    """Keep what is to be told, of these orders or of all, and send what waits; how many notices were worked off."""
    keep_due(now_datetime(), orders)
    (checkpoint or _commit)()
    return _OUTBOX.send_waiting(checkpoint)


def keep_due(now: datetime, orders: Collection[str] | None = None) -> None:
    if not _is_wanted():
        return
    for due in queries.due(now, now - _LOOK_BACK, orders):
        _keep(due, now)


def forget(service_order: str) -> None:
    _OUTBOX.forget(service_order)
    service_links.forget("Service Order", [service_order])


def expected_arrival(service_order: str, left_at: datetime) -> datetime | None:
    """When somebody who left at this time arrives, by the ways that dispatch reckons with; None without places."""
    order = queries.place_of(service_order)
    target = terms.places([order]).known.get(service_order)
    start = queries.last_place(order.technician, left_at) if order.technician else None
    origin = coordinates(start.latitude, start.longitude) if start else None
    if target is None or origin is None or isinstance(origin, Refusal):
        return None
    settings = terms.Settings.read()
    seconds = terms.travel_times([origin, target], settings).between(
        origin, target, settings.clock.moment(left_at)
    )
    return left_at + timedelta(seconds=int(seconds))


def _keep(due: dict, now: datetime) -> None:
    """A notice, unless it is there; the key decides, also between two workers."""
    which = {
        WINDOW: f"{due.window_start}|{due.window_end}|{due.told}",
        ON_THE_WAY: str(now.date()),
        DONE: "",
    }[due.step]
    values: dict = {}
    if due.step == WINDOW:
        values = {"window_start": due.window_start, "window_end": due.window_end}
    elif due.step == ON_THE_WAY:
        values = {"expected_at": expected_arrival(due.service_order, get_datetime(due.left_at))}
    values |= {"service_order": due.service_order, "step": due.step}
    _OUTBOX.keep(f"{due.service_order}|{due.step}|{which}", values)


def _readers(notice: Document) -> list[Reader]:
    visit = queries.facts(notice.service_order)
    mobile_no = visit.mobile_no if _sends_messages() else None
    return [Reader(visit.email, visit.language, bool(visit.is_muted), mobile_no)]


def _words(notice: Document, reader: Reader) -> Words:
    visit = queries.facts(notice.service_order)
    subject, sentences = _WORDS[notice.step](notice, visit)
    address = f"{_link(notice, reader.email)}?_lang={frappe.local.lang}"
    return Words(subject, sentences, [(address, address)])


def _holds(notice: Document) -> bool:
    """Whether what was to be told is still so: else a later notice tells what is."""
    visit = queries.facts(notice.service_order)
    if visit is None:
        return False
    if notice.step == WINDOW:
        return (visit.window_start, visit.window_end) == (notice.window_start, notice.window_end)
    return visit.docstatus < 2


def _link(notice: Document, email: str | None) -> str:
    """A new link for each notice: the secret of an earlier one is known to its receiver only."""
    days = _LINK_DAYS
    if notice.window_end:
        days += max((get_datetime(notice.window_end) - now_datetime()).days, 0)
    return service_links.make(
        service_links.MOVE, "Service Order", notice.service_order, email, days, single_use=False
    )


def _window(notice: Document, visit: dict) -> tuple[str, list[str]]:
    window = spelling.window(notice.window_start, notice.window_end)
    return _("When we come to you: {0}").format(window), [
        _("We come about “{0}”: {1}.").format(visit.title, window),
        _("If that does not suit you, choose another time on this page:"),
    ]


def _on_the_way(notice: Document, visit: dict) -> tuple[str, list[str]]:
    sentences = [
        _("{0} is on the way to you about “{1}”.").format(
            first_name(visit.technician) or _("Somebody of us"), visit.title
        )
    ]
    if notice.expected_at:
        sentences.append(_("Expected arrival: {0}.").format(spelling.moment(notice.expected_at)))
    return _("We are on the way"), [*sentences, _("You can follow the visit on this page:")]


def _done(notice: Document, visit: dict) -> tuple[str, list[str]]:
    return _("The work is done"), [
        _("Our work about “{0}” is done.").format(visit.title),
        _("What was done stands on this page:"),
    ]


_WORDS = {WINDOW: _window, ON_THE_WAY: _on_the_way, DONE: _done}


def first_name(technician: str | None) -> str:
    return (technician or "").split(" ")[0]


def _is_wanted() -> bool:
    return not frappe.get_cached_doc("Field Service Settings").no_visit_notices


def _sends_messages() -> bool:
    return bool(frappe.db.get_single_value("SMS Settings", "sms_gateway_url"))


def _commit() -> None:
    # A job that tells customers one by one: what is sent stays sent, whatever stops it.
    frappe.db.commit()


_OUTBOX = Outbox(
    doctype="Visit Notice",
    key="notice_key",
    about="service_order",
    job="crm_ext.field_service.flow.visit_notices.tell",
    readers=_readers,
    words=_words,
    holds=_holds,
)
