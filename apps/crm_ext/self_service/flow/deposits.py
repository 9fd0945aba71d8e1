"""The deposit of an order, paid by ERPNext's own Payment Request where a gateway is set up.

The order's row is the lock and keeps the name of the one request: two clicks, two tabs or two people wait for each
other there and are led to the same payment. Nobody but the server says how much it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification
from frappe.model.document import Document
from frappe.utils import flt, get_url, getdate, nowdate

from crm_ext import erpnext_port
from crm_ext.crm_ext_core.flow import spelling
from crm_ext.self_service.flow import pages, portal_links, portal_payments
from crm_ext.self_service.flow.portal_links import Answerer
from crm_ext.self_service.flow.service import as_service
from crm_ext.self_service.flow.statement import currency_precision
from crm_ext.self_service.queries import deposits as queries
from crm_ext.self_service.queries import identity as settings_queries
from crm_ext.self_service.queries.quotations import acceptance_of
from crm_ext.self_service.queries.receivables import accountants
from crm_ext.self_service.rules import deposits as rules
from crm_ext.shared.money import to_decimal
from crm_ext.shared.results import Refusal

_BEFORE_BOOKING = "before_deposit"
_CONFIRMED = ("Authorized", "Completed")


@dataclass(frozen=True)
class Shown:
    """What a page says of the deposit: paid on a day, or to be paid. address: of a payment that was begun already."""

    amount: Decimal
    currency: str
    paid_on: date | None
    address: str | None


def shown(order_name: str | None) -> Shown | None:
    """None where there is nothing to say: no deposit, no gateway, an order that is cancelled or invoiced.

    Free where no deposit is asked for at all.
    """
    if not order_name or not _percent():
        return None
    order = queries.order(order_name)
    request = _request(order)
    deposit = _standing(order_name, order, request)
    if isinstance(deposit, Refusal):
        return None
    if not deposit.paid_on and not portal_payments.gateway(order.company, order.currency):
        return None
    return Shown(deposit.amount, order.currency, deposit.paid_on, request.payment_url if request else None)


def pay(order_name: str, payer_email: str | None) -> str:
    """The address where the deposit is paid; the same one again for whoever asks again.

    Raises a ValidationError that says what to do next where it cannot be paid. The caller has checked whose order it is.
    """
    order = queries.order(order_name, for_update=True)
    request = _request(order, for_update=True)
    deposit = _standing(order_name, order, request)
    if isinstance(deposit, Refusal):
        frappe.throw(_sentence(deposit))
    if deposit.paid_on:
        frappe.throw(
            _("The deposit was paid already, on {0}. There is nothing more to do.").format(
                spelling.day(deposit.paid_on)
            )
        )
    gateway = portal_payments.gateway(order.company, order.currency)
    if not gateway:
        frappe.throw(_("Paying online is not possible at the moment. Please pay by bank transfer."))
    if request:
        return request.payment_url
    # Customers have no rights to payment requests; whose order it is was checked at the door.
    with as_service():
        made = erpnext_port.request_payment_of_order(
            order_name, flt(deposit.amount), gateway.name, payer_email
        )
    frappe.db.set_value("Sales Order", order_name, {"deposit_request": made.name, "deposit_paid_on": None})
    return made.payment_url


def pay_of_offer(answerer: Answerer) -> str:
    """As `pay`, for the order that was made of an accepted quotation."""
    accepted = acceptance_of(answerer.quotation)
    if not accepted or not accepted.sales_order:
        frappe.throw(
            _(
                "There is no order of this offer yet. Please accept it first, or wait until we have looked at it."
            )
        )
    address = pay(accepted.sales_order, answerer.email)
    portal_links.note_use(answerer, "Deposit")
    return address


def authorized(request: Document, status: str | None) -> str | None:
    """The gateway's word that the money of a payment request is there: booked at once and once, if it is a deposit's.

    Gives back the page that the payer sees next; None for other requests and for payers without a login, who see the
    gateway's own. Money that cannot be booked is told to the accountants instead of lost, and never asked for again.
    """
    if status not in _CONFIRMED or request.reference_doctype != "Sales Order":
        return None
    order = queries.order(request.reference_name, for_update=True)
    if not order or order.deposit_request != request.name:
        return None
    if not order.deposit_paid_on:
        frappe.db.set_value("Sales Order", request.reference_name, "deposit_paid_on", nowdate())
        _book(request)
    if frappe.session.user == "Guest":
        return None
    return get_url(pages.route("portal", "orders", request.reference_name))


def _book(request: Document) -> None:
    frappe.db.savepoint(_BEFORE_BOOKING)
    try:
        # The gateway calls as a guest; that it is the gateway was checked by its own controller.
        with as_service():
            erpnext_port.book_payment_request(request.name)
    except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
        # The database has thrown the whole transaction away: the gateway has to call again.
        raise
    except Exception:
        frappe.db.rollback(save_point=_BEFORE_BOOKING)
        error = frappe.log_error(
            title="Deposit not booked", reference_doctype="Payment Request", reference_name=request.name
        )
        _tell_accountants(
            request,
            _("The deposit of order {0} has come in and could not be booked: see {1}").format(
                request.reference_name, error.name
            ),
        )


def _request(order: Mapping, for_update: bool = False) -> Mapping | None:
    """The deposit's own payment request; one that was cancelled is none."""
    found = queries.request(order.deposit_request, for_update) if order.deposit_request else None
    return found if found and found.docstatus == 1 else None


