"""What follows for jobs when technicians leave, pause or go."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.dispatch.flow import moves
from crm_ext.dispatch.queries import jobs as job_queries
from crm_ext.dispatch.queries import technicians as queries
from crm_ext.dispatch.rules.travel import coordinates
from crm_ext.shared.results import Refusal

_NAMED_ORDERS = 20


def validate(technician: Document) -> None:
    """A base that is on earth, working times that do not overlap, a van of the same company."""
    if isinstance(coordinates(technician.latitude, technician.longitude), Refusal):
        frappe.throw(
            _(
                "Latitude {0} and longitude {1} are no place on earth. Correct the base of the technician."
            ).format(technician.latitude, technician.longitude)
        )
    _require_sound_times(technician)
    _require_van_of_company(technician)


def _require_sound_times(technician: Document) -> None:
    by_day: dict[str, list] = {}
    for row in technician.working_times:
        if row.from_time == row.to_time:
            frappe.throw(_("Row {0} of the working times begins and ends at the same time.").format(row.idx))
        by_day.setdefault(row.weekday, []).append(row)
    for day, rows in by_day.items():
        rows.sort(key=lambda row: frappe.utils.to_timedelta(row.from_time))
        for first, second in pairwise(rows):
            ends, begins = (frappe.utils.to_timedelta(each) for each in (first.to_time, second.from_time))
            if begins < ends or ends < frappe.utils.to_timedelta(first.from_time):
                frappe.throw(_("The working times of {0} overlap. Correct their rows.").format(_(day)))


def _require_van_of_company(technician: Document) -> None:
    if not technician.van_warehouse:
        return
    company = frappe.get_cached_value("Warehouse", technician.van_warehouse, "company")
    if company != technician.company:
        frappe.throw(
            _("The van's warehouse {0} belongs to {1}. Choose a warehouse of {2}.").format(
                technician.van_warehouse, company, technician.company
            )
        )


def release_jobs(technician: Document) -> None:
    """Whoever is not active any more, or works for another company, keeps no open job."""
    before = technician.get_doc_before_save()
    if before is None:
        return
    if technician.status != "Active" and before.status == "Active":
        _release(technician.name, _("{0} is not active any more.").format(technician.name))
    elif technician.company != before.company:
        _release(technician.name, _("{0} works for another company now.").format(technician.name))


def release_jobs_of_removed(technician: Document) -> None:
    """Jobs that the technician still had go back to those that nobody has; Frappe keeps one who has done work."""
    _release(technician.name, _("{0} was removed.").format(technician.name))


def _release(name: str, because: str) -> None:
    """Take the open jobs back, note why on each, and ask the dispatchers to give them to somebody."""
    queries.lock([name])
    rows = job_queries.lock(job_queries.open_jobs_of(name))
    movable = [order for order, row in rows.items() if moves.not_movable(order, row) is None]
    running = sorted(set(rows) - set(movable))
    if not rows:
        return
    frappe.db.bulk_update("Service Order", {order: moves.NOBODYS for order in movable})
    note = _("{0} The job has no technician now.").format(because)
    _note(movable, note)
    _ask_dispatchers(because, movable, running)
    moves.tell(movable, {name})


def _note(orders: Sequence[str], text: str) -> None:
    """A comment on each order, written at once."""
    now, user = frappe.utils.now(), frappe.session.user
    frappe.db.bulk_insert(
        "Comment",
        ["name", "owner", "modified_by", "creation", "modified", "comment_type", "reference_doctype", "reference_name", "content", "comment_email"],
        [
            [frappe.generate_hash(length=10), user, user, now, now, "Info", "Service Order", order, text, user]
            for order in orders
        ],
    )  # fmt: skip


def _ask_dispatchers(because: str, orders: Sequence[str], running: Sequence[str]) -> None:
    sentences = [because]
    if orders:
        named = ", ".join(orders[:_NAMED_ORDERS])
        sentences.append(_("Jobs without a technician now ({0}): {1}").format(len(orders), named))
    if running:
        sentences.append(_("These are under way and stay: {0}").format(", ".join(running[:_NAMED_ORDERS])))
    for user in queries.dispatchers():
        frappe.get_doc(
            {
                "doctype": "ToDo",
                "allocated_to": user,
                "description": "<br>".join(frappe.utils.escape_html(each) for each in sentences),
                "reference_type": "Service Order",
                "reference_name": [*orders, *running][0],
                "priority": "High",
            }
        ).insert(ignore_permissions=True)  # the task is for them, whoever set the technician inactive
