"""Equipment for the desk: its history, its tree, and what people do with it."""

import frappe
from frappe import _
from frappe.utils import flt

from crm_ext.api.guards import require_document
from crm_ext.field_service.flow import equipment as flow
from crm_ext.field_service.flow import equipment_backfill as flow_backfill
from crm_ext.field_service.flow import meters as flow_meters
from crm_ext.field_service.queries import equipment as equipment_queries
from crm_ext.field_service.queries import equipment_history as queries


@frappe.whitelist()
def history(equipment: str) -> dict:
    """Everything about a unit that the user may read. Amounts in the currency of its company.

    {currency, above, sections: [{key, doctype, filters, count, is_cut, rows}], costs: {material, labour, invoiced},
    service_orders, former_parts, used_parts, files}. `filters` open in the list what a section counts; is_cut: the list
    has more. A section or figure that is not for the user is left out (None).
    """
    unit = require_document("Equipment", equipment, "read")
    above = equipment_queries.above(unit.name)
    orders = queries.orders(unit.name)
    names = [order.name for order in orders or ()]
    invoices = queries.invoices(names)
    sections = [
        _section("Issue", "issues", {"equipment": unit.name}, queries.issues(unit.name)),
        _section("Service Order", "visits", {"equipment": unit.name, "docstatus": ["<", 2]}, orders),
        _section(
            "Planned Visit",
            "planned",
            {"equipment": unit.name, "status": "Planned"},
            queries.planned_visits(unit.name),
        ),
        _section("Service Contract", "contracts", None, queries.contracts([unit.name, *above])),
        _section("Sales Invoice", "invoices", {"service_order": ["in", names], "docstatus": 1}, invoices),
        _section("Equipment", "parts", {"parent_equipment": unit.name}, queries.parts(unit.name)),
        _section("Equipment Meter", "meters", {"equipment": unit.name}, queries.meters(unit.name)),
    ]
    return {
        "currency": frappe.get_cached_value("Company", unit.company, "default_currency"),
        "above": above,
        "sections": [section for section in sections if section],
        "costs": {
            "material": _amount(queries.material_cost(names)),
            "labour": _amount(queries.labour_cost(names)),
            "invoiced": None if invoices is None else flt(sum(flt(row.base_grand_total) for row in invoices)),
        },
        "service_orders": names,
        "used_parts": queries.used_parts(names),
        "former_parts": queries.former_parts(unit.name) or [],
        "files": queries.files(unit.name),
    }


@frappe.whitelist()
def tree(
    doctype: str, parent: str | None = None, is_root: bool = False, customer: str | None = None
) -> list[dict]:
    """One level of the tree of equipment, as Frappe's tree view asks for it; where it is cut, its last node says so."""
    frappe.has_permission("Equipment", "read", throw=True)
    rows = queries.children(None if is_root else parent, customer)
    wholes = queries.with_parts([row.name for row in rows])
    nodes = [
        {"value": row.name, "title": _title(row, is_root), "expandable": int(row.name in wholes)}
        for row in rows
    ]
    if len(rows) == queries.MOST:
        more = _("Only the first {0} are shown. Choose a customer, or use the list.").format(queries.MOST)
        nodes.append({"value": "", "title": more, "expandable": 0})
    return nodes


@frappe.whitelist(methods=["POST"])
def move(
    equipment: str,
    status: str,
    customer: str | None = None,
    customer_address: str | None = None,
    on: str | None = None,
    note: str | None = None,
) -> None:
    """Say where a unit is now, without a stock document."""
    require_document("Equipment", equipment, "write")
    flow.move(
        equipment, status=status, customer=customer, customer_address=customer_address, on=on, note=note
    )


@frappe.whitelist(methods=["POST"])
def replace_part(
    part: str,
    replacement: str | None = None,
    old_status: str = "Scrapped",
    on: str | None = None,
    note: str | None = None,
) -> None:
    """Take a part out and put another one, where given, into its place."""
    require_document("Equipment", part, "write")
    if replacement:
        require_document("Equipment", replacement, "write")
    flow.replace_part(part, replacement, on=on, old_status=old_status, note=note)


@frappe.whitelist(methods=["POST"])
def record_reading(
    equipment: str,
    meter: str,
    typed: str,
    read_on: str | None = None,
    kind: str = "Reading",
    last_typed: str | None = None,
) -> str:
    """Take down where a meter stands; in digits of any script."""
    require_document("Equipment", equipment, "read")
    return flow_meters.record_reading(
        equipment, meter, typed, read_on=read_on, kind=kind, last_typed=last_typed
    )


@frappe.whitelist(methods=["POST"])
def make_from_earlier_deliveries() -> None:
    """Make equipment of what was delivered before the app came; in the background, goes on where it stopped."""
    frappe.only_for(("System Manager", "Maintenance Manager"))
    flow_backfill.begin()


def _title(row: frappe._dict, is_whole: bool) -> str:
    """Of a part without the customer, who is its whole's."""
    where = (row.customer_name if is_whole else None) if row.status == "In Use" else _(row.status)
    return " · ".join(filter(None, (row.equipment_name, row.serial_no, where)))


def _section(doctype: str, key: str, filters: dict | None, rows: list | None) -> dict | None:
    if rows is None:
        return None
    filters = filters or {"name": ["in", [row.name for row in rows]]}
    return {
        "key": key,
        "doctype": doctype,
        "filters": filters,
        "count": len(rows),
        "is_cut": len(rows) == queries.MOST,
        "rows": rows,
    }


def _amount(value) -> float | None:
    return None if value is None else float(value)
