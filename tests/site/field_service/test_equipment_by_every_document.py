"""Where a unit is, by every document of ERPNext that moves it and every way in which rows name its number."""

from __future__ import annotations

import equipment_makers as units
import frappe
import makers
import pytest
from counting import statements_of
from frappe.utils import add_days, getdate, now_datetime

from crm_ext.field_service.flow import equipment

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def pump():
    return units.serial_item(f"PUMP-{units.tag()}", warranty_period=365)


@pytest.fixture
def customers():
    return [makers.customer(f"Owner {number} {units.tag()}").name for number in (1, 2)]


@pytest.fixture
def at_the_customer(pump, customers):
    """A serial number that was delivered to the first customer."""
    (number,) = units.stocked(pump.name, 1)
    units.delivery(customers[0], pump.name, [number])
    return number


def state(number: str) -> tuple:
    record = units.equipment_of(number)
    return record.status, record.customer


def posted(doctype: str, row: dict, days_ago: float = 5, **values):
    document = {"doctype": doctype, "company": makers.company(), **units.moment(days_ago)}
    made = frappe.get_doc({**document, "items": [row], **values})
    # A reconciliation gives nothing back.
    made.submit()
    return made


# Ways in which a row names its numbers


def test_numbers_that_erpnext_chose_by_itself_are_followed(pump, customers):
    (number,) = units.stocked(pump.name, 1)
    row = {"item_code": pump.name, "qty": 1, "rate": 100, "warehouse": makers.warehouse()}
    note = posted("Delivery Note", row, customer=customers[0])
    assert state(number) == ("In Use", customers[0])
    note.reload().cancel()
    assert units.equipment_of(number) is None


@pytest.mark.parametrize("has_batch_no", [0, 1])
def test_numbers_of_a_bundle_are_followed(customers, has_batch_no):
    values = (
        {"has_batch_no": 1, "create_new_batch": 1, "batch_number_series": "B-.#####"} if has_batch_no else {}
    )
    item = units.serial_item(f"PUMP-{units.tag()}", **values)
    first, second = units.stocked(item.name, 2)
    bundle = frappe.get_doc(
        {
            "doctype": "Serial and Batch Bundle",
            "item_code": item.name,
            "warehouse": makers.warehouse(),
            "company": makers.company(),
            "type_of_transaction": "Outward",
            "voucher_type": "Delivery Note",
            "entries": [
                {
                    "serial_no": second,
                    "qty": -1,
                    "warehouse": makers.warehouse(),
                    "batch_no": frappe.db.get_value("Serial No", second, "batch_no"),
                }
            ],
        }
    ).insert()
    row = {"item_code": item.name, "qty": 1, "rate": 100, "warehouse": makers.warehouse()}
    row |= {"serial_and_batch_bundle": bundle.name, "use_serial_batch_fields": 0}
    posted("Delivery Note", row, customer=customers[0])
    assert state(second) == ("In Use", customers[0])
    assert units.equipment_of(first) is None


# Documents that bring a customer's unit back, or take a unit away


def test_a_unit_that_is_bought_back_is_in_our_store(at_the_customer, pump, customers):
    row = units.row(pump.name, [at_the_customer]) | {"rate": 10}
    receipt = posted("Purchase Receipt", row, supplier=makers.supplier(f"Dealer {units.tag()}").name)
    assert state(at_the_customer) == ("In Store", None)
    receipt.reload().cancel()
    assert state(at_the_customer) == ("In Use", customers[0])


def test_a_purchase_invoice_with_stock_brings_it_back_too(at_the_customer, pump, customers):
    row = units.row(pump.name, [at_the_customer]) | {"rate": 10}
    supplier = makers.supplier(f"Dealer {units.tag()}").name
    posted("Purchase Invoice", row, supplier=supplier, update_stock=1)
    assert state(at_the_customer) == ("In Store", None)


