"""What the stock ledger and the site know about units at customers' places. No number of queries grows with the units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

import frappe

_EXCEPTIONS = "crm_ext_equipment_exceptions"
_RULE = "For Serial Numbers"
_LEGACY_SPLIT = str.maketrans(",", "\n")

# The field by which a row of a return names the row that it returns.
RETURNED_ROW = {"Delivery Note": "dn_detail", "Sales Invoice": "sales_invoice_item"}

# Where other records name an equipment: what is named stays. Readings go with their meter.
NAMED_BY = (
    ("Issue", "equipment"),
    ("Service Order", "equipment"),
    ("Planned Visit", "equipment"),
    ("Maintenance Plan", "equipment"),
    ("Equipment Meter", "equipment"),
    ("Service Contract Line", "equipment"),
    ("Contract Equipment", "equipment"),
    ("Equipment", "parent_equipment"),
    ("Equipment Placement", "part_of"),
    ("Supplier Claim", "equipment"),
)


def exceptions() -> dict[str, str]:
    """{item: what it says} for the items that do not follow the rule of serial numbers; from the cache."""
    return frappe.cache.get_value(_EXCEPTIONS, _read_exceptions)


def forget_exceptions() -> None:
    """The items changed; whoever asks while they are not committed yet must not fill the cache for the others."""
    frappe.cache.delete_value(_EXCEPTIONS)
    for moment in (frappe.db.after_commit, frappe.db.after_rollback):
        moment.add(lambda: frappe.cache.delete_value(_EXCEPTIONS))


def _read_exceptions() -> dict[str, str]:
    rows = frappe.get_all(
        "Item",
        filters={"equipment_record": ("not in", [_RULE, ""])},
        fields=["name", "equipment_record"],
        order_by="name",
    )
    return {row.name: row.equipment_record for row in rows}


def serial_numbers_of(voucher_type: str, voucher_no: str, items: Collection[str]) -> set[str]:
    """The numbers of these items that a document moves, by bundles or by the texts from before there were any."""
    rows = frappe.db.sql(
        """
        select line.serial_no, entry.serial_no
        from `tabStock Ledger Entry` line
        left join `tabSerial and Batch Entry` entry
            on entry.parent = line.serial_and_batch_bundle and entry.serial_no is not null
        where line.voucher_type = %s and line.voucher_no = %s and line.item_code in %s and line.is_cancelled = 0
        """,
        [voucher_type, voucher_no, sorted(items)],
    )
    return {number for row in rows for text in row for number in split_numbers(text)}


def movements(serial_numbers: Collection[str]) -> list[frappe._dict]:
    """The lines of the stock ledger of these units that stand: serial_no, posting_datetime, creation, actual_qty,
    voucher_type, voucher_no, company."""
    return frappe.db.sql(
        """
        select entry.serial_no, line.posting_datetime, line.creation, line.actual_qty, line.voucher_type,
            line.voucher_no, line.company
        from `tabSerial and Batch Entry` entry
        join `tabStock Ledger Entry` line on line.serial_and_batch_bundle = entry.parent
        where entry.serial_no in %s and line.is_cancelled = 0
        """,
        [sorted(serial_numbers)],
        as_dict=True,
    )


def movements_of_old(serial_numbers: Collection[str], items: Collection[str]) -> list[frappe._dict]:
    """The same from before there were bundles: the ledger kept the numbers as a text. Reads all lines of the items."""
    lines = frappe.db.sql(
        """
        select serial_no, posting_datetime, creation, actual_qty, voucher_type, voucher_no, company
        from `tabStock Ledger Entry`
        where item_code in %s and is_cancelled = 0 and ifnull(serial_no, '') != ''
            and ifnull(serial_and_batch_bundle, '') = ''
        """,
        [sorted(items)],
        as_dict=True,
    )
    asked = set(serial_numbers)
    return [
        frappe._dict(line, serial_no=serial_no)
        for line in lines
        for serial_no in split_numbers(line.serial_no)
        if serial_no in asked
    ]


def split_numbers(text: str | None) -> list[str]:
    """Serial numbers as ERPNext keeps several in one text."""
    return [number.strip() for number in (text or "").translate(_LEGACY_SPLIT).split("\n") if number.strip()]


def vouchers(names: Collection[tuple[str, str]]) -> dict[tuple[str, str], frappe._dict]:
    """What the stock documents say, by (doctype, name); at most one query for each of three doctypes."""
    by_doctype = defaultdict(list)
    for doctype, name in names:
        by_doctype[doctype].append(name)
    found = {}
    for doctype in ("Delivery Note", "Sales Invoice"):
        for row in _deliveries(doctype, by_doctype.get(doctype)):
            found[doctype, row.name] = row
    for row in _stock_entries(by_doctype.get("Stock Entry")):
        found["Stock Entry", row.name] = row
    return found


def _deliveries(doctype: str, names: list[str] | None) -> list[frappe._dict]:
    if not names:
        return []
    return frappe.get_all(
        doctype,
        filters={"name": ("in", names)},
        fields=[
            "name",
            "customer",
            "customer_address",
            "shipping_address_name",
            "is_return",
            "is_internal_customer",
        ],
        order_by="name",
    )


def _stock_entries(names: list[str] | None) -> list[frappe._dict]:
    if not names:
        return []
    return frappe.db.sql(
        """
        select entry.name, entry.purpose, service.customer, service.customer_address, service.equipment
        from `tabStock Entry` entry
        left join `tabService Order` service on service.name = entry.service_order
        where entry.name in %s
        """,
        [names],
        as_dict=True,
    )


def by_serial_no(serial_numbers: Collection[str]) -> list[frappe._dict]:
    """Equipment of these numbers, locked until the end of the transaction."""
    return _locked("serial_no", serial_numbers)


def by_delivery_row(rows: Collection[str]) -> list[frappe._dict]:
    """Equipment that rows of deliveries made piece by piece, locked until the end of the transaction."""
    return _locked("delivery_row", rows)


def _locked(field: str, values: Collection[str]) -> list[frappe._dict]:
    """Found without a lock first: one on values that are not there yet would lock the gap that others write into."""
    names = frappe.get_all(
        "Equipment", filters={field: ("in", sorted(values))}, pluck="name", order_by="name"
    )
    if not names:
        return []
    return frappe.db.sql(
        """
        select name, serial_no, piece_key, delivery_document from `tabEquipment`
        where name in %s order by name for update
        """,
        [names],
        as_dict=True,
    )


def placements_of(equipment: Collection[str]) -> dict[str, list[frappe._dict]]:
    """{equipment: its placements in their order}."""
    found = defaultdict(list)
    if equipment:
        rows = frappe.get_all(
            "Equipment Placement",
            filters={"parent": ("in", sorted(equipment)), "parenttype": "Equipment"},
            fields=[
                "parent", "since", "status", "customer", "customer_address", "part_of", "document_type", "document",
                "note",
            ],
            order_by="idx",
        )  # fmt: skip
        for row in rows:
            found[row.parent].append(row)
    return found


def units(serial_numbers: Collection[str]) -> dict[str, frappe._dict]:
    """{serial number: item, its name and type, company, warranty} by one query."""
    rows = frappe.db.sql(
        """
        select number.name, number.item_code, number.company, number.warranty_expiry_date, item.item_name,
            item.equipment_type, item.warranty_period
        from `tabSerial No` number join `tabItem` item on item.name = number.item_code
        where number.name in %s
        """,
        [sorted(serial_numbers)],
        as_dict=True,
    )
    return {row.name: row for row in rows}


def items(codes: Collection[str]) -> dict[str, frappe._dict]:
    rows = frappe.get_all(
        "Item",
        filters={"name": ("in", sorted(codes))},
        fields=["name", "item_name", "equipment_type", "warranty_period"],
        order_by="name",
    )
    return {row.name: row for row in rows}


def customer_names(customers: Iterable[str]) -> dict[str, str]:
    names = sorted(set(filter(None, customers)))
    if not names:
        return {}
    return dict(
        frappe.get_all(
            "Customer",
            filters={"name": ("in", names)},
            fields=["name", "customer_name"],
            as_list=True,
            order_by="name",
        )
    )


def coordinates_at(addresses: Iterable[str]) -> dict[str, tuple[float, float]]:
    """{address: where other equipment at it stands}: who has been told once need not be told again."""
    names = sorted(set(filter(None, addresses)))
    if not names:
        return {}
    rows = frappe.get_all(
        "Equipment",
        filters={"customer_address": ("in", names), "latitude": ("!=", 0), "longitude": ("!=", 0)},
        fields=["customer_address", "latitude", "longitude"],
        order_by="modified",
    )
    return {row.customer_address: (row.latitude, row.longitude) for row in rows}


def delivery_rows(doctype: str, rows: Collection[str]) -> list[frappe._dict]:
    """Rows of Delivery Notes or Sales Invoices, and what is packed in them, with what came back; in stock units.

    delivery_row: the row itself, or the one that it is packed in.
    """
    link = RETURNED_ROW[doctype]
    # The names of doctypes and fields are the two above, never what somebody sent.
    line, parent = frappe.qb.DocType(f"{doctype} Item"), frappe.qb.DocType(doctype)
    found = (
        frappe.qb.from_(line)
        .join(parent)
        .on(parent.name == line.parent)
        .select(
            line.name,
            line.item_code,
            line.stock_qty,
            parent.name.as_("voucher"),
            parent.docstatus,
            parent.company,
            parent.customer,
            parent.customer_address,
            parent.shipping_address_name,
            parent.posting_date,
            parent.posting_time,
        )
        .where(line.name.isin(sorted(rows)))
    ).run(as_dict=True)
    if not found:
        return []
    back = (
        frappe.qb.from_(line)
        .join(parent)
        .on(parent.name == line.parent)
        .select(
            line.name.as_("row"),
            line[link].as_("of"),
            line.stock_qty,
            parent.name,
            parent.posting_date,
            parent.posting_time,
        )
        # Not every version has an index on the row that is returned; on the document that is returned they have.
        .where(parent.return_against.isin(sorted({row.voucher for row in found})))
        .where(line[link].isin(sorted(rows)) & (parent.docstatus == 1) & (parent.is_return == 1))
        .orderby(parent.posting_date, parent.posting_time, parent.creation)
    ).run(as_dict=True)
    returns = defaultdict(list)
    for row in back:
        returns[row.of].append(row)
    packed = _packed_in([*rows, *(row.row for row in back)])
    for row in list(found):
        row.update(delivery_row=row.name, returns=returns[row.name])
        found += [
            frappe._dict(
                row,
                name=part.name,
                item_code=item,
                stock_qty=part.qty,
                returns=[
                    frappe._dict(back, stock_qty=packed[back.row][item].qty)
                    for back in row.returns
                    if item in packed[back.row]
                ],
            )
            for item, part in packed[row.name].items()
        ]
    return found


def _packed_in(rows: Collection[str]) -> dict[str, dict[str, frappe._dict]]:
    """{row: {item packed in it: name of its first packed row, quantity in stock units}}."""
    packed: dict[str, dict[str, frappe._dict]] = defaultdict(dict)
    for part in frappe.get_all(
        "Packed Item",
        filters={"parent_detail_docname": ("in", sorted(rows))},
        fields=["name", "parent_detail_docname", "item_code", "qty"],
        order_by="idx",
    ):
        known = packed[part.parent_detail_docname].setdefault(part.item_code, frappe._dict(part, qty=0))
        known.qty += part.qty
    return packed


def parts_under(equipment: Collection[str]) -> list[frappe._dict]:
    """Parts, parts of parts and so on of these, with the unit at their top: name, top."""
    if not equipment:
        return []
    return frappe.db.sql(
        """
        with recursive tree (name, top, depth) as (
            select name, parent_equipment, 1 from `tabEquipment` where parent_equipment in %s
            union all
            select part.name, tree.top, tree.depth + 1 from `tabEquipment` part
            join tree on part.parent_equipment = tree.name where tree.depth < 20
        )
        select distinct name, top from tree
        """,
        [sorted(equipment)],
        as_dict=True,
    )


def above(equipment: str) -> list[str]:
    """What an equipment is a part of, from near to far; a circle in old data ends."""
    rows = frappe.db.sql(
        """
        with recursive chain (name, depth) as (
            select parent_equipment, 1 from `tabEquipment` where name = %s
            union all
            select whole.parent_equipment, chain.depth + 1 from `tabEquipment` whole
            join chain on whole.name = chain.name where chain.depth < 40
        )
        select name from chain where name > '' order by depth
        """,
        [equipment],
    )
    return list(dict.fromkeys(name for (name,) in rows))


def named_elsewhere(equipment: Collection[str]) -> set[str]:
    """Those of them that other records name; one query."""
    names = sorted(equipment)
    if not names:
        return set()
    query = None
    for doctype, field in NAMED_BY:
        table = frappe.qb.DocType(doctype)
        part = frappe.qb.from_(table).select(table[field].as_("equipment")).where(table[field].isin(names))
        query = part if query is None else query * part
    return {row[0] for row in query.run()}


def visits_left_behind(equipment: Collection[str]) -> list[str]:
    """Planned visits of these units to a customer at whose place they are not any more."""
    if not equipment:
        return []
    return frappe.db.sql_list(
        """
        select visit.name from `tabPlanned Visit` visit join `tabEquipment` unit on unit.name = visit.equipment
        where unit.name in %s and visit.status = 'Planned'
            and not (unit.status = 'In Use' and unit.customer <=> visit.customer)
        """,
        [sorted(equipment)],
    )


def open_orders_elsewhere(equipment: str) -> list[str]:
    """Service Orders of a unit that are not done and not for the customer at whose place it is now."""
    return frappe.db.sql_list(
        """
        select job.name from `tabService Order` job join `tabEquipment` unit on unit.name = job.equipment
        where unit.name = %s and job.docstatus = 0 and not (unit.status = 'In Use' and unit.customer <=> job.customer)
        order by job.name
        """,
        [equipment],
    )


def serial_numbers_after(position: str, number: int) -> list[str]:
    """The next serial numbers in the order of their names."""
    return frappe.get_all(
        "Serial No",
        filters={"name": (">", position)},
        pluck="name",
        order_by="name",
        limit=number,
    )
