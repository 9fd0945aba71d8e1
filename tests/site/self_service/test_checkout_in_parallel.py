"""Real processes: clicked at once, lost on the line, killed in the middle. One cart is one order, and the last piece one buyer's."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import frappe
import makers
import pytest
import shop_world
from frappe.utils import getdate

from crm_ext.self_service.flow import carts

BUYER = """
import json, sys
import frappe
frappe.init(sys.argv[1], sites_path=".")
frappe.connect()
frappe.flags.mute_emails = True
from crm_ext.self_service.flow import checkout
from crm_ext.self_service.flow.checkout import Seen
from crm_ext.self_service.flow.shop import Shop
shop = Shop(**{**json.loads(sys.argv[2]), "today": frappe.utils.getdate(), "shelves": tuple(json.loads(sys.argv[2])["shelves"])})
print("ready", flush=True)
sys.stdin.readline()
for attempt in range(5):
    try:
        placed = checkout.place(shop, sys.argv[3], Seen(day=sys.argv[4] and frappe.utils.getdate(sys.argv[4]) or None))
        frappe.db.commit()
        break
    except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
        frappe.db.rollback()
print(getattr(placed, "order", None) or placed.code, flush=True)
frappe.destroy()
"""


def buyer(shop, cart, seen_day=""):
    """A process that stands ready to order the cart; seen_day: the day that the customer was shown."""
    facts = {
        "user": shop.user,
        "customer": shop.customer,
        "company": shop.company,
        "warehouse": shop.warehouse,
        "shelves": list(shop.shelves),
    }
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", BUYER, frappe.local.site, json.dumps(facts), cart, str(seen_day)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    return process


def go(process) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()


def answer(process) -> str:
    out, errors = process.communicate(timeout=180)
    assert process.returncode == 0, errors
    return out.strip().splitlines()[-1]


@pytest.fixture
def world(site):
    """Committed goods and customers; `world(stock)` gives two shops and the item's code."""
    tag = frappe.generate_hash(length=6)
    before = frappe.get_doc("Self Service Settings").as_dict()
    shop_world.use_settings()
    customers = [makers.customer(f"Parallel {tag} {number}").name for number in (1, 2)]

    def build(stock):
        code = f"LAST-{tag}"
        shop_world.goods(code, 100, stock=stock, lead_time_days=12)
        shops = [shop_world.shop(customer) for customer in customers]
        for shop in shops:
            assert carts.add(shop, code, "1") is None
        frappe.db.commit()
        return code, shops

    yield build
    frappe.db.rollback()
    take_away(tag, customers)
    settings = frappe.get_doc("Self Service Settings")
    settings.update({name: before.get(name) for name in ("company", "warehouse", "request_missing_goods", "send_notices")})
    settings.save()
    frappe.db.commit()


def take_away(tag, customers):
    for order in frappe.get_all("Sales Order", {"customer": ("in", customers)}, pluck="name", order_by="name"):
        document = frappe.get_doc("Sales Order", order)
        if document.docstatus == 1:
            document.cancel()
        for name in frappe.get_all("Material Request Item", {"sales_order": order}, pluck="parent", order_by="name"):
            frappe.delete_doc("Material Request", name, force=True, ignore_missing=True)
        frappe.delete_doc("Sales Order", order, force=True)
    frappe.db.delete("Portal Cart Line", {"item_code": f"LAST-{tag}"})
    frappe.db.delete("Portal Cart", {"customer": ("in", customers)})
    for entry in frappe.get_all("Stock Entry Detail", {"item_code": f"LAST-{tag}"}, pluck="parent", order_by="name"):
        frappe.get_doc("Stock Entry", entry).cancel()
        frappe.delete_doc("Stock Entry", entry, force=True)
    for doctype in ("Stock Ledger Entry", "Bin", "Item Price", "Catalogue Entry"):
        frappe.db.delete(doctype, {"item_code": f"LAST-{tag}"})
    frappe.db.delete("Repost Item Valuation", {"item_code": f"LAST-{tag}"})
    frappe.delete_doc("Item", f"LAST-{tag}", force=True)
    for customer in customers:
        frappe.delete_doc("Customer", customer, force=True)


def orders_of(shop):
    frappe.db.commit()
    return frappe.get_all(
        "Sales Order", {"customer": shop.customer}, ["name", "docstatus", "delivery_date"], order_by="name"
    )


def test_a_cart_sent_by_several_tabs_at_once_is_one_order(world):
    _code, (shop, _other) = world(stock=10)
    cart = carts.current(shop).name
    processes = [buyer(shop, cart) for _tab in range(3)]
    for process in processes:
        go(process)
    answers = {answer(process) for process in processes}
    assert answers == {order.name for order in orders_of(shop)} and len(answers) == 1


def test_of_two_buyers_of_the_last_piece_one_gets_it_and_the_other_is_asked(world):
    code, shops = world(stock=1)
    processes = [buyer(shop, carts.current(shop).name, getdate()) for shop in shops]
    for process in processes:
        go(process)
    answers = [answer(process) for process in processes]
    assert answers.count("date_moved") == 1, answers
    bought = [order for shop in shops for order in orders_of(shop)]
    assert [(order.docstatus, order.delivery_date) for order in bought] == [(1, getdate())]
    loser = shops[answers.index("date_moved")]
    view = carts.view(loser)
    assert view.day > getdate() and [line.item_code for line in view.lines] == [code], "nothing is lost"
    assert frappe.db.get_value("Bin", {"item_code": code}, "reserved_qty") == 1


def test_a_killed_checkout_leaves_all_or_nothing(world):
    code, (shop, _other) = world(stock=0)
    cart = carts.current(shop).name
    chance = random.Random(code)
    kills = 0
    for _attempt in range(4):
        process = buyer(shop, cart)
        go(process)
        time.sleep(chance.uniform(0.05, 1.2))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.communicate()
        found = orders_of(shop)
        status, named = frappe.db.get_value("Portal Cart", cart, ["status", "sales_order"])
        assert (status, named) == (("Ordered", found[0].name) if found else ("Open", None))
    assert kills, "an order takes long enough to be interrupted"
    last = buyer(shop, cart)
    go(last)
    name = answer(last)
    found = orders_of(shop)
    assert [(order.name, order.docstatus) for order in found] == [(name, 1)]
    requested = frappe.get_all("Material Request Item", {"sales_order": name, "docstatus": 1}, ["qty"], order_by="name")
    assert [row.qty for row in requested] == [1]
    assert frappe.db.get_value("Bin", {"item_code": code}, ["reserved_qty", "indented_qty"]) == (1, 1)
