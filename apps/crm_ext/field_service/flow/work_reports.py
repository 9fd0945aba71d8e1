"""What the technician's phone sends about a job: written once, however often it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from crm_ext.field_service.flow import service_order_sentences as sentences
from crm_ext.field_service.flow import service_orders
from crm_ext.field_service.queries import service_orders as queries
from crm_ext.shared.results import refuse

_LONGEST_KEY = 100
_PLAIN = ("result", "work_done", "signed_by", "signature", "complaint_cause")


def record(service_order: str, key: str, report: dict) -> dict:
    """Write a report into the order, once for its key; the answer to the same key is the same.

    report, every part optional and what is left out stays: status and at; tasks [{name, is_done, value, note, photo}];
    parts [{name, item_code, qty, uom, warehouse, serial_no, batch_no}] and times [{name, what, from, to, kilometres}],
    each the whole list, rows without a name are new; result, work_done, signed_by, signature, complaint_cause.
    Gives back {service_order, status}. Raises ValidationError with a sentence where the order cannot take it any more.
    """
    return _once(service_order, key, report, lambda order: _write(order, report))


def finish(service_order: str, key: str) -> dict:
    """Submit the order: everything is posted. The same key again, and a second one, post nothing twice."""
    return _once(service_order, key, {"finish": 1}, _submit)


def _once(service_order: str, key: str, report: Mapping, act: Callable[[Document], None]) -> dict:
    # The lock comes first: who waits for it sees what the other wrote.
    order = service_orders.locked(service_order)
    report_key = f"{order.name}|{_valid(key)}"
    answered = queries.answer_to_report(report_key)
    if answered:
        return json.loads(answered)
    act(order)
    answer = {"service_order": order.name, "status": order.status}
    received = frappe.new_doc("Work Report")
    received.update(
        {
            "service_order": order.name,
            "reported_by": frappe.session.user,
            "received_at": now_datetime(),
            "report_key": report_key,
            "report": frappe.as_json({**report, "signature": bool(report.get("signature"))}),
            "answer": json.dumps(answer),
        }
    )
    # Technicians have no rights on the log of reports; the door has checked that the job is theirs.
    received.insert(ignore_permissions=True)
    return answer


def _valid(key: str) -> str:
    if not key or not isinstance(key, str) or len(key) > _LONGEST_KEY:
        frappe.throw(_("Please open the page again and repeat what you did."))
    return key


def _write(order: Document, report: Mapping) -> None:
    _require_open(order)
    _write_tasks(order, report.get("tasks") or ())
    for field in _PLAIN:
        if field in report:
            order.set(field, report[field])
    if report.get("signature"):
        order.signed_on = now_datetime()
    # The door has checked that the job is the technician's own, who has no right to change orders on the desk.
    order.save(ignore_permissions=True)
    if report.get("status"):
        service_orders.set_status(order.name, report["status"], report.get("at"))
        order.reload()


def _require_open(order: Document) -> None:
    if order.docstatus == 1:
        sentences.throw(refuse("order_completed"), order)
    if order.docstatus == 2:
        sentences.throw(refuse("order_cancelled"), order)


def _write_tasks(order: Document, tasks) -> None:
    rows = {row.name: row for row in order.tasks}
    for told in tasks:
        row = rows.get(told.get("name"))
        if row:
            row.update(
                {field: told[field] for field in ("is_done", "value", "note", "photo") if field in told}
            )


def _submit(order: Document) -> None:
    if order.docstatus == 1:
        return
    _require_open(order)
    # The door has checked that the job is the technician's own.
    order.flags.ignore_permissions = True
    order.submit()
