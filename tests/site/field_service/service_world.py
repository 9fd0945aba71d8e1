"""A customer with a pump, a technician with a van full of parts, prices, accounts: what service orders are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
import makers
from frappe.utils import add_days, get_datetime, nowdate


def world(tag: str | None = None):
    """Everything that an order needs to post: made anew, named by a tag of its own."""
    tag = tag or frappe.generate_hash(length=6)
    company = makers.company()
    made = frappe._dict(tag=tag, company=company)
    made.customer = makers.customer(f"Serviced {tag}").name
    made.van = _warehouse(f"Van {tag}")
    made.store = makers.warehouse()
    made.seal = _item(f"Seal {tag}", 100, is_stock_item=1)
    made.motor = _item(f"Motor {tag}", 500, is_stock_item=1, has_serial_no=1)
    made.grease = _item(f"Grease {tag}", 10, is_stock_item=1, has_batch_no=1)
    made.labour = _item(f"Labour {tag}", 80, stock_uom="Hour")
    made.travel = _item(f"Travel {tag}", 40)
    made.batch = (
        frappe.get_doc({"doctype": "Batch", "batch_id": f"B-{tag}", "item": made.grease}).insert().name
    )
    made.serials = [f"M1-{tag}", f"M2-{tag}"]
    made.stock = receive(made).name
    made.activity = _activity(f"Repairing {tag}")
    made.employee = employee(tag)
    made.technician = (
        frappe.get_doc(
            {
                "doctype": "Technician",
                "technician_name": f"Tess {tag}",
                "company": company,
                "employee": made.employee,
                "van_warehouse": made.van,
                "cost_per_hour": 30,
                "activity_type": made.activity,
            }
        )
        .insert()
        .name
    )
    made.type = (
        frappe.get_doc(
            {
                "doctype": "Equipment Type",
                "type_name": f"Pump {tag}",
                "checklist": [{"task": "Look at the seal", "is_mandatory": 1}],
            }
        )
        .insert()
        .name
    )
    made.equipment = equipment(made).name
    made.accounts = settings(made)
    return made


@contextmanager
def committed() -> Iterator[frappe._dict]:
    """A world that is made once for a module, seen by other processes too, and taken away at its end."""
    frappe.set_user("Administrator")
    frappe.db.rollback()
    before = frappe.get_single("Field Service Settings").as_dict()
    made = world()
    frappe.db.commit()  # every test, and every other process, begins with it
    try:
        yield made
    finally:
        frappe.db.rollback()
        remove(made, before)


def equipment(made, **values):
    return frappe.get_doc(
        {
            "doctype": "Equipment",
            "equipment_name": f"Pump {made.tag}",
            "equipment_type": made.type,
            "customer": made.customer,
            "company": made.company,
            **values,
        }
    ).insert()


def settings(made, **values) -> dict[str, str]:
    """Field Service Settings with items and an account for every payer."""
    accounts = {
        field: makers.expense_account(f"{field} {made.tag}", made.company).name
        for field in (
            "warranty_account",
            "supplier_claim_account",
            "contract_cost_account",
            "own_cost_account",
            "customer_labour_account",
            "labour_credit_account",
        )
    }
    single = frappe.get_single("Field Service Settings")
    single.update({"labour_item": made.labour, "travel_item": made.travel, "travel_charged_by": "Hours"})
    single.update({"labour_activity_type": made.activity, "travel_activity_type": made.activity})
    single.update({"submit_invoices": 1, "labour_in_ledger": 0, "close_without_asking": 0, **values})
    single.accounts = [row for row in single.accounts if row.company != made.company]
    single.append("accounts", {"company": made.company, **accounts})
    single.save()
    return accounts


def receive(made):
    """Seals, two motors and a batch of grease in the van."""
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": made.company,
            "set_posting_time": 1,
            "posting_date": add_days(nowdate(), -30),
            "items": [
                {"item_code": made.seal, "qty": 10, "basic_rate": 60, "t_warehouse": made.van},
                {
                    "item_code": made.motor,
                    "qty": 2,
                    "basic_rate": 300,
                    "t_warehouse": made.van,
                    "use_serial_batch_fields": 1,
                    "serial_no": "\n".join(made.serials),
                },
                {
                    "item_code": made.grease,
                    "qty": 20,
                    "basic_rate": 4,
                    "t_warehouse": made.van,
                    "use_serial_batch_fields": 1,
                    "batch_no": made.batch,
                },
            ],
        }
    )
    return entry.insert().submit()


def order(made, *, parts=(), times=((9, 11),), day=None, **values):
    """A draft that is ready to be submitted; times as (from, to) hours of the day, work throughout."""
    from crm_ext.field_service.flow import service_orders

    day = day or add_days(nowdate(), -1)
    made_order = service_orders.make_from("Equipment", made.equipment)
    made_order.update({"technician": made.technician, "result": "Solved", **values})
    for task in made_order.tasks:
        task.is_done = 1
    for part in parts:
        made_order.append("parts", part)
    for start, end in times:
        made_order.append(
            "times",
            {
                "what": "Work",
                "from_time": get_datetime(f"{day} {start:02}:00:00"),
                "to_time": get_datetime(f"{day} {end:02}:00:00"),
            },
        )
    return made_order.insert()


def contract(made, causes=(), **line):
    """A running contract of the customer with one line, by default for everything he has and every cause."""
    return (
        frappe.get_doc(
            {
                "doctype": "Service Contract",
                "title": f"Service {made.tag}",
                "customer": made.customer,
                "company": made.company,
                "currency": frappe.get_cached_value("Company", made.company, "default_currency"),
                "start_date": add_days(nowdate(), -100),
                "end_date": add_days(nowdate(), 265),
                "covered_causes": [{"line_number": 1, "complaint_cause": cause} for cause in causes],
                "lines": [
                    {
                        "item_code": made.labour,
                        "rate": 100,
                        "interval_unit": "Year",
                        "interval_count": 1,
                        **line,
                    }
                ],
            }
        )
        .insert()
        .submit()
    )


def ledger(voucher: str) -> dict[str, float]:
    """Debit less credit by account of a voucher's live rows."""
    sums: dict[str, float] = {}
    for row in frappe.get_all(
        "GL Entry",
        {"voucher_no": voucher, "is_cancelled": 0},
        ["account", "debit", "credit"],
        order_by="name",
    ):
        sums[row.account] = sums.get(row.account, 0) + row.debit - row.credit
    return {account: amount for account, amount in sums.items() if amount}


