"""How many SQL statements something sends: costs that must not grow with the number of rows."""

from __future__ import annotations

from collections.abc import Callable

import frappe


def statements_of(action: Callable[[], object]) -> list[str]:
    """The statements that an action sends, in their order. Run the action once before, so that caches are filled."""
    sent: list[str] = []
    original = frappe.db.sql

    def counting(query, *arguments, **options):
        sent.append(str(query))
        return original(query, *arguments, **options)

    frappe.db.sql = counting
    try:
        action()
    finally:
        del frappe.db.sql
    return sent


def queries_of(action: Callable[[], object]) -> int:
    return len(statements_of(action))
