"""Letters that wait to be sent."""

from __future__ import annotations

from collections.abc import Collection

import frappe


def waiting(doctype: str, limit: int, without: Collection[str]) -> list[str]:
    """The oldest letters of this doctype that wait, but for those named."""
    return frappe.get_all(
        doctype,
        filters={"status": "Waiting", "name": ("not in", [*without, ""])},
        pluck="name",
        order_by="creation, name",
        limit=limit,
    )


def latest(doctype: str, about: str, name: str) -> dict | None:
    """{name, status} of the latest letter whose field `about` names the document; locked."""
    return frappe.db.get_value(
        doctype, {about: name}, ["name", "status"], order_by="creation desc", as_dict=True, for_update=True
    )
