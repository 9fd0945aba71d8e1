"""What of a site is ours: written down before it is made, so that removal takes away that and nothing else.

The record is kept in Frappe's own table of defaults and not in a doctype of the app: it must exist before the app's
doctypes do, and outlive them.
"""

from __future__ import annotations

import json
from typing import Any

import frappe

_OWNER = "__crm_ext_install"


def recall(subject: str) -> Any | None:
    """What was written down about a subject, or None where nothing was."""
    text = frappe.db.get_value("DefaultValue", _key(subject), "defvalue")
    return json.loads(text) if text else None


def remember(subject: str, value: Any) -> Any:
    """Write `value` (JSON) down, unless the subject has its record already; returns what stands.

    The first word counts: a second run finds things that the first run made and would take them for the site's own.
    """
    known = recall(subject)
    if known is not None:
        return known
    frappe.get_doc(
        {
            "doctype": "DefaultValue",
            "parenttype": "__default",
            "parentfield": "system_defaults",
            "defvalue": json.dumps(value),
            **_key(subject),
        }
    ).db_insert()
    return value


def forget(subject: str) -> None:
    frappe.db.delete("DefaultValue", _key(subject))


def _key(subject: str) -> dict[str, str]:
    return {"parent": _OWNER, "defkey": subject}
