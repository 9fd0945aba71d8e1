"""Two at the same moment, and one who dies in the middle: real processes with transactions of their own."""

from __future__ import annotations

from pathlib import Path

import frappe
import pytest
import service_world
from processes import Program

OTHERS = Program(Path(__file__).with_name("service_order_process.py"))


@pytest.fixture(scope="module")
def committed(site_connection):
    with service_world.committed() as made:
        yield made


@pytest.fixture
def world(site, committed):
    yield committed
    frappe.db.rollback()
    service_world.remove_orders(committed)


def posted(order: str) -> dict[str, int]:
    frappe.db.rollback()  # see what the others committed
    doctypes = ("Stock Entry", "Timesheet", "Sales Invoice", "Service Order Posting")
    return {doctype: frappe.db.count(doctype, {"service_order": order}) for doctype in doctypes}


ONCE = {"Stock Entry": 1, "Timesheet": 1, "Sales Invoice": 1, "Service Order Posting": 3}
NEVER = dict.fromkeys(ONCE, 0)


def ready_order(world, **values):
    order = service_world.order(world, parts=[{"item_code": world.seal, "qty": 1}], **values)
    frappe.db.commit()  # other processes must see it
    return order.name


def test_phone_and_desk_submit_at_once_and_everything_is_posted_once(world):
    order = ready_order(world)
    outcomes = OTHERS.at_once(("finish", order, "a"), ("finish", order, "b"), ("submit", order))
    assert "Completed" in outcomes
    assert posted(order) == ONCE
    assert frappe.db.get_value("Service Order", order, "docstatus") == 1


def test_who_dies_in_the_middle_leaves_nothing_and_the_next_one_posts_everything(world):
    order = ready_order(world)
    OTHERS.start_doomed("finish", order, "a").kill()
    assert posted(order) == NEVER
    assert OTHERS.at_once(("finish", order, "a")) == ["Completed"]
    assert posted(order) == ONCE


def test_the_same_report_sent_by_three_at_once_is_written_once(world):
    order = ready_order(world, times=())
    outcomes = OTHERS.at_once(*[("report", order, "key")] * 3)
    assert outcomes[0] == outcomes[1] == outcomes[2] and outcomes[0]["rows"]
    frappe.db.rollback()  # see what the others committed
    assert frappe.db.count("Work Report", {"service_order": order}) == 1
    assert frappe.db.count("Service Order Part", {"parent": order}) == 1


def test_two_orders_share_the_last_hours_of_a_contract_and_nobody_gets_them_twice(world):
    contract = service_world.contract(world, hours_included=2)
    first, second = ready_order(world), ready_order(world, times=((13, 15),))
    assert OTHERS.at_once(("submit", first), ("submit", second)) == ["Completed", "Completed"]
    frappe.db.rollback()  # see what the others committed
    uses = frappe.get_all(
        "Entitlement Use", {"service_contract": contract.name}, pluck="quantity", order_by="name"
    )
    assert sum(uses) == 2
    totals = frappe.get_all(
        "Service Order", {"name": ("in", [first, second])}, pluck="customer_total", order_by="customer_total"
    )
    assert totals == [100, 260]