def test_a_unit_that_goes_back_to_the_supplier_is_returned_and_not_scrapped(pump, customers):
    from erpnext.stock.doctype.purchase_receipt.purchase_receipt import make_purchase_return

    (number,) = units.stocked(pump.name, 1)
    units.delivery(customers[0], pump.name, [number])
    row = units.row(pump.name, [number]) | {"rate": 10}
    receipt = posted("Purchase Receipt", row, supplier=makers.supplier(f"Dealer {units.tag()}").name)
    back = make_purchase_return(receipt.name)
    back.update(units.moment(3))
    back.items[0].update({"serial_no": number, "use_serial_batch_fields": 1, "serial_and_batch_bundle": None})
    back.submit()
    record = units.equipment_of(number)
    assert (record.status, record.placements[-1].document) == ("Returned", back.name)
    units.delivery(customers[1], pump.name, units.stocked(pump.name, 1), days_ago=2)
    assert units.equipment_of(number).status == "Returned"


def count(pump, numbers: list[str], days_ago: float):
    row = {
        "item_code": pump.name,
        "warehouse": makers.warehouse(),
        "qty": len(numbers),
        "valuation_rate": 12,
        "use_serial_batch_fields": 1,
        "serial_no": "\n".join(numbers),
    }
    account = makers.account("Expense", "Stock Adjustment")
    return posted(
        "Stock Reconciliation", row, days_ago, purpose="Stock Reconciliation", expense_account=account
    )


def test_a_unit_that_a_count_finds_is_with_us_and_one_that_it_misses_is_gone(pump, customers):
    numbers = units.stocked(pump.name, 2)
    units.delivery(customers[0], pump.name, numbers)
    found = count(pump, numbers, days_ago=8)
    assert [state(number) for number in numbers] == [("In Store", None)] * 2
    count(pump, numbers[:1], days_ago=4)
    assert [state(number)[0] for number in numbers] == ["In Store", "Scrapped"]
    placements = [row.document for row in units.equipment_of(numbers[0]).placements]
    assert placements[-1] == found.name and len(placements) == 2


def test_a_unit_that_was_written_off_by_mistake_is_there_again(at_the_customer, pump, customers):
    note = units.equipment_of(at_the_customer).delivery_document
    units.returned(frappe.get_doc("Delivery Note", note), [at_the_customer])
    entry = {"stock_entry_type": "Material Issue"}
    posted(
        "Stock Entry",
        units.row(pump.name, [at_the_customer]) | {"s_warehouse": makers.warehouse()},
        6,
        **entry,
    )
    assert state(at_the_customer) == ("Scrapped", None)
    row = units.row(pump.name, [at_the_customer]) | {"t_warehouse": makers.warehouse(), "basic_rate": 5}
    posted("Stock Entry", row, 4, stock_entry_type="Material Receipt")
    assert state(at_the_customer) == ("In Store", None)


def test_a_unit_that_was_repaired_at_our_place_goes_back_and_is_no_part_of_itself(
    at_the_customer, pump, customers
):
    record = units.equipment_of(at_the_customer)
    values = {
        "title": "Repair",
        "customer": customers[0],
        "company": makers.company(),
        "equipment": record.name,
    }
    order = frappe.get_doc({"doctype": "Service Order", **values}).insert()
    row = units.row(pump.name, [at_the_customer])
    entry = {"service_order": order.name}
    receipt = row | {"t_warehouse": makers.warehouse(), "basic_rate": 5}
    posted("Stock Entry", receipt, 6, stock_entry_type="Material Receipt", **entry)
    assert state(at_the_customer) == ("Returned", None)
    issue = row | {"s_warehouse": makers.warehouse()}
    posted("Stock Entry", issue, 4, stock_entry_type="Material Issue", **entry)
    record.reload()
    assert (record.status, record.customer, record.parent_equipment) == ("In Use", customers[0], None)


def test_a_unit_belongs_to_the_company_that_delivered_it_last(at_the_customer, pump, customers):
    other = frappe.get_doc(
        {
            "doctype": "Company",
            "company_name": f"Used Pumps {units.tag()}",
            "abbr": units.tag(),
            "default_currency": frappe.get_cached_value("Company", makers.company(), "default_currency"),
            "country": "United States",
        }
    ).insert()
    filters = {"company": other.name, "is_group": 0}
    store = frappe.get_all("Warehouse", filters, pluck="name", order_by="lft", limit=1)[0]
    row = units.row(pump.name, [at_the_customer]) | {"warehouse": store, "cost_center": other.cost_center}
    dealer = makers.supplier(f"Dealer {units.tag()}").name
    posted("Purchase Receipt", row | {"rate": 10}, company=other.name, supplier=dealer)
    posted("Delivery Note", row, 3, company=other.name, customer=customers[1])
    record = units.equipment_of(at_the_customer)
    assert (record.customer, record.company) == (customers[1], other.name)


