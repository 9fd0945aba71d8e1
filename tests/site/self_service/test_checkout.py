"""A cart becomes one order, with what it needs behind it; what stands in the way is said, and nothing is lost."""

from datetime import timedelta
from decimal import Decimal

import frappe
import makers
import pytest
import shop_world
from frappe.utils import add_days, getdate

from crm_ext.self_service.flow import carts, checkout
from crm_ext.self_service.flow.checkout import Seen

# A browser that compares nothing.
NOTHING_SEEN = Seen()


@pytest.fixture
def shop(site):
    shop_world.use_settings()
    return shop_world.shop(makers.customer("Order Customer").name)


def place(shop, cart=None, seen=NOTHING_SEEN):
    """As the customer's request does it; the test's own transaction goes on."""
    cart = cart or carts.current(shop).name
    return checkout.place(shop, cart, seen, checkpoint=lambda: None)


def ordered(shop, *lines, seen=NOTHING_SEEN):
    for code, qty in lines:
        assert carts.add(shop, code, str(qty)) is None
    return place(shop, seen=seen)


def requests_of(order):
    return frappe.get_all(
        "Material Request Item",
        {"sales_order": order},
        ["parent", "item_code", "qty", "docstatus"],
        order_by="item_code",
    )


def test_what_is_in_stock_is_ordered_and_nothing_else_is_bought(shop):
    shop_world.goods("O-STOCK", 100, stock=5)
    carts.add(shop, "O-STOCK", "2")
    carts.set_wishes(shop, po_no="PO 77", note="Ring <b>twice</b>")
    cart = carts.current(shop).name
    placed = place(shop)
    order = frappe.get_doc("Sales Order", placed.order)
    assert (order.docstatus, order.customer, order.order_type, order.po_no) == (1, shop.customer, "Shopping Cart", "PO 77")
    assert [(row.item_code, row.qty, row.rate, row.warehouse) for row in order.items] == [
        ("O-STOCK", 2, 100, makers.warehouse())
    ]
    assert order.items[0].promise_date == order.delivery_date == getdate()
    assert requests_of(order.name) == []
    assert carts.current(shop) is None and frappe.db.get_value("Portal Cart", cart, "status") == "Ordered"
    note = frappe.get_all("Comment", {"reference_name": order.name}, pluck="content", order_by="creation")
    assert any("&lt;b&gt;" in text for text in note)


def test_the_same_cart_gives_the_same_order_however_often_it_is_sent(shop):
    shop_world.goods("O-TWICE", stock=5)
    carts.add(shop, "O-TWICE", "1")
    cart = carts.current(shop).name
    first, second = place(shop, cart), place(shop, cart)
    assert (first.order, first.is_again, second.is_again) == (second.order, False, True)
    assert frappe.db.count("Sales Order", {"customer": shop.customer}) == 1


def test_a_strangers_cart_is_as_unknown_as_one_that_is_not_there(shop):
    shop_world.goods("O-STRANGE", stock=5)
    stranger = shop_world.shop(makers.customer("Checkout Stranger").name)
    carts.add(stranger, "O-STRANGE", "1")
    theirs = carts.current(stranger).name
    assert place(shop, theirs) == place(shop, "no-such-cart")
    assert frappe.db.count("Sales Order", {"customer": stranger.customer}) == 0


def test_short_goods_are_requested_once_and_the_request_goes_with_the_order(shop):
    shop_world.goods("O-BUY", stock=1, lead_time_days=4)
    shop_world.goods("O-MAKE", default_material_request_type="Manufacture", lead_time_days=9)
    placed = ordered(shop, ("O-BUY", 3), ("O-MAKE", 2))
    assert [(row.item_code, row.qty, row.docstatus) for row in requests_of(placed.order)] == [
        ("O-BUY", 2, 1), ("O-MAKE", 2, 1),
    ]  # fmt: skip
    kinds = frappe.get_all("Material Request", {"name": ("in", [row.parent for row in requests_of(placed.order)])},
                           pluck="material_request_type", order_by="material_request_type")  # fmt: skip
    assert kinds == ["Manufacture", "Purchase"]
    order = frappe.get_doc("Sales Order", placed.order)
    assert order.delivery_date > getdate()
    order.cancel()
    assert {row.docstatus for row in requests_of(placed.order)} == {2}


def test_goods_that_are_under_way_are_not_requested_again(shop):
    item = shop_world.goods("O-COMING", lead_time_days=60)
    purchase = frappe.get_doc(
        {"doctype": "Purchase Order", "supplier": makers.supplier("O Supplier").name, "company": shop.company,
         "schedule_date": add_days(getdate(), 5),
         "items": [{"item_code": item.name, "qty": 5, "rate": 1, "warehouse": makers.warehouse(),
                    "schedule_date": add_days(getdate(), 5)}]}
    )  # fmt: skip
    purchase.submit()
    placed = ordered(shop, ("O-COMING", 2))
    assert requests_of(placed.order) == []
    assert frappe.db.get_value("Sales Order", placed.order, "delivery_date") >= getdate() + timedelta(days=5)


