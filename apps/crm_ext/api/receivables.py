"""What the desk does about invoices: book portal payments, keep promises in sight."""

import frappe

from crm_ext.self_service.flow import payment_promises, portal_payments
from crm_ext.self_service.queries import receivables

_FIELDS = {"Sales Invoice": "sales_invoice", "Customer": "customer"}


@frappe.whitelist(methods=["POST"])
def make_payment_entry(payment: str) -> str:
    """Name of the payment entry that books a portal payment, made as a draft where there is none."""
    frappe.has_permission("Portal Payment", "write", doc=payment, throw=True)
    return portal_payments.make_payment_entry(payment).name


@frappe.whitelist(methods=["POST"])
def withdraw_payment(payment: str) -> None:
    """The money never came: the invoices are free to be paid again."""
    frappe.has_permission("Portal Payment", "write", doc=payment, throw=True)
    portal_payments.withdraw(payment)


@frappe.whitelist(methods=["POST"])
def withdraw_promise(promise: str) -> None:
    """The customer took an open promise back."""
    frappe.has_permission("Promise to Pay", "write", doc=promise, throw=True)
    payment_promises.withdraw(promise)


@frappe.whitelist(methods=["POST"])
def judge_promise(promise: str) -> None:
    """Compute the promise's status now instead of tonight."""
    frappe.has_permission("Promise to Pay", "write", doc=promise, throw=True)
    payment_promises.judge_one(promise)


@frappe.whitelist(methods=["GET"])
def matters(doctype: str, name: str) -> list[dict]:
    """What is under way about a Sales Invoice or Customer: {doctype, name, status, day, amount, currency}.

    Of promises, disputes and reported transfers only those kinds that the user may read.
    """
    frappe.has_permission(doctype, "read", doc=name, throw=True)
    field = _FIELDS.get(doctype)
    if not field:
        return []
    found = []
    for kind, look_up in (
        ("Portal Payment", receivables.payments_under_way),
        ("Promise to Pay", receivables.promises_given),
        ("Issue", receivables.disputes_open),
    ):
        if frappe.has_permission(kind, "read"):
            found += look_up(field, name)
    return found


@frappe.whitelist(methods=["GET"])
def promised_invoices(invoices: list | str) -> list[dict]:
    """Those of the invoices that are under an open promise: {invoice, promise, promised_date, amount, currency}."""
    frappe.has_permission("Promise to Pay", "read", throw=True)
    names = [name for name in frappe.parse_json(invoices) if isinstance(name, str)]
    return [{"invoice": invoice, **row} for invoice, row in receivables.open_promises(names).items()]
