"""Production for offers on real bills of materials: estimates, and BOM and Work Order made once."""

from __future__ import annotations

from decimal import Decimal

import frappe
import makers
import offers
import pytest
from counting import queries_of

from crm_ext.offer_desk.flow import production, quotation_options


def bill(item, parts, minutes=0, submit=True):
    bom = frappe.get_doc(
        {
            "doctype": "BOM",
            "item": item,
            "quantity": 1,
            "company": makers.company(),
            "currency": "USD",
            "is_default": 1,
            "items": [{"item_code": code, "qty": qty, "uom": "Nos"} for code, qty in parts],
        }
    )
    if minutes:
        bom.with_operations = 1
        bom.append(
            "operations", {"operation": operation(), "workstation": "Bench P", "time_in_mins": minutes}
        )
    return bom.submit() if submit else bom.insert()


def operation() -> str:
    if not frappe.db.exists("Workstation", "Bench P"):
        frappe.get_doc(
            {"doctype": "Workstation", "workstation_name": "Bench P", "hour_rate_labour": 30}
        ).insert()
        frappe.get_doc({"doctype": "Operation", "name": "Assemble P", "workstation": "Bench P"}).insert()
    return "Assemble P"


@pytest.fixture
def shop(site):
    """A pump of a motor and a seal, the motor of two coils; ten coils and one seal in stock."""
    for code in ("Pump P", "Motor P", "Coil P", "Seal P"):
        offers.priced_item(code, 500, is_stock_item=1)
    bill("Motor P", [("Coil P", 2)], minutes=60)
    bill("Pump P", [("Motor P", 1), ("Seal P", 1)], minutes=480)
    makers.stock("Coil P", 10, 7)
    makers.stock("Seal P", 1, 3)
    frappe.db.set_value("Item", "Seal P", "lead_time_days", 3)
    return makers.customer("Production Customer")


def order_of(offer):
    return quotation_options.make_order(offer.name, (), ()).submit()


def test_an_estimate_goes_down_to_the_raw_materials(shop):
    found = production.estimate([production.Made("a", "Pump P", Decimal(2))], makers.company())["a"]
    assert found.minutes == 2 * (480 + 60)
    assert found.material_cost == 2 * (2 * 7 + 3)
    assert found.operating_cost == 30 * 18
    assert [(part.item_code, part.qty, part.in_stock) for part in found.missing] == [("Seal P", 2, 1)]
    assert found.days == 3 and found.ready_on > found.missing[0].day


def test_items_without_a_bill_have_no_estimate(shop):
    assert production.estimate([production.Made("a", "Coil P", Decimal(1))], makers.company()) == {}


def test_who_may_not_see_cost_is_told_days_but_no_cost(shop):
    settings = frappe.get_doc("Offer Desk Settings")
    settings.set("cost_viewers", [{"role": "Accounts Manager"}])
    settings.save()
    makers.user("blind-p@example.com", "Sales User")
    frappe.set_user("blind-p@example.com")
    found = production.estimate([production.Made("a", "Pump P", Decimal(1))], makers.company())["a"]
    assert (found.material_cost, found.operating_cost) == (None, None) and found.days == 2


def test_thirty_lines_ask_no_more_queries_than_one(shop):
    def asked(lines):
        return queries_of(lambda: production.estimate(lines, makers.company()))

    lines = [production.Made(key, "Pump P", Decimal(2)) for key in range(30)]
    asked(lines)
    assert asked(lines) == asked([production.Made("a", "Pump P", Decimal(60))])


def test_a_work_order_is_made_once_and_again_after_it_was_cancelled(shop):
    order = order_of(offers.quotation(shop, [{"item_code": "Pump P", "qty": 3}]).submit())
    row = order.items[0].name
    made = production.make_work_order(order.name, row)
    assert production.make_work_order(order.name, row) == made
    work_order = frappe.get_doc("Work Order", made)
    assert (work_order.qty, work_order.sales_order, work_order.docstatus) == (3, order.name, 0)
    work_order.update({"wip_warehouse": makers.warehouse(), "fg_warehouse": makers.warehouse()})
    work_order.submit()
    work_order.cancel()
    assert production.make_work_order(order.name, row) != made


def test_an_order_that_is_cancelled_takes_its_draft_work_order_along(shop):
    order = order_of(offers.quotation(shop, [{"item_code": "Pump P"}]).submit())
    made = production.make_work_order(order.name, order.items[0].name)
    order.cancel()
    assert not frappe.db.exists("Work Order", made)


def test_the_bill_made_of_an_offer_is_the_one_that_the_order_is_made_by(shop):
    offer = offers.quotation(shop, [{"item_code": "Pump P"}]).insert()
    row = offer.items[0].name
    made = production.make_bom(offer.name, row)
    assert production.make_bom(offer.name, row) == made
    bom = frappe.get_doc("BOM", made)
    assert (bom.docstatus, bom.is_default) == (0, 0)
    bom.submit()
    offer.submit()
    order = order_of(offer)
    work_order = production.make_work_order(order.name, order.items[0].name)
    assert frappe.db.get_value("Work Order", work_order, "bom_no") == made


def test_a_cancelled_quotation_takes_its_bill_back(shop):
    offers_made = [offers.quotation(shop, [{"item_code": "Pump P"}]).submit() for _ in range(2)]
    draft, submitted = (production.make_bom(offer.name, offer.items[0].name) for offer in offers_made)
    frappe.get_doc("BOM", submitted).submit()
    for offer in offers_made:
        offer.cancel()
    assert not frappe.db.exists("BOM", draft)
    assert not frappe.db.get_value("BOM", submitted, "is_active")


def test_what_nobody_knows_how_to_make_is_refused_in_words(shop):
    offer = offers.quotation(shop, [{"item_code": "Coil P"}]).insert()
    with pytest.raises(frappe.ValidationError, match="Make its BOM by hand"):
        production.make_bom(offer.name, offer.items[0].name)
