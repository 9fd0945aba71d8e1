"""Equipment by people's hands: records of units that we did not sell, moves, parts. What stock documents say about
units stands in equipment_from_stock.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, get_link_to_form, getdate, now_datetime

from crm_ext.field_service.flow import equipment_from_stock, meters
from crm_ext.field_service.flow.equipment_from_stock import (
    before_cancel,
    document_cancelled,
    document_submitted,
)
from crm_ext.field_service.flow.equipment_records import units_moved
from crm_ext.field_service.flow.equipment_sentences import throw
from crm_ext.field_service.queries import equipment as queries
from crm_ext.field_service.rules.coordinates import read_coordinates
from crm_ext.field_service.rules.placements import RULE, check_owner, check_parent
from crm_ext.shared.results import Refusal

__all__ = [
    "before_cancel",
    "before_merge",
    "document_cancelled",
    "document_submitted",
    "item_changed",
    "item_renamed",
    "move",
    "remove_part",
    "replace_part",
    "saved",
    "serial_no_merged",
    "validate",
    "warranty_changed",
]

_PLACE = ("status", "customer", "customer_address", "parent_equipment")
_WITH_THE_WHOLE = ("status", "customer", "customer_name", "customer_address", "latitude", "longitude")


def validate(equipment: Document) -> None:
    """Before every save of a form: a place on this globe, a serial number that is theirs, a tree without circles."""
    _check_coordinates(equipment)
    _check_serial_no(equipment)
    _check_parent(equipment)
    _check_dates(equipment)
    if equipment.status != "In Use":
        equipment.parent_equipment = None
    if not equipment.customer:
        equipment.customer_name = None
    _write_down_the_move(equipment)


def saved(equipment: Document) -> None:
    """Parts go where their whole goes, and visits to where it was are given up."""
    before = equipment.get_doc_before_save()
    if before and any(before.get(field) != equipment.get(field) for field in _WITH_THE_WHOLE):
        units_moved({equipment.name: {field: equipment.get(field) for field in _WITH_THE_WHOLE}})


def move(
    name: str,
    *,
    status: str,
    customer: str | None = None,
    customer_address: str | None = None,
    on: datetime | str | None = None,
    note: str | None = None,
) -> None:
    """A unit is somewhere else without a document of the stock: sold on, taken away, scrapped. Its history says so.

    status: "In Use" (then with a customer), "In Store", "Returned" or "Scrapped". Parts go with it.
    """
    equipment = frappe.get_doc("Equipment", name, for_update=True)
    if status == "In Use" and not customer:
        frappe.throw(_("Say at which customer {0} is now.").format(equipment.equipment_name))
    at_customer = status == "In Use"
    equipment.update(
        {
            "status": status,
            "customer": customer if at_customer else None,
            "customer_address": customer_address if at_customer else None,
            "parent_equipment": None,
            "latitude": 0,
            "longitude": 0,
        }
    )
    spot = queries.coordinates_at([equipment.customer_address]).get(equipment.customer_address)
    if spot:
        equipment.latitude, equipment.longitude = spot
    _save_move(equipment, on, note)
    _tell_open_orders(equipment)


def replace_part(
    part: str,
    replacement: str | None,
    *,
    on: datetime | str | None = None,
    old_status: str = "Scrapped",
    note: str | None = None,
) -> None:
    """At a service a part is taken out and, where given, another one is put into its place. Both keep their history.

    old_status: what becomes of the old part: "Scrapped", "Returned" or "In Store".
    """
    old = frappe.get_doc("Equipment", part, for_update=True)
    whole = old.parent_equipment
    if not whole:
        frappe.throw(_("{0} is not a part of anything. Open the part that is replaced.").format(part))
    if part == replacement:
        frappe.throw(_("{0} cannot be replaced by itself. Choose the new part.").format(part))
    move(part, status=old_status, on=on, note=note)
    if replacement:
        new = frappe.get_doc("Equipment", replacement, for_update=True)
        new.update({"status": "In Use", "parent_equipment": whole})
        _save_move(new, on, note or _("Instead of {0}").format(part))


def remove_part(part: str, *, on: datetime | str | None = None, old_status: str = "Scrapped") -> None:
    """A part is taken out and nothing put in."""
    replace_part(part, None, on=on, old_status=old_status)


def before_merge(old: str, new: str) -> None:
    """Two records of one unit become one: what hangs on the old one will hang on the new one."""
    meters.merge_meters(old, new)
    if old in queries.above(new):
        frappe.throw(_("{0} is a part of {1}. Take it out first, then merge them.").format(new, old))
    count = frappe.db.count("Equipment Placement", {"parent": new})
    frappe.db.sql(
        "update `tabEquipment Placement` set parent = %s, idx = idx + %s where parent = %s", [new, count, old]
    )


def serial_no_merged(old: str, new: str) -> None:
    """Before one serial number becomes another: a number has one record."""
    records = dict(
        frappe.get_all(
            "Equipment",
            filters={"serial_no": ("in", [old, new])},
            fields=["serial_no", "name"],
            as_list=True,
            order_by="name",
        )
    )
    if len(records) == 2:
        frappe.rename_doc("Equipment", records[old], records[new], merge=True, show_alert=False)


def item_changed(item: Document) -> None:
    """Another rule for which units get a record holds from now on."""
    before = item.get_doc_before_save()
    if (before.get("equipment_record") if before else RULE) != item.get("equipment_record"):
        queries.forget_exceptions()


def item_renamed() -> None:
    """Also of an item that is gone: what is said of an item is kept under its code."""
    queries.forget_exceptions()


def warranty_changed(number: Document) -> None:
    """Somebody wrote another end of the warranty on a serial number: it is that of its unit."""
    before = number.get_doc_before_save()
    if before and before.warranty_expiry_date != number.warranty_expiry_date:
        name = frappe.db.get_value("Equipment", {"serial_no": number.name})
        if name:
            frappe.db.set_value("Equipment", name, "warranty_expires_on", number.warranty_expiry_date)


def _check_coordinates(equipment: Document) -> None:
    place = read_coordinates(equipment.latitude, equipment.longitude)
    if isinstance(place, Refusal):
        throw(place)


def _check_serial_no(equipment: Document) -> None:
    if not equipment.serial_no:
        return
    fact = queries.units([equipment.serial_no]).get(equipment.serial_no)
    if fact:
        if equipment.item_code and equipment.item_code != fact.item_code:
            frappe.throw(
                _("Serial number {0} belongs to item {1}, not to {2}. Correct one of the two.").format(
                    equipment.serial_no, fact.item_code, equipment.item_code
                )
            )
        equipment.item_code = fact.item_code
        equipment.equipment_type = equipment.equipment_type or fact.equipment_type
    if not equipment.is_new() and not equipment.has_value_changed("serial_no"):
        return
    for other in queries.by_serial_no([equipment.serial_no]):
        if other.name != equipment.name:
            frappe.throw(
                _("Serial number {0} has its record already: {1}. Open that one.").format(
                    equipment.serial_no, other.name
                )
            )
    _check_owner(equipment)


def _check_owner(equipment: Document) -> None:
    """The stock ledger knows to whom a number was delivered."""
    latest = equipment_from_stock.latest_placement(equipment.serial_no)
    refusal = check_owner(equipment.serial_no, equipment.customer, latest)
    if refusal is not None:
        throw(refusal)


def _check_parent(equipment: Document) -> None:
    if not equipment.parent_equipment:
        return
    above = queries.above(equipment.parent_equipment)
    refusal = check_parent(None if equipment.is_new() else equipment.name, equipment.parent_equipment, above)
    if refusal is not None:
        throw(refusal)
    whole = frappe.get_doc("Equipment", equipment.parent_equipment)
    equipment.update({field: whole.get(field) for field in _WITH_THE_WHOLE})


def _check_dates(equipment: Document) -> None:
    begin = equipment.installed_on or equipment.delivered_on
    if equipment.warranty_expires_on and begin and getdate(equipment.warranty_expires_on) < getdate(begin):
        frappe.throw(_("The warranty ends before the equipment was there. Correct one of the two dates."))


def _write_down_the_move(equipment: Document) -> None:
    """A placement for what a person changed of the place; a delivered unit is moved by its own button only."""
    before = equipment.get_doc_before_save()
    if before and all((before.get(field) or None) == (equipment.get(field) or None) for field in _PLACE):
        return
    about: Mapping = equipment.flags.crm_ext_move or {}
    if before and before.customer != equipment.customer and not about and _was_delivered(equipment):
        frappe.throw(
            _('{0} was delivered to {1}. Use "Move" to say that it is at another customer\'s now.').format(
                equipment.equipment_name, before.customer
            )
        )
    since = about.get("on") or (None if before else equipment.installed_on or equipment.delivered_on)
    since = get_datetime(since) if since else now_datetime()
    if about and getdate(since) > getdate():
        frappe.throw(_("A unit is moved when it happens. Choose today or an earlier day."))
    last = equipment.placements[-1] if equipment.placements else None
    if last and since < get_datetime(last.since):
        frappe.throw(
            _("{0} came to its present place on {1}. Choose a later day for the move.").format(
                equipment.equipment_name, frappe.format(last.since, {"fieldtype": "Datetime"})
            )
        )
    equipment.append(
        "placements",
        {
            "since": since,
            "status": equipment.status,
            "customer": equipment.customer,
            "customer_address": equipment.customer_address,
            "part_of": equipment.parent_equipment,
            "note": about.get("note"),
        },
    )


def _was_delivered(equipment: Document) -> bool:
    return any(placement.document for placement in equipment.placements)


def _tell_open_orders(equipment: Document) -> None:
    """Planned visits to the old place are gone; an order that somebody made is somebody's to cancel."""
    orders = queries.open_orders_elsewhere(equipment.name)
    if orders:
        frappe.msgprint(
            _(
                "Service Orders for the place that it has left are still open: {0}. Cancel those that are not needed any more."
            ).format(", ".join(get_link_to_form("Service Order", name) for name in orders))
        )


def _save_move(equipment: Document, on: datetime | str | None, note: str | None) -> None:
    equipment.flags.crm_ext_move = {"on": on or now_datetime(), "note": note}
    equipment.save()
