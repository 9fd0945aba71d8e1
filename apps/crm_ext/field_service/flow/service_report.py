"""What the customer is told of a job, on paper and in the portal, in the words, digits and calendar of the reader."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.field_service.queries import service_orders as queries

_PICTURES = ("png", "jpg", "jpeg", "webp", "gif")
# Why these pay is between them and the house.
_REASON_IS_OURS = ("Supplier", "Ourselves")


def facts(order: Document) -> dict[str, Any]:
    """Ready texts for the template: dates, quantities, tasks, parts, times, photos, what the customer pays."""
    payers = _payers(order)
    return {
        "day": spelling.day(order.posting_date or order.planned_start),
        "signed_on": spelling.moment(order.signed_on),
        "tasks": [_task(task) for task in order.tasks],
        "parts": _parts(order, payers),
        "times": _times(order, payers),
        "photos": _photos(order),
        "customer_pays": spelling.money(order.customer_total, order.currency) if order.customer_total else "",
        "equipment": queries.equipment_words(order.equipment) if order.equipment else None,
    }


def who_pays(service_order: str) -> list[dict[str, Any]]:
    """[{what, quantity, payers: [{who, why}]}] of a job's parts and times. Callers have checked whose job it is."""
    order = frappe.get_doc("Service Order", service_order)
    payers = _payers(order)
    return [
        *(
            {"what": part["item"], "quantity": part["quantity"], "payers": part["payers"]}
            for part in _parts(order, payers)
        ),
        *(
            {"what": time["what"], "quantity": _("{0} hours").format(time["hours"]), "payers": time["payers"]}
            for time in _times(order, payers)
        ),
    ]


def _task(task: Document) -> dict[str, str]:
    answers = {
        "Measured Value": f"{spelling.number(task.value)} {task.unit or ''}".strip() if task.value else "",
        "Text": "",
        "Photo": _("see photo") if task.photo else "",
    }
    said = [answers.get(task.answer, ""), task.note or ""]
    return {
        "task": task.task,
        "is_done": bool(task.is_done or any(said)),
        "said": _(", ").join(filter(None, said)),
    }


def _payers(order: Document) -> dict[str, list[dict[str, str]]]:
    """Who pays each line and why, by its name: one, or two with what each carries."""
    rows = (*order.parts, *order.times)
    seconds = {row.share_of: row for row in rows if row.share_of}
    return {
        row.name: [_shared(each) for each in (row, seconds[row.name])]
        if row.name in seconds
        else [_alone(row)]
        for row in rows
    }


def _alone(row: Document) -> dict[str, str]:
    is_told = not row.decided_by_hand and row.payer not in _REASON_IS_OURS
    return {"who": _(row.payer or ""), "why": row.why if is_told else ""}


def _shared(row: Document) -> dict[str, str]:
    if row.doctype == "Service Order Part":
        return {**_alone(row), "who": _("{0} {1}%").format(_(row.payer), spelling.number(row.share_percent))}
    return {**_alone(row), "who": _("{0} {1} hours").format(_(row.payer), spelling.number(row.charged_hours))}


def _parts(order: Document, payers: dict[str, list]) -> list[dict[str, Any]]:
    return [_part(row, payers) for row in order.parts if row.qty and not row.share_of]


def _times(order: Document, payers: dict[str, list]) -> list[dict[str, Any]]:
    return [_time(row, payers) for row in order.times if not row.share_of]


def _part(row: Document, payers: dict[str, list]) -> dict[str, Any]:
    numbers = [number.strip() for number in (row.serial_no or "").splitlines() if number.strip()]
    return {
        "item": row.item_name or row.item_code,
        "quantity": f"{spelling.number(row.qty)} {_(row.uom or '')}".strip(),
        "numbers": _(", ").join([*numbers, *([row.batch_no] if row.batch_no else [])]),
        "payers": payers[row.name],
    }


def _time(row: Document, payers: dict[str, list]) -> dict[str, Any]:
    return {
        "what": _(row.what),
        "technician": row.technician,
        "when": spelling.window(row.from_time, row.to_time),
        "hours": spelling.number(round(row.hours or 0, 2)),
        "payers": payers[row.name],
    }


def _photos(order: Document) -> list[dict[str, str]]:
    tasks = {task.photo: task.task for task in order.tasks if task.photo}
    files = [
        file for file in queries.files_of(order.name) if file.file_url.lower().rpartition(".")[2] in _PICTURES
    ]
    addresses = dict.fromkeys([*tasks, *(file.file_url for file in files)])
    return [{"address": address, "caption": tasks.get(address, "")} for address in addresses]
