"""Options and alternatives on real quotations: priced by ERPNext, previewed without a trace, carried into the order."""

from __future__ import annotations

from decimal import Decimal

import frappe
import makers
import offers
import pytest
from frappe.utils import add_days, getdate

from crm_ext.erpnext_port import make_from
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
    offer = offers.quotation(
        goods, [{"item_code": "Pump D"}], [{"item_code": "Gauge D", "qty": 3, "rate": 1}]
    ).insert()
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
    assert [(row.item_code, row.qty, row.rate) for row in order.items] == [
        ("Pump D Plus", 1, 1300),
        ("Gauge D", 2, 120),
    ]
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


def pump(**option):
    return [{"item_code": "Pump D"}], [{"item_code": "Gauge D", **option}]


def test_a_typed_rate_stays_for_whom_may_type_rates_and_the_order_has_it(goods):
    offer = offers.quotation(goods, *pump(qty=2, rate=99, is_rate_typed=1)).submit()
    option = offer.quotation_options[0]
    assert (option.rate, option.price_list_rate, option.amount) == (99, 120, 198)
    order = options_flow.make_order(offer.name, [option.name], ()).insert()
    assert order.items[1].rate == 99


def test_an_option_may_be_a_gift_where_somebody_typed_so(goods):
    offer = offers.quotation(goods, *pump(rate=0, is_rate_typed=1)).submit()
    order = options_flow.make_order(offer.name, [offer.quotation_options[0].name], ()).insert()
    assert (order.items[1].rate, order.grand_total) == (0, 1000)


def test_who_may_not_type_rates_gets_the_price_list_and_leaves_what_others_typed(goods):
    frappe.make_property_setter(
        {
            "doctype": "Quotation Item",
            "fieldname": "rate",
            "property": "permlevel",
            "value": 3,
            "property_type": "Int",
        }
    )
    makers.user("seller-d@example.com", "Sales User")
    offer = offers.quotation(goods, *pump(rate=99, is_rate_typed=1)).insert(ignore_permissions=True)
    offer = frappe.get_doc("Quotation", offer.name)
    offer.append("quotation_options", {"item_code": "Seal D", "qty": 1, "rate": 1, "is_rate_typed": 1})
    frappe.set_user("seller-d@example.com")
    offer.quotation_options[0].rate = 2
    offer.save()
    assert [(row.rate, row.is_rate_typed) for row in offer.quotation_options] == [(99, 1), (15, 0)]


def test_an_option_without_a_price_does_not_go_out(goods):
    makers.item("Mystery D")
    offer = offers.quotation(goods, [{"item_code": "Pump D"}], [{"item_code": "Mystery D"}]).insert()
    with pytest.raises(frappe.ValidationError, match="Mystery D has no price"):
        offer.submit()


@pytest.mark.parametrize("qty", [float("nan"), float("inf"), 0, -2, 1e15])
def test_a_quantity_that_is_none_is_refused_in_words(goods, qty):
    with pytest.raises(frappe.ValidationError, match="quantity"):
        offers.quotation(goods, *pump(qty=qty)).insert()


def test_a_disabled_item_and_half_a_piece_are_refused(goods):
    with pytest.raises(frappe.ValidationError):
        offers.quotation(goods, *pump(qty=1.5)).insert()
    frappe.db.set_value("Item", "Gauge D", "disabled", 1)
    with pytest.raises(frappe.ValidationError, match="disabled"):
        offers.quotation(goods, *pump()).insert()


def test_options_are_priced_in_their_unit_and_in_the_currency_of_the_offer(goods):
    gauge = frappe.get_doc("Item", "Gauge D")
    gauge.append("uoms", {"uom": "Box", "conversion_factor": 10})
    gauge.save()
    offer = offers.quotation(goods, *pump(uom="Box", qty=2), currency="EUR", conversion_rate=2).submit()
    option = offer.quotation_options[0]
    assert (option.conversion_factor, option.rate, option.amount) == (10, 600, 1200)
    preview = options_flow.preview(offer.name, [option.name], ())
    assert (preview.currency, preview.total) == ("EUR", Decimal(1700))
    order = options_flow.make_order(offer.name, [option.name], ()).insert()
    assert (order.items[1].stock_qty, order.grand_total, order.base_grand_total) == (20, 1700, 3400)


def test_payment_terms_of_the_offer_are_those_of_the_order(goods):
    frappe.get_doc(
        {
            "doctype": "Payment Terms Template",
            "template_name": "Halves D",
            "terms": [
                {"invoice_portion": 50, "credit_days": days, "due_date_based_on": "Day(s) after invoice date"}
                for days in (0, 30)
            ],
        }
    ).insert()
    offer = offers.quotation(goods, *pump(), payment_terms_template="Halves D").submit()
    chosen = [offer.quotation_options[0].name]
    preview = options_flow.preview(offer.name, chosen, ())
    assert [payment.amount for payment in preview.payments] == [560, 560]
    order = options_flow.make_order(offer.name, chosen, ()).insert()
    assert [row.payment_amount for row in order.payment_schedule] == [560, 560]
    assert order.payment_terms_template == "Halves D"


def test_of_a_choice_one_option_can_be_taken(goods):
    options = [{"item_code": code, "option_group": "Extra"} for code in ("Gauge D", "Seal D")]
    offer = offers.quotation(goods, [{"item_code": "Pump D"}], options).submit()
    with pytest.raises(frappe.ValidationError, match="either Gauge D or Seal D"):
        options_flow.preview(offer.name, [row.name for row in offer.quotation_options], ())


