"""What a person does on desk forms: open, type, choose, pick from a menu, save, submit."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


class Form:
    """The form that the page shows, by its doctype."""

    def __init__(self, page: Page, doctype: str):
        self.page = page
        self.doctype = doctype
        page.wait_for_function(
            "doctype => window.cur_frm && cur_frm.doctype === doctype && cur_frm.fields_dict && !cur_frm.is_dirty_loading "
            "&& frappe.get_route()[0] === 'Form' && frappe.get_route()[1] === doctype && cur_frm.doc "
            "&& cur_frm.doc.name === frappe.get_route()[2]",
            arg=doctype,
        )
        self.settle()

    @classmethod
    def new(cls, page: Page, doctype: str) -> Form:
        """By the button of the list, as a person starts a document."""
        # The server's notice of the last save refreshes the form once more; leaving in that moment confuses the desk.
        page.wait_for_timeout(2_000)
        page.evaluate("doctype => frappe.set_route('List', doctype)", doctype)
        page.wait_for_function("doctype => window.cur_list && cur_list.doctype === doctype", arg=doctype)
        page.locator(".page-container:visible .primary-action").click()
        return cls(page, doctype)

    @classmethod
    def open(cls, page: Page, doctype: str, name: str) -> Form:
        page.evaluate("([doctype, name]) => frappe.set_route('Form', doctype, name)", [doctype, name])
        page.wait_for_function("name => window.cur_frm && cur_frm.doc && cur_frm.doc.name === name", arg=name)
        return cls(page, doctype)

    @property
    def root(self):
        return self.page.locator(f".page-container[data-page-route='{self.doctype}']:visible")

    @property
    def name(self) -> str:
        return self.value("name")

    def value(self, fieldname: str):
        return self.page.evaluate("fieldname => cur_frm.doc[fieldname]", fieldname)

    def settle(self) -> None:
        """Until no request is under way and nothing is frozen."""
        self.page.wait_for_function(
            "() => frappe.request.ajax_count === 0 && !document.querySelector('#freeze:not(.hide)')"
        )

    def tab(self, label: str) -> None:
        self.root.locator(".form-tabs .nav-link", has_text=re.compile(rf"^\s*{label}\s*$")).click()

    def reveal(self, fieldname: str) -> None:
        """Open the tab and section in which the field stands, as Jump to field does; again, should a refresh close it."""
        self.page.wait_for_function(
            """fieldname => {
                const field = cur_frm.fields_dict[fieldname];
                if (field?.$wrapper?.is(":visible")) return true;
                cur_frm.scroll_to_field(fieldname, false);
                return false;
            }""",
            arg=fieldname,
            polling=300,
        )

    def fill(self, fieldname: str, value: str) -> None:
        self.reveal(fieldname)
        field = self.root.locator(f".frappe-control[data-fieldname='{fieldname}'] input:visible").first
        field.click()
        field.fill(value)
        field.press("Tab")
        self.settle()

    def choose(self, fieldname: str, value: str) -> None:
        """A link: type, and take the suggestion."""
        self.reveal(fieldname)
        control = self.root.locator(f".frappe-control[data-fieldname='{fieldname}']").first
        pick(self.page, control, value)
        self.settle()

    def add_row(self, table: str, **cells: str) -> None:
        """A row of a child table, typed into the cells of the grid."""
        self.reveal(table)
        grid = self.root.locator(f".frappe-control[data-fieldname='{table}']")
        rows = grid.locator(".grid-body .rows > .grid-row")
        empty = self.page.evaluate(
            "table => (cur_frm.doc[table] || []).findIndex(row => !row.item_code && !row.channel && !row.subject)", table
        )
        if empty < 0:
            grid.locator(".grid-add-row").click()
            row = rows.last
        else:
            row = rows.nth(empty)
        last = list(cells)[-1]
        for fieldname, value in cells.items():
            cell = row.locator(f".grid-static-col[data-fieldname='{fieldname}']")
            cell.click()
            if cell.locator(".link-field, .awesomplete").count():
                pick(self.page, cell, value)
            else:
                entry = cell.locator("input:visible, select:visible, textarea:visible").first
                entry.fill(value)
                # Tab in the last column may open another row, which would then lack what is required.
                entry.blur() if fieldname == last else entry.press("Tab")
            self.settle()

    def primary(self, label: str):
        """The main button, by its English name; Frappe marks it in the user's language."""
        marked = self.page.evaluate("label => encodeURIComponent(__(label))", label)
        return self.root.locator(f".primary-action[data-label='{marked}']")

    def save(self) -> Form:
        self.primary("Save").click()
        self.page.wait_for_function("() => !cur_frm.is_new() && !cur_frm.is_dirty()")
        self.settle()
        return self

    def submit(self) -> Form:
        self.primary("Submit").click()
        self.page.locator(".modal.show .btn-modal-primary", has_text="Yes").click()
        self.page.wait_for_function("() => cur_frm.doc.docstatus === 1")
        self.settle()
        return self

    def create(self, label: str, doctype: str) -> Form:
        """The menu Create of a document, which maps it into the next one."""
        self.menu("Create", label)
        return Form(self.page, doctype)

    def menu(self, group: str, label: str) -> None:
        button = self.root.locator(f".inner-group-button[data-label='{group}'] > button")
        button.click()
        self.root.locator(f".inner-group-button[data-label='{group}'] .dropdown-item", has_text=re.compile(rf"^\s*{label}\s*$")).click()

    def button(self, label: str):
        return self.root.get_by_role("button", name=label)

    def expect_saved(self) -> None:
        expect(self.root.locator(".indicator-pill", has_text="Not Saved")).to_have_count(0)


def pick(page: Page, where, value: str) -> None:
    entry = where.locator("input:visible").first
    entry.click()
    entry.fill("")
    entry.type(value)
    option = where.locator(".awesomplete [role='option']", has_text=value).first
    option.wait_for()
    option.click()


def dismiss_dialogs(page: Page) -> None:
    """Messages that ERPNext shows on the way, read and closed."""
    while page.locator(".modal.show .btn-modal-close:visible").count():
        page.locator(".modal.show .btn-modal-close:visible").last.click()
        page.wait_for_timeout(300)
