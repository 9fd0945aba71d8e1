"""A file of leads on the desk: attached, checked, imported, and its refused rows opened."""

from pathlib import Path

import pytest
from desk_forms import Form
from playwright.sync_api import expect

PATIENCE = 90_000


@pytest.fixture
def leads_file(site, tmp_path):
    """A file with three people and one row that cannot be imported; what the browser makes of it is removed."""
    tag = site.generate_hash(length=8)
    path = tmp_path / f"{tag}.csv"
    people = "".join(f"{tag},Person {number},{tag}{number}@browser.test\n" for number in range(3))
    path.write_text(f"First Name,Last Name,Email\n{people}{tag},Nobody,not-an-address\n", encoding="utf-8")
    yield path, tag
    site.db.rollback()
    for name in site.get_all("Lead Import", {"title": tag}, pluck="name", order_by="name"):
        site.delete_doc("Lead Import", name, force=True)
    for doctype in ("Lead", "Contact"):
        for name in site.get_all(doctype, {"first_name": tag}, pluck="name", order_by="name"):
            site.delete_doc(doctype, name, force=True)
    site.db.commit()


def attach(page, path: Path) -> None:
    page.locator(".frappe-control[data-fieldname=file]:visible .btn-attach").click()
    with page.expect_file_chooser() as chooser:
        page.locator(".modal.show").get_by_text("My Device").click()
    chooser.value.set_files(path)
    page.locator(".modal.show .btn-modal-primary:visible").click()


@pytest.mark.roles("Sales User", "Sales Manager")
def test_a_file_becomes_leads_and_the_refused_row_says_why(page, leads_file, accessible, screenshot):
    path, tag = leads_file
    form = Form.new(page, "Lead Import")
    page.locator("[data-fieldname=title]:visible input").fill(tag)
    page.keyboard.press("Tab")
    attach(page, path)
    check = page.get_by_role("button", name="Check", exact=True)
    save = page.get_by_role("button", name="Save", exact=True)
    expect(check.or_(save)).to_be_visible(timeout=PATIENCE)
    if not check.is_visible():
        save.click()
    check.click(timeout=PATIENCE)
    start = page.get_by_role("button", name="Import 3 Leads")
    expect(start).to_be_visible(timeout=PATIENCE)
    accessible(page, within=".lead-import")
    screenshot("lead-import-checked")
    start.click()
    done = page.locator(".indicator-pill:visible", has_text="Done with Refusals")
    expect(done).to_be_visible(timeout=PATIENCE)
    assert form.value("new_leads") == 3
    page.locator(".lead-import-card[data-outcome=Refused]").click()
    expect(page.locator(".list-row-container", has_text="not-an-address")).to_be_visible(timeout=PATIENCE)
