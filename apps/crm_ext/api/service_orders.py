"""The desk's door to service orders: made from what asks for them, moved through the day, parts picked."""

from typing import Any

import frappe

from crm_ext.api.guards import require_document
from crm_ext.field_service.flow import part_picking, service_orders, service_posting


def require_source(doctype: str, name: str) -> None:
    """Refuses what no order is made from like what is not there."""
    require_document(doctype if doctype in service_orders.SOURCES else "Issue", name, "read")


@frappe.whitelist(methods=["GET"])
def make_from(source_doctype: str, source_name: str) -> dict[str, Any]:
    """A service order, not saved, out of a document that the user may read."""
    require_source(source_doctype, source_name)
    frappe.has_permission("Service Order", "create", throw=True)
    return service_orders.make_from(source_doctype, source_name).as_dict()


@frappe.whitelist(methods=["POST"])
def set_status(service_order: str, status: str) -> None:
    """Set one of the statuses between the first call and the work done."""
    require_document("Service Order", service_order, "write")
    service_orders.set_status(service_order, status)


@frappe.whitelist(methods=["GET"])
def pickable(service_order: str, item_code: str, warehouse: str | None = None) -> dict[str, Any]:
    """{warehouse, serial_nos, batches: [{batch_no, qty}]} of an item, to pick a part's numbers from; by default in the van."""
    require_document("Service Order", service_order, "read")
    return part_picking.pickable(service_order, item_code, warehouse)


@frappe.whitelist(methods=["GET"])
def posting(service_order: str) -> dict[str, Any]:
    """{documents: [{doctype, says, name}], problems, hints}: what submitting would post, or what it posted."""
    require_document("Service Order", service_order, "read")
    return service_posting.preview(frappe.get_doc("Service Order", service_order))
