"""Bills of materials as they are needed to say what making something takes; and what was made of offers and orders."""

from __future__ import annotations

from collections.abc import Collection

import frappe

# Every bill reached from the first ones; a part that is not to be exploded is a material.
_REACHED = """
    WITH RECURSIVE reached (bom) AS (
        SELECT name FROM `tabBOM` WHERE name IN %(boms)s
        UNION
        SELECT part.bom_no FROM `tabBOM Item` part JOIN reached ON part.parent = reached.bom
        WHERE part.bom_no IS NOT NULL AND part.bom_no != '' AND part.do_not_explode = 0
    )
    SELECT bom.name, bom.quantity FROM reached JOIN `tabBOM` bom ON bom.name = reached.bom
"""


def default_boms(item_codes: Collection[str], company: str) -> dict[str, str]:
    """The default bill of each item that has one in the company; a variant without its own has its template's."""
    if not item_codes:
        return {}
    rows = frappe.db.sql(
        """
        SELECT item.name, bom.name
        FROM tabItem item
        JOIN `tabBOM` bom ON bom.item IN (item.name, item.variant_of)
            AND bom.company = %(company)s AND bom.is_default = 1 AND bom.is_active = 1 AND bom.docstatus = 1
        WHERE item.name IN %(codes)s
        ORDER BY bom.item = item.name
        """,
        {"codes": tuple(item_codes), "company": company},
    )
    return dict(rows)


def reached(boms: Collection[str]) -> dict[str, float]:
    """These bills and all below them, with the quantity that each makes. One query whatever the depth."""
    return dict(frappe.db.sql(_REACHED, {"boms": tuple(boms)})) if boms else {}


def parts(boms: Collection[str]) -> list[frappe._dict]:
    """Rows of these bills: bom, item_code, qty in stock units, bom_no where the part is made."""
    return frappe.db.sql(
        """
        SELECT parent AS bom, item_code, stock_qty AS qty, IF(do_not_explode = 1, NULL, NULLIF(bom_no, '')) AS bom_no
        FROM `tabBOM Item` WHERE parent IN %(boms)s ORDER BY parent, idx
        """,
        {"boms": tuple(boms)},
        as_dict=True,
    )


def operations(boms: Collection[str]) -> list[frappe._dict]:
    """Operations of these bills, with the hours a day of the workstation where it names them."""
    return frappe.db.sql(
        """
        SELECT step.parent AS bom, step.time_in_mins, step.batch_size, step.fixed_time, step.base_hour_rate,
            (SELECT SUM(TIME_TO_SEC(TIMEDIFF(shift.end_time, shift.start_time))) / 60
                FROM `tabWorkstation Working Hour` shift
                WHERE shift.parent = step.workstation AND shift.enabled = 1) AS minutes_of_day
        FROM `tabBOM Operation` step JOIN `tabBOM` bom ON bom.name = step.parent AND bom.with_operations = 1
        WHERE step.parent IN %(boms)s ORDER BY step.parent, step.idx
        """,
        {"boms": tuple(boms)},
        as_dict=True,
    )


def record_of(source_row: str) -> frappe._dict | None:
    """What was made of a row, read with a lock so that two makers see each other."""
    return frappe.db.get_value(
        "Offer Production",
        {"source_row": source_row},
        ["name", "bom", "work_order"],
        as_dict=True,
        for_update=True,
    )


def records_of(doctype: str, name: str) -> list[frappe._dict]:
    """What was made of a quotation or a sales order."""
    field = "quotation" if doctype == "Quotation" else "sales_order"
    return frappe.get_all(
        "Offer Production",
        filters={field: name},
        fields=["name", "source_row", "bom", "work_order"],
        order_by="creation",
    )


def boms_made_for(quotation_items: Collection[str]) -> dict[str, str]:
    """The submitted and active bills that were made of lines of quotations, by line."""
    if not quotation_items:
        return {}
    return dict(
        frappe.db.sql(
            """
            SELECT production.source_row, bom.name
            FROM `tabOffer Production` production JOIN `tabBOM` bom ON bom.name = production.bom
            WHERE production.source_row IN %(rows)s AND bom.docstatus = 1 AND bom.is_active = 1
            """,
            {"rows": tuple(quotation_items)},
        )
    )


def state(doctype: str, name: str | None) -> int | None:
    """docstatus of a document, read with a lock like the record that names it; None where it is not there."""
    return frappe.db.get_value(doctype, name, "docstatus", for_update=True) if name else None
