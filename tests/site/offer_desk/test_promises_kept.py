"""Promises kept: recorded with the documents, compared with real deliveries, with the reason for what was late."""

from __future__ import annotations

from datetime import timedelta

import frappe
import makers
import offers
import pytest
from counting import queries_of
from frappe.utils import getdate, now_datetime

from crm_ext.offer_desk.flow import stock_holds
from crm_ext.offer_desk.report.promises_kept import promises_kept

ITEM = "Kept Pump"
ORDER_MAKER = "erpnext.selling.doctype.quotation.quotation._make_sales_order"
NOTE_MAKER = "erpnext.selling.doctype.sales_order.sales_order.make_delivery_note"
RECEIPT_MAKER = "erpnext.buying.doctype.purchase_order.purchase_order.make_purchase_receipt"


def on(days: int):
    return getdate() + timedelta(days=days)


@pytest.fixture(autouse=True)
def pump(site) -> str:
    frappe.db.set_value("Company", makers.company(), "default_holiday_list", None)
    return offers.priced_item(ITEM, 100, is_stock_item=1).name


def offer(qty=4, **values):
    line = {"item_code": ITEM, "qty": qty, "warehouse": makers.warehouse()}
    return offers.quotation(makers.customer("Kept Buyer"), [line], **values).insert().submit()


def ordered(qty=4, days=2, customer=None, quotation=None, **values):
    """A submitted order that was confirmed for a day."""
    if quotation:
        order = frappe.get_attr(ORDER_MAKER)(quotation.name)
    else:
        line = {"item_code": ITEM, "qty": qty, "rate": 9, "warehouse": makers.warehouse()}
        customer = customer or makers.customer("Kept Buyer").name
        order = frappe.get_doc(
            {"doctype": "Sales Order", "customer": customer, "company": makers.company(), "items": [line]}
        )
    order.update({"transaction_date": min(getdate(), on(days)), "delivery_date": on(days), **values})
    for row in order.items:
        row.delivery_date = on(days)
    return order.insert().submit()


def delivered(order, qty, days=0):
    note = frappe.get_attr(NOTE_MAKER)(order.name)
    note.set_posting_time, note.posting_date = 1, on(days)
    note.items[0].qty = qty
    return note.insert().submit()


def stocked(qty, days=-60):
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": makers.company(),
            "set_posting_time": 1,
            "posting_date": on(days),
            "items": [{"item_code": ITEM, "qty": qty, "basic_rate": 5, "t_warehouse": makers.warehouse()}],
        }
    )
    return entry.submit()


def report(**filters):
    period = {"from_date": on(-40), "to_date": on(60)}
    return promises_kept.execute({"company": makers.company(), "item_code": ITEM, **period, **filters})


def row_of(order):
    (row,) = [row for row in report()[1] if row["sales_order"] == order.name]
    return row


def backdated(order, days):
    """As if the order had been confirmed some days ago for a day in the past."""
    frappe.db.set_value("Promise Record", {"document": order.name}, "confirmed_day", on(days))
    order.items[0].db_set("delivery_date", on(days))


# Records


def records(document, *fields):
    return frappe.get_all(
        "Promise Record", {"document": document.name}, [*fields], order_by="line", as_list=True
    )


def test_submitting_records_what_was_promised_and_cancelling_forgets_it():
    makers.stock(ITEM, 4, 5)
    quotation = offer(qty=4)
    assert records(quotation, "document_type", "item_code", "qty", "promised_day", "basis") == (
        ("Quotation", ITEM, 4.0, on(0), "In Stock"),
    )
    order = ordered(quotation=quotation, days=3)
    assert records(order, "promised_day", "confirmed_day", "basis") == ((on(0), on(3), "In Stock"),)
    order.cancel()
    assert not records(order, "name") and records(quotation, "name")


def test_recording_twice_changes_nothing():
    from crm_ext.offer_desk.flow import promise_records

    order = ordered()
    before = records(order, "name", "promised_day", "basis", "creation")
    promise_records.record(order)
    assert records(order, "name", "promised_day", "basis", "creation") == before


