"""Before anything else: the desk opens for our users, in both languages and on a phone, without an error."""

import pytest


def test_the_desk_opens_without_console_errors(page):
    page.wait_for_selector(".layout-main-section .widget, .layout-main-section .ce-block", timeout=30_000)
    assert page.evaluate("frappe.session.user").startswith("sales-manager-sales-user")
    assert page.console_errors == []


def test_the_desk_opens_from_right_to_left_in_persian(persian_page):
    persian_page.wait_for_selector(".layout-main-section", timeout=30_000)
    assert persian_page.evaluate("document.documentElement.dir") == "rtl"
    assert persian_page.evaluate("__('Sales Order')") != "Sales Order"
    assert persian_page.console_errors == []


def test_the_desk_fits_on_a_phone(phone_page):
    phone_page.wait_for_selector(".layout-main-section", timeout=30_000)
    assert phone_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.roles("Marketing Head")
def test_the_marketing_head_can_enter(page):
    assert page.evaluate("frappe.user_roles.includes('Marketing Head')")


def test_a_progress_message_of_a_job_reaches_the_page(page, site):
    """Socket.io runs and knows the user: long imports show their progress by it."""
    page.wait_for_function("frappe.realtime && frappe.realtime.socket && frappe.realtime.socket.connected", timeout=30_000)
    page.evaluate("frappe.realtime.on('crm_ext_browser_test', message => { window.heard = message.word; })")
    site.publish_realtime("crm_ext_browser_test", {"word": "hello"}, user=page.evaluate("frappe.session.user"))
    page.wait_for_function("window.heard === 'hello'")
