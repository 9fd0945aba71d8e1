"""The catalogue's prices are those that ERPNext would write into an order, whatever price lists and rules there are."""

import frappe
import makers
import pytest
import shop_world
from counting import queries_of
from frappe.utils import add_days, getdate

from crm_ext import erpnext_port
from crm_ext.self_service.flow.prices import prices_of
from crm_ext.self_service.queries import catalogue

BOX = "Box"


@pytest.fixture
def customer(site):
    shop_world.use_settings()
    return makers.customer("Price Reader")


@pytest.fixture
def assortment(customer):
    """Items for every way in which ERPNext finds a price."""
    today = getdate()
    brand = frappe.get_doc({"doctype": "Brand", "brand": "Price Brand"}).insert().name
    boxed = {"sales_uom": BOX, "uoms": [{"uom": "Nos", "conversion_factor": 1}, {"uom": BOX, "conversion_factor": 12}]}
    for code, values in {
        "P-PLAIN": {}, "P-OWN": {}, "P-NONE": {}, "P-OLD": {}, "P-FUTURE": {}, "P-BOX-OWN-PRICE": boxed,
        "P-BOX-BY-PIECE": boxed, "P-BRAND": {"brand": brand}, "P-RATE": {}, "P-AMOUNT": {}, "P-MARGIN": {},
        "P-FROM-TEN": {}, "P-PACKED": {}, "P-UNITLESS": {}, "P-CONDITION": {}, "P-EXPIRED-RULE": {},
    }.items():  # fmt: skip
        makers.item(code, 1, show_in_catalogue=1, **values)
    for code in ("P-PLAIN", "P-OWN", "P-BRAND", "P-RATE", "P-AMOUNT", "P-MARGIN", "P-FROM-TEN", "P-PACKED",
                 "P-CONDITION", "P-EXPIRED-RULE"):  # fmt: skip
        shop_world.set_price(code, 100)
    shop_world.set_price("P-OWN", 80, customer=customer.name)
    shop_world.set_price("P-PACKED", 70, customer=customer.name, packing_unit=10)
    shop_world.set_price("P-OLD", 90, valid_from=add_days(today, -90), valid_upto=add_days(today, -30))
    shop_world.set_price("P-OLD", 95, valid_from=add_days(today, -29))
    shop_world.set_price("P-FUTURE", 60, valid_from=add_days(today, 30))
    shop_world.set_price("P-BOX-OWN-PRICE", 9, uom="Nos")
    shop_world.set_price("P-BOX-OWN-PRICE", 99, uom=BOX)
    shop_world.set_price("P-BOX-BY-PIECE", 9, uom="Nos")
    frappe.db.set_value("Item Price", shop_world.set_price("P-UNITLESS", 55).name, "uom", "")
    _variant("P-TEMPLATE", "P-VARIANT")
    # Templates cannot be priced any more; sites have such prices from before.
    frappe.db.set_value("Item Price", shop_world.set_price("P-NONE", 44).name, "item_code", "P-TEMPLATE")
    rule = shop_world.pricing_rule
    rule("brand", apply_on="Brand", brands=[{"brand": brand}], discount_percentage=10)
    rule("rate", apply_on="Item Code", items=[{"item_code": "P-RATE"}], rate_or_discount="Rate", rate=77)
    rule("amount", apply_on="Item Code", items=[{"item_code": "P-AMOUNT"}], rate_or_discount="Discount Amount",
         discount_amount=13)  # fmt: skip
    rule("margin", apply_on="Item Code", items=[{"item_code": "P-MARGIN"}], margin_type="Percentage",
         margin_rate_or_amount=25, discount_percentage=0)  # fmt: skip
    rule("ten", apply_on="Item Code", items=[{"item_code": "P-FROM-TEN"}], min_qty=10, discount_percentage=50)
    rule("condition", apply_on="Item Code", items=[{"item_code": "P-CONDITION"}], discount_percentage=20,
         condition=f"customer == {customer.name!r}")  # fmt: skip
    rule("expired", apply_on="Item Code", items=[{"item_code": "P-EXPIRED-RULE"}], discount_percentage=30,
         valid_from=add_days(today, -60), valid_upto=add_days(today, -1))  # fmt: skip
    rule("someone", apply_on="Item Code", items=[{"item_code": "P-PLAIN"}], discount_percentage=40,
         applicable_for="Customer", customer=makers.customer("Someone Else").name)  # fmt: skip
    return frappe.get_all("Item", {"name": ("like", "P-%"), "has_variants": 0}, pluck="name", order_by="name")


