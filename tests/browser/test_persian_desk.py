"""Persian days and digits on the desk of those who read Persian: typed, picked, shown, and kept as ERPNext keeps them."""

from datetime import date, timedelta

import pytest
from desk_forms import Form
from playwright.sync_api import expect

CENTURIES = (date(1921, 3, 21), date(2121, 3, 20))
KEPT = """([cases, defaults]) => {
    const kept = { ...frappe.boot.sysdefaults };
    const parent = $("<div>").appendTo("body");
    const read = ([fieldtype, typed, format = {}]) => {
        Object.assign(frappe.boot.sysdefaults, kept, defaults, format);
        const df = { fieldtype, fieldname: "typed", label: "typed" };
        const control = frappe.ui.form.make_control({ parent, df, render_input: true });
        control.$input.val(typed).trigger("change");
        return control.validate(control.get_value());
    };
    try {
        return cases.map(read);
    } finally {
        Object.assign(frappe.boot.sysdefaults, kept);
        parent.remove();
    }
}"""
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

    page.evaluate("item_code => frappe.set_route('List', 'Item Price', 'Report', { item_code })", item.name)
    rows = page.locator(".dt-scrollable .dt-row:visible")
    expect(rows).to_have_count(1)
    # The notice of the last save draws the rows once more.
    page.wait_for_function(
        """() => {
            const { rows } = cur_list.datatable.datamanager;
            const is_quiet = window.rows_before === rows && frappe.request.ajax_count === 0;
            window.rows_before = rows;
            return is_quiet;
        }""",
        polling=1_500,
    )
    column = page.evaluate("cur_list.datatable.getColumns().find(({ id }) => id === 'price_list_rate').colIndex")
    asked = page.locator(f".dt-filter[data-col-index='{column}']")
    for text, found in (("> ۱۲٬۵۰۱", 0), ("> ۱۲٬۵۰۰", 1), ("۹۹", 0), ("۱۲٬۵۰۰٫۵", 1)):
        # The desk listens to keys, which the driver has for Latin letters only.
        asked.fill(text)
        asked.press("End")
        expect(rows).to_have_count(found)
    assert page.console_errors == []


SHOWN = """([cases]) => {
    const kept = { ...frappe.boot.sysdefaults };
    const { USD } = locals[":Currency"];
    const of_currency = USD.number_format;
    const written = ([number_format, from_currency]) => {
        Object.assign(frappe.boot.sysdefaults, { number_format, use_number_format_from_currency: from_currency ? 1 : 0 });
        USD.number_format = from_currency || of_currency;
        const field = { fieldtype: "Currency", options: "currency", precision: 2 };
        return frappe.format(1200.5, field, { inline: true }, { currency: "USD" }).split(" ").pop();
    };
    try {
        return cases.map(written);
    } finally {
        USD.number_format = of_currency;
        Object.assign(frappe.boot.sysdefaults, kept);
    }
}"""
NUMBER_FORMATS = ("#,###.##", "#.###,##", "# ###.##", "#'###.##", "# ###,##", "#,##,###.##")


def test_what_people_type_and_copy_is_kept_and_shown_right_in_every_format(persian_page):
    def kept(*cases, **settings):
        return persian_page.evaluate(KEPT, [cases, {"float_precision": 3, **settings}])

    numbers = ["۱٬۲۰۰٫۵", "۱،۲۰۰٫۵", "−۱٬۲۰۰٫۵", "\u200e-۱۲۰۰٫۵", "\u2067١٢٠٠٫٥\u2069"]
    for number_format in (*NUMBER_FORMATS, "#, ###.##"):
        found = kept(*(["Float", text] for text in numbers), number_format=number_format)
        assert found == [1200.5, 1200.5, -1200.5, -1200.5, 1200.5], number_format
    assert kept(["Float", "۲٫۵"], ["Int", "۱٬۲۰۰"], number_format="#,###") == [2.5, 1200]

    days = ["۱۴۰۵/۹/۱", "\u200f۱۴۰۵/۰۹/۰۱\u200f", "۰۱-۰۹-۱۴۰۵", "1405.09.01", "۲۰۲۶-۱۱-۲۲"]
    for date_format in ("yyyy-mm-dd", "dd-mm-yyyy"):
        assert kept(*(["Date", day] for day in days), date_format=date_format) == ["2026-11-22"] * 5
    assert kept(["Date", "09-01-1405"], date_format="mm-dd-yyyy") == ["2026-11-22"]
    assert kept(["Datetime", "۱۴۰۵/۹/۱ ۸:۳۰"], ["Datetime", "۱۴۰۵/۰۹/۰۱ ۰۸:۳۰:۰۰"]) == ["2026-11-22 08:30:00"] * 2
    assert kept(["Time", "۰۸:۳۰"], ["Time", "۸:۳۰:۰۰"], ["Time", "08:30"]) == ["08:30:00"] * 3

    range_typed = persian_page.evaluate("__('{0} to {1}', ['۱۴۰۵/۹/۳۰', '۱۴۰۵/۹/۱'])")
    assert kept(["DateRange", range_typed]) == [["2026-11-22", "2026-12-21"]]

    shown = persian_page.evaluate(SHOWN, [[[name, None] for name in NUMBER_FORMATS] + [["#,###.##", "#.###,##"]]])
    assert set(shown) == {"۱٬۲۰۰٫۵۰"}
    assert persian_page.console_errors == []


