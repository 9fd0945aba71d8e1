"""Which customers a login is tied to, and which companies deal with a customer."""

from __future__ import annotations

import frappe

# Documents by which a company is known to deal with a customer.
_DEALINGS = (
    ("Quotation", "party_name"),
    ("Sales Order", "customer"),
    ("Delivery Note", "customer"),
    ("Sales Invoice", "customer"),
)


def customers_of(user: str) -> list[dict]:
    """Rows {customer, customer_name, disabled, customer_owner, vouched_for_by} of an enabled login, in one query.

    From the table of portal users on Customer, and from Contacts of the login that are linked to customers.
    vouched_for_by is None for rows that only the desk can write, else the login that owns the contact.
    """
    return frappe.db.sql(
        """
        SELECT customer.name AS customer, customer.customer_name, customer.disabled,
            customer.owner AS customer_owner, NULL AS vouched_for_by
        FROM `tabPortal User` portal_user
        JOIN `tabUser` login ON login.name = portal_user.user AND login.enabled = 1
        JOIN `tabCustomer` customer ON customer.name = portal_user.parent
        WHERE portal_user.user = %(user)s AND portal_user.parenttype = 'Customer'
        UNION ALL
        SELECT customer.name, customer.customer_name, customer.disabled, customer.owner,
            CASE WHEN contact.owner = login.name OR maker.user_type = 'Website User' THEN contact.owner END
        FROM `tabContact` contact
        JOIN `tabUser` login ON login.name = contact.user AND login.enabled = 1
        JOIN `tabDynamic Link` link ON link.parent = contact.name
            AND link.parenttype = 'Contact' AND link.link_doctype = 'Customer'
        JOIN `tabCustomer` customer ON customer.name = link.link_name
        LEFT JOIN `tabUser` maker ON maker.name = contact.owner
        WHERE contact.user = %(user)s
        """,
        {"user": user},
        as_dict=True,
    )


def companies_dealing_with(customer: str) -> list[str]:
    """Companies that have submitted documents with the customer, by name; one look-up for each kind of document."""
    companies = set()
    for doctype, field in _DEALINGS:
        table = frappe.qb.DocType(doctype)
        companies.update(
            frappe.qb.from_(table)
            .select(table.company)
            .distinct()
            .where((table[field] == customer) & (table.docstatus == 1))
            .run(pluck=True)
        )
    return sorted(companies)


def all_companies() -> list[str]:
    return frappe.get_all("Company", pluck="name", order_by="name")


def party_of(doctype: str, name: str, party_field: str, kind_field: str | None) -> dict | None:
    """{party, party_type, company, docstatus} of a document; party_type is Customer where the doctype knows no other."""
    fields = [f"{party_field} as party", "company", "docstatus"]
    if kind_field:
        fields.append(f"{kind_field} as party_type")
    found = frappe.db.get_value(doctype, name, fields, as_dict=True)
    if found and not kind_field:
        found.party_type = "Customer"
    return found


def settings() -> dict:
    """The portal's company, and where questions go."""
    return frappe.get_cached_doc("Self Service Settings")
