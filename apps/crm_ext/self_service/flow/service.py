"""Steps that the house takes for a customer, whose login has no right to ERPNext's documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


@contextmanager
def as_service() -> Iterator[None]:
    """Act as Administrator for a while; the session of the request stays what it is.

    Only for what the customer's own act leads to, after the guard has said whose document it is, and never for
    anything that ERPNext weighs by the user, like a credit limit.
    """
    user = frappe.session.user
    _become("Administrator")
    try:
        yield
    finally:
        _become(user)


def _become(user: str) -> None:
    frappe.session.user = user
    # What was looked up for the one must not be answered for the other.
    frappe.local.role_permissions = {}
    frappe.local.user_perms = None