def test_lines_that_are_added_or_taken_out_later_are_followed():
    makers.stock(ITEM, 6, 5)
    order = ordered(qty=4, days=3)
    other = offers.priced_item("Kept Valve", 5, is_stock_item=1).name
    change_items = frappe.get_attr("erpnext.controllers.accounts_controller.update_child_qty_rate")

    def line(code, **values):
        return {
            "item_code": code,
            "qty": 1,
            "rate": 9,
            "delivery_date": str(on(4)),
            "conversion_factor": 1,
            **values,
        }

    kept = line(ITEM, qty=4, docname=order.items[0].name)
    change_items("Sales Order", frappe.as_json([kept, line(ITEM)]), order.name)
    assert set(records(order, "promised_day", "confirmed_day")) == {(on(0), on(3)), (on(0), on(4))}
    stored = frappe.get_all("Sales Order Item", {"parent": order.name}, pluck="promise_date", order_by="idx")
    assert stored == [on(0), on(0)]
    change_items("Sales Order", frappe.as_json([kept, line(other)]), order.name)
    assert {code for (code,) in records(order, "item_code")} == {ITEM, other}


def test_a_record_keeps_no_purchase_order_from_being_deleted():
    purchase = purchase_order(4, on(5))
    order = ordered(days=6)
    assert records(order, "basis", "basis_name", "basis_due") == (("Supply", purchase.name, on(5)),)
    purchase.cancel()
    purchase.delete()
    assert not frappe.db.exists("Purchase Order", purchase.name)


def purchase_order(qty, day):
    line = {"item_code": ITEM, "qty": qty, "rate": 5, "warehouse": makers.warehouse(), "schedule_date": day}
    return frappe.get_doc(
        {
            "doctype": "Purchase Order",
            "supplier": makers.supplier("Kept Supplier").name,
            "company": makers.company(),
            "transaction_date": min(day, getdate()),
            "schedule_date": day,
            "items": [line],
        }
    ).submit()


# Deliveries


def test_offered_confirmed_and_delivered_stand_in_one_row():
    stocked(4)
    order = ordered(quotation=offer(), days=2)
    delivered(order, 4)
    row = row_of(order)
    assert (row["offered"], row["confirmed"], row["delivered"]) == (on(0), on(2), on(0))
    assert (row["outcome"], row["days_late"], row["reason"]) == ("On Time", None, None)


def test_in_parts_it_is_delivered_when_the_last_part_has_left():
    stocked(4)
    order = ordered(days=-9)
    delivered(order, 3, days=-9)
    assert row_of(order)["outcome"] == "Overdue"
    delivered(order, 1, days=-4)
    assert (row_of(order)["delivered"], row_of(order)["days_late"]) == (on(-4), 5)


def test_an_invoice_that_moves_stock_is_a_delivery():
    stocked(4)
    order = ordered(days=2)
    invoice = frappe.get_attr("erpnext.selling.doctype.sales_order.sales_order.make_sales_invoice")(
        order.name
    )
    invoice.update_stock = 1
    invoice.insert().submit()
    assert row_of(order)["delivered"] == on(0)


def test_services_are_no_deliveries_to_keep():
    service = offers.priced_item("Kept Visit", 5).name
    order = ordered()
    order = frappe.copy_doc(order)
    order.items[0].update({"item_code": service, "item_name": service})
    order.insert().submit()
    assert not [row for row in report(item_code=service)[1] if row["sales_order"] == order.name]


# Reasons


def test_a_date_that_the_customer_moved_is_the_reason():
    order = ordered(days=5)
    frappe.db.set_value("Promise Record", {"document": order.name}, "confirmed_day", on(-5))
    assert row_of(order)["outcome"] == "Overdue"
    assert row_of(order)["reason"].startswith("The order was moved to ")


def test_a_late_supplier_is_the_reason_with_the_purchase_order():
    purchase = purchase_order(4, on(3))
    order = ordered(days=3)
    for record in frappe.get_all("Promise Record", {"document": order.name}, pluck="name", order_by="name"):
        frappe.db.set_value("Promise Record", record, "basis_due", on(-6))
    backdated(order, -6)
    assert purchase.name in row_of(order)["reason"] and "6 days late" in row_of(order)["reason"]
    receipt = frappe.get_attr(RECEIPT_MAKER)(purchase.name)
    receipt.set_posting_time, receipt.posting_date = 1, on(-2)
    receipt.insert().submit()
    delivered(order, 4, days=-1)
    assert (row_of(order)["outcome"], row_of(order)["days_late"]) == ("Late", 5)
    assert "4 days late" in row_of(order)["reason"]


