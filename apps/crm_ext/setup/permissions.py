"""Who may read ERPNext's documents beyond whom ERPNext lets.

The campaign is an accounting dimension here: whoever posts a purchase, a journal or a stock entry must be able to name
it, and an accountant must be able to follow an invoice back to it. Whoever looks after customers' equipment must be able
to name customers, serial numbers and vans. The roles of marketing, technicians and dispatchers are the app's own.
"""

from __future__ import annotations

import frappe
from frappe.permissions import setup_custom_perms

from crm_ext.compat import CAMPAIGN_DOCTYPE
from crm_ext.setup import record

_NAME_IT = ("select",)
_READ = ("select", "read", "report", "export", "print")
_WORK = (*_READ, "write", "create", "email", "share", "import")

RIGHTS = {
    (CAMPAIGN_DOCTYPE, "Purchase User"): _NAME_IT,
    (CAMPAIGN_DOCTYPE, "Stock User"): _NAME_IT,
    (CAMPAIGN_DOCTYPE, "Accounts User"): _READ,
    (CAMPAIGN_DOCTYPE, "Accounts Manager"): _READ,
    (CAMPAIGN_DOCTYPE, "Marketing Analyst"): _READ,
    (CAMPAIGN_DOCTYPE, "Marketing Head"): _WORK,
    ("Lead", "Marketing Analyst"): _READ,
    ("Lead", "Marketing Head"): _WORK,
    ("Opportunity", "Marketing Analyst"): _READ,
    ("Opportunity", "Marketing Head"): _READ,
    **{
        ("Customer", role): _READ
        for role in ("Maintenance Manager", "Maintenance User", "Support Team", "Dispatcher")
    },
    **{("Item", role): _READ for role in ("Maintenance Manager", "Support Team", "Dispatcher")},
    ("Issue", "Maintenance Manager"): _WORK,
    ("Issue", "Maintenance User"): _READ,
    ("Issue", "Dispatcher"): _READ,
    **{("Serial No", role): _READ for role in ("Maintenance Manager", "Maintenance User", "Support Team")},
    **{("Warehouse", role): _READ for role in ("Maintenance Manager", "Maintenance User", "Dispatcher")},
    ("Warranty Claim", "Maintenance Manager"): _WORK,
    ("Warranty Claim", "Support Team"): _READ,
    **{
        (doctype, role): _NAME_IT
        for doctype in ("Activity Type", "Employee", "Holiday List")
        for role in ("Maintenance Manager", "Dispatcher")
    },
    # ERPNext's form of an issue reads them for everybody.
    ("Support Settings", "Support Team"): ("read",),
}
DOCTYPES = sorted({doctype for doctype, _ in RIGHTS})
# Those that were there when nothing but the customised ones was written down.
_FIRST_DOCTYPES = (CAMPAIGN_DOCTYPE, "Lead", "Opportunity")
_SUBJECT = "permissions"
_ROW = ("role", "permlevel", "if_owner", *frappe.permissions.rights)


def create() -> None:
    """Add the rights to roles that have none on the doctype; what the site decided for a role itself stands."""
    ours = record.recall(_SUBJECT) or {"customised": [], "rows": []}
    asked = ours.get("asked", list(_FIRST_DOCTYPES) if ours["rows"] else [])
    ours["customised"] += [name for name in DOCTYPES if name not in asked and not _is_customised(name)]
    ours["asked"] = DOCTYPES
    record.forget(_SUBJECT)
    record.remember(_SUBJECT, ours)
    for (doctype, role), rights in RIGHTS.items():
        setup_custom_perms(doctype)
        if not frappe.db.exists("Custom DocPerm", {"parent": doctype, "role": role, "permlevel": 0}):
            row = {"doctype": "Custom DocPerm", "parent": doctype, "role": role}
            # All of them by name: a new row lets read and export by itself.
            row |= {right: int(right in rights) for right in frappe.permissions.rights}
            # An installation has no user whose rights could be asked for.
            ours["rows"].append(frappe.get_doc(row).insert(ignore_permissions=True).name)
    record.forget(_SUBJECT)
    record.remember(_SUBJECT, ours)
    _clear_caches()


def remove() -> None:
    """Our rows; and where a doctype then has ERPNext's own rights again, its customisation, which was ours too."""
    ours = record.recall(_SUBJECT)
    if ours is None:
        return
    frappe.db.delete("Custom DocPerm", {"name": ("in", ours["rows"] or [""])})
    for doctype in ours["customised"]:
        if _rows("Custom DocPerm", doctype) == _rows("DocPerm", doctype):
            frappe.db.delete("Custom DocPerm", {"parent": doctype})
    record.forget(_SUBJECT)
    _clear_caches()


def _is_customised(doctype: str) -> bool:
    return bool(frappe.db.exists("Custom DocPerm", {"parent": doctype}))


def _rows(table: str, doctype: str) -> list[tuple]:
    rows = frappe.get_all(
        table, filters={"parent": doctype}, fields=list(_ROW), order_by="role, permlevel, if_owner"
    )
    return sorted(tuple(row[name] or 0 for name in _ROW) for row in rows)


def _clear_caches() -> None:
    for doctype in DOCTYPES:
        frappe.clear_cache(doctype=doctype)