def cash_mode() -> str:
    accounts = [{"company": makers.company(), "default_account": makers.account("Asset", "Cash")}]
    mode = {"doctype": "Mode of Payment", "mode_of_payment": f"Till {units.tag()}", "type": "Cash"}
    return frappe.get_doc(mode | {"accounts": accounts}).insert().name


def test_a_pos_sale_delivers_when_its_invoice_moves_the_stock(pump, customers):
    (number,) = units.stocked(pump.name, 1)
    values = {"customer": customers[0], "is_pos": 1, "update_stock": 1}
    payments = [{"mode_of_payment": cash_mode(), "amount": 100, "account": makers.account("Asset", "Cash")}]
    invoice = posted("Sales Invoice", units.row(pump.name, [number]), payments=payments, **values)
    record = units.equipment_of(number)
    assert (record.status, record.delivery_document) == ("In Use", invoice.name)


def test_pos_invoices_deliver_when_they_are_gathered(pump, customers, monkeypatch):
    from erpnext.accounts.doctype.pos_invoice_merge_log.pos_invoice_merge_log import consolidate_pos_invoices

    # ERPNext commits while it gathers; a till that stays would change the books of the tests after this one.
    monkeypatch.setattr(frappe.db, "commit", lambda: None)
    (number,) = units.stocked(pump.name, 1)
    mode = cash_mode()
    profile = frappe.get_doc(
        {
            "doctype": "POS Profile",
            "name": f"Till {units.tag()}",
            "company": makers.company(),
            "currency": frappe.get_cached_value("Company", makers.company(), "default_currency"),
            "warehouse": makers.warehouse(),
            "selling_price_list": "Standard Selling",
            "write_off_account": frappe.get_cached_value("Company", makers.company(), "write_off_account"),
            "write_off_cost_center": frappe.get_cached_value("Company", makers.company(), "cost_center"),
            "payments": [{"mode_of_payment": mode, "default": 1}],
        }
    ).insert()
    opening = {"pos_profile": profile.name, "user": "Administrator", "period_start_date": now_datetime()}
    balance = [{"mode_of_payment": mode, "opening_amount": 0}]
    opening |= {"doctype": "POS Opening Entry", "company": makers.company(), "balance_details": balance}
    frappe.get_doc(opening).submit()
    values = {"customer": customers[0], "is_pos": 1, "pos_profile": profile.name, "paid_amount": 100}
    payments = [{"mode_of_payment": mode, "amount": 100}]
    sold = posted("POS Invoice", units.row(pump.name, [number]), 0, payments=payments, **values)
    assert units.equipment_of(number) is None
    gathered = {"pos_invoice": sold.name, "customer": sold.customer, "posting_date": sold.posting_date}
    consolidate_pos_invoices(pos_invoices=[frappe._dict(gathered)])
    record = units.equipment_of(number)
    assert (record.status, record.customer) == ("In Use", customers[0])
    assert record.delivery_document == sold.reload().consolidated_invoice


def test_purchases_and_counts_without_units_cost_no_statement(customers):
    plain = makers.item(f"PLAIN-{units.tag()}", is_stock_item=1)
    row = {"item_code": plain.name, "qty": 5, "rate": 10, "warehouse": makers.warehouse()}
    receipt = posted("Purchase Receipt", row, supplier=makers.supplier(f"Dealer {units.tag()}").name)
    counted = posted(
        "Stock Reconciliation",
        {"item_code": plain.name, "qty": 4, "valuation_rate": 10, "warehouse": makers.warehouse()},
        purpose="Stock Reconciliation",
        expense_account=makers.account("Expense", "Stock Adjustment"),
    )

    def all_events():
        for document in (receipt, counted):
            equipment.document_submitted(document)
            equipment.before_cancel(document)
            equipment.document_cancelled(document)

    all_events()
    assert statements_of(all_events) == []


def test_numbers_that_come_from_a_supplier_are_looked_up_and_no_more(pump):
    row = {"item_code": pump.name, "qty": 5, "rate": 10, "warehouse": makers.warehouse()}
    receipt = posted("Purchase Receipt", row, supplier=makers.supplier(f"Dealer {units.tag()}").name)
    equipment.document_submitted(receipt)
    assert len(statements_of(lambda: equipment.document_submitted(receipt))) == 2
    assert frappe.db.count("Equipment", {"item_code": pump.name}) == 0


