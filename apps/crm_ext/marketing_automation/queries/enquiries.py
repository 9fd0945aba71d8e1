"""What the site knows of somebody who writes through the public form."""

from __future__ import annotations

from collections.abc import Sequence

import frappe

ENQUIRY_FIELDS = (
    "name", "status", "received_at", "person_name", "organization", "email", "phone", "city", "message", "company",
    "utm_source", "utm_medium", "utm_campaign", "utm_content",
)  # fmt: skip


def waiting(statuses: Sequence[str], limit: int) -> list[frappe._dict]:
    """Enquiries to be worked off, the oldest first."""
    return frappe.get_all(
        "Enquiry",
        filters={"status": ("in", list(statuses))},
        fields=list(ENQUIRY_FIELDS),
        order_by="received_at asc, name asc",
        limit=limit,
    )


def region_of(company: str | None) -> str | None:
    """ISO 3166 code of the company's country, in capitals."""
    country = frappe.get_cached_value("Company", company, "country") if company else None
    code = frappe.get_cached_value("Country", country, "code") if country else None
    return code.upper() if code else None


def contacts_by(email: str | None, phones: Sequence[str]) -> list[str]:
    """Contacts with the e-mail address first, then those with the telephone number; the oldest first."""
    by_email = _parents("Contact Email", "email_id", [email] if email else [])
    return list(dict.fromkeys(by_email + _parents("Contact Phone", "phone", phones)))


def _parents(child: str, field: str, values: Sequence[str]) -> list[str]:
    if not values:
        return []
    return frappe.get_all(
        child,
        filters={"parenttype": "Contact", field: ("in", list(values))},
        pluck="parent",
        order_by="creation asc",
    )


def lead_by(email: str | None, phones: Sequence[str]) -> str | None:
    """The oldest lead with the e-mail address, else with the telephone number."""
    found = _lead({"email_id": email}) if email else None
    if not found and phones:
        known = ("in", list(phones))
        found = _lead(None, {"mobile_no": known, "phone": known, "whatsapp_no": known})
    return found


def _lead(filters: dict | None, or_filters: dict | None = None) -> str | None:
    names = frappe.get_all(
        "Lead", filters=filters, or_filters=or_filters, pluck="name", order_by="creation asc", limit=1
    )
    return names[0] if names else None


def lead_source_called(text: str | None) -> str | None:
    """The Lead Source of that name in any case, else 'Website' where the site has it."""
    names = frappe.get_all("Lead Source", pluck="name", order_by="name")
    by_folded_name = {name.casefold(): name for name in names}
    return by_folded_name.get((text or "").casefold()) or by_folded_name.get("website")


def enquiries_naming(utm_campaign: str) -> list[frappe._dict]:
    return frappe.get_all(
        "Enquiry",
        filters={"utm_campaign": utm_campaign},
        fields=["name", "lead", "status"],
        order_by="name",
    )
