"""Links to quotations for people without a login."""

from __future__ import annotations

from datetime import datetime

import frappe


def with_hash(token_hash: str) -> dict | None:
    """{name, quotation, purpose, token_hash, expires_at, is_revoked, sent_to} of a link; None: there is none."""
    return frappe.db.get_value(
        "Portal Link",
        {"token_hash": token_hash},
        ["name", "quotation", "purpose", "token_hash", "expires_at", "is_revoked", "sent_to"],
        as_dict=True,
    )


def links_to(quotation: str) -> list[dict]:
    """The links of a quotation, the newest first, for the desk."""
    return frappe.get_all(
        "Portal Link",
        filters={"quotation": quotation},
        fields=["name", "sent_to", "expires_at", "is_revoked", "last_used_at", "times_opened"],
        order_by="creation desc",
    )


def uses_since(link: str, action: str, ip_address: str, since: datetime) -> int:
    return frappe.db.count(
        "Portal Link Use",
        {"parent": link, "action": action, "ip_address": ip_address, "used_at": (">=", since)},
    )


def count_uses(link: str) -> int:
    return frappe.db.count("Portal Link Use", {"parent": link})
