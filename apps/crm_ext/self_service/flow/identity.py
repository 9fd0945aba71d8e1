"""Who is here, for which customer, in which company: decided once for each request, by every page and method alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote, urlencode

import frappe

from crm_ext.self_service.queries import identity as queries
from crm_ext.self_service.rules.identity import (
    CustomerLink,
    PortalCustomer,
    acts_for,
    chosen_of,
    customers_from,
)

# What a customer may see of each doctype: (field of the party, field that says what the party is, docstatus of what is
# shown). Of a quotation that was cancelled the customer is told that, and which one has taken its place.
OWNED_BY_CUSTOMERS = {
    "Quotation": ("party_name", "quotation_to", (1, 2)),
    "Sales Order": ("customer", None, (1,)),
    "Delivery Note": ("customer", None, (1,)),
    "Sales Invoice": ("customer", None, (1,)),
    "Payment Entry": ("party", "party_type", (1,)),
    "Issue": ("customer", None, (0, 1, 2)),
    "Portal Payment": ("customer", None, (0, 1, 2)),
    "Promise to Pay": ("customer", None, (0, 1, 2)),
    "Equipment": ("customer", None, (0,)),
    "Service Contract": ("customer", None, (1,)),
    "Service Order": ("customer", None, (0, 1)),
}

_COOKIE = "crm_ext_acting"
_COOKIE_SECONDS = 180 * 24 * 60 * 60
_COMPANIES_SECONDS = 600


@dataclass(frozen=True)
class Acting:
    """A login that acts for a customer in a company; the other customers and companies that it may change to."""

    user: str
    customer: str
    customer_name: str
    company: str | None
    customers: tuple[PortalCustomer, ...]
    companies: tuple[str, ...]

    def owns(self, customer: str | None) -> bool:
        return acts_for(customer, self.customers)


def acting() -> Acting | None:
    """None for guests and for logins that are tied to no customer. Looked up once for each request."""
    user = frappe.session.user
    kept = getattr(frappe.local, "crm_ext_acting", None)
    if kept is None or kept[0] != user:
        kept = (user, _look_up(user))
        frappe.local.crm_ext_acting = kept
    return kept[1]


def customers_of(user: str) -> tuple[PortalCustomer, ...]:
    if user == "Guest":
        return ()
    return customers_from(CustomerLink(**row) for row in queries.customers_of(user))


def acting_on(doctype: str, name: str | None) -> Acting | None:
    """The login as it acts for the customer of this document; None where the document is not there or not theirs."""
    here = acting()
    if here is None or not name or not isinstance(name, str):
        return None
    party_field, kind_field, shown = OWNED_BY_CUSTOMERS[doctype]
    found = queries.party_of(doctype, name, party_field, kind_field)
    if not found or found.party_type != "Customer" or not here.owns(found.party):
        return None
    if found.docstatus not in shown:
        return None
    customer = next(own for own in here.customers if own.name == found.party)
    return replace(
        here,
        customer=customer.name,
        customer_name=customer.customer_name,
        company=found.company or here.company,
        companies=_companies(customer.name),
    )


def act_for(customer: str | None, company: str | None) -> None:
    """Keep the choice for the pages to come. It is a wish only: every request checks it against what is allowed."""
    frappe.local.cookie_manager.set_cookie(
        _COOKIE,
        urlencode({"customer": customer or "", "company": company or ""}),
        httponly=True,
        max_age=_COOKIE_SECONDS,
    )


def forget_cached() -> None:
    """For whoever changes ties within a request."""
    frappe.local.crm_ext_acting = None


def _look_up(user: str) -> Acting | None:
    customers = customers_of(user)
    if not customers:
        return None
    wish = _wish()
    customer = chosen_of(wish.get("customer"), [own.name for own in customers])
    companies = _companies(customer)
    return Acting(
        user=user,
        customer=customer,
        customer_name=next(own.customer_name for own in customers if own.name == customer),
        company=chosen_of(wish.get("company"), companies, queries.settings().company),
        customers=customers,
        companies=companies,
    )


def _wish() -> dict[str, str]:
    if not getattr(frappe.local, "request", None):
        return {}
    # Frappe quotes what it puts into cookies, and does not unquote.
    return dict(parse_qsl(unquote(frappe.request.cookies.get(_COOKIE) or "")))


def _companies(customer: str) -> tuple[str, ...]:
    """Companies that deal with the customer, and the one that sells in the portal."""
    every = queries.all_companies()
    if len(every) < 2:
        return tuple(every)
    key = f"crm_ext_companies|{customer}"
    dealing = frappe.cache.get_value(key, expires=True)
    if dealing is None:
        dealing = queries.companies_dealing_with(customer)
        frappe.cache.set_value(key, dealing, expires_in_sec=_COMPANIES_SECONDS)
    selling = queries.settings().company
    return tuple(sorted({*dealing, selling} if selling else dealing)) or tuple(every[:1])
