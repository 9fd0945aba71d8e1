"""Equipment of what was delivered before the app came: all serial numbers once, in the order of their names.

Every chunk is one transaction that ends with how far it is, so a run that is killed and started again goes on behind it.
Doing it for numbers that have their record changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import frappe
from frappe import _

from crm_ext.field_service.flow import equipment_from_stock
from crm_ext.field_service.queries import equipment as queries
from crm_ext.field_service.rules.placements import makes_equipment

Step = Callable[[], None]

_CHUNK = 500
_SETTINGS = "Field Service Settings"
_DONE = "Done"
_RUNNING = "Running"
_TIMEOUT = 6 * 3600


def begin() -> None:
    """Queue it; it goes on where it stopped, or begins anew where it was done."""
    if frappe.db.get_single_value(_SETTINGS, "equipment_status") == _DONE:
        _settle(_RUNNING, "")
    frappe.enqueue(
        f"{__name__}.run",
        queue="long",
        timeout=_TIMEOUT,
        job_id="crm_ext_equipment_backfill",
        deduplicate=True,
        enqueue_after_commit=True,
    )
    frappe.msgprint(
        _("Equipment is made in the background. Field Service Settings show how far it is."), alert=True
    )


def run(end_step: Step | None = None) -> int:
    """For a background job; gives how many records the numbers of this run have.

    end_step: called when a chunk is whole; commits unless the caller has another use for it.
    """
    end_step = end_step or _commit
    made, position = 0, frappe.db.get_single_value(_SETTINGS, "equipment_progress") or ""
    while numbers := queries.serial_numbers_after(position, _CHUNK):
        made += equipment_from_stock.refresh(_followed(numbers), of_old=True)
        position = numbers[-1]
        _settle(_RUNNING, position)
        frappe.publish_realtime("equipment_backfill", {"position": position, "made": made}, after_commit=True)
        end_step()
    _settle(_DONE, "")
    end_step()
    return made


def _followed(numbers: list[str]) -> list[str]:
    facts, exceptions = queries.units(numbers), queries.exceptions()
    return [
        number
        for number in numbers
        if number in facts and makes_equipment(facts[number].item_code, True, exceptions)
    ]


def _settle(status: str, position: str) -> None:
    frappe.db.set_single_value(_SETTINGS, {"equipment_status": status, "equipment_progress": position})


def _commit() -> None:
    # One transaction a chunk: a killed run goes on behind the last one.
    frappe.db.commit()
