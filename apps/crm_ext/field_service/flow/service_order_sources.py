"""A service order out of what asks for it: a complaint, a planned visit, a claim, a contract or the equipment itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import frappe
from frappe import _
from frappe.contacts.doctype.address.address import get_address_display, get_default_address
from frappe.contacts.doctype.contact.contact import get_default_contact
from frappe.model.document import Document
from frappe.utils import getdate, strip_html

from crm_ext.field_service.queries import service_orders as queries

_PRIORITIES = ("Low", "Medium", "High", "Urgent")
_JOB_TYPES = {"Planned Visit": "Maintenance", "Service Contract": "Maintenance"}

# What an order takes over, and from which of its fields; a contract that goes takes its line along.
_TAKEN_OVER = {
    "customer": (
        "customer_address",
        "address_display",
        "contact_person",
        "contact_mobile",
        "contact_email",
        "latitude",
        "longitude",
        "service_contract",
    ),
    "company": ("service_contract",),
    "equipment": ("service_contract",),
    "service_contract": ("contract_line",),
}


def make_from(source_doctype: str, source_name: str) -> Document:
    """A service order, not saved, with all that the source and its equipment tell.

    source_doctype: "Issue", "Planned Visit", "Warranty Claim", "Service Contract" or "Equipment". Raises
    ValidationError with a sentence for other doctypes and for sources without a customer.
    """
    reader = _READERS.get(source_doctype)
    if reader is None:
        frappe.throw(_("A service order cannot be made from a {0}.").format(_(source_doctype)))
    source = frappe.get_doc(source_doctype, source_name)
    order = frappe.new_doc("Service Order")
    order.update({"job_type": _JOB_TYPES.get(source_doctype, "Repair"), **reader(source)})
    if not order.customer:
        frappe.throw(
            _("{0} {1} has no customer. Enter the customer there, then make the service order.").format(
                _(source_doctype), source_name
            )
        )
    order.company = order.company or frappe.defaults.get_user_default("Company")
    complete(order)
    return order


def complete(order: Document) -> None:
    """Fill what is empty from equipment and customer: place, person, checklist, skill, length."""
    _forget_what_was_taken_over(order)
    equipment = frappe.get_cached_doc("Equipment", order.equipment) if order.equipment else None
    if equipment:
        _from_equipment(order, equipment)
    if order.customer:
        _from_customer(order)
    if order.customer_address:
        order.address_display = strip_html(get_address_display(order.customer_address) or "").strip()
    order.title = (order.title or _title(order, equipment))[:140]


def _forget_what_was_taken_over(order: Document) -> None:
    """Nobody goes to the former customer's place, or draws from the contract of what the order was about before."""
    before = order.get_doc_before_save()
    if before is None:
        return
    for source, fields in _TAKEN_OVER.items():
        if (before.get(source) or None) == (order.get(source) or None):
            continue
        for field in fields:
            if order.get(field) == before.get(field):
                order.set(field, None)


def _from_equipment(order: Document, equipment: Document) -> None:
    order.customer = order.customer or equipment.customer
    order.company = order.company or equipment.company
    order.customer_address = order.customer_address or equipment.customer_address
    if not order.latitude and not order.longitude:
        order.latitude, order.longitude = equipment.latitude, equipment.longitude
    if not equipment.equipment_type:
        return
    kind = frappe.get_cached_doc("Equipment Type", equipment.equipment_type)
    order.skill = order.skill or kind.skill
    if order.is_new() and kind.usual_minutes:
        order.duration_minutes = kind.usual_minutes
    if not order.tasks:
        for point in kind.checklist:
            order.append("tasks", _task(point))


def _task(point: Document) -> dict:
    return {field: point.get(field) for field in ("task", "answer", "unit", "meter", "is_mandatory")}


def _from_customer(order: Document) -> None:
    order.customer_address = (
        order.customer_address
        or get_default_address("Customer", order.customer, "is_shipping_address")
        or get_default_address("Customer", order.customer)
    )
    order.contact_person = order.contact_person or get_default_contact("Customer", order.customer)
    if order.contact_person and not (order.contact_mobile and order.contact_email):
        mobile, phone, email = frappe.get_cached_value(
            "Contact", order.contact_person, ("mobile_no", "phone", "email_id")
        )
        order.contact_mobile = order.contact_mobile or mobile or phone
        order.contact_email = order.contact_email or email
    # Not what a new document brings along: that is the site's currency, whatever the company's is.
    order.currency = frappe.get_cached_value("Customer", order.customer, "default_currency") or (
        order.company and frappe.get_cached_value("Company", order.company, "default_currency")
    )


def _title(order: Document, equipment: Document | None) -> str:
    about = equipment.equipment_name if equipment else order.customer_name or order.customer or ""
    return _("{0}: {1}").format(_(order.job_type), about) if about else _(order.job_type)


# What each kind of source tells


def _of_issue(issue: Document) -> Mapping:
    return {
        "issue": issue.name,
        "title": issue.subject,
        "description": strip_html(issue.description or "").strip(),
        "customer": issue.customer,
        "company": issue.company,
        "contact_person": issue.contact,
        "contact_email": issue.raised_by,
        "equipment": issue.get("equipment"),
        "complaint_cause": issue.get("complaint_cause"),
        "service_contract": issue.get("service_contract"),
        "contract_line": issue.get("contract_line"),
        "priority": issue.priority if issue.priority in _PRIORITIES else "Medium",
        "due_by": issue.get("sla_resolution_by"),
    }


def _of_planned_visit(visit: Document) -> Mapping:
    return {
        "planned_visit": visit.name,
        "equipment": visit.equipment,
        "customer": visit.customer,
        "company": visit.company,
        "service_contract": visit.service_contract,
        "contract_line": visit.contract_line,
        "due_by": f"{getdate(visit.due_on)} 23:59:59",
    }


def _of_warranty_claim(claim: Document) -> Mapping:
    return {
        "warranty_claim": claim.name,
        "title": strip_html(claim.complaint or "").strip(),
        "description": strip_html(claim.complaint or "").strip(),
        "customer": claim.customer,
        "company": claim.company,
        "contact_person": claim.contact_person,
        "contact_mobile": claim.contact_mobile,
        "contact_email": claim.contact_email,
        "customer_address": claim.customer_address,
        "equipment": queries.equipment_with_serial_no(claim.serial_no) if claim.serial_no else None,
    }


def _of_service_contract(contract: Document) -> Mapping:
    covered = {row.equipment for row in (*contract.lines, *contract.covered_equipment) if row.equipment}
    return {
        "service_contract": contract.name,
        "customer": contract.customer,
        "company": contract.company,
        # Several units: the one to work on is chosen on the form.
        "equipment": covered.pop() if len(covered) == 1 else None,
    }


def _of_equipment(equipment: Document) -> Mapping:
    return {"equipment": equipment.name, "customer": equipment.customer, "company": equipment.company}


_READERS: dict[str, Callable[[Document], Mapping]] = {
    "Issue": _of_issue,
    "Planned Visit": _of_planned_visit,
    "Warranty Claim": _of_warranty_claim,
    "Service Contract": _of_service_contract,
    "Equipment": _of_equipment,
}
SOURCES = tuple(_READERS)
