"""What the technician's phone sends about a job: written once, however often it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from crm_ext.field_service.flow import service_order_sentences as sentences
from crm_ext.field_service.flow import service_orders, work_times
from crm_ext.field_service.queries import service_orders as queries
from crm_ext.field_service.rules.work_times import Moment
from crm_ext.shared.results import refuse

_LONGEST_KEY = 100
_PLAIN = ("result", "work_done", "signed_by", "signature", "complaint_cause")
_ANSWERS = ("is_done", "value", "note", "photo")
_OF_PART = ("item_code", "qty", "uom", "warehouse", "serial_no", "batch_no")
_OF_TIME = ("what", "technician", "activity_type", "kilometres")


def record(service_order: str, key: str, report: dict) -> dict:
    """Write a report into the order, once for its key; the answer to the same key is the same.

    report, every part optional and what is left out stays: status and at; tasks [{name, is_done, value, note, photo}];
    parts [{name, item_code, qty, uom, warehouse, serial_no, batch_no}] and times [{name, what, from, to, kilometres}],
    each the whole list, rows without a name are new; result, work_done, signed_by, signature, complaint_cause.
    Moments are ISO 8601, with an offset or in site time. New rows may have an `id` of the phone's.
    Gives back {service_order, status, rows: {id: name of the row}}. Raises ValidationError with a sentence where the
    order cannot take it any more.
    """
    return _once(service_order, key, report, _write)


def finish(service_order: str, key: str) -> dict:
    """Submit the order: everything is posted. The same key again, and a second one, post nothing twice."""
    return _once(service_order, key, {"finish": 1}, _submit)


_Ids = dict[str, str]


def _once(service_order: str, key: str, report: Mapping, act: Callable[[Document, Mapping], _Ids]) -> dict:
    # The lock comes first: who waits for it sees what the other wrote.
    order = service_orders.locked(service_order)
    report_key = f"{order.name}|{_valid(key)}"
    answered = queries.answer_to_report(report_key)
    if answered:
        return json.loads(answered)
    rows = act(order, report)
    answer = {"service_order": order.name, "status": order.status, "rows": rows}
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


def _write(order: Document, report: Mapping) -> _Ids:
    _require_open(order)
    _write_tasks(order, report.get("tasks") or ())
    told = {
        table: _write_rows(order, table, report[table], read)
        for table, read in (("parts", _part), ("times", _time))
        if table in report
    }
    for field in _PLAIN:
        if field in report:
            order.set(field, report[field])
    if report.get("signature"):
        order.signed_on = now_datetime()
    # The door has checked that the job is the technician's own, who has no right to change orders on the desk.
    order.save(ignore_permissions=True)
    ids = {given: row.name for rows in told.values() for given, row in rows.items()}
    if report.get("status"):
        service_orders.set_status(order.name, report["status"], report.get("at"))
        order.reload()
    return ids


def _require_open(order: Document) -> None:
    if order.docstatus == 1:
        sentences.throw(refuse("order_completed"), order)
    if order.docstatus == 2:
        sentences.throw(refuse("order_cancelled"), order)


def _write_tasks(order: Document, tasks: Sequence[Mapping]) -> None:
    rows = {row.name: row for row in order.tasks}
    for told in tasks:
        row = rows.get(told.get("name"))
        if row:
            row.update({field: told[field] for field in _ANSWERS if field in told})


def _write_rows(
    order: Document, table: str, told: Sequence[Mapping], read: Callable[[Document, Mapping], dict]
) -> dict[str, Document]:
    """Make the table what was told; {id of the phone: its row}. What was planned and not used stays, with nothing used."""
    present = {row.name: row for row in order.get(table) if not row.share_of}
    shares = [row for row in order.get(table) if row.share_of]
    kept, ids = [], {}
    for each in told:
        row = present.pop(each.get("name"), None)
        if row is None:
            row = order.append(table, {})
        row.update(read(order, each))
        kept.append(row)
        if each.get("id"):
            ids[str(each["id"])] = row
    for row in present.values():
        if row.get("planned_qty"):
            row.qty = 0
            kept.append(row)
    order.set(table, kept + shares)
    return ids


def _part(order: Document, told: Mapping) -> dict:
    values = {field: told[field] for field in _OF_PART if told.get(field) is not None}
    if isinstance(values.get("serial_no"), list | tuple):
        values["serial_no"] = "\n".join(values["serial_no"])
    return values


def _time(order: Document, told: Mapping) -> dict:
    values = {field: told[field] for field in _OF_TIME if told.get(field) is not None}
    for ours, theirs, second in (
        ("from_time", "from", "from_is_second"),
        ("to_time", "to", "to_is_second"),
    ):
        if told.get(theirs):
            moment = _moment(order, told[theirs])
            values.update({ours: moment.wall, second: int(moment.is_second)})
    return values


def _moment(order: Document, told: str) -> Moment:
    try:
        return work_times.moment_of(told)
    except (ValueError, TypeError, AttributeError):
        sentences.throw(refuse("time_not_understood", told=told), order)


def _submit(order: Document, report: Mapping) -> _Ids:
    if order.docstatus == 1:
        return {}
    _require_open(order)
    # The door has checked that the job is the technician's own.
    order.flags.ignore_permissions = True
    order.submit()
    return {}
