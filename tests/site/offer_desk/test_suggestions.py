"""What is suggested beside the lines: what goes with them, can be delivered, earns its floor and was not refused."""

import frappe
import makers
import margins
import offers
import pytest
from counting import queries_of
from frappe.utils import add_days, getdate, today

from crm_ext.api import suggestions as api
from crm_ext.offer_desk.flow import affinities, suggestions
from crm_ext.offer_desk.report.suggestion_acceptance import suggestion_acceptance


@pytest.fixture
def shop():
    """A pump with a seal (consumable), a bigger pump (better model) and a tank (bought together), all in stock."""
    margins.settings(
        affinity_minimum_support=2, affinity_minimum_lift=1.1, refused_days=90, suggestion_limit=5
    )
    for code, cost in (("Pump", 80), ("Seal", 5), ("Big Pump", 120), ("Tank", 40), ("Belt", 10)):
        offers.priced_item(code, cost * 2, is_stock_item=1)
        if code != "Belt":
            makers.stock(code, 20, cost)
    accessory("Pump", "Seal", "Consumable")
    accessory("Pump", "Big Pump", "Better Model")
    return makers.customer("Suggestion Customer").name


def accessory(item_code, other, kind):
    return frappe.get_doc(
        {"doctype": "Item Accessory", "item_code": item_code, "accessory": other, "kind": kind}
    ).insert()


def codes(customer, lines=("Pump",), **values):
    found = suggestions.suggest(list(lines), customer=customer, company=makers.company(), **values)
    return [suggestion.item_code for suggestion in found]


def sold_together(customer, *items):
    makers.sales_invoice(
        customer,
        items[0],
        items=[{"item_code": code, "qty": 1, "rate": 50, "warehouse": makers.warehouse()} for code in items],
    )


def test_better_models_come_first_then_what_was_written_down_then_what_is_bought_together(shop):
    for _ in range(3):
        sold_together(shop, "Pump", "Tank")
    for _ in range(3):
        sold_together(shop, "Seal")
    affinities.learn_for(makers.company())
    assert codes(shop) == ["Big Pump", "Seal", "Tank"]


def test_learning_again_replaces_what_was_learned(shop):
    for _ in range(3):
        sold_together(shop, "Pump", "Tank")
        sold_together(shop, "Seal")
    first = affinities.learn_for(makers.company())
    assert affinities.learn_for(makers.company()) == first
    rows = frappe.get_all(
        "Item Affinity", {"item_code": "Pump"}, ["other_item", "support"], order_by="other_item"
    )
    assert [(row.other_item, row.support) for row in rows] == [("Tank", 3)]


def test_an_order_and_its_invoice_are_one_purchase(shop):
    from crm_ext.erpnext_port import make_from

    order = frappe.get_doc(
        {
            "doctype": "Sales Order",
            "customer": shop,
            "company": makers.company(),
            "delivery_date": add_days(getdate(), 3),
            "items": [
                {"item_code": code, "qty": 1, "rate": 200, "warehouse": makers.warehouse()}
                for code in ("Pump", "Tank")
            ],
        }
    ).insert()
    order.submit()
    delivery = make_from("Sales Order", order.name, "Delivery Note").insert()
    delivery.submit()
    make_from("Delivery Note", delivery.name, "Sales Invoice").insert().submit()
    sold_together(shop, "Pump", "Tank")
    sold_together(shop, "Seal")
    affinities.learn_for(makers.company())
    assert frappe.db.get_value("Item Affinity", {"item_code": "Pump", "other_item": "Tank"}, "support") == 2


def test_lines_whose_item_was_cleared_go_with_nothing(shop):
    described = {
        "item_code": "",
        "item_name": "Carriage",
        "uom": "Nos",
        "qty": 1,
        "rate": 5,
        "income_account": makers.account("Income"),
    }
    goods = {"item_code": "Pump", "qty": 1, "rate": 50, "warehouse": makers.warehouse()}
    for _ in range(3):
        makers.sales_invoice(shop, "Pump", items=[goods, described])
        sold_together(shop, "Seal")
    affinities.learn_for(makers.company())
    assert not frappe.db.exists("Item Affinity", {"item_code": "Pump"})


def test_what_the_customer_owns_needs_parts(shop):
    accessory("Belt", "Seal", "Spare Part")
    serial = frappe.get_doc({"doctype": "Serial No", "serial_no": "BELT-1", "item_code": "Belt"})
    serial.db_insert()
    frappe.db.set_value("Serial No", "BELT-1", "customer", shop)
    assert codes(shop, lines=["Tank"]) == ["Seal"]
    assert codes(None, lines=["Tank"]) == []


def test_what_has_no_date_is_not_suggested(shop):
    accessory("Pump", "Belt", "Complement")
    assert "Belt" not in codes(shop)
    makers.stock("Belt", 1, 10)
    assert "Belt" in codes(shop)