def test_the_credit_limit_leaves_a_draft_and_a_task_for_the_desk(shop):
    shop_world.goods("O-DEAR", 1000, stock=5)
    customer = frappe.get_doc("Customer", shop.customer)
    customer.append("credit_limits", {"company": shop.company, "credit_limit": 1500})
    customer.save()
    placed = ordered(shop, ("O-DEAR", 2))
    assert placed.is_waiting
    order = frappe.get_doc("Sales Order", placed.order)
    assert order.docstatus == 0 and order.grand_total == 2000
    assert frappe.get_all("ToDo", {"reference_name": order.name}, pluck="allocated_to", order_by="name")
    assert place(shop, frappe.db.get_value("Portal Cart", {"sales_order": order.name})) == checkout.Placed(
        order.name, is_waiting=True, is_again=True
    )
    assert [row.sales_order for row in carts.waiting(shop)] == [order.name]
    # The desk decides, and the cart is settled.
    customer.credit_limits[0].credit_limit = 5000
    customer.save()
    order.submit()
    assert frappe.db.get_value("Portal Cart", {"sales_order": order.name}, "status") == "Ordered"


def test_a_draft_that_the_desk_throws_away_leaves_no_trace_of_an_order(shop):
    shop_world.goods("O-THROWN", 1000, stock=5)
    customer = frappe.get_doc("Customer", shop.customer)
    customer.append("credit_limits", {"company": shop.company, "credit_limit": 10})
    customer.save()
    placed = ordered(shop, ("O-THROWN", 1))
    frappe.delete_doc("Sales Order", placed.order)
    assert carts.waiting(shop) == []


def test_an_objection_of_erpnext_is_told_to_the_desk_and_not_to_the_customer(shop):
    item = shop_world.goods("O-BELOW-COST", 1, stock=5)
    item.reload()
    item.update({"last_purchase_rate": 777})
    item.save()
    frappe.db.set_single_value("Selling Settings", "validate_selling_price", 1)
    answer = ordered(shop, ("O-BELOW-COST", 1))
    assert getattr(answer, "code", None) == "not_taken"
    assert "777" not in str(frappe.local.message_log)
    assert [line.item_code for line in carts.view(shop).lines] == ["O-BELOW-COST"], "the cart is kept"
    cart = carts.current(shop).name
    tasks = frappe.get_all("ToDo", {"reference_name": cart}, pluck="description", order_by="name")
    assert len(tasks) == 1 and "777" in tasks[0]


def test_a_later_day_or_another_total_is_shown_before_anything_is_bought(shop):
    shop_world.goods("O-LATE", 100, lead_time_days=10)
    today, total = getdate(), Decimal(100)
    moved = ordered(shop, ("O-LATE", 1), seen=Seen(today, total))
    assert moved.code == "date_moved" and moved.values["day"] > today
    changed = place(shop, seen=Seen(moved.values["day"], Decimal("0.01")))
    assert changed.code == "total_changed" and changed.values["total"] == 100
    assert frappe.db.count("Sales Order", {"customer": shop.customer}) == 0
    assert place(shop, seen=Seen(moved.values["day"], total)).order


@pytest.mark.parametrize(
    ("values", "code"),
    [({"is_frozen": 1}, "customer_frozen"), ({"disabled": 1}, "customer_disabled")],
)
def test_customers_who_may_not_buy_are_told_so(shop, values, code):
    shop_world.goods("O-NOT-YOU", stock=5)
    frappe.db.set_value("Customer", shop.customer, values)
    assert ordered(shop, ("O-NOT-YOU", 1)).code == code


def test_small_orders_and_empty_and_broken_carts_are_refused(shop):
    shop_world.use_settings(minimum_order_amount=500)
    item = shop_world.goods("O-SMALL", 100, stock=50)
    assert ordered(shop, ("O-SMALL", 1)).code == "below_least_amount"
    shop_world.use_settings()
    shop_world.goods("O-NO-PRICE", None)
    assert ordered(shop, ("O-NO-PRICE", 1)).code == "items_unpriced"
    item.update({"disabled": 1})
    item.save()
    assert place(shop).code == "items_gone"
    carts.remove(shop, "O-SMALL")
    carts.remove(shop, "O-NO-PRICE")
    assert place(shop).code == "cart_empty"


def test_a_bundle_requests_the_part_that_is_missing(shop):
    shop_world.goods("O-PART-A", stock=10)
    shop_world.goods("O-PART-B", stock=1, lead_time_days=3)
    makers.item("O-SET", 0, show_in_catalogue=1)
    shop_world.set_price("O-SET", 300)
    frappe.get_doc(
        {"doctype": "Product Bundle", "new_item_code": "O-SET",
         "items": [{"item_code": "O-PART-A", "qty": 1}, {"item_code": "O-PART-B", "qty": 2}]}
    ).insert()  # fmt: skip
    placed = ordered(shop, ("O-SET", 2))
    assert [(row.item_code, row.qty) for row in requests_of(placed.order)] == [("O-PART-B", 3)]


def test_the_same_again_leaves_out_what_is_sold_no_more(shop):
    shop_world.goods("O-AGAIN", stock=9)
    item = shop_world.goods("O-NEVER", stock=9)
    placed = ordered(shop, ("O-AGAIN", 2), ("O-NEVER", 1))
    item.update({"disabled": 1})
    item.save()
    assert carts.order_again(shop, placed.order) == ["O-NEVER"]
    assert [(line.item_code, line.qty) for line in carts.view(shop).lines] == [("O-AGAIN", 2)]
