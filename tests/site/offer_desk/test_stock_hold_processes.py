"""Two at the same moment, and one who dies in the middle: real processes with transactions of their own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import frappe
import makers
import offers
import pytest
from frappe.utils import now_datetime
from processes import Program

from crm_ext.offer_desk.flow import stock_holds

OTHERS = Program(Path(__file__).with_name("hold_process.py"))


@pytest.fixture(scope="module")
def market(site_connection):
    """One pump in stock and two customers; committed, so that other processes see them, and removed at the end."""
    frappe.set_user("Administrator")
    frappe.db.rollback()
    mark = frappe.generate_hash(length=6)
    item = offers.priced_item(f"Last Pump {mark}", 100, is_stock_item=1).name
    entry = makers.stock(item, 1, 60)
    customers = [makers.customer(f"Buyer {number} {mark}") for number in (1, 2)]
    frappe.db.commit()  # other processes must see it
    yield frappe._dict(item=item, customers=customers)
    frappe.db.rollback()
    _remove("Stock Entry", [entry.name])
    _remove("Customer", [customer.name for customer in customers])
    _remove("Item", [item])
    for doctype in ("Stock Ledger Entry", "Bin", "Held Stock", "Item Price"):
        frappe.db.delete(doctype, {"item_code": item})
    frappe.db.delete("GL Entry", {"voucher_no": entry.name})
    frappe.db.commit()  # what was committed is taken back


@pytest.fixture
def last_piece(site, market):
    """Two quotations want the pump."""
    line = {"item_code": market.item, "qty": 1, "warehouse": makers.warehouse()}
    wanted = [offers.quotation(customer, [line]).insert().submit().name for customer in market.customers]
    frappe.db.commit()  # other processes must see it
    yield frappe._dict(item=market.item, quotations=wanted)
    frappe.db.rollback()
    filters = {"prevdoc_docname": ("in", wanted)}
    _remove("Sales Order", frappe.get_all("Sales Order Item", filters, pluck="parent", order_by="parent"))
    _remove(
        "Stock Hold",
        frappe.get_all("Stock Hold", {"quotation": ("in", wanted)}, pluck="name", order_by="name"),
    )
    _remove("Quotation", wanted)
    frappe.db.set_value("Bin", {"item_code": market.item}, "reserved_qty", 0)
    frappe.db.set_value("Held Stock", {"item_code": market.item}, "qty", 0)
    frappe.db.commit()  # what was committed is taken back


def _remove(doctype: str, names: list[str]) -> None:
    """Documents with everything that tells of them, past the rules that keep submitted ones."""
    if not names:
        return
    for table in frappe.get_meta(doctype).get_table_fields():
        frappe.db.delete(table.options, {"parent": ("in", names), "parenttype": doctype})
    frappe.db.delete(doctype, {"name": ("in", names)})
    for told, column in _TOLD.items():
        frappe.db.delete(told, {column: ("in", names)})
    frappe.cache.delete_keys("document_cache::")


_TOLD = {
    "Notification Log": "document_name",
    "Comment": "reference_name",
    "Version": "docname",
    "Promise Record": "document",
}


def state(item: str) -> tuple[int, float]:
    """Active holds and what is written as held, as they are committed."""
    frappe.db.rollback()
    return (
        frappe.db.count("Stock Hold", {"item_code": item, "status": "Active"}),
        frappe.db.get_value("Held Stock", {"item_code": item}, "qty") or 0,
    )


def test_of_two_who_want_the_last_piece_at_once_exactly_one_holds_it(last_piece):
    first, second = last_piece.quotations
    assert sorted(OTHERS.at_once(("hold", first), ("hold", second))) == [0, 1]
    assert state(last_piece.item) == (1, 1)


def test_one_who_clicks_twice_holds_once(last_piece):
    quotation = last_piece.quotations[0]
    assert OTHERS.at_once(("hold", quotation), ("hold", quotation)) == [1, 1]
    assert state(last_piece.item) == (1, 1)


def test_a_process_that_is_killed_holds_nothing_and_the_other_gets_it(last_piece):
    first, second = last_piece.quotations
    doomed = OTHERS.start_doomed("hold", first)
    waiting = OTHERS.start("hold", second).go()
    doomed.kill()
    assert waiting.outcome() == 1
    assert state(last_piece.item) == (1, 1)
    assert frappe.db.get_value("Stock Hold", {"item_code": last_piece.item}, "quotation") == second


def test_a_hold_is_ordered_or_ended_but_not_both(last_piece):
    """The scheduler ends the hold at the moment in which its order is submitted."""
    quotation = last_piece.quotations[0]
    stock_holds.hold(quotation)
    hold = frappe.db.get_value("Stock Hold", {"quotation": quotation})
    frappe.db.set_value("Stock Hold", hold, "expires_at", now_datetime() + timedelta(seconds=1))
    frappe.db.commit()  # other processes must see it
    OTHERS.at_once(("order", quotation), ("expire", "now"))
    frappe.db.rollback()
    stock_holds.expire_due()
    assert frappe.db.get_value("Stock Hold", hold, "status") in ("Converted", "Expired")
    assert state(last_piece.item) == (0, 0)
    ended = ("Converted", "Expired", "Released")
    assert frappe.db.count("Stock Hold Event", {"parent": hold, "event": ("in", ended)}) == 1


def test_of_two_orders_at_once_exactly_one_finds_the_last_piece(last_piece):
    first, second = last_piece.quotations
    assert sorted(OTHERS.at_once(("order", first), ("order", second))) == [0, 1]
