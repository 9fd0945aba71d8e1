"""Links about service for people without a login."""

from __future__ import annotations

import frappe


def with_hash(token_hash: str, is_locked: bool = False) -> dict | None:
    """The link with this fingerprint; None: there is none. is_locked: others who ask for it so wait for our end."""
    return frappe.db.get_value(
        "Service Link",
        {"token_hash": token_hash},
        [
            "name",
            "purpose",
            "reference_type",
            "reference_name",
            "sent_to",
            "token_hash",
            "expires_at",
            "is_single_use",
            "is_revoked",
            "used_at",
        ],
        as_dict=True,
        for_update=is_locked,
    )
