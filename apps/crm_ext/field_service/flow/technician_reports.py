"""What a technician's phone sends, made ready for the order's work reports.

The phone tells rows of parts and times that somebody touched; what the office added meanwhile stays. Rows of the phone
have ids of its own; the answer says under which names they stand in the order, so that a later report means the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt

from crm_ext.field_service.flow import service_orders, technician_page, work_reports, work_times
from crm_ext.field_service.queries import technician_jobs as queries
from crm_ext.shared.text import to_latin_digits

_MOST_ROWS = 200
_MOST_LETTERS = 10_000
_LARGEST_SIGNATURE = 400_000
_TEXTS = ("result", "work_done", "signed_by")
_SIGNATURE = "data:image/png;base64,"


def take(service_order: str, key: str, report: Mapping[str, Any]) -> dict[str, Any]:
    """Write a report, once for its key: {rows: {id of the phone: name of the row}, job}. Twice gives the same rows.

    report: as work_reports.record takes it, with moments as ISO 8601 (with an offset where a button noted them), rows of
    parts and times with `id` and, if they are to go, `is_removed`, and tasks with `photo_key` instead of an address.
    """
    if not isinstance(report, Mapping):
        frappe.throw(_("Please open the page again and repeat what you did."))
    order = service_orders.locked(service_order)
    answer = work_reports.record(service_order, key, _ready(order, report))
    return {"rows": answer.get("rows", {}), "job": technician_page.job(service_order)}


def finish(service_order: str, key: str) -> dict[str, Any]:
    """Post everything, once: {job}."""
    work_reports.finish(service_order, key)
    return {"rows": {}, "job": technician_page.job(service_order)}


def _ready(order: Any, report: Mapping[str, Any]) -> dict[str, Any]:
    ready: dict[str, Any] = {field: _text(report[field]) for field in _TEXTS if field in report}
    if report.get("signature"):
        ready["signature"] = _signature(report["signature"])
    if report.get("status"):
        ready["status"] = report["status"]
        ready["at"] = _moment(report.get("at"))
    if report.get("tasks"):
        ready["tasks"] = _tasks(order.name, _rows(report["tasks"]))
    if "parts" in report:
        ready["parts"] = _whole(order.parts, [_part(row) for row in _rows(report["parts"])])
    if "times" in report:
        ready["times"] = _whole(order.times, [_time(row) for row in _rows(report["times"])])
    return ready


def _whole(present: Sequence[Any], told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The whole list: every row in its place, as it was told or, not spoken of, as it is; new ones at the end."""
    own = [row.name for row in present if not row.get("share_of")]
    said = {row["name"]: row for row in told if row.get("name") in own}
    # A row that the office took away meanwhile is written anew: what was used, was used.
    new = [{**row, "name": None} for row in told if row.get("name") not in own]
    rows = [said.get(name, {"name": name}) for name in own] + new
    return [row for row in rows if not row.get("is_removed")]


def _part(row: Mapping[str, Any]) -> dict[str, Any]:
    if row.get("is_removed"):
        return _identity(row)
    return {
        **_identity(row),
        "item_code": _text(row.get("item_code")),
        "qty": _amount(row.get("qty")),
        "uom": _text(row.get("uom")) or None,
        "serial_no": _text(row.get("serial_no")),
        "batch_no": _text(row.get("batch_no")) or None,
    }


def _time(row: Mapping[str, Any]) -> dict[str, Any]:
    if row.get("is_removed"):
        return _identity(row)
    what = row.get("what")
    return {
        **_identity(row),
        "what": what if what in ("Work", "Travel") else "Work",
        "from": _text(row.get("from")),
        "to": _text(row.get("to")),
        "kilometres": _amount(row.get("kilometres")),
    }


def _identity(row: Mapping[str, Any]) -> dict[str, Any]:
    return {field: row[field] for field in ("id", "name", "is_removed") if row.get(field)}


def _tasks(service_order: str, rows: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    keys = [row["photo_key"] for row in rows if isinstance(row.get("photo_key"), str)]
    addresses = queries.photo_addresses(service_order, keys) if keys else {}
    tasks = []
    for row in rows:
        task: dict[str, Any] = {"name": _text(row.get("name"))}
        if "is_done" in row:
            task["is_done"] = int(bool(row["is_done"]))
        if "value" in row:
            task["value"] = _amount(row["value"])
        if "note" in row:
            task["note"] = _text(row["note"])
        if address := addresses.get(row.get("photo_key")):
            task["photo"] = address
        tasks.append(task)
    return tasks


def _rows(given: Any) -> list[Mapping[str, Any]]:
    if (
        not isinstance(given, list)
        or len(given) > _MOST_ROWS
        or not all(isinstance(row, Mapping) for row in given)
    ):
        frappe.throw(_("Please open the page again and repeat what you did."))
    return given


def _text(given: Any) -> str:
    return given.strip()[:_MOST_LETTERS] if isinstance(given, str) else ""


def _amount(given: Any) -> float:
    """Digits of three scripts; measured values may be negative, which is for the order's own rules to judge."""
    return flt(to_latin_digits(given) if isinstance(given, str) else given)


def _moment(given: Any) -> Any:
    try:
        return work_times.moment_of(given).wall
    except (ValueError, TypeError, AttributeError):
        frappe.throw(_("{0} is no time. Please correct the clock of this phone.").format(_text(given) or "–"))


def _signature(given: Any) -> str:
    if not isinstance(given, str) or not given.startswith(_SIGNATURE):
        frappe.throw(_("The signature could not be read. Please clear it and draw it again."))
    if len(given) > _LARGEST_SIGNATURE:
        frappe.throw(_("The signature is too large. Please clear it and draw it again."))
    return given
