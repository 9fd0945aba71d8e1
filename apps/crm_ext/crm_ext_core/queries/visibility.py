"""Which documents of a doctype the user may read, as a condition of SQL: Frappe's own rules, for many at once.

Frappe asks the database for shared documents once for each doctype. Here the question is part of the condition, so that
documents of many doctypes are judged within one statement. What lists of the desk show and this condition agree: a test
compares them.
"""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe.model.db_query import DatabaseQuery, requires_owner_constraint
from frappe.permissions import get_role_permissions, get_user_permissions


def may_read_some(doctype: str, user: str | None = None) -> bool:
    """Whether the user's roles let them read documents of this doctype, be it only their own."""
    return bool(get_role_permissions(frappe.get_meta(doctype), user=user or frappe.session.user).get("read"))


def readable(doctype: str, user: str | None = None) -> str:
    """SQL expression over `tab<doctype>` that is true for the documents the user may read.

    Ready for a statement with parameters: percent signs are doubled.
    """
    user = user or frappe.session.user
    roles = get_role_permissions(frappe.get_meta(doctype), user=user)
    shared = _shared(doctype, user)
    if not roles.get("read"):
        return shared
    conditions = _conditions(doctype, user, roles)
    if not conditions:
        return "1"
    return f"(({' AND '.join(conditions)}) OR {shared})"


def refused_by_hooks(doctype: str, names: Iterable[str]) -> set[str]:
    """Documents that a `has_permission` hook of an app keeps from the user.

    Such hooks judge a whole document. Documents are read for them a table at a time, and only where there is a hook.
    """
    hooks = frappe.get_hooks("has_permission")
    if frappe.session.user == "Administrator" or not (hooks.get(doctype) or hooks.get("*")):
        return set()
    from frappe.permissions import has_controller_permissions

    return {
        document.name
        for document in _documents(doctype, list(names))
        if not has_controller_permissions(document, "read")
    }


def _conditions(doctype: str, user: str, roles: dict) -> list[str]:
    query = DatabaseQuery(doctype, user=user)
    if requires_owner_constraint(roles):
        by_role = [f"`tab{doctype}`.`owner` = {frappe.db.escape(user, percent=False)}"]
    else:
        query.match_conditions = []
        query.match_filters = []
        query.add_user_permissions(get_user_permissions(user))
        by_role = query.match_conditions
    conditions = [
        f"({condition})" for condition in [*by_role, query.get_permission_query_conditions()] if condition
    ]
    return [condition.replace("%", "%%") for condition in conditions]


def _shared(doctype: str, user: str) -> str:
    mine = f"`user` = {frappe.db.escape(user)}"
    return (
        f"`tab{doctype}`.`name` IN (SELECT `share_name` FROM `tabDocShare` WHERE `share_doctype` = "
        f"{frappe.db.escape(doctype)} AND `read` = 1 AND {mine if user == 'Guest' else f'({mine} OR `everyone` = 1)'})"
    )


def _documents(doctype: str, names: list[str]) -> list:
    rows = frappe.get_all(doctype, filters={"name": ("in", names)}, fields=["*"], order_by="name")
    children: dict[str, dict[str, list]] = {row.name: {} for row in rows}
    for field in frappe.get_meta(doctype).get_table_fields():
        of_these = {"parent": ("in", names), "parenttype": doctype, "parentfield": field.fieldname}
        for child in frappe.get_all(field.options, filters=of_these, fields=["*"], order_by="idx"):
            children[child.parent].setdefault(field.fieldname, []).append(child)
    return [frappe.get_doc({"doctype": doctype, **row, **children[row.name]}) for row in rows]