def in_warehouse(item: str, warehouse: str) -> float:
    return frappe.db.get_value("Bin", {"item_code": item, "warehouse": warehouse}, "actual_qty") or 0


def employee(tag: str) -> str:
    return (
        frappe.get_doc(
            {
                "doctype": "Employee",
                "first_name": f"Tess {tag}",
                "company": makers.company(),
                "gender": frappe.get_all("Gender", pluck="name", order_by="name", limit=1)[0],
                "date_of_birth": "1990-01-01",
                "date_of_joining": "2020-01-01",
                "status": "Active",
            }
        )
        .insert()
        .name
    )


def _activity(name: str) -> str:
    return frappe.get_doc({"doctype": "Activity Type", "activity_type": name}).insert().name


def _warehouse(name: str) -> str:
    return (
        frappe.get_doc({"doctype": "Warehouse", "warehouse_name": name, "company": makers.company()})
        .insert()
        .name
    )


def _item(code: str, price: float, **values) -> str:
    name = makers.item(code, **values).name
    frappe.get_doc(
        {
            "doctype": "Item Price",
            "item_code": name,
            "price_list": frappe.db.get_single_value("Selling Settings", "selling_price_list"),
            "price_list_rate": price,
            "valid_from": "2020-01-01",
        }
    ).insert()
    return name


def remove_orders(made) -> None:
    """Take away the orders that a test committed with all that they posted, past the rules that keep submitted documents."""
    orders = _names("Service Order", customer=made.customer)
    posted = {
        doctype: _names(doctype, service_order=("in", orders or [""]))
        for doctype in ("Sales Invoice", "Timesheet", "Stock Entry", "Journal Entry")
    }
    for doctype, names in ({"Service Order": orders} | posted).items():
        _delete(doctype, names)
    _delete("Service Contract", _names("Service Contract", customer=made.customer))
    for doctype in ("GL Entry", "Payment Ledger Entry", "Stock Ledger Entry"):
        vouchers = [name for names in posted.values() for name in names]
        frappe.db.delete(doctype, {"voucher_no": ("in", vouchers or [""])})
    for doctype in ("Service Order Posting", "Work Report"):
        frappe.db.delete(doctype, {"service_order": ("in", orders or [""])})
    frappe.db.delete("Entitlement Use", {"source": ("in", orders or [""])})
    frappe.db.set_value("Bin", {"item_code": made.seal, "warehouse": made.van}, "actual_qty", 10)
    _forget_cached()


def remove(made, settings_before) -> None:
    """Take away what a module committed, its rows in the ledgers too."""
    remove_orders(made)
    goods = [made.seal, made.motor, made.grease]
    items = [*goods, made.labour, made.travel]
    bundles = _names("Serial and Batch Bundle", item_code=("in", goods))
    for doctype, names in (
        ("Stock Entry", [made.stock]),
        ("Serial and Batch Bundle", bundles),
        ("Equipment", _names("Equipment", equipment_name=("like", f"%{made.tag}%"))),
        ("Equipment Type", [made.type]),
        ("Technician", [made.technician]),
        ("Employee", [made.employee]),
        ("Serial No", made.serials),
        ("Batch", [made.batch]),
        ("Activity Type", [made.activity]),
        ("Item", items),
        ("Customer", [made.customer]),
        ("Warehouse", [made.van]),
        ("Account", list(made.accounts.values())),
    ):
        _delete(doctype, names)
    for doctype in ("GL Entry", "Stock Ledger Entry"):
        frappe.db.delete(doctype, {"voucher_no": made.stock})
    for doctype in ("Bin", "Item Price"):
        frappe.db.delete(doctype, {"item_code": ("in", items)})
    _restore(settings_before)
    _forget_cached()


def _forget_cached() -> None:
    frappe.cache.delete_keys("document_cache::")
    frappe.local.document_cache = {}
    frappe.db.commit()  # what was committed is taken back


def _names(doctype: str, **filters) -> list[str]:
    return frappe.get_all(doctype, filters, pluck="name", order_by="name")


def _delete(doctype: str, names: list[str]) -> None:
    if not names:
        return
    for table in frappe.get_meta(doctype).get_table_fields():
        frappe.db.delete(table.options, {"parent": ("in", names), "parenttype": doctype})
    frappe.db.delete(doctype, {"name": ("in", names)})


def _restore(before) -> None:
    single = frappe.get_single("Field Service Settings")
    fields = (
        "labour_item",
        "travel_item",
        "travel_charged_by",
        "labour_activity_type",
        "travel_activity_type",
    )
    single.update({field: before.get(field) for field in (*fields, "submit_invoices", "labour_in_ledger")})
    single.accounts = []
    for row in before.accounts:
        single.append(
            "accounts", {key: row.get(key) for key in row if key.endswith("_account") or key == "company"}
        )
    single.flags.ignore_mandatory = True
    single.save()
