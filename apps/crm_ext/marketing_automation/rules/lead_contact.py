"""What ERPNext 15 makes of a lead when it is inserted: its full name and title, and the contact beside it.

The same steps in the same order as the Lead and Contact controllers take, on plain values. A property test on a real
site compares the two, column by column.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class ContactOfLead:
    values: dict[str, Any]
    emails: list[dict[str, Any]] = field(default_factory=list)
    phones: list[dict[str, Any]] = field(default_factory=list)


def contact_of(lead: MutableMapping[str, Any]) -> ContactOfLead:
    """The contact that ERPNext makes before it inserts the lead. Fills in `lead_name` where it is empty."""
    if not lead.get("lead_name"):
        name_lead(lead)
    contact = ContactOfLead(
        {
            "first_name": lead.get("first_name") or lead["lead_name"],
            "last_name": lead.get("last_name"),
            "salutation": lead.get("salutation"),
            "gender": lead.get("gender"),
            "designation": lead.get("job_title"),
            "company_name": lead.get("company_name"),
        }
    )
    email, phone, mobile = lead.get("email_id"), lead.get("phone"), lead.get("mobile_no")
    if email:
        contact.emails.append({"email_id": email, "is_primary": 1})
    if phone:
        contact.phones.append({"phone": phone, "is_primary_phone": 1, "is_primary_mobile_no": 0})
    if mobile:
        contact.phones.append({"phone": mobile, "is_primary_phone": 0, "is_primary_mobile_no": 1})
    return contact


def finish_contact(
    contact: MutableMapping[str, Any],
    emails: Sequence[Mapping[str, Any]],
    phones: Sequence[Mapping[str, Any]],
) -> None:
    """The steps of Frappe's validation that change a contact: its full name and what it shows of its child rows."""
    parts = (contact.get(part) for part in ("first_name", "middle_name", "last_name"))
    contact["full_name"] = (
        " ".join(part.strip() for part in parts if part) or contact.get("company_name") or ""
    )
    contact["email_id"] = next((row["email_id"].strip() for row in emails if row["is_primary"]), "")
    for fieldname in ("phone", "mobile_no"):
        contact[fieldname] = next((row["phone"] for row in phones if row[f"is_primary_{fieldname}"]), "")
    if contact["email_id"] and not contact.get("image"):
        # Gravatar is not asked during an import; the empty answer is stored.
        contact["image"] = ""


def split_full_name(lead: MutableMapping[str, Any]) -> None:
    """First, middle and last name of a lead that has a full name only."""
    if lead.get("lead_name") and not any(
        lead.get(part) for part in ("first_name", "middle_name", "last_name")
    ):
        first, *rest = lead["lead_name"].split()
        lead["first_name"] = first
        lead["middle_name"] = " ".join(rest[:-1]) or None
        lead["last_name"] = rest[-1] if rest else None


def name_lead(lead: MutableMapping[str, Any]) -> None:
    """Full name from its parts, else the organisation's, else the beginning of the e-mail address."""
    if lead.get("first_name"):
        parts = (lead.get(part) for part in ("salutation", "first_name", "middle_name", "last_name"))
        lead["lead_name"] = " ".join(filter(None, parts))
    if not lead.get("lead_name"):
        lead["lead_name"] = lead.get("company_name") or (lead.get("email_id") or "").split("@")[0]


def finish_lead(lead: MutableMapping[str, Any]) -> None:
    """The steps of ERPNext's validation that change an imported lead."""
    name_lead(lead)
    lead["title"] = lead.get("company_name") or lead["lead_name"]
    if lead.get("email_id"):
        lead["image"] = ""


def phones_from_contact(contact: Mapping[str, Any], phones: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What ERPNext writes back to the lead when its contact is linked: a single number becomes both of them."""
    if not phones:
        return {}
    first = phones[0]["phone"]
    if len(phones) == 1:
        return {"phone": first, "mobile_no": first}
    return {"phone": contact["phone"] or first, "mobile_no": contact["mobile_no"] or first}
