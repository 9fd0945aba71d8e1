"""Accountants can follow an invoice to its campaign; the rights come and go without a trace."""

import frappe
import makers
import pytest

from crm_ext.setup import permissions


@pytest.fixture(autouse=True)
def cached_permissions(site):
    """What a test changed goes with the rollback; what was cached meanwhile, and other processes read, goes here."""
    yield
    site.db.rollback()
    for doctype in permissions.DOCTYPES:
        site.clear_cache(doctype=doctype)


def rows():
    fields = ["parent", *permissions._ROW]
    filters = {"parent": ("in", permissions.DOCTYPES)}
    return sorted(tuple(row.values()) for row in frappe.get_all("Custom DocPerm", filters, fields, order_by="name"))


@pytest.mark.parametrize(
    ("role", "doctype", "right", "allowed"),
    [
        ("Accounts User", "Campaign", "read", True),
        ("Accounts User", "Campaign", "write", False),
        ("Accounts User", "Lead", "write", False),
        ("Stock User", "Campaign", "select", True),
        ("Stock User", "Campaign", "read", False),
        ("Marketing Analyst", "Lead", "read", True),
        ("Marketing Analyst", "Campaign", "write", False),
        ("Marketing Head", "Campaign", "create", True),
        ("Marketing Head", "Opportunity", "write", False),
        ("Sales User", "Campaign", "read", True),
        ("Sales User", "Lead", "create", True),
        ("Dispatcher", "Customer", "read", True),
        ("Dispatcher", "Customer", "write", False),
        ("Maintenance User", "Serial No", "read", True),
        ("Maintenance Manager", "Issue", "create", True),
        ("Maintenance User", "Issue", "write", False),
        ("Technician", "Customer", "read", False),
        ("Technician", "Equipment", "write", False),
        ("Support Team", "Equipment", "create", True),
        ("Support Team", "Equipment", "delete", False),
    ],
)
def test_rights_of_a_role(site, role, doctype, right, allowed):
    user = makers.user("rights.of.a.role@example.com", role).name
    assert bool(frappe.has_permission(doctype, right, user=user)) is allowed


def test_rights_come_and_go_without_a_trace(site):
    permissions.remove()
    before = rows()
    permissions.create()
    assert rows() != before
    permissions.create()
    with_rights = rows()
    permissions.remove()
    assert rows() == before
    permissions.create()
    assert rows() == with_rights


def test_what_the_site_decided_since_stays(site):
    permissions.remove()
    permissions.create()
    frappe.get_doc(
        {"doctype": "Custom DocPerm", "parent": "Campaign", "role": "Auditor", "read": 1}
    ).insert()
    permissions.remove()
    kept = frappe.get_all("Custom DocPerm", {"parent": "Campaign"}, pluck="role", order_by="role")
    assert "Auditor" in kept and "Sales User" in kept, "the site's own row needs ERPNext's rows beside it"
    assert "Accounts User" not in kept


def test_a_role_that_has_rights_keeps_them(site):
    permissions.remove()
    frappe.permissions.setup_custom_perms("Campaign")
    frappe.get_doc(
        {"doctype": "Custom DocPerm", "parent": "Campaign", "role": "Accounts User", "select": 1, "read": 0}
    ).insert()
    permissions.create()
    of_role = frappe.get_all(
        "Custom DocPerm", {"parent": "Campaign", "role": "Accounts User"}, ["select", "read"], order_by="name"
    )
    assert of_role == [{"select": 1, "read": 0}]
