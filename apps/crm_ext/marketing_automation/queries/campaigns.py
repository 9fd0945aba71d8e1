"""Which Campaign a text from a web address means."""

from __future__ import annotations

from collections.abc import Iterable

import frappe

from crm_ext.compat import CAMPAIGN_DOCTYPE
from crm_ext.shared.text import match_key


def folded(text: str | None) -> str:
    """What spellings of one campaign name have in common: 'Spring_Sale' and 'spring sale' are the same."""
    return match_key((text or "").replace("_", "").replace("-", "").replace("+", ""))


def campaigns_meant(texts: Iterable[str]) -> dict[str, str]:
    """Folded text -> Campaign, for the texts that mean one.

    A text means the Campaign of that name or title, else the one that somebody chose for it in Unknown Campaign, else
    the Campaign of the Campaign Plan of that name or title.
    """
    wanted = {folded(text) for text in texts} - {""}
    if not wanted:
        return {}
    meant: dict[str, str] = {}
    for text, campaign in (*_planned(), *_chosen(), *_titled(), *_named()):
        if folded(text) in wanted:
            meant[folded(text)] = campaign
    return meant


def _named() -> list[tuple[str, str]]:
    names = frappe.get_all(CAMPAIGN_DOCTYPE, pluck="name", order_by="creation desc")
    return [(name, name) for name in names]


def _titled() -> list[tuple[str, str]]:
    rows = frappe.get_all(CAMPAIGN_DOCTYPE, fields=["name", "campaign_name"], order_by="creation desc")
    return [(row.campaign_name, row.name) for row in rows]


def _chosen() -> list[tuple[str, str]]:
    rows = frappe.get_all(
        "Unknown Campaign", filters={"campaign": ("is", "set")}, fields=["name", "campaign"], order_by="name"
    )
    return [(row.name, row.campaign) for row in rows]


def _planned() -> list[tuple[str, str]]:
    plans = frappe.get_all(
        "Campaign Plan",
        filters={"campaign": ("is", "set"), "docstatus": ("<", 2)},
        fields=["name", "title", "campaign"],
        order_by="creation desc",
    )
    return [(text, plan.campaign) for plan in plans for text in (plan.name, plan.title)]
