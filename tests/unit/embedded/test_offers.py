"""Promise dates in the embedded page: open quotations against the stock tables of an ERPNext."""

from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest

from crm_ext.embedded.generated_stock import GOODS, HELD_FOR_THE_FIRST
from crm_ext.embedded.offers import promises
from crm_ext.embedded.tables import BY_DOCTYPE

TODAY = date(2026, 6, 30)
OF_PROMISES = (
    "Quotation", "Quotation Item", "Item", "Warehouse", "Bin", "Purchase Order", "Purchase Order Item",
    "Sales Order", "Sales Order Item", "Stock Hold",
)  # fmt: skip


@pytest.fixture
def books():
    """ERPNext's tables with one company, one warehouse and one item; 5 pieces of it are wanted by the offer Q1."""
    connection = duckdb.connect()
    for doctype in OF_PROMISES:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in BY_DOCTYPE[doctype].columns.items())
        connection.execute(f'CREATE TABLE "tab{doctype}" ({columns})')
    add(connection, "Warehouse", name="Stores", company="House", is_group=0, disabled=0)
    add(connection, "Item", name="PUMP", item_name="Pump", is_stock_item=1, lead_time_days=0, disabled=0)
    offer(connection, "Q1", 5)
    return connection


def add(connection, doctype, **row):
    names, marks = ", ".join(row), ", ".join("?" for _ in row)
    connection.execute(f'INSERT INTO "tab{doctype}" ({names}) VALUES ({marks})', list(row.values()))


def offer(connection, name, qty, **values):
    row = {"transaction_date": TODAY, "company": "House", "party_name": "Buyer", "docstatus": 1, "status": "Open"}
    add(connection, "Quotation", name=name, **(row | values))
    add(connection, "Quotation Item", parent=name, idx=1, item_code="PUMP", warehouse="Stores", stock_qty=qty)


def on_its_way(connection, qty, day, received=0, status="To Receive"):
    add(connection, "Purchase Order", name=f"PO {day}", company="House", docstatus=1, status=status)
    add(
        connection, "Purchase Order Item", parent=f"PO {day}", item_code="PUMP", warehouse="Stores", qty=qty,
        received_qty=received, conversion_factor=1, schedule_date=day,
    )  # fmt: skip


def the_line(connection):
    (line,) = promises(connection, TODAY).lines
    return line


def test_what_is_in_stock_is_promised_today(books):
    add(books, "Bin", item_code="PUMP", warehouse="Stores", actual_qty=5)
    assert (the_line(books).promise.day, the_line(books).promise.in_stock) == (TODAY, 5)


def test_the_missing_rest_is_promised_when_its_purchase_arrives(books):
    day = TODAY + timedelta(days=9)
    add(books, "Bin", item_code="PUMP", warehouse="Stores", actual_qty=2)
    on_its_way(books, 10, day, received=7)
    line = the_line(books)
    assert (line.promise.day, line.promise.in_stock, line.promise.cause.name) == (day, 2, f"PO {day}")


def test_a_closed_purchase_brings_nothing(books):
    on_its_way(books, 10, TODAY + timedelta(days=9), status="Closed")
    assert the_line(books).promise.day is None


def test_what_others_ordered_is_not_promised_again(books):
    add(books, "Bin", item_code="PUMP", warehouse="Stores", actual_qty=6)
    add(books, "Sales Order", name="SO", docstatus=1, status="To Deliver and Bill")
    add(
        books, "Sales Order Item", parent="SO", item_code="PUMP", warehouse="Stores", stock_qty=4, delivered_qty=1,
        conversion_factor=1, delivery_date=TODAY,
    )  # fmt: skip
    assert (the_line(books).promise.day, the_line(books).promise.in_stock) == (None, 3)


@pytest.mark.parametrize(("holder", "free"), [("Q1", 5), ("another", 1)])
def test_a_hold_stands_in_the_way_of_others_only(books, holder, free):
    add(books, "Bin", item_code="PUMP", warehouse="Stores", actual_qty=5)
    add(
        books, "Stock Hold", item_code="PUMP", warehouse="Stores", qty=4, status="Active",
        expires_at=TODAY + timedelta(days=2), quotation=holder,
    )  # fmt: skip
    assert the_line(books).promise.in_stock == free


@pytest.mark.parametrize("values", [{"status": "Ordered"}, {"docstatus": 0}, {"valid_till": TODAY - timedelta(days=1)}])
def test_only_offers_that_can_still_be_accepted_are_shown(books, values):
    offer(books, "Q2", 1, **values)
    assert {line.quotation for line in promises(books, TODAY).lines} == {"Q1"}


def test_without_open_offers_nothing_is_said(books):
    books.execute('UPDATE "tabQuotation" SET status = \'Lost\'')
    assert promises(books, TODAY) is None


def test_the_picture_starts_with_what_is_free_today_and_rises_with_supply(books):
    add(books, "Bin", item_code="PUMP", warehouse="Stores", actual_qty=2)
    on_its_way(books, 10, TODAY + timedelta(days=9))
    (pictured,) = promises(books, TODAY).free
    assert (pictured.by_day[0], pictured.by_day[8], pictured.by_day[9]) == (2, 2, 12)


def test_the_demo_company_has_every_sort_of_promise(tmp_path):
    from crm_ext.embedded.generator import write_company
    from crm_ext.embedded.sources import ExportFolder, load

    write_company(tmp_path, TODAY)
    connection = duckdb.connect()
    load(ExportFolder(tmp_path), connection)
    lines = promises(connection, TODAY).lines
    assert {line.promise.cause.code for line in lines} >= {"in_stock", "supply", "lead_time", "no_lead_time"}
    held_code, held = HELD_FOR_THE_FIRST
    owner = next(line for line in lines if (line.item_code, line.qty) == (held_code, held))
    others = [line for line in lines if line.item_code == held_code and line is not owner]
    stock = {goods.code: Decimal(goods.stock) for goods in GOODS}[held_code]
    assert owner.promise.in_stock == held
    assert all(line.promise.in_stock <= stock - held for line in others)
