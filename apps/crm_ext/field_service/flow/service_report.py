"""What the printed report of a job says, in the words, digits and calendar of its reader."""

from __future__ import annotations

from typing import Any

from frappe import _
from frappe.model.document import Document

from crm_ext.field_service.queries import service_orders as queries
from crm_ext.self_service.flow import pages

_PICTURES = ("png", "jpg", "jpeg", "webp", "gif")


def facts(order: Document) -> dict[str, Any]:
    """Ready texts for the template: dates, quantities, tasks, parts, times, photos, what the customer pays."""
    payers = _payers(order)
    return {
        "day": pages.day(order.posting_date or order.planned_start),
        "signed_on": pages.moment(order.signed_on),
        "tasks": [_task(task) for task in order.tasks],
        "parts": [_part(row, payers) for row in order.parts if row.qty and not row.share_of],
        "times": [_time(row, payers) for row in order.times if not row.share_of],
        "photos": _photos(order),
        "customer_pays": pages.money(order.customer_total, order.currency) if order.customer_total else "",
        "equipment": queries.equipment_words(order.equipment) if order.equipment else None,
    }


def _task(task: Document) -> dict[str, str]:
    answers = {
        "Measured Value": f"{pages.number(task.value)} {task.unit or ''}".strip() if task.value else "",
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
    return {"who": _(row.payer or ""), "why": row.why}


def _shared(row: Document) -> dict[str, str]:
    if row.doctype == "Service Order Part":
        return {**_alone(row), "who": _("{0} {1}%").format(_(row.payer), pages.number(row.share_percent))}
    return {**_alone(row), "who": _("{0} {1} hours").format(_(row.payer), pages.number(row.charged_hours))}


def _part(row: Document, payers: dict[str, list]) -> dict[str, Any]:
    numbers = [number.strip() for number in (row.serial_no or "").splitlines() if number.strip()]
    return {
        "item": row.item_name or row.item_code,
        "quantity": f"{pages.number(row.qty)} {_(row.uom or '')}".strip(),
        "numbers": _(", ").join([*numbers, *([row.batch_no] if row.batch_no else [])]),
        "payers": payers[row.name],
    }


def _time(row: Document, payers: dict[str, list]) -> dict[str, Any]:
    return {
        "what": _(row.what),
        "technician": row.technician,
        "when": pages.window(row.from_time, row.to_time),
        "hours": pages.number(round(row.hours or 0, 2)),
        "payers": payers[row.name],
    }


def _photos(order: Document) -> list[dict[str, str]]:
    tasks = {task.photo: task.task for task in order.tasks if task.photo}
    files = [
        file for file in queries.files_of(order.name) if file.file_url.lower().rpartition(".")[2] in _PICTURES
    ]
    addresses = dict.fromkeys([*tasks, *(file.file_url for file in files)])
    return [{"address": address, "caption": tasks.get(address, "")} for address in addresses]
