"""The public door for enquiries: for the site's own form, a company's website, and its servers.

Guests may post here without a CSRF token: the request acts on nobody's session, and only ever adds an enquiry.
"""

from typing import Any

import frappe
from frappe import _

from crm_ext.api.guards import guard_flood
from crm_ext.marketing_automation.flow import enquiries, signing

_LARGEST_REQUEST = 64 * 1024  # bytes; the longest message fits four times


@frappe.whitelist(allow_guest=True, methods=["POST"])
def submit(
    person_name: str | None = None,
    organization: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    city: str | None = None,
    message: str | None = None,
    utm_source: str | None = None,
    utm_medium: str | None = None,
    utm_campaign: str | None = None,
    utm_content: str | None = None,
    page: str | None = None,
    visitor: str | None = None,
    token: str | None = None,
    homepage: str | None = None,
    request_id: str | None = None,
) -> dict[str, Any]:
    """Take an enquiry. Answers {received: true, text} or, with status 422, {received: false, errors: {field: text}}.

    The answer is the same whether the person is known or not, and for machines.
    token: from `token()`, made when the form was opened; homepage: the field that people do not see, must be empty.
    """
    guard_flood("enquiry", from_one_address=20, from_all=600, seconds=600)
    guard_size()
    values = {
        "person_name": person_name,
        "organization": organization,
        "email": email,
        "phone": phone,
        "city": city,
        "message": message,
        "utm_source": utm_source,
        "utm_medium": utm_medium,
        "utm_campaign": utm_campaign,
        "utm_content": utm_content,
        "page": page,
        "visitor": visitor,
    }
    errors = enquiries.receive(values, token, homepage, request_id)
    if errors:
        frappe.local.response.http_status_code = 422
        return {"received": False, "errors": errors}
    return {"received": True, "text": _("Thank you. We have received your message and will answer soon.")}


@frappe.whitelist(allow_guest=True, methods=["GET"])
def token() -> str:
    """A token for a form that is being opened, to be posted with it."""
    guard_flood("enquiry token", from_one_address=120, from_all=6000, seconds=600)
    return signing.form_token()


@frappe.whitelist(methods=["POST"])
def release(enquiry: str) -> None:
    """Work an enquiry off that was taken for spam or that failed."""
    frappe.has_permission("Lead", "create", throw=True)
    enquiries.release(enquiry)


def guard_size() -> None:
    """Refuse requests that no person could have typed."""
    if frappe.request and (frappe.request.content_length or 0) > _LARGEST_REQUEST:
        frappe.throw(_("This message is too long. Please shorten it."), frappe.ValidationError)
