"""For which customers and companies a login acts, from ERPNext's two registers."""

from __future__ import annotations

import frappe
import makers
import pytest

from crm_ext.overrides import website
from crm_ext.self_service.flow import identity


@pytest.fixture
def login(site):
    return makers.user(f"{frappe.generate_hash(length=6)}@identity.test").name


def customer(name: str, **values) -> str:
    return makers.customer(f"{name} {frappe.generate_hash(length=5)}", **values).name


def names(login: str) -> list[str]:
    return [own.name for own in identity.customers_of(login)]


def contact(login: str, *customers: str, owner: str = "Administrator"):
    made = makers.contact("Ann", *(("Customer", name) for name in customers))
    made.db_set({"user": login, "owner": owner})
    return made


def test_portal_users_and_contacts_are_one_list_without_doubles(login):
    first = customer("Alpha", portal_users=[{"user": login}])
    second = customer("Beta")
    contact(login, first, second)
    assert names(login) == [first, second]


def test_disabled_customers_and_disabled_logins_are_out(login):
    first = customer("Alpha", portal_users=[{"user": login}])
    frappe.db.set_value("Customer", first, "disabled", 1)
    assert names(login) == []
    frappe.db.set_value("Customer", first, "disabled", 0)
    frappe.db.set_value("User", login, "enabled", 0)
    assert names(login) == []


def test_a_contact_of_ones_own_making_proves_nothing_unless_the_customer_is_as_well(login):
    theirs = customer("Alpha")
    contact(login, theirs, owner=login)
    assert names(login) == []
    frappe.db.set_value("Customer", theirs, "owner", login)
    assert names(login) == [theirs]


def test_a_contact_made_by_another_website_login_proves_nothing_either(login):
    friend = makers.user(f"{frappe.generate_hash(length=6)}@friend.test").name
    contact(login, customer("Alpha"), owner=friend)
    assert names(login) == []


def test_people_of_the_desk_are_customers_only_where_somebody_tied_them_to_one():
    assert identity.customers_of("Administrator") == () == identity.customers_of("Guest")


def test_a_customer_of_two_companies_is_shown_each_apart(site, login):
    own = customer("Alpha", portal_users=[{"user": login}])
    other = frappe.get_doc(
        {
            "doctype": "Company",
            "company_name": f"Second {frappe.generate_hash(length=4)}",
            "default_currency": "USD",
        }
    )
    other.db_insert()
    frappe.set_user(login)
    identity.forget_cached()
    here = identity.acting()
    assert here.customer == own and len(here.companies) == 1
    offered = frappe.get_doc(
        {
            "doctype": "Quotation",
            "quotation_to": "Customer",
            "party_name": own,
            "company": other.name,
            "docstatus": 1,
        }
    )
    offered.name = frappe.generate_hash(length=8)
    offered.db_insert()
    order = frappe.get_doc(
        {"doctype": "Sales Order", "customer": own, "company": makers.company(), "docstatus": 1}
    )
    order.name = frappe.generate_hash(length=8)
    order.db_insert()
    frappe.cache.delete_keys("crm_ext_companies")
    identity.forget_cached()
    assert set(identity.acting().companies) == {other.name, makers.company()}
    assert identity.acting_on("Quotation", offered.name).company == other.name
    frappe.cache.delete_keys("crm_ext_companies")


def test_who_is_here_is_asked_of_the_database_once_a_request(site, login):
    customer("Alpha", portal_users=[{"user": login}])
    frappe.set_user(login)
    identity.forget_cached()
    identity.acting()
    asked = []
    frappe.db.sql, plain = (lambda *a, **k: asked.append(a) or plain(*a, **k)), frappe.db.sql
    try:
        identity.acting()
        assert not asked
        identity.forget_cached()
        identity.acting()
        assert len(asked) <= 2
    finally:
        frappe.db.sql = plain


def test_customers_land_in_the_portal_only_where_the_site_wants_it(login):
    customer("Alpha", portal_users=[{"user": login}])
    settings = frappe.get_doc("Self Service Settings")
    settings.is_home_page = 0
    settings.save()
    assert website.home_page(login) is None
    settings.is_home_page = 1
    settings.save()
    assert website.home_page(login) == "portal"
    assert website.home_page("Guest") is None