def test_what_would_be_sold_below_its_floor_is_not_suggested(shop):
    frappe.db.set_value("Item Price", {"item_code": "Big Pump"}, "price_list_rate", 125)
    margins.floor(10)
    assert codes(shop) == ["Seal"]


def test_what_the_customer_may_not_buy_is_not_suggested(shop):
    frappe.get_doc(
        {
            "doctype": "Party Specific Item",
            "party_type": "Customer",
            "party": shop,
            "restrict_based_on": "Item",
            "based_on_value": "Seal",
        }
    ).insert()
    assert codes(shop) == ["Seal"]


def test_disabled_items_and_those_in_the_offer_are_not_suggested(shop):
    frappe.db.set_value("Item", "Big Pump", "disabled", 1)
    assert codes(shop) == ["Seal"]
    assert codes(shop, lines=["Pump", "Seal"]) == []


def test_the_portal_shows_only_what_is_in_its_catalogue(shop):
    frappe.db.set_value("Item", "Seal", "show_in_catalogue", 1)
    assert codes(shop, place="Portal") == ["Seal"]


def test_an_alternative_is_a_step_up_if_it_costs_and_leaves_more(shop):
    frappe.db.set_value("Item", "Pump", "allow_alternative_item", 1)
    for better in ("Tank", "Big Pump"):
        frappe.get_doc(
            {"doctype": "Item Alternative", "item_code": "Pump", "alternative_item_code": better}
        ).insert()
    frappe.db.delete("Item Accessory", {"item_code": "Pump"})
    assert codes(shop) == ["Big Pump"]


def noted(outcome, shop, document=("Quotation", "Q-1"), items=("Seal",), place="Desk"):
    suggestions.note(items, outcome, customer=shop, company=makers.company(), document=document, place=place)


def test_what_was_refused_lately_stays_away_and_comes_back(shop):
    noted("Refused", shop)
    assert codes(shop) == ["Big Pump"]
    frappe.db.set_value("Item Suggestion", {"item_code": "Seal"}, "decided_on", add_days(today(), -100))
    assert codes(shop) == ["Big Pump", "Seal"]
    # On the offer itself it stays refused.
    assert codes(shop, document=("Quotation", "Q-1")) == ["Big Pump"]


def test_one_row_for_a_document_and_item_and_the_last_word_stands(shop):
    for outcome in ("Shown", "Shown", "Refused", "Shown", "Taken", "Taken"):
        noted(outcome, shop)
    rows = frappe.get_all(
        "Item Suggestion", {"reference_name": "Q-1"}, ["item_code", "outcome"], order_by="name"
    )
    assert [(row.item_code, row.outcome) for row in rows] == [("Seal", "Taken")]


def test_the_number_of_queries_does_not_grow_with_the_lines(shop, monkeypatch):
    for number in range(8):
        offers.priced_item(f"Pump {number}", 100, is_stock_item=1)
        accessory(f"Pump {number}", "Seal", "Consumable")
    many = ["Pump", *(f"Pump {number}" for number in range(8))]

    def statements(lines):
        codes(shop, lines=lines)
        return queries_of(lambda: codes(shop, lines=lines))

    assert statements(many) <= statements(many[:2])


def test_the_desk_is_shown_suggestions_and_answers_them(shop):
    quotation = offers.quotation(
        frappe.get_doc("Customer", shop), [{"item_code": "Pump", "rate": 160}]
    ).insert()
    frappe.set_user(margins.representative("suggest-rep"))
    offer = {
        "doctype": "Quotation",
        "name": quotation.name,
        "company": makers.company(),
        "customer": shop,
    }
    shown = api.suggest(**offer, items=["Pump"])
    assert [found["item_code"] for found in shown] == ["Big Pump", "Seal"]
    api.answer(**offer, item_code="Big Pump", outcome="Taken")
    api.answer(**offer, item_code="Seal", outcome="Refused")
    assert api.suggest(**offer, items=["Pump"]) != shown
    day = {"from_date": today(), "to_date": today()}
    report = suggestion_acceptance.execute({"by": "Kind", "customer": shop, **day})
    figures = {row.subject: (row.shown, row.taken, row.refused, row.rate) for row in report[1]}
    assert figures == {"Better Model": (1, 1, 0, 100), "Consumable": (1, 0, 1, 0)}


def test_suggestions_of_others_are_not_answered(shop):
    quotation = offers.quotation(
        frappe.get_doc("Customer", shop), [{"item_code": "Pump", "rate": 160}]
    ).insert()
    frappe.set_user(makers.user("nobody@margin.example", "Stock User").name)
    for name in (quotation.name, "NONE"):
        with pytest.raises(frappe.PermissionError):
            api.answer("Quotation", name, makers.company(), shop, "Seal", "Taken")


def test_items_with_suggestions_can_be_deleted(shop):
    noted("Taken", shop, items=["Belt"])
    frappe.delete_doc("Item", "Belt")
    assert not frappe.db.exists("Item", "Belt")