# Warranty


def test_the_warranty_runs_from_the_day_of_the_delivery_by_note_or_invoice(pump, customers):
    numbers = units.stocked(pump.name, 2)
    units.delivery(customers[0], pump.name, numbers[:1], days_ago=20)
    posted("Sales Invoice", units.row(pump.name, numbers[1:]), 9, customer=customers[0], update_stock=1)
    ends = [units.equipment_of(number).warranty_expires_on for number in numbers]
    assert ends == [getdate(add_days(getdate(), 365 - days)) for days in (20, 9)]


def test_an_amended_delivery_begins_the_warranty_anew(pump, customers):
    (number,) = units.stocked(pump.name, 1)
    note = units.delivery(customers[0], pump.name, [number], days_ago=20)
    note.reload().cancel()
    amended = frappe.copy_doc(note)
    amended.update({"amended_from": note.name, "docstatus": 0, **units.moment(8)})
    amended.items[0].update({"serial_no": number, "serial_and_batch_bundle": None})
    amended.submit()
    record = units.equipment_of(number)
    assert (record.delivery_document, record.warranty_expires_on) == (
        amended.name,
        getdate(add_days(getdate(), 365 - 8)),
    )


def test_an_extended_warranty_stays_with_its_delivery_and_not_with_the_next_one(pump, customers):
    (number,) = units.stocked(pump.name, 1)
    note = units.delivery(customers[0], pump.name, [number])
    units.equipment_of(number).update({"warranty_expires_on": "2033-05-01"}).save()
    back = units.returned(note, [number])
    assert str(units.equipment_of(number).warranty_expires_on) == "2033-05-01"
    back.reload().cancel()
    assert str(units.equipment_of(number).warranty_expires_on) == "2033-05-01"
    units.returned(note, [number], days_ago=9)
    units.delivery(customers[1], pump.name, [number], days_ago=5)
    assert units.equipment_of(number).warranty_expires_on == getdate(add_days(getdate(), 365 - 5))


# Packed in product bundles


@pytest.mark.parametrize("doctype", ["Delivery Note", "Sales Invoice"])
def test_pieces_in_a_product_bundle_get_their_records_and_go_back_with_it(customers, doctype):
    radiator = makers.item(f"RADIATOR-{units.tag()}", is_stock_item=1, equipment_record="For Every Piece")
    screw = makers.item(f"SCREW-{units.tag()}", is_stock_item=1)
    kit = makers.item(f"KIT-{units.tag()}")
    frappe.get_doc(
        {
            "doctype": "Product Bundle",
            "new_item_code": kit.name,
            "items": [{"item_code": radiator.name, "qty": 2}, {"item_code": screw.name, "qty": 8}],
        }
    ).insert()
    units.stocked(radiator.name, 10)
    units.stocked(screw.name, 40)
    row = {"item_code": kit.name, "qty": 2, "rate": 100, "warehouse": makers.warehouse()}
    sold = posted(doctype, row, 20, customer=customers[0], update_stock=1)
    there = {"item_code": radiator.name, "customer": customers[0], "status": "In Use"}
    assert frappe.db.count("Equipment", there) == 4
    assert frappe.db.count("Equipment", {"item_code": ("in", [screw.name, kit.name])}) == 0
    back = units.returned(sold, qty=1)
    assert frappe.db.count("Equipment", there) == 2
    back.reload().cancel()
    assert frappe.db.count("Equipment", there) == 4
    sold.reload().cancel()
    assert frappe.db.count("Equipment", {"item_code": radiator.name}) == 0


# What names a unit


def test_every_field_that_names_a_unit_keeps_its_record():
    from crm_ext.field_service.queries.equipment import NAMED_BY

    fields = {"fieldtype": "Link", "options": "Equipment"}
    ours = frappe.get_all("DocField", fields, ["parent", "fieldname"], order_by="parent")
    custom = frappe.get_all("Custom Field", fields, ["dt as parent", "fieldname"], order_by="dt")
    named = {(row.parent, row.fieldname) for row in (*ours, *custom)}
    assert named - {("Meter Reading", "equipment")} == set(NAMED_BY)