def test_a_list_is_filtered_by_two_days_of_the_persian_month(persian_page):
    page = persian_page
    page.evaluate("frappe.set_route('List', 'Sales Order', 'List')")
    page.wait_for_function("() => window.cur_list?.doctype === 'Sales Order' && cur_list.filter_area && cur_list.data")
    page.evaluate(
        """async () => {
            // The desk remembers filters from the last time.
            await cur_list.filter_area.clear();
            await cur_list.filter_area.add([["Sales Order", "transaction_date", "Between", ["2026-11-22", "2026-11-25"]]]);
        }"""
    )
    page.locator(".filter-button:visible").click()
    asked = page.locator(".filter-field input:visible")
    asked.click()
    picker = page.get_by_role("dialog", name="انتخاب روز")
    expect(picker.locator("[aria-selected='true']")).to_have_count(4)
    for day in ("2026-12-01", "2026-11-24"):
        picker.locator(f"[data-day='{day}']").click()
    expect(picker).to_have_count(0)
    asked.press("Enter")
    page.wait_for_function("() => cur_list.filter_area.get()[0][3][0] === '2026-11-24'")
    assert page.evaluate("cur_list.filter_area.get()[0]")[2:4] == ["Between", ["2026-11-24", "2026-12-01"]]

    asked.fill(page.evaluate("__('{0} to {1}', ['۱۴۰۵/۹/۵', '۱۴۰۵/۹/۷'])"))
    asked.press("Tab")
    page.wait_for_function("() => cur_list.filter_area.get()[0][3][0] === '2026-11-26'")
    assert page.console_errors == []


PASTE = """([fieldname, text]) => {
    const input = document.querySelector(`.grid-row .grid-static-col[data-fieldname='${fieldname}'] input`);
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def test_rows_are_pasted_into_a_grid_as_the_desk_itself_shows_them(persian_page):
    page = persian_page
    form = Form.new(page, "Sales Order")
    form.reveal("items")
    grid = form.root.locator(".frappe-control[data-fieldname='items']")
    grid.locator(".grid-row [data-fieldname='delivery_date']").last.click()
    page.evaluate("frappe.boot.sysdefaults.date_format = 'yyyy-mm-dd'")
    rows = ["۱۴۰۵/۰۹/۰۱\t۱٬۲۰۰٫۵", "1405/09/01\t1,200.5", "\u200f۱-۹-۱۴۰۵\t۷", "2026-11-22\t7", "۱۴۰۴/۱۲/۳۰\t7"]
    page.evaluate(PASTE, ["delivery_date", "\n".join(["delivery_date\tqty", *rows])])
    page.wait_for_function("rows => cur_frm.doc.items.filter(row => row.qty === 7).length >= rows", arg=3)
    form.settle()
    kept = page.evaluate("cur_frm.doc.items.map(row => [row.delivery_date, row.qty])")
    day = "2026-11-22"
    assert kept == [[day, 1200.5], [day, 1200.5], [day, 7], [day, 7], ["Invalid date", 7]]

    page.evaluate("() => { const { grid } = cur_frm.fields_dict.items; grid.meta.rows_threshold_for_grid_search = 2; grid.refresh(); }")
    asked = grid.locator(".grid-row .search input[data-fieldtype='Float']").first
    asked.fill("۱٬۲")
    asked.press("End")
    expect(grid.locator(".grid-body .rows > .grid-row")).to_have_count(2)
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
