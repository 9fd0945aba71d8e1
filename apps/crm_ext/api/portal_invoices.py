"""What a customer does with invoices in the portal: pay, report a transfer, promise, object, take papers along."""

import frappe

from crm_ext.api.guards import require_customer, require_own
from crm_ext.self_service.flow import disputes, documents, payment_promises, portal_payments


@frappe.whitelist(methods=["POST"])
def start_payment(amounts: dict | str, key: str, method: str = "Bank Transfer") -> dict:
    """Begin one payment for several invoices.

    amounts: by invoice, as typed; empty means all that is open. key: of the form, so that a second sending gives the
    same payment. method: 'Bank Transfer' or 'Online'. Gives {payment, address}; address leads to the payment gateway.
    """
    here = require_own("Sales Invoice", next(iter(wanted := _amounts(amounts)), None))
    payment = portal_payments.start(here, wanted, "Online" if method == "Online" else "Bank Transfer", key)
    return {"payment": payment.name, "address": payment.payment_address}


@frappe.whitelist(methods=["POST"])
def report_transfer(payment: str, transferred_on: str | None = None, note: str | None = None) -> dict:
    """ "I have transferred": {payment, status}."""
    require_own("Portal Payment", payment)
    reported = portal_payments.report_transfer(payment, transferred_on, note)
    return {"payment": reported.name, "status": reported.status}


@frappe.whitelist(methods=["POST"])
def withdraw_payment(payment: str) -> None:
    """The customer pays in another way after all."""
    require_own("Portal Payment", payment)
    portal_payments.withdraw(payment)


@frappe.whitelist(methods=["POST"])
def promise_payment(
    invoices: list | str, promised_date: str, key: str, amount: str | None = None, note: str | None = None
) -> dict:
    """Promise to pay invoices by a day: {promise}. amount: as typed; empty means all that is open on them."""
    here = require_own("Sales Invoice", next(iter(chosen := _names(invoices)), None))
    promise = payment_promises.give(here, chosen, promised_date, amount, note, key)
    return {"promise": promise.name}


@frappe.whitelist(methods=["POST"])
def withdraw_promise(promise: str) -> None:
    """An open promise of the customer's that is not meant any more."""
    require_own("Promise to Pay", promise)
    payment_promises.withdraw(promise)


@frappe.whitelist(methods=["POST"])
def raise_dispute(invoice: str, reason: str, line: str | None = None, text: str | None = None) -> dict:
    """Object to an invoice or one of its lines: {dispute}, the Issue that is open about it."""
    here = require_own("Sales Invoice", invoice)
    return {"dispute": disputes.raise_dispute(here, invoice, reason, line, text).name}


@frappe.whitelist(methods=["POST"])
def answer_dispute(dispute: str, text: str) -> None:
    """Write about an open objection."""
    here = require_own("Issue", dispute)
    disputes.answer(dispute, text, here.user)


@frappe.whitelist(methods=["POST"])
def settle_dispute(dispute: str) -> None:
    """The customer is content with the answer."""
    require_own("Issue", dispute)
    disputes.settle(dispute)


@frappe.whitelist(methods=["GET"])
def invoice_pdf(name: str) -> None:
    """The invoice by ERPNext's print format, as a file."""
    require_own("Sales Invoice", name)
    _answer_file(f"{name}.pdf", documents.invoice_pdf(name))


@frappe.whitelist(methods=["GET"])
def statement_file(
    kind: str, start: str | None = None, end: str | None = None, currency: str | None = None
) -> None:
    """The statement of account of a period as 'pdf', 'csv' or 'xlsx'; anything else is a PDF."""
    here = require_customer()
    name, content = documents.statement_file(here, kind, start, end, currency)
    _answer_file(name, content)


def _amounts(given: dict | str) -> dict[str, str | None]:
    """What was typed by invoice; empty where something else was sent."""
    sent = _parsed(given)
    if not isinstance(sent, dict):
        return {}
    return {str(name): None if typed is None else str(typed) for name, typed in sent.items()}


def _names(given: list | str) -> list[str]:
    sent = _parsed(given)
    return list(dict.fromkeys(map(str, sent))) if isinstance(sent, list) else []


def _parsed(given: object) -> object:
    """Forms send tables and lists as JSON."""
    try:
        return frappe.parse_json(given)
    except ValueError:
        return None


def _answer_file(name: str, content: bytes) -> None:
    frappe.local.response.filename = name
    frappe.local.response.filecontent = content
    frappe.local.response.type = "pdf" if name.endswith(".pdf") else "download"
