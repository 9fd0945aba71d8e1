"""Who stands behind a document: leads, contacts and customers, for many documents at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import frappe

from crm_ext.compat import CAMPAIGN_FIELD

Link = tuple[str, str]
PARTY_DOCTYPES = ("Lead", "Contact", "Customer")


@dataclass(frozen=True, slots=True)
class Behind:
    """The parties behind a document, and the campaign and company that it carries."""

    links: tuple[Link, ...]
    campaign: str | None = None
    company: str | None = None


# Doctype -> the columns that say who, as (column of the doctype or a fixed doctype, column of the name), then campaign
# and company.
_CUSTOMER = (("=Customer", "customer"), ("=Contact", "contact_person"))
_DOCUMENTS = {
    "Opportunity": (
        (("opportunity_from", "party_name"), ("=Contact", "contact_person")),
        CAMPAIGN_FIELD,
        "company",
    ),
    "Quotation": (
        (("quotation_to", "party_name"), ("=Contact", "contact_person")),
        CAMPAIGN_FIELD,
        "company",
    ),
    "Sales Order": (_CUSTOMER, CAMPAIGN_FIELD, "company"),
    "Delivery Note": (_CUSTOMER, CAMPAIGN_FIELD, "company"),
    "Sales Invoice": (_CUSTOMER, CAMPAIGN_FIELD, "company"),
    "Maintenance Visit": (_CUSTOMER, None, "company"),
    "Issue": ((("=Lead", "lead"), ("=Contact", "contact"), ("=Customer", "customer")), None, "company"),
    "Email Campaign": ((("email_campaign_for", "recipient"),), "campaign_name", None),
    "Payment Entry": ((("party_type", "party"), ("=Contact", "contact_person")), None, "company"),
    "Project": ((("=Customer", "customer"),), None, "company"),
}


def behind(documents: Iterable[Link]) -> dict[Link, Behind]:
    """One query for each doctype that occurs; documents of other doctypes are left out."""
    names: dict[str, set[str]] = defaultdict(set)
    for doctype, name in documents:
        names[doctype].add(name)
    return {
        (doctype, name): found
        for doctype in sorted(set(names) & set(_DOCUMENTS))
        for name, found in _behind(doctype, names[doctype]).items()
    }


def _behind(doctype: str, names: set[str]) -> dict[str, Behind]:
    who, campaign, company = _DOCUMENTS[doctype]
    columns = {column for pair in who for column in pair if not column.startswith("=")} | {
        campaign,
        company,
    } - {None}
    rows = frappe.get_all(
        doctype,
        filters={"name": ("in", list(names))},
        fields=["name", *sorted(filter(None, columns))],
        order_by="name",
    )
    found = {}
    for row in rows:
        links = tuple(
            (kind[1:] if kind.startswith("=") else row[kind], row[column])
            for kind, column in who
            if row[column]
        )
        links = tuple(link for link in links if link[0] in PARTY_DOCTYPES)
        found[row.name] = Behind(
            links, row[campaign] if campaign else None, row[company] if company else None
        )
    return found


def links_of_contacts(contacts: Iterable[str]) -> dict[str, list[Link]]:
    """Contact -> its leads and customers. Left out: desk users (our own people) and contacts of others, as suppliers."""
    contacts = list(contacts)
    if not contacts:
        return {}
    people = frappe.db.sql(
        """SELECT contact.name, link.link_doctype, link.link_name
            FROM `tabContact` AS contact
            LEFT JOIN `tabUser` AS user ON user.name = contact.user
            LEFT JOIN `tabDynamic Link` AS link ON link.parent = contact.name AND link.parenttype = 'Contact'
            WHERE contact.name IN %(contacts)s AND IFNULL(user.user_type, '') <> 'System User'
            ORDER BY contact.name, link.idx""",
        {"contacts": contacts},
        as_dict=True,
    )
    every_link: dict[str, list[Link]] = defaultdict(list)
    for row in people:
        every_link[row.name] += [(row.link_doctype, row.link_name)] if row.link_name else []
    ours = {
        name: [link for link in links if link[0] in ("Lead", "Customer")]
        for name, links in every_link.items()
    }
    return {name: links for name, links in ours.items() if links or not every_link[name]}


def lead_and_customer_pairs(leads: Iterable[str], customers: Iterable[str]) -> list[tuple[str, str]]:
    """(lead, customer) for the customers that were made of a lead, where either is among those asked for."""
    leads, customers = list(leads), list(customers)
    if not leads and not customers:
        return []
    rows = frappe.get_all(
        "Customer",
        filters={"lead_name": ("is", "set")},
        or_filters={"lead_name": ("in", leads or [""]), "name": ("in", customers or [""])},
        fields=["lead_name", "name"],
        order_by="creation desc",
    )
    return [(row.lead_name, row.name) for row in rows]


def leads_by_address(addresses: Iterable[str]) -> dict[str, str]:
    """E-mail address in lower case -> the oldest lead that has it."""
    addresses = list(addresses)
    if not addresses:
        return {}
    rows = frappe.get_all(
        "Lead", filters={"email_id": ("in", addresses)}, fields=["name", "email_id"], order_by="creation desc"
    )
    return {row.email_id.lower(): row.name for row in rows}


def contact_of_user(user: str) -> str | None:
    """The Contact of a portal user; guests have none."""
    return frappe.db.get_value("Contact", {"user": user}) if user != "Guest" else None
