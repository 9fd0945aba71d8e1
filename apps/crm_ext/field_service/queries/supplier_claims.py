"""What a claim against a supplier is made of."""

from __future__ import annotations

from collections.abc import Collection

import frappe


def orders_of(issue: str) -> list[str]:
    """Submitted service orders of an issue."""
    filters = {"issue": issue, "docstatus": 1}
    return frappe.get_all("Service Order", filters=filters, pluck="name", order_by="creation")


def parts(orders: Collection[str]) -> list[dict]:
    """Rows {name, item_code, item_name, qty, uom, payer, supplier, cost} of parts that left stock; cost per unit of the row.

    The stock ledger's mean value of what left; rows for the share of a second payer are left out.
    """
    if not orders:
        return []
    return frappe.db.sql(
        """
        select part.name, part.item_code, part.item_name, part.qty, part.uom, part.payer, part.supplier,
            ifnull(taken.value / nullif(taken.qty, 0), 0) * ifnull(nullif(part.conversion_factor, 0), 1) as cost
        from `tabService Order Part` part
        left join (
            select entry.service_order, ledger.item_code, -sum(ledger.stock_value_difference) as value,
                -sum(ledger.actual_qty) as qty
            from `tabStock Entry` entry
            join `tabStock Ledger Entry` ledger on ledger.voucher_type = 'Stock Entry'
                and ledger.voucher_no = entry.name and ledger.is_cancelled = 0
            where entry.service_order in %(orders)s and entry.docstatus = 1 and ledger.actual_qty < 0
            group by entry.service_order, ledger.item_code
        ) taken on taken.service_order = part.parent and taken.item_code = part.item_code
        where part.parent in %(orders)s and part.parenttype = 'Service Order' and part.qty > 0
            and ifnull(part.share_of, '') = ''
        order by part.parent, part.idx
        """,
        {"orders": tuple(orders)},
        as_dict=True,
    )


def times(orders: Collection[str]) -> list[dict]:
    """Rows {name, what, hours, payer, supplier, cost}; cost of an hour: the mean of the order's timesheet."""
    if not orders:
        return []
    return frappe.db.sql(
        """
        select time.name, time.what, time.hours, time.payer, time.supplier,
            ifnull(sheet.cost / nullif(sheet.hours, 0), 0) as cost
        from `tabService Order Time` time
        left join (
            select sheet.service_order, sum(row.base_costing_amount) as cost, sum(row.hours) as hours
            from `tabTimesheet` sheet join `tabTimesheet Detail` row on row.parent = sheet.name
            where sheet.service_order in %(orders)s and sheet.docstatus = 1
            group by sheet.service_order
        ) sheet on sheet.service_order = time.parent
        where time.parent in %(orders)s and time.parenttype = 'Service Order' and time.hours > 0
            and ifnull(time.share_of, '') = ''
        order by time.parent, time.idx
        """,
        {"orders": tuple(orders)},
        as_dict=True,
    )


def payers(rows: Collection[str]) -> dict[str, str]:
    """Row of a service order -> who pays for it."""
    if not rows:
        return {}
    found = frappe.db.sql(
        """
        select name, payer from `tabService Order Part` where name in %(rows)s
        union all
        select name, payer from `tabService Order Time` where name in %(rows)s
        """,
        {"rows": tuple(rows)},
    )
    return dict(found)


def claimed_rows(rows: Collection[str]) -> set[str]:
    """Those rows of service orders that a submitted claim holds already."""
    if not rows:
        return set()
    return set(
        frappe.get_all(
            "Supplier Claim Line",
            filters={"claim_key": ("in", list(rows))},
            pluck="claim_key",
            order_by="name",
        )
    )


def lock_source(issue: str | None, service_order: str | None) -> None:
    """Whoever claims for the same complaint or service order waits."""
    for doctype, name in (("Issue", issue), ("Service Order", service_order)):
        if name:
            frappe.db.get_value(doctype, name, "name", for_update=True)


def claimed_now(rows: Collection[str]) -> set[str]:
    """As `claimed_rows`, read as it stands now and not as the transaction first saw it."""
    if not rows:
        return set()
    found = frappe.db.sql(
        "select claim_key from `tabSupplier Claim Line` where claim_key in %s for update",
        [tuple(rows)],
        pluck=True,
    )
    return set(found)


def claims_of(issue: str) -> list[dict]:
    return frappe.get_all(
        "Supplier Claim",
        filters={"issue": issue, "docstatus": ("<", 2)},
        fields=["name", "supplier_name", "status", "base_total"],
        order_by="creation",
    )
