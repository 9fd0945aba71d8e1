"""Letters to the customer's logins at each step of an order, each step told once.

ERPNext's documents pay next to nothing: their events ask the cache whether the customer has logins at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_url, getdate

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.marketing_automation.flow import signing
from crm_ext.self_service.flow import identity, pages
from crm_ext.self_service.flow.once import insert_once
from crm_ext.self_service.flow.outbox import Outbox, Reader, Words
from crm_ext.self_service.flow.shop import settings
from crm_ext.self_service.queries import order_notices as queries

ORDERED, DATE_CHANGED, SHIPPED, INVOICED = "Ordered", "Date Changed", "Shipped", "Invoiced"
_UNSUBSCRIBE = "order notices"


def order_submitted(order: Document) -> None:
    if _is_wanted(order.customer):
        _keep([order.name], ORDERED, order.name, day=getdate(order.delivery_date))


def order_changed(order: Document) -> None:
    """Another day than the customer was told last is told, also the one before it again."""
    if not _is_wanted(order.customer) or not order.delivery_date:
        return
    day = getdate(order.delivery_date)
    if day != queries.last_told_day(order.name):
        times = queries.count_told(order.name, DATE_CHANGED)
        _keep([order.name], DATE_CHANGED, f"{day}|{times}", day=day)


def delivery_submitted(delivery: Document) -> None:
    if not delivery.is_return and _is_wanted(delivery.customer):
        _keep(_orders_in(delivery, "against_sales_order"), SHIPPED, delivery.name)


def invoice_submitted(invoice: Document) -> None:
    if not invoice.is_return and _is_wanted(invoice.customer):
        _keep(_orders_in(invoice, "sales_order"), INVOICED, invoice.name)


def send_waiting(checkpoint: Callable[[], None] | None = None) -> int:
    """Send the notices that wait; returns how many were worked off."""
    return _OUTBOX.send_waiting(checkpoint)


def set_preference(user: str, customer: str, is_subscribed: bool) -> None:
    """Whether a login wants letters about a customer's orders. Who asks was checked by the door."""
    key = f"{user}|{customer}"
    values = {"is_subscribed": int(is_subscribed)}
    if frappe.db.exists("Notice Preference", {"preference_key": key}):
        frappe.db.set_value("Notice Preference", {"preference_key": key}, values)
        return
    preference = frappe.get_doc(
        {"doctype": "Notice Preference", "user": user, "customer": customer, "preference_key": key, **values}
    )
    insert_once(preference)


def unsubscribe_address(user: str, customer: str) -> str:
    """Single purpose: whoever holds it can stop and restart these letters, and nothing else."""
    given = signing.signature(_UNSUBSCRIBE, user, customer)
    return get_url(f"/portal/notices?{urlencode({'user': user, 'customer': customer, 'token': given})}")


def is_signed(user: str, customer: str, token: str) -> bool:
    return signing.is_signed(token, _UNSUBSCRIBE, user, customer)


def forget_order(order: str) -> None:
    _OUTBOX.forget(order)


def _is_wanted(customer: str) -> bool:
    return bool(settings().send_notices) and queries.has_logins(customer)


def _orders_in(document: Document, field: str) -> list[str]:
    """The orders that a delivery note or an invoice belongs to."""
    return sorted({row.get(field) for row in document.items if row.get(field)})


def _keep(orders: Iterable[str], step: str, which: str, day: date | None = None) -> None:
    """A notice about each of the orders, with the document that causes it; once for each `which` of the step."""
    for order in orders:
        values = {"sales_order": order, "step": step, "document": which if day is None else order, "day": day}
        if _OUTBOX.keep(f"{order}|{step}|{which}", values):
            _OUTBOX.send_soon()


def _holds(notice: Document) -> bool:
    """An order that was cancelled meanwhile is told of no more; a day that was changed again, or back, neither."""
    order = queries.order_facts(notice.sales_order)
    if not order or order.docstatus != 1:
        return False
    if notice.step != DATE_CHANGED:
        return True
    return order.delivery_date == notice.day != queries.last_told_day(order.name, before=notice.name)


def _readers(notice: Document) -> list[Reader]:
    customer = frappe.db.get_value("Sales Order", notice.sales_order, "customer")
    stopped = queries.unsubscribed(customer)
    return [
        Reader(login.email, login.language, login.name in stopped, login=login.name)
        for login in queries.candidate_logins(customer)
        if any(own.name == customer for own in identity.customers_of(login.name))
    ]


def _words(notice: Document, reader: Reader) -> Words:
    order = queries.order_facts(notice.sales_order)
    subject, sentences = _WORDS[notice.step](notice, order)
    links = [
        (_("See your order"), get_url(pages.route("portal", "orders", order.name))),
        (_("Stop these letters"), unsubscribe_address(reader.login, order.customer)),
    ]
    return Words(subject, sentences, links)


def _ordered(notice: Document, order: frappe._dict) -> tuple[str, list[str]]:
    return _("Your order {0}").format(order.name), [
        _("Thank you. We have your order {0} over {1}.").format(
            order.name, spelling.money(order.grand_total, order.currency)
        ),
        _("It can leave on {0}.").format(spelling.day(notice.day)),
    ]


def _date_changed(notice: Document, order: frappe._dict) -> tuple[str, list[str]]:
    return _("New date for your order {0}").format(order.name), [
        _("The delivery day of your order {0} has changed to {1}.").format(
            order.name, spelling.day(notice.day)
        )
    ]


def _shipped(notice: Document, order: frappe._dict) -> tuple[str, list[str]]:
    delivery = queries.delivery_facts(notice.document)
    sentences = [
        _("Goods of your order {0} are on their way (delivery {1}).").format(order.name, delivery.name)
    ]
    if delivery.transporter_name:
        sentences.append(_("They travel with {0}.").format(delivery.transporter_name))
    if delivery.lr_no:
        sentences.append(_("Consignment number: {0}").format(delivery.lr_no))
    return _("Your order {0} is on its way").format(order.name), sentences


def _invoiced(notice: Document, order: frappe._dict) -> tuple[str, list[str]]:
    return _("Invoice for your order {0}").format(order.name), [
        _("The invoice {0} for your order {1} is ready in the portal.").format(notice.document, order.name)
    ]


_WORDS = {ORDERED: _ordered, DATE_CHANGED: _date_changed, SHIPPED: _shipped, INVOICED: _invoiced}


_OUTBOX = Outbox(
    doctype="Order Notice",
    key="notice_key",
    about="sales_order",
    job="crm_ext.self_service.flow.order_notices.send_waiting",
    readers=_readers,
    words=_words,
    holds=_holds,
    recipient="recipients",
)
