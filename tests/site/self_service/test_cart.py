"""The cart takes what makes sense, says why it does not take the rest, and is priced by ERPNext whenever it is seen."""

from decimal import Decimal

import frappe
import makers
import pytest
import shop_world
from frappe.utils import add_days, getdate

from crm_ext.self_service.flow import carts


@pytest.fixture
def shop(site):
    shop_world.use_settings()
    return shop_world.shop(makers.customer("Cart Owner").name)


def quantities(shop):
    cart = carts.current(shop)
    return {line.item_code: line.qty for line in cart.lines} if cart else {}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "quantity_not_understood"), ("many", "quantity_not_understood"), ("NaN", "quantity_not_understood"),
        ("Infinity", "quantity_not_understood"), ("1e400", "quantity_too_large"), ("-1", "quantity_negative"),
        ("1.5", "quantity_not_whole"), ("10000000", "quantity_too_large"), ("2", "quantity_below_least"),
    ],
)  # fmt: skip
def test_a_quantity_that_cannot_be_is_refused_and_nothing_changes(shop, typed, code):
    shop_world.goods("K-LEAST", min_order_qty=3)
    assert carts.add(shop, "K-LEAST", "4") is None
    assert carts.change(shop, "K-LEAST", typed).code == code
    assert quantities(shop) == {"K-LEAST": 4}


def test_quantities_are_typed_in_digits_of_any_script(shop):
    shop_world.goods("K-FA")
    assert carts.add(shop, "K-FA", "۱۲") is None
    assert carts.add(shop, "K-FA", "١") is None
    assert quantities(shop) == {"K-FA": 13}
    assert carts.change(shop, "K-FA", "0") is None
    assert quantities(shop) == {}


def test_liquids_are_sold_in_parts(shop):
    shop_world.goods("K-OIL", stock_uom="Litre")
    assert carts.add(shop, "K-OIL", "2٫5") is None
    assert quantities(shop) == {"K-OIL": 2.5}
    assert carts.change(shop, "K-OIL", "2.0001").code == "quantity_too_fine"


def test_the_total_is_that_of_an_order_with_taxes_rules_and_freight(shop):
    shop_world.goods("K-TAXED", 100, stock=10)
    shop_world.goods("K-FREE", 5, stock=10)
    template = frappe.get_doc(
        {"doctype": "Sales Taxes and Charges Template", "title": "Cart Tax", "company": shop.company, "is_default": 1,
         "taxes": [{"charge_type": "On Net Total", "account_head": makers.account("Liability", "Tax"),
                    "description": "Tax", "rate": 9}]}
    ).insert()  # fmt: skip
    rule = frappe.get_doc(
        {"doctype": "Tax Rule", "tax_type": "Sales", "customer": shop.customer, "company": shop.company,
         "sales_tax_template": template.name}
    ).insert()  # fmt: skip
    freight = frappe.get_doc(
        {"doctype": "Shipping Rule", "label": "Cart Freight", "shipping_rule_type": "Selling", "company": shop.company,
         "calculate_based_on": "Fixed", "shipping_amount": 50, "account": makers.account("Income"),
         "cost_center": frappe.get_cached_value("Company", shop.company, "cost_center")}
    ).insert()  # fmt: skip
    shop_world.use_settings(shipping_rule=freight.name)
    shop_world.pricing_rule("gift", apply_on="Item Code", items=[{"item_code": "K-TAXED"}], min_qty=2,
                            price_or_product_discount="Product", free_item="K-FREE", free_qty=1)  # fmt: skip
    assert rule.name
    carts.add(shop, "K-TAXED", "2")
    view = carts.view(shop)
    assert [(line.item_code, float(line.amount), line.is_free) for line in view.lines] == [
        ("K-TAXED", 200, False), ("K-FREE", 0, True),
    ]  # fmt: skip
    assert view.order.net_total == 200
    assert view.order.grand_total == pytest.approx(200 + 18 + 50)
    assert view.day == getdate(), "two are in stock"


