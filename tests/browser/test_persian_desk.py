"""Persian days and digits on the desk of those who read Persian: typed, picked, shown, and kept as ERPNext keeps them."""

from datetime import date, timedelta

import pytest
from desk_forms import Form
from playwright.sync_api import expect

CENTURIES = (date(1921, 3, 21), date(2121, 3, 20))
PRICES = ("Sales Master Manager", "Purchase Master Manager", "Sales User")


@pytest.mark.roles(*PRICES)
def test_prices_are_written_with_persian_days_and_digits(persian_page, records, accessible):
    page = persian_page
    item = records.insert(
        {"doctype": "Item", "item_code": "Boiler of the Persian desk", "item_group": "Products", "stock_uom": "Nos"}
    )
    price = records.insert(
        {"doctype": "Item Price", "item_code": item.name, "price_list": "Standard Selling", "price_list_rate": 1}
    )
    form = Form.open(page, "Item Price", price.name)
    form.fill("price_list_rate", "۱۲٬۵۰۰٫۵")
    form.fill("lead_time_days", "۱۲")

    form.fill("valid_from", "۱۴۰۵/۹/۱")
    assert form.value("valid_from") == "2026-11-22"
    day = form.root.locator("[data-fieldname='valid_from'] input")
    day.press("ArrowDown")
    picker = page.get_by_role("dialog", name="انتخاب روز")
    expect(picker).to_contain_text("آذر ۱۴۰۵")
    accessible(page, within=".crm-picker")
    page.mouse.wheel(0, 60)
    page.wait_for_function("() => window.scrollY > 0")
    expect(picker).to_be_visible()
    # In a month that reads from right to left, left is the day after.
    for key in ("ArrowLeft", "PageDown", "Enter"):
        page.keyboard.press(key)
    expect(picker).to_have_count(0)
    expect(day).to_have_value("۱۴۰۵/۱۰/۰۲")
    expect(day).to_be_focused()

    form.fill("valid_upto", "۱۴۰۴/۱۲/۳۰")
    refusal = page.locator(".modal.show .msgprint")
    expect(refusal).to_contain_text("۱۴۰۴/۱۲/۳۰")
    page.locator(".modal.show .btn-modal-close").click()
    expect(page.locator(".modal.show")).to_have_count(0)
    form.fill("valid_upto", "2027-03-20")

    form.save()
    saved = {field: form.value(field) for field in ("price_list_rate", "lead_time_days", "valid_from", "valid_upto")}
    assert saved == {
        "price_list_rate": 12500.5,
        "lead_time_days": 12,
        "valid_from": "2026-12-23",
        "valid_upto": "2027-03-20",
    }
    expect(form.root.locator("[data-fieldname='valid_upto'] input")).to_have_value("۱۴۰۵/۱۲/۲۹")
    assert page.evaluate("frappe.format(12500.5, {fieldtype: 'Currency', options: 'currency'}, {inline: true}, {currency: 'USD'})").endswith("۱۲٬۵۰۰٫۵۰")
    assert page.evaluate("frappe.format('2027-03-20', {fieldtype: 'Date'})") == "۱۴۰۵/۱۲/۲۹"
    assert page.console_errors == []


def test_the_desks_calendar_is_the_servers_for_two_centuries(persian_page, site):
    from crm_ext.shared.calendars import JalaliDate

    first, last = CENTURIES
    days = [first + timedelta(days=number) for number in range(0, (last - first).days, 5)]
    expected = []
    for day in days:
        persian = JalaliDate(day)
        expected.append([day.isoformat(), persian.year, persian.month, persian.day])
    different = persian_page.evaluate(
        """days => {
            const { to_persian, to_iso } = crm_ext.persian_calendar;
            return days.filter(([iso, ...parts]) => {
                const { year, month, day } = to_persian(iso);
                return String([year, month, day]) !== String(parts) || to_iso(...parts) !== iso;
            });
        }""",
        expected,
    )
    assert different == []


def test_who_reads_english_keeps_the_desk_as_it_is(page):
    assert page.evaluate("[Boolean(frappe.boot.crm_ext_persian_calendar), frappe.format('2027-03-20', {fieldtype: 'Date'})]") == [
        False,
        page.evaluate("frappe.datetime.str_to_user('2027-03-20')"),
    ]


def test_a_house_may_keep_the_gregorian_calendar(desk, site):
    settings = site.get_doc("CRM Ext Settings")
    settings.db_set("gregorian_for_persian", 1)
    site.db.commit()
    try:
        page = desk("Sales User", language="fa")
        assert not page.evaluate("frappe.boot.crm_ext_persian_calendar")
    finally:
        settings.db_set("gregorian_for_persian", 0)
        site.db.commit()
        site.clear_document_cache("CRM Ext Settings", "CRM Ext Settings")
