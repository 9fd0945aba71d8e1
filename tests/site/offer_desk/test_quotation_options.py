"""Options and alternatives on real quotations: priced by ERPNext, previewed without a trace, carried into the order."""

from __future__ import annotations

from decimal import Decimal

import frappe
import makers
import offers
import pytest

from crm_ext.offer_desk.flow import quotation_options as options_flow

@pytest.fixture
def goods(site):
    """Pump 1000, stronger pump 1300, gauge 120, seal 15, per piece."""
    for code, price in (("Pump D", 1000), ("Pump D Plus", 1300), ("Gauge D", 120), ("Seal D", 15)):
        offers.priced_item(code, price)
    return makers.customer("Options Customer")


def taxed(**row):
    return {
        "taxes": [
            {
                "charge_type": "On Net Total",
                "account_head": makers.account("Liability", "Tax"),
                "description": "Tax",
                "rate": 10,
                **row,
            }
        ]
    }


def test_options_are_priced_by_the_price_list_and_stay_out_of_the_total(goods):
    offer = offers.quotation(goods, [{"item_code": "Pump D"}], [{"item_code": "Gauge D", "qty": 3, "rate": 1}]).insert()
    option = offer.quotation_options[0]
    assert (option.rate, option.amount, option.uom) == (120, 360, "Nos")
    assert offer.grand_total == 1000


def test_an_option_follows_a_pricing_rule_of_its_quantity(goods):
    frappe.get_doc(
        {
            "doctype": "Pricing Rule",
            "title": "Ten gauges",
            "apply_on": "Item Code",
            "items": [{"item_code": "Gauge D"}],
            "selling": 1,
            "company": makers.company(),
            "min_qty": 10,
            "rate_or_discount": "Discount Percentage",
            "discount_percentage": 25,
            "currency": "USD",
        }
    ).insert()
    few, many = [{"item_code": "Gauge D", "qty": 9}], [{"item_code": "Gauge D", "qty": 10}]
    offer = offers.quotation(goods, [{"item_code": "Pump D"}], few + many).insert()
    assert [row.rate for row in offer.quotation_options] == [120, 90]


def test_preview_equals_the_order_that_is_made_and_saves_nothing(goods):
    offer = offers.quotation(
        goods,
        [{"item_code": "Pump D"}, {"item_code": "Pump D Plus", "is_alternative": 1}],
        [{"item_code": "Gauge D", "qty": 2}, {"item_code": "Seal D", "qty": 4}],
        **taxed(),
        additional_discount_percentage=5,
    ).submit()
    chosen, alternatives = [offer.quotation_options[0].name], [offer.items[1].name]
    before = frappe.db.count("Sales Order")
    preview = options_flow.preview(offer.name, chosen, alternatives)
    assert frappe.db.count("Sales Order") == before
    order = options_flow.make_order(offer.name, chosen, alternatives).insert()
    assert [(row.item_code, row.qty, row.rate) for row in order.items] == [("Pump D Plus", 1, 1300), ("Gauge D", 2, 120)]
    assert preview.grand_total == Decimal(str(order.grand_total)) == Decimal("1609.3")
    assert [line.kind for line in preview.lines] == ["alternative", "option"]
    assert order.items[0].quotation_item == offer.items[1].name
    assert order.items[1].prevdoc_docname == offer.name
    order.submit()
    offer.reload()
    assert offer.status == "Ordered"
    assert [row.is_chosen for row in offer.quotation_options] == [1, 0]
    order.cancel()
    assert not frappe.db.get_value("Quotation Option", chosen[0], "is_chosen")