def test_nothing_is_lost_when_an_item_is_sold_no_more(shop):
    shop_world.goods("K-STAYS", 10)
    item = shop_world.goods("K-GOES", 10)
    carts.add(shop, "K-STAYS", "1")
    carts.add(shop, "K-GOES", "2")
    item.update({"disabled": 1})
    item.save()
    view = carts.view(shop)
    assert [(line.item_code, line.qty, bool(line.problem)) for line in view.lines] == [
        ("K-STAYS", Decimal(1), False), ("K-GOES", Decimal(2), True),
    ]  # fmt: skip
    assert view.order.net_total == 10
    assert carts.add(shop, "K-STAYS", "1") is None, "the cart can still be changed"
    carts.remove(shop, "K-GOES")
    assert quantities(shop) == {"K-STAYS": 2}


def test_an_item_without_a_price_is_shown_and_not_counted(shop):
    shop_world.goods("K-UNPRICED", None)
    carts.add(shop, "K-UNPRICED", "1")
    view = carts.view(shop)
    assert view.unpriced == ["K-UNPRICED"] and view.lines[0].rate is None


def test_each_login_and_customer_has_one_cart_of_its_own(shop):
    shop_world.goods("K-MINE")
    carts.add(shop, "K-MINE", "1")
    other = shop_world.shop(makers.customer("Cart Stranger").name)
    assert carts.view(other).lines == ()
    carts.add(other, "K-MINE", "7")
    assert quantities(shop) == {"K-MINE": 1} and quantities(other) == {"K-MINE": 7}
    assert carts._make(shop) == carts.current(shop).name, "a second open cart is never made"


def test_only_own_addresses_are_taken(shop):
    stranger = shop_world.shop(makers.customer("Address Stranger").name)
    shop_world.goods("K-SENT")
    carts.add(shop, "K-SENT", "1")
    assert carts.add_address(stranger, {"address_line1": "1 Foreign Street", "city": "Ghent"}) is None
    foreign = carts.current(stranger).shipping_address
    assert carts.set_wishes(shop, shipping_address=foreign).code == "address_unknown"
    assert carts.current(shop).shipping_address is None
    assert carts.add_address(shop, {"address_line1": "2 Own Street", "city": ""}).code == "address_incomplete"
    assert carts.add_address(shop, {"address_line1": "2 Own Street", "city": "Yazd"}) is None
    assert carts.view(shop).order.shipping_address_name == carts.current(shop).shipping_address
    assert [row.words for row in carts.view(shop).addresses] == ["2 Own Street, Yazd, United States"]


def test_a_wish_is_typed_in_either_calendar_and_never_over(shop):
    shop_world.goods("K-WISH")
    carts.add(shop, "K-WISH", "1")
    assert carts.set_wishes(shop, delivery_date="1409/01/15", po_no="  PO-1 ") is None
    cart = carts.current(shop)
    assert (str(cart.delivery_date), cart.po_no) == ("2030-04-04", "PO-1")
    assert carts.set_wishes(shop, delivery_date="soon").code == "wish_not_understood"
    assert carts.set_wishes(shop, delivery_date=str(add_days(getdate(), -1))).code == "wish_in_the_past"
    assert str(carts.current(shop).delivery_date) == "2030-04-04"


def test_carts_keep_nobody_from_deleting_and_renaming(shop):
    shop_world.goods("K-DELETED", None)
    carts.add(shop, "K-DELETED", "1")
    renamed = frappe.rename_doc("Customer", shop.customer, "Cart Owner Renamed", force=True)
    after = shop_world.shop(renamed)
    assert quantities(after) == {"K-DELETED": 1}
    frappe.delete_doc("Item", "K-DELETED")
    assert [bool(line.problem) for line in carts.view(after).lines] == [True], "the line says that its item is gone"
    carts.remove(after, "K-DELETED")
    frappe.delete_doc("Customer", renamed)
    assert carts.current(after) is None