def _standing(name: str, order: Mapping, request: Mapping | None) -> rules.Deposit | Refusal:
    advance = to_decimal(order.advance_paid)
    if order.party_account_currency and order.party_account_currency != order.currency:
        advance /= to_decimal(order.conversion_rate)
    facts = rules.Order(
        docstatus=order.docstatus,
        ordered_on=getdate(order.transaction_date),
        total=to_decimal(order.rounded_total or order.grand_total),
        advance=advance,
        billed=to_decimal(order.per_billed) / 100,
        is_closed=order.status == "Closed",
        is_asked_otherwise=queries.is_asked_otherwise(name, order.deposit_request),
        terms=tuple(
            rules.Term(getdate(row.due_date) if row.due_date else None, to_decimal(row.payment_amount))
            for row in queries.terms(name)
        ),
    )
    return rules.standing(facts, _asked(order, request), _percent(), currency_precision())


def _asked(order: Mapping, request: Mapping | None) -> rules.Asked | None:
    if request is None:
        return None
    return rules.Asked(
        amount=to_decimal(request.grand_total),
        paid_on=order.deposit_paid_on
        or (queries.booked_on(order.deposit_request) if request.status == "Paid" else None),
        is_partly_paid=request.status == "Partially Paid",
    )


def _percent() -> Decimal:
    return to_decimal(settings_queries.settings().get("deposit_percent"))


def _sentence(refusal: Refusal) -> str:
    return {
        "order_not_submitted": _("This order is not confirmed yet. Please wait until we have looked at it."),
        "order_cancelled": _("This order was cancelled. There is nothing to pay."),
        "order_closed": _(
            "This order is closed. There is nothing to pay; please ask us if you expected otherwise."
        ),
        "order_billed": _("This order is invoiced already. Please pay its invoices."),
        "no_deposit": _("No deposit is asked for this order. You will get an invoice."),
        "deposit_met": _("What you have paid covers the deposit already. There is nothing more to do."),
        "deposit_partly_paid": _("A part of the deposit has arrived. Please ask us how to pay the rest."),
        "asked_otherwise": _(
            "We have asked you for a payment of this order in another way. Please use that one, or ask us."
        ),
    }[refusal.code]


def _tell_accountants(request: Document, subject: str) -> None:
    people = accountants()
    if people:
        enqueue_create_notification(
            people,
            {
                "type": "Alert",
                "document_type": request.doctype,
                "document_name": request.name,
                "subject": subject,
                "from_user": frappe.session.user,
            },
        )
