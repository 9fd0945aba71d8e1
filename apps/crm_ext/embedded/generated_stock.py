"""The made-up company's warehouse on its last day: stock, goods on their way, offers that are open, and who waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm_ext.embedded.generator import Books, Row

WAREHOUSE = "Stores - AP"


@dataclass(frozen=True)
class Goods:
    """An item: `stock` pieces in the house, `coming` as (days after the last day, pieces), lead time in days."""

    code: str
    name: str
    price: int
    stock: int
    coming: tuple[tuple[int, int], ...]
    lead_time: int



GOODS = (
    Goods("CP-15", "Centrifugal pump 1.5 kW", 640, 14, ((9, 20), (30, 20)), 21),
    Goods("CP-40", "Centrifugal pump 4 kW", 1_150, 3, ((6, 4), (45, 12)), 28),
    Goods("SP-75", "Borehole pump 7.5 kW", 2_300, 0, ((16, 6),), 35),
    Goods("CR-25", "Heating circulator 25-60", 210, 60, (), 10),
    Goods("BO-24", "Condensing boiler 24 kW", 1_480, 2, ((12, 8), (40, 8)), 30),
    Goods("BO-35", "Condensing boiler 35 kW", 1_980, 4, ((15, 6),), 30),
    Goods("RD-10", "Radiator, 10 sections", 95, 6, ((8, 200),), 12),
    Goods("FH-01", "Floor heating, for one room", 160, 400, (), 30),
    Goods("TH-01", "Room thermostat", 48, 900, (), 5),
    Goods("CL-12", "Control unit", 390, 0, (), 0),
)
# Sold and never in a warehouse: code, name, price.
SERVICES = (("SV-IN", "Installation on site", 900), ("WA-05", "Five-year warranty", 350))
PRICES = {goods.code: goods.price for goods in GOODS} | {code: price for code, _name, price in SERVICES}
# Offers of the last days that wait for an answer: how many days ago, and their lines as (item, pieces).
OPEN_OFFERS = (
    (2, (("CP-15", 6), ("CR-25", 6))),
    (4, (("CP-40", 5),)),
    (5, (("SP-75", 2), ("CP-15", 4))),
    (7, (("BO-24", 3), ("CR-25", 12), ("CL-12", 3))),
    (9, (("CP-40", 14),)),
    (11, (("CR-25", 20),)),
)
HELD_FOR_THE_FIRST = ("CP-15", 6)


def write_stock(books: Books, company: str) -> None:
    books.add("Warehouse", name=WAREHOUSE, company=company, is_group=0, disabled=0)
    for goods in GOODS:
        books.add("Item", name=goods.code, item_name=goods.name, is_stock_item=1, lead_time_days=goods.lead_time, disabled=0)
        if goods.stock:
            books.add("Bin", item_code=goods.code, warehouse=WAREHOUSE, actual_qty=Decimal(goods.stock))
        for days, pieces in goods.coming:
            _purchase(books, company, goods, days, pieces)
    for code, name, _price in SERVICES:
        books.add("Item", name=code, item_name=name, is_stock_item=0, lead_time_days=0, disabled=0)
    for ago, lines in OPEN_OFFERS:
        _offer(books, company, ago, lines)


def _purchase(books: Books, company: str, goods: Goods, days: int, pieces: int) -> None:
    order = books.new_name("PUR-ORD")
    books.add("Purchase Order", name=order, company=company, docstatus=1, status="To Receive and Bill")
    books.add(
        "Purchase Order Item",
        parent=order,
        item_code=goods.code,
        warehouse=WAREHOUSE,
        qty=Decimal(pieces),
        received_qty=Decimal(0),
        conversion_factor=Decimal(1),
        schedule_date=books.last_day + timedelta(days=days),
    )


def _offer(books: Books, company: str, ago: int, lines: tuple) -> None:
    quotation = books.new_name("SAL-QTN")
    day = books.last_day - timedelta(days=ago)
    books.add(
        "Quotation",
        name=quotation,
        company=company,
        transaction_date=day,
        valid_till=day + timedelta(days=30),
        quotation_to="Customer",
        party_name=f"Dealer {quotation[-5:]}",
        docstatus=1,
        status="Open",
        base_net_total=Decimal(sum(PRICES[code] * pieces for code, pieces in lines)),
    )
    for number, (code, pieces) in enumerate(lines, start=1):
        books.add("Quotation Item", parent=quotation, idx=number, item_code=code, warehouse=WAREHOUSE, stock_qty=Decimal(pieces))
    if lines[0] == HELD_FOR_THE_FIRST:
        code, pieces = lines[0]
        books.add(
            "Stock Hold",
            item_code=code,
            warehouse=WAREHOUSE,
            qty=Decimal(pieces),
            status="Active",
            expires_at=f"{books.last_day + timedelta(days=3)} 18:00:00",
            quotation=quotation,
        )


def ordered_goods(books: Books, order: Row, quotation: Row | None, value: Decimal, due: date) -> Row:
    """The line of an order: pieces of one item for about the order's value, delivered already or still promised.

    Chosen by the order's number and not by chance: the story of the year stays the same with goods and without.
    """
    goods = GOODS[int(order["name"][-5:]) % len(GOODS)]
    pieces = Decimal(max(1, round(value / goods.price)))
    return books.add(
        "Sales Order Item",
        parent=order["name"],
        prevdoc_docname=quotation["name"] if quotation else None,
        item_code=goods.code,
        warehouse=WAREHOUSE,
        stock_qty=pieces,
        delivered_qty=pieces if due <= books.last_day else Decimal(0),
        conversion_factor=Decimal(1),
        delivery_date=due,
    )
