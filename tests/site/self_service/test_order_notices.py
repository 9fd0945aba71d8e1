"""Each step of an order is told once, to those who act for the customer and want to know."""

import frappe
import makers
import pytest
import shop_world
from frappe.utils import add_days, getdate

from crm_ext.self_service.flow import carts, checkout, order_notices, order_progress
from crm_ext.self_service.flow.checkout import Seen
from crm_ext.self_service.queries import order_notices as queries


@pytest.fixture
def shop(outgoing_mail):
    shop_world.use_settings(send_notices=1)
    customer = makers.customer("Notice Customer").name
    shop_world.login("notice.one@notices.test", customer)
    shop_world.login("notice.two@notices.test", customer)
    shop_world.goods("N-GOODS", 100, stock=10)
    queries.forget_logins()
    yield shop_world.shop(customer, "notice.one@notices.test")
    queries.forget_logins()


@pytest.fixture
def order(shop):
    carts.add(shop, "N-GOODS", "2")
    placed = checkout.place(shop, carts.current(shop).name, Seen(), checkpoint=lambda: None)
    return frappe.get_doc("Sales Order", placed.order)


def send():
    return order_notices.send_waiting(checkpoint=lambda: None)


def letters(order):
    """(recipient, subject line's step) of the letters about the order."""
    rows = frappe.get_all(
        "Email Queue Recipient",
        {"parent": ("in", frappe.get_all("Email Queue", {"reference_name": order}, pluck="name", order_by="creation"))},
        pluck="recipient",
        order_by="creation",
    )
    return sorted(rows)


def notices(order):
    return frappe.get_all("Order Notice", {"sales_order": order}, ["step", "status"], order_by="creation")


def test_every_login_of_the_customer_is_told_once(order):
    order_notices.order_submitted(order)
    send()
    send()
    assert letters(order.name) == ["notice.one@notices.test", "notice.two@notices.test"]
    assert [(row.step, row.status) for row in notices(order.name)] == [("Ordered", "Sent")]


def test_whoever_stopped_the_letters_gets_none(order):
    order_notices.set_preference("notice.one@notices.test", order.customer, False)
    send()
    assert letters(order.name) == ["notice.two@notices.test"]
    order_notices.set_preference("notice.one@notices.test", order.customer, True)
    assert queries.is_subscribed("notice.one@notices.test", order.customer)


def test_a_disabled_login_is_not_told(order):
    frappe.db.set_value("User", "notice.one@notices.test", "enabled", 0)
    send()
    assert letters(order.name) == ["notice.two@notices.test"]


def move(order, days):
    order.delivery_date = add_days(getdate(), days)
    order.db_update()
    order_notices.order_changed(order)


def test_a_changed_day_is_told_when_it_is_another_than_was_told(order):
    first = (getdate(order.delivery_date) - getdate()).days
    order_notices.order_changed(order)
    send()
    assert [row.step for row in notices(order.name)] == ["Ordered"]
    for days in (9, 9, first, 9):
        move(order, days)
        send()
    assert [row.step for row in notices(order.name)] == ["Ordered", *["Date Changed"] * 3]
    assert len(letters(order.name)) == 8


def test_a_day_that_is_changed_back_before_the_letter_went_out_is_not_told(order):
    first = (getdate(order.delivery_date) - getdate()).days
    send()
    move(order, 9)
    move(order, first)
    send()
    assert [row.status for row in notices(order.name)] == ["Sent", "Muted", "Muted"]
    assert len(letters(order.name)) == 2


def test_an_order_that_is_taken_back_takes_its_letter_along(order):
    frappe.db.savepoint("before_move")
    move(order, 9)
    frappe.db.rollback(save_point="before_move")
    send()
    assert [row.step for row in notices(order.name)] == ["Ordered"]


def test_a_cancelled_order_is_told_of_no_more(order):
    frappe.db.set_value("Sales Order", order.name, "docstatus", 2)
    send()
    assert [row.status for row in notices(order.name)] == ["Muted"]
    assert letters(order.name) == []


def test_the_link_of_a_letter_opens_its_own_choice_only(order):
    user, customer = "notice.one@notices.test", order.customer
    address = order_notices.unsubscribe_address(user, customer)
    token = address.rpartition("token=")[2]
    assert order_notices.is_signed(user, customer, token)
    assert not order_notices.is_signed("notice.two@notices.test", customer, token)
    assert not order_notices.is_signed(user, "Somebody Else", token)


def test_documents_of_customers_without_logins_cost_nothing(shop, monkeypatch):
    other = makers.customer("Nobody Home").name
    queries.has_logins(other), order_notices.settings()
    order = frappe.get_doc({"doctype": "Sales Order", "name": "X", "customer": other})
    counted = []
    real = frappe.db.sql
    monkeypatch.setattr(frappe.db, "sql", lambda *args, **kwargs: counted.append(args) or real(*args, **kwargs))
    for event in (order_notices.order_submitted, order_notices.order_changed):
        event(order)
    assert counted == []


def test_the_way_of_an_order_is_told_by_erpnexts_documents(order):
    def states():
        return {step.code: step.state for step in order_progress.order_page(order.name).steps}

    assert states() == {
        "ordered": "done", "confirmed": "done", "shipped": "current", "invoiced": "open", "paid": "open",
    }  # fmt: skip
    from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note, make_sales_invoice

    delivery = make_delivery_note(order.name)
    delivery.update({"transporter_name": "Camel Express", "lr_no": "CE-1"})
    delivery.insert().submit()
    send()
    page = order_progress.order_page(order.name)
    assert [(row.name, row.transporter_name, row.lr_no) for row in page.deliveries] == [
        (delivery.name, "Camel Express", "CE-1")
    ]
    invoice = make_sales_invoice(order.name)
    invoice.insert().submit()
    send()
    assert states()["invoiced"] == "done" and states()["paid"] == "current"
    assert [row.step for row in notices(order.name)] == ["Ordered", "Shipped", "Invoiced"]
    assert len(letters(order.name)) == 6