def test_a_hold_that_expired_is_the_reason():
    stocked(4)
    quotation = offer()
    stock_holds.hold(quotation.name)
    ended = {"status": "Expired", "expires_at": now_datetime() - timedelta(days=8)}
    frappe.db.set_value("Stock Hold", {"quotation": quotation.name}, ended)
    order = ordered(quotation=quotation, days=2)
    backdated(order, -5)
    assert row_of(order)["reason"].startswith("The hold on stock had expired on ")


def test_goods_that_went_to_a_later_order_are_the_reason():
    stocked(4)
    first = ordered(days=-3)
    later = ordered(days=-1)
    frappe.db.set_value("Sales Order", first.name, "creation", now_datetime() - timedelta(days=3))
    frappe.db.set_value("Promise Record", {"document": first.name}, "basis", "In Stock")
    note = delivered(later, 4, days=-3)
    assert note.name in row_of(first)["reason"]


def test_what_was_confirmed_too_early_is_said():
    order = ordered(days=1)
    backdated(order, -1)
    assert row_of(order)["reason"] == "Confirmed although no date could be promised."


# The report


def test_groups_count_what_the_lines_say_and_the_chart_opens_its_month():
    stocked(20)
    on_time, late = ordered(days=1), ordered(days=-9)
    delivered(on_time, 4)
    delivered(late, 4, days=-4)
    ordered(days=30)
    _columns, rows, _message, chart, summary = report(group_by="Item")
    (group,) = rows
    assert (group["group"], group["lines"], group["on_time"], group["late"]) == (ITEM, 3, 1, 1)
    assert (group["percent"], group["average_days_late"]) == (50.0, 5.0)
    assert sum(sum(series["values"]) for series in chart["data"]["datasets"]) == 2
    for index, (start, end) in enumerate(chart["periods"]):
        counted = sum(series["values"][index] for series in chart["data"]["datasets"])
        rows = report(from_date=start, to_date=end)[1]
        assert counted == sum(row["outcome"] in ("On Time", "Late", "Overdue") for row in rows)
    assert {figure["label"]: figure["value"] for figure in summary}["Lines"] == 3


def test_filters_narrow_the_lines():
    stocked(20)
    order = ordered(days=1)
    delivered(order, 4)
    ordered(days=2)
    assert [row["sales_order"] for row in report(outcome="On Time")[1]] == [order.name]
    assert not report(customer=makers.customer("Kept Nobody").name)[1]
    assert not report(representative="Nobody At All")[1]


def test_the_representative_is_the_sales_person_else_the_owner():
    order = ordered()
    assert row_of(order)["representative"] == "Administrator"
    person = frappe.get_doc({"doctype": "Sales Person", "sales_person_name": "Kept Seller"}).insert()
    second = ordered(sales_team=[{"sales_person": person.name, "allocated_percentage": 100}])
    assert row_of(second)["representative"] == person.name


def test_a_seller_sees_the_lines_of_customers_that_they_may_read():
    mine, other = makers.customer("Kept Mine"), makers.customer("Kept Other")
    own, foreign = ordered(customer=mine.name), ordered(customer=other.name)
    seller = makers.user("kept-seller@example.com", "Sales User")
    frappe.get_doc(
        {"doctype": "User Permission", "user": seller.name, "allow": "Customer", "for_value": mine.name}
    ).insert()
    frappe.clear_cache(user=seller.name)
    frappe.set_user(seller.name)
    names = {row["sales_order"] for row in report()[1]}
    assert own.name in names and foreign.name not in names


def test_the_number_of_queries_does_not_grow_with_the_lines():
    backdated(ordered(days=1), -3)
    report()
    few = queries_of(report)
    for _number in range(4):
        backdated(ordered(days=1), -3)
    report()
    assert queries_of(report) <= few
