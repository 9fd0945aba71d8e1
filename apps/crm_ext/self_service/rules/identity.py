"""For which customers a login may act: two registers of ERPNext reconciled, and a choice that is checked every time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class CustomerLink:
    """One row that ties a login to a customer.

    vouched_for_by: the login that wrote the row, where that login might have written it for itself; None where the
    row can only come from the desk. customer_owner: the login that made the customer.
    """

    customer: str
    customer_name: str
    disabled: bool
    vouched_for_by: str | None = None
    customer_owner: str | None = None


@dataclass(frozen=True)
class PortalCustomer:
    name: str
    customer_name: str


def customers_from(links: Iterable[CustomerLink]) -> tuple[PortalCustomer, ...]:
    """Every customer once, by name as people read it; disabled ones and claims that nobody vouched for are left out."""
    found = {
        link.customer: PortalCustomer(link.customer, link.customer_name)
        for link in links
        if not link.disabled and is_vouched_for(link)
    }
    return tuple(sorted(found.values(), key=lambda customer: (customer.customer_name, customer.name)))


def is_vouched_for(link: CustomerLink) -> bool:
    """Frappe lets every login make contacts of its own and link them to anything: such a contact proves nothing.

    It counts where the same login made the customer, too, as ERPNext does for those who sign up by themselves.
    """
    return link.vouched_for_by is None or link.vouched_for_by == link.customer_owner


def chosen_of(wanted: str | None, allowed: Sequence[str], preferred: str | None = None) -> str | None:
    """What was asked for if it is allowed, else the preferred one if it is, else the first; None where there is none."""
    for candidate in (wanted, preferred):
        if candidate in allowed:
            return candidate
    return allowed[0] if allowed else None


def acts_for(customer: str | None, customers: Collection[PortalCustomer]) -> bool:
    return any(customer == own.name for own in customers)
