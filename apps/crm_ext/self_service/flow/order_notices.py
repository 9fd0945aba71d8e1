"""Letters to the customer's logins at each step of an order, made by a background job, each step told once.

ERPNext's documents pay next to nothing: their events ask the cache whether the customer has logins at all, and put the
work off until after the commit. A notice is kept before it is sent; one that a killed worker left waiting is sent later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_url

from crm_ext.marketing_automation.flow import signing
from crm_ext.marketing_automation.flow.locks import exclusively
from crm_ext.self_service.flow import identity, pages
from crm_ext.self_service.flow.shop import settings
from crm_ext.self_service.queries import order_notices as queries

ORDERED, DATE_CHANGED, SHIPPED, INVOICED = "Ordered", "Date Changed", "Shipped", "Invoiced"
WAITING, SENT, NOBODY, FAILED = "Waiting", "Sent", "Nobody to Tell", "Failed"
_BATCH = 50
_WAIT_SECONDS = 20
_UNSUBSCRIBE = "order notices"


def order_submitted(order: Document) -> None:
    _tell_later(order, ORDERED)


def order_changed(order: Document) -> None:
    _tell_later(order, DATE_CHANGED)


def delivery_submitted(delivery: Document) -> None:
    if not delivery.is_return:
        _tell_later(delivery, SHIPPED)


def invoice_submitted(invoice: Document) -> None:
    if not invoice.is_return:
        _tell_later(invoice, INVOICED)


def _tell_later(document: Document, step: str) -> None:
    if settings().send_notices and queries.has_logins(document.customer):
        frappe.enqueue(
            "crm_ext.self_service.flow.order_notices.tell",
            queue="short",
            enqueue_after_commit=True,
            doctype=document.doctype,
            name=document.name,
            step=step,
        )


def tell(doctype: str, name: str, step: str, checkpoint: Callable[[], None] | None = None) -> None:
    """Keep a notice for each order that the document belongs to, and send what waits."""
    orders = [name] if doctype == "Sales Order" else queries.orders_of(doctype, name)
    for order in orders:
        _keep(order, step, name)
    (checkpoint or _commit)()
    send_waiting(checkpoint)


def send_waiting(checkpoint: Callable[[], None] | None = None) -> int:
    """Send the notices that wait, one transaction each; returns how many were worked off."""
    checkpoint = checkpoint or _commit
    done: list[str] = []
    with exclusively("order notices", _WAIT_SECONDS) as held:
        while held and (batch := queries.waiting(_BATCH, done)):
            for name in batch:
                _send(name)
                checkpoint()
                done.append(name)
    return len(done)


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
    _insert_once(preference)


def unsubscribe_address(user: str, customer: str) -> str:
    """Single purpose: whoever holds it can stop and restart these letters, and nothing else."""
    given = signing.signature(_UNSUBSCRIBE, user, customer)
    return get_url(f"/portal/notices?{urlencode({'user': user, 'customer': customer, 'token': given})}")


def is_signed(user: str, customer: str, token: str) -> bool:
    return signing.is_signed(token, _UNSUBSCRIBE, user, customer)


def forget_order(order: str) -> None:
    frappe.db.delete("Order Notice", {"sales_order": order})


def _keep(order: str, step: str, document: str) -> None:
    """A notice, unless it is there; the key decides, also between two workers. A changed date is told by its day."""
    facts = queries.order_facts(order)
    if not facts or facts.docstatus != 1:
        return
    day = facts.delivery_date
    if step == DATE_CHANGED and day == queries.last_told_day(order):
        return
    what = str(day) if step == DATE_CHANGED else document
    notice = frappe.get_doc(
        {
            "doctype": "Order Notice",
            "sales_order": order,
            "step": step,
            "document": document,
            "day": day if step in (ORDERED, DATE_CHANGED) else None,
            "status": WAITING,
            "notice_key": f"{order}|{step}|{what}",
        }
    )
    _insert_once(notice)


def _insert_once(record: Document) -> None:
    """Insert; where another process was first, its record stands."""
    frappe.db.savepoint("order_notice_record")
    try:
        # Notices are made by the job that ERPNext's event started; a login decides about its own letters.
        record.insert(ignore_permissions=True)
    except frappe.UniqueValidationError:
        frappe.db.rollback(save_point="order_notice_record")
        frappe.clear_last_message()


def _send(name: str) -> None:
    notice = frappe.get_doc("Order Notice", name)
    frappe.db.savepoint("order_notice")
    try:
        told = _mail(notice)
    except Exception as error:
        frappe.db.rollback(save_point="order_notice")
        frappe.clear_last_message()
        failure = frappe.utils.strip_html(str(error)) or type(error).__name__
        notice.db_set({"status": FAILED, "failure": failure[:500]})
        return
    notice.db_set({"status": SENT if told else NOBODY, "recipients": ", ".join(told)})


def _mail(notice: Document) -> list[str]:
    order = queries.order_facts(notice.sales_order)
    stopped = queries.unsubscribed(order.customer)
    told = []
    for login in queries.candidate_logins(order.customer):
        acts = any(own.name == order.customer for own in identity.customers_of(login.name))
        if not acts or not login.email or login.name in stopped:
            continue
        with _language(login.language):
            subject, message = _letter(notice, order, login.name)
        frappe.sendmail(
            recipients=[login.email],
            subject=subject,
            message=message,
            reference_doctype="Sales Order",
            reference_name=order.name,
        )
        told.append(login.email)
    return told


def _letter(notice: Document, order: frappe._dict, user: str) -> tuple[str, str]:
    subject, sentences = _WORDS[notice.step](notice, order)
    address = get_url(pages.route("portal", "orders", order.name))
    paragraphs = [escape_html(sentence) for sentence in sentences]
    paragraphs.append(f'<a href="{escape_html(address)}">{escape_html(_("See your order"))}</a>')
    stop = escape_html(unsubscribe_address(user, order.customer))
    paragraphs.append(f'<a href="{stop}">{escape_html(_("Stop these letters"))}</a>')
    direction = "rtl" if frappe.local.lang in ("ar", "fa", "he", "ps") else "ltr"
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return subject, f'<div dir="{direction}">{body}</div>'


def _ordered(notice: Document, order: frappe._dict) -> tuple[str, list[str]]:
    return _("Your order {0}").format(order.name), [
        _("Thank you. We have your order {0} over {1}.").format(
            order.name, pages.money(order.grand_total, order.currency)
        ),
        _("It can leave on {0}.").format(pages.day(notice.day)),
    ]


def _date_changed(notice: Document, order: frappe._dict) -> tuple[str, list[str]]:
    return _("New date for your order {0}").format(order.name), [
        _("The delivery day of your order {0} has changed to {1}.").format(order.name, pages.day(notice.day))
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


@contextmanager
def _language(language: str | None) -> Iterator[None]:
    """The reader's language for a while; the site's where none is known."""
    before, frappe.local.lang = frappe.local.lang, language or frappe.db.get_default("lang") or "en"
    try:
        yield
    finally:
        frappe.local.lang = before


def _commit() -> None:
    # A job that sends letters one by one: what is sent stays sent, whatever stops it.
    frappe.db.commit()
