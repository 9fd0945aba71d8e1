"""What the others learn from an order: meters, the planned visit, the complaint."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from crm_ext.field_service.flow import complaint_policy, complaints, meters
from crm_ext.field_service.flow import service_order_sentences as sentences
from crm_ext.field_service.queries import service_orders as queries
from crm_ext.self_service.flow.service import as_service
from crm_ext.shared.results import refuse

_WAITING_FOR_WORK = ("Open", "Replied", "On Hold")


def order_made(order: Document) -> None:
    """The planned visit is ordered by this order; a visit is ordered once."""
    if not order.planned_visit:
        return
    other = queries.other_order_of_visit(order.planned_visit, order.name)
    if other:
        sentences.throw(refuse("made_already", other=other, source=order.planned_visit), order)
    _tell_visit(order, "Ordered")


def order_completed(order: Document) -> None:
    """Readings are taken down, the visit is done, and the customer is asked whether the complaint is solved."""
    _take_down_readings(order)
    if order.planned_visit:
        _tell_visit(order, "Done")
    if order.issue and order.result == "Solved" and complaint_policy.must_be_confirmed():
        status = frappe.db.get_value("Issue", order.issue, "status")
        if status in _WAITING_FOR_WORK:
            complaints.ask_for_confirmation(order.issue)


def order_cancelled(order: Document) -> None:
    """Its readings never were; its visit waits for the amended order."""
    for reading in queries.readings_of(order.name):
        # Whoever may cancel the order takes its readings back.
        frappe.delete_doc("Meter Reading", reading, ignore_permissions=True)
    if order.planned_visit:
        _tell_visit(order, "Ordered")


def order_deleted(order: Document) -> None:
    """Reports of the phone go with a draft that is deleted, and its planned visit can be ordered again."""
    frappe.db.delete("Work Report", {"service_order": order.name})
    if order.planned_visit and queries.order_of_visit(order.planned_visit) == order.name:
        frappe.db.set_value(
            "Planned Visit", order.planned_visit, {"status": "Planned", "service_order": None}
        )


def _tell_visit(order: Document, status: str) -> None:
    frappe.db.set_value("Planned Visit", order.planned_visit, {"status": status, "service_order": order.name})


def _take_down_readings(order: Document) -> None:
    if not order.equipment:
        return
    ends = [row.to_time for row in order.times if row.to_time]
    read_on = max(ends, key=str) if ends else order.finished_at
    for task in order.tasks:
        if task.meter and task.answer == "Measured Value" and (task.value or task.is_done):
            # Technicians have no right to meters by themselves; whoever may submit the order reads them.
            with as_service():
                meters.record_reading(
                    order.equipment, task.meter, task.value, read_on=read_on, service_order=order.name
                )