def test_rows_of_another_offer_cannot_be_taken(goods):
    mine, other = (offers.quotation(goods, *pump()).submit() for _ in range(2))
    for call in (options_flow.preview, options_flow.make_order):
        with pytest.raises(frappe.ValidationError, match="has changed"):
            call(mine.name, [other.quotation_options[0].name], ())


def test_an_offer_is_ordered_once(goods):
    offer = offers.quotation(goods, *pump()).submit()
    order = options_flow.make_order(offer.name, (), ()).insert()
    with pytest.raises(frappe.ValidationError, match=order.name):
        options_flow.make_order(offer.name, (), ())
    order.submit()
    with pytest.raises(frappe.ValidationError, match=order.name):
        options_flow.make_order(offer.name, (), ())
    order.cancel()
    assert options_flow.make_order(offer.name, (), ()).items


def test_offers_of_the_past_say_what_to_do(goods):
    draft = offers.quotation(goods, *pump()).insert()
    expired = offers.quotation(goods, *pump()).submit()
    expired.db_set("valid_till", add_days(getdate(), -1))
    lost = offers.quotation(goods, *pump()).submit()
    lost.db_set("status", "Lost")
    withdrawn = offers.quotation(goods, *pump()).submit()
    withdrawn.cancel()
    replaced = offers.quotation(goods, *pump()).submit()
    current = offers.amended(replaced).insert().submit()
    for offer, words in (
        (draft, "is a draft"),
        (expired, "was valid until"),
        (lost, "was declined"),
        (withdrawn, "was withdrawn"),
        (replaced, current.name),
    ):
        with pytest.raises(frappe.ValidationError, match=words):
            options_flow.make_order(offer.name, (), ())


def test_a_lead_sees_totals_without_becoming_a_customer(goods):
    lead = makers.lead("Lea Lead D", company_name="Lead D Ltd")
    offer = offers.quotation(goods, *pump(), quotation_to="Lead", party_name=lead.name, **taxed()).submit()
    customers = frappe.db.count("Customer")
    preview = options_flow.preview(offer.name, [offer.quotation_options[0].name], ())
    assert preview.grand_total == Decimal("1232") and frappe.db.count("Customer") == customers
    order = options_flow.make_order(offer.name, [offer.quotation_options[0].name], ()).insert()
    assert order.grand_total == 1232 and order.customer == "Lead D Ltd"


def test_an_offer_without_options_costs_no_query(goods, monkeypatch):
    offer = offers.quotation(goods, [{"item_code": "Pump D"}]).insert()
    order = frappe.get_doc({"doctype": "Sales Order", "items": [{"item_code": "Pump D"}]})
    asked = []
    monkeypatch.setattr(frappe.db, "sql", lambda *args, **kwargs: asked.append(args))
    options_flow.price_options(offer)
    options_flow.require_prices(offer)
    options_flow.note_chosen(order)
    assert not asked


def test_the_printed_offer_shows_the_options_apart_from_the_total(goods):
    offer = offers.quotation(goods, *pump(option_group="Extra")).insert()
    page = frappe.get_print("Quotation", offer.name)
    assert "they are not part of its total" in page and "One of: Extra" in page


def test_erpnext_s_own_button_makes_an_order_of_the_lines_alone(goods):
    offer = offers.quotation(goods, *pump()).submit()
    order = make_from("Quotation", offer.name, "Sales Order")
    assert [row.item_code for row in order.items] == ["Pump D"]


def test_delivery_dates_are_those_promised(goods):
    offers.priced_item("Stocked D", 10, is_stock_item=1, lead_time_days=6)
    makers.stock("Stocked D", 1, 5)
    lines = [{"item_code": "Stocked D", "qty": 1}, {"item_code": "Stocked D", "qty": 5}]
    offer = offers.quotation(goods, lines).submit()
    preview = options_flow.preview(offer.name, (), ())
    order = options_flow.make_order(offer.name, (), ())
    assert [getdate(row.delivery_date) for row in order.items] == [
        line.promise_date for line in preview.lines
    ]
    assert order.items[0].delivery_date < order.items[1].delivery_date == order.delivery_date
    assert preview.promise_date == getdate(order.delivery_date)


def test_of_a_partly_ordered_offer_the_rest_is_ordered_and_no_option_twice(goods):
    offer = offers.quotation(goods, [{"item_code": "Pump D", "qty": 5}], [{"item_code": "Gauge D"}]).submit()
    option = offer.quotation_options[0].name
    first = options_flow.make_order(offer.name, [option], ())
    first.items[0].qty = 2
    first.submit()
    with pytest.raises(frappe.ValidationError, match="Gauge D was ordered already"):
        options_flow.make_order(offer.name, [option], ())
    rest = options_flow.make_order(offer.name, (), ())
    assert [(row.item_code, row.qty) for row in rest.items] == [("Pump D", 3)]


def test_an_order_of_options_tells_no_cost_to_whom_it_is_hidden(goods):
    offers.priced_item("Valued D", 50, is_stock_item=1)
    makers.stock("Valued D", 1, 30)
    settings = frappe.get_doc("Offer Desk Settings")
    settings.set("cost_viewers", [{"role": "Accounts Manager"}])
    settings.save()
    offer = offers.quotation(goods, [{"item_code": "Pump D"}], [{"item_code": "Valued D"}]).submit()
    makers.user("blind-d@example.com", "Sales User")
    frappe.set_user("blind-d@example.com")
    order = options_flow.make_order(offer.name, [offer.quotation_options[0].name], ())
    assert not order.items[1].valuation_rate and not order.items[1].gross_profit
