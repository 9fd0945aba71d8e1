"""The warehouse's page on real orders, purchases and holds."""

from __future__ import annotations

import frappe
import makers
import offers
import pytest
from frappe.utils import add_days, getdate

from crm_ext.api import promise_board as api
from crm_ext.offer_desk.flow import stock_holds

ITEM = "Board Pump"


@pytest.fixture
def pump(site):
    offers.priced_item(ITEM, 100, is_stock_item=1)
    makers.stock(ITEM, 5, 60)
    return makers.customer("Board Customer")


def order(customer, qty, in_days, item=ITEM):
    day = add_days(getdate(), in_days)
    line = {"item_code": item, "qty": qty, "rate": 100, "warehouse": makers.warehouse(), "delivery_date": day}
    made = frappe.get_doc(
        {
            "doctype": "Sales Order",
            "customer": customer.name,
            "company": makers.company(),
            "transaction_date": min(getdate(), getdate(day)),
            "delivery_date": day,
            "items": [line],
        }
    )
    made.insert().submit()
    made.items[0].db_set("promise_date", day)
    return made


def purchase(qty, in_days):
    day = add_days(getdate(), in_days)
    line = {"item_code": ITEM, "qty": qty, "rate": 50, "warehouse": makers.warehouse(), "schedule_date": day}
    made = frappe.get_doc(
        {
            "doctype": "Purchase Order",
            "supplier": makers.supplier("Board Supplier").name,
            "company": makers.company(),
            "transaction_date": add_days(getdate(), -30),
            "schedule_date": day,
            "items": [line],
        }
    )
    return made.insert().submit()


def rows(section, customer=None, **filters):
    scope = {"company": makers.company(), "customer": customer.name if customer else "", **filters}
    return [frappe._dict(row) for row in api.get_board(**scope)["sections"][section]["rows"]]


def test_the_page_says_which_supply_a_promise_waits_for(pump):
    order(pump, 3, 2)
    bought = purchase(10, 6)
    waiting = order(pump, 4, 4)
    (row,) = rows("danger", pump)
    assert (row.sales_order, row.danger, row.supply_name) == (waiting.name, "late", bought.name)
    assert getdate(row.ready_on) == getdate(add_days(getdate(), 6))
    assert [(line.qty, line.danger) for line in rows("promised", pump)] == [(3, None), (4, "late")]


def test_overdue_and_missing_supply_are_dangers_of_their_own(pump):
    purchase(3, -4)
    order(pump, 7, 3)
    order(pump, 6, 5)
    found = rows("danger", pump)
    assert [(row.danger, row.missing) for row in found] == [("supply_overdue", 0), ("short", 5)]


def test_stock_in_another_warehouse_is_named_where_it_would_do(pump):
    elsewhere = frappe.get_doc(
        {"doctype": "Warehouse", "warehouse_name": "Board Annex", "company": makers.company()}
    ).insert()
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": makers.company(),
            "items": [{"item_code": ITEM, "qty": 9, "basic_rate": 60, "t_warehouse": elsewhere.name}],
        }
    )
    entry.submit()
    order(pump, 8, 3)
    assert rows("danger", pump)[0].elsewhere == elsewhere.name


def test_a_reserved_line_has_its_stock_whatever_comes_first(pump):
    for field in ("enable_stock_reservation", "allow_partial_reservation"):
        frappe.db.set_single_value("Stock Settings", field, 1)
    frappe.clear_document_cache("Stock Settings", "Stock Settings")
    later = order(pump, 4, 9)
    stock_holds.reserve_order(later.name)
    sooner = order(pump, 3, 2)
    assert [(row.sales_order, row.danger) for row in rows("danger", pump)] == [(sooner.name, "short")]


def test_holds_are_listed_by_their_end_and_a_hold_without_stock_is_in_danger(pump):
    quotation = held_offer(pump, 4)
    (row,) = rows("held", pump)
    assert (row.quotation, row.qty, row.danger, row.may_change) == (quotation.name, 4, None, True)
    frappe.db.set_value("Bin", {"item_code": ITEM, "warehouse": makers.warehouse()}, "actual_qty", 1)
    assert rows("danger", pump)[0].danger == "uncovered"


def test_a_bundle_is_promised_by_its_parts(pump):
    offers.priced_item("Board Set", 120)
    frappe.get_doc(
        {"doctype": "Product Bundle", "new_item_code": "Board Set", "items": [{"item_code": ITEM, "qty": 2}]}
    ).insert()
    order(pump, 2, 3, item="Board Set")
    assert [(row.item_code, row.qty, row.bundle) for row in rows("promised", pump)] == [
        (ITEM, 4, "Board Set")
    ]


def test_filters_leave_out_what_is_not_asked_for(pump):
    order(pump, 1, 3)
    order(pump, 1, 40)
    assert len(rows("promised", pump)) == 1
    assert len(rows("promised", pump, days=60)) == 2
    assert rows("promised", pump, item_group="All Item Groups")
    assert rows("promised", pump, warehouse="no such warehouse") == []


def held_offer(customer, qty):
    line = {"item_code": ITEM, "qty": qty, "warehouse": makers.warehouse()}
    quotation = offers.quotation(customer, [line]).insert().submit()
    stock_holds.hold(quotation.name)
    return quotation


def test_a_storekeeper_sees_the_page_without_prices_and_changes_no_offer(pump):
    held_offer(pump, 4)
    order(pump, 9, 3)
    frappe.set_user(makers.user("store@board.test", "Stock User").name)
    (promised,) = rows("promised", pump)
    (held,) = rows("held", pump)
    assert not held.may_change
    assert not any(word in key for key in (*promised, *held) for word in ("rate", "amount", "price"))


def test_who_may_not_read_orders_is_shown_nothing(pump):
    frappe.set_user(makers.user("nobody@board.test", "Blogger").name)
    with pytest.raises(frappe.PermissionError):
        api.get_board(makers.company())


def test_companies_of_others_and_companies_that_are_not_there_look_alike(pump):
    with pytest.raises(frappe.PermissionError):
        api.get_board("No Such Company")


def test_more_lines_take_no_more_queries(pump):
    def queries_for_the_page() -> int:
        api.get_board(makers.company())
        counted, original = 0, frappe.db.sql

        def counting(*args, **kwargs):
            nonlocal counted
            counted += 1
            return original(*args, **kwargs)

        frappe.db.sql = counting
        try:
            api.get_board(makers.company())
        finally:
            frappe.db.sql = original
        return counted

    order(pump, 1, 3)
    few = queries_for_the_page()
    for _number in range(4):
        order(pump, 1, 4)
    assert queries_for_the_page() == few <= 12


def test_cards_count_what_the_page_and_the_list_show(pump):
    danger, holds = api.lines_in_danger()["value"], api.active_holds()["value"]
    held_offer(pump, 1)
    order(pump, 50, 3)
    assert api.lines_in_danger()["value"] == danger + 1
    assert api.active_holds()["value"] == holds + 1
    assert api.holds_ending_today()["route"] == ["List", "Stock Hold"]