def _variant(template: str, variant: str) -> None:
    attribute = frappe.get_all("Item Attribute", {"numeric_values": 0}, pluck="name", order_by="name", limit=1)[0]
    value = frappe.get_all("Item Attribute Value", {"parent": attribute}, pluck="attribute_value", order_by="idx")[0]
    makers.item(template, 1, has_variants=1, show_in_catalogue=1, attributes=[{"attribute": attribute}])
    makers.item(variant, 1, variant_of=template, attributes=[{"attribute": attribute, "attribute_value": value}])


def our_prices(customer, codes):
    terms = erpnext_port.portal_order(customer.name, makers.company(), getdate(), [])
    shelves = dict.fromkeys(codes, makers.warehouse())
    return prices_of(catalogue.items(codes), terms, shelves)


def erpnext_rate(customer, code):
    """The rate of one in an order of ERPNext's, saved as the desk would save it."""
    order = frappe.get_doc(
        {
            "doctype": "Sales Order",
            "customer": customer.name,
            "company": makers.company(),
            "transaction_date": getdate(),
            "delivery_date": getdate(),
            "selling_price_list": shop_world.PRICE_LIST,
            "items": [
                {
                    "item_code": code,
                    "qty": 1,
                    "uom": catalogue.items([code])[code].uom,
                    "warehouse": makers.warehouse(),
                }
            ],
        }
    ).insert()
    return next(row for row in order.items if row.item_code == code)


def test_every_price_equals_the_line_of_an_order_by_erpnext(customer, assortment):
    ours = our_prices(customer, assortment)
    for code in assortment:
        theirs = erpnext_rate(customer, code)
        assert float(ours[code].rate or 0) == pytest.approx(theirs.rate), code
        assert float(ours[code].list_rate or 0) == pytest.approx(theirs.price_list_rate), code
        assert ours[code].uom == theirs.uom
    assert float(ours["P-OWN"].rate) == 80 and float(ours["P-MARGIN"].rate) == 125, "the cases are not all alike"
    assert ours["P-NONE"].rate is None and ours["P-FUTURE"].rate is None


def test_a_customer_with_a_currency_and_a_list_of_their_own(customer, assortment):
    frappe.get_doc(
        {"doctype": "Currency Exchange", "date": getdate(), "from_currency": "EUR", "to_currency": "USD",
         "exchange_rate": 1.25, "for_selling": 1, "for_buying": 1}
    ).insert()  # fmt: skip
    price_list = frappe.get_doc(
        {"doctype": "Price List", "price_list_name": "Euro List", "currency": "EUR", "selling": 1, "enabled": 1}
    ).insert()
    frappe.get_doc(
        {"doctype": "Item Price", "item_code": "P-PLAIN", "price_list": price_list.name, "price_list_rate": 40}
    ).insert()
    customer.update({"default_currency": "EUR", "default_price_list": price_list.name})
    customer.save()
    terms = erpnext_port.portal_order(customer.name, makers.company(), getdate(), [])
    assert (terms.currency, terms.selling_price_list) == ("EUR", price_list.name)
    assert float(our_prices(customer, ["P-PLAIN"])["P-PLAIN"].rate) == 40


def test_the_list_behind_is_asked_where_the_site_has_it_so(customer, assortment):
    frappe.get_doc({"doctype": "Price List", "price_list_name": "Empty List", "currency": "USD", "selling": 1}).insert()
    customer.update({"default_price_list": "Empty List"})
    customer.save()
    assert our_prices(customer, ["P-PLAIN"])["P-PLAIN"].rate is None
    settings = frappe.get_doc("Selling Settings")
    if not settings.meta.has_field("fallback_to_default_price_list"):
        return
    settings.update({"fallback_to_default_price_list": 1, "selling_price_list": shop_world.PRICE_LIST})
    settings.save()
    assert float(our_prices(customer, ["P-PLAIN"])["P-PLAIN"].rate) == 100


def test_queries_do_not_grow_with_items_that_no_rule_touches(customer):
    for number in range(30):
        shop_world.goods(f"PQ-{number}")
    codes = [f"PQ-{number}" for number in range(30)]
    our_prices(customer, codes)
    assert queries_of(lambda: our_prices(customer, codes)) == queries_of(lambda: our_prices(customer, codes[:3]))
