"""The stepper on an opportunity and the pipeline board, as a seller and a manager use them."""

import re

import pytest
from playwright.sync_api import expect

FIRST, SECOND, THIRD = "Prospecting", "Qualification", "Negotiation/Review"
OPENING = 30_000  # Milliseconds that a cold page may take.


@pytest.fixture
def process(site, records):
    """Three stages; the first is left when the competitor is known and the call has been made."""
    kind = records.insert({"doctype": "Opportunity Type", "name": f"Browser {site.generate_hash(length=6)}"})
    return records.insert(
        {
            "doctype": "Sales Process",
            "process_name": f"Process of {kind.name}",
            "opportunity_type": kind.name,
            "stages": [
                {
                    "sales_stage": FIRST,
                    "probability": 10,
                    "age_limit_days": 7,
                    "guidance": "Find out who decides.",
                },
                {"sales_stage": SECOND, "probability": 40},
                {"sales_stage": THIRD, "probability": 70},
            ],
            "activities": [{"sales_stage": FIRST, "activity": "First call", "kind": "Call", "required": 1}],
            "criteria": [{"sales_stage": FIRST, "fact": "Expected closing date set", "operator": "Yes"}],
        }
    )


@pytest.fixture
def opportunity(site, records, process):
    customer = records.insert(
        {"doctype": "Customer", "customer_name": f"Pump House {site.generate_hash(length=6)}"}
    )
    return records.insert(
        {
            "doctype": "Opportunity",
            "opportunity_from": "Customer",
            "party_name": customer.name,
            "opportunity_type": process.opportunity_type,
            "company": site.get_all("Company", pluck="name", order_by="creation", limit=1)[0],
            "currency": "USD",
            "conversion_rate": 1,
            "opportunity_amount": 12500,
            "sales_stage": FIRST,
        }
    )


def open_form(page, opportunity):
    page.evaluate("name => frappe.set_route('Form', 'Opportunity', name)", opportunity.name)
    stepper = page.locator(".crm-stepper:visible")
    expect(stepper.locator("[aria-current=step]")).to_be_visible(timeout=OPENING)
    return stepper


def open_board(page, process, site):
    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    page.evaluate(
        """([company, process]) => {
            localStorage.setItem(
                `crm_ext.pipeline_board.${frappe.session.user}`, JSON.stringify({company, process})
            );
            return frappe.set_route("pipeline-board");
        }""",
        [company, process.name],
    )
    board = page.locator(".crm-board")
    expect(board.locator(f'.crm-column[data-stage="{FIRST}"]')).to_be_visible(timeout=OPENING)
    return board


def stage_of(site, opportunity):
    site.db.rollback()
    return site.db.get_value("Opportunity", opportunity.name, "sales_stage")


@pytest.mark.roles("Sales User")
def test_a_seller_sees_what_is_missing_puts_it_right_and_goes_on(
    page, opportunity, site, screenshot, accessible
):
    stepper = open_form(page, opportunity)
    expect(stepper).to_contain_text("No expected closing date is set")
    accessible(page, within=".crm-stepper")
    screenshot("sales_process_stepper", page)
    stepper.get_by_role("button", name=re.compile("^Advance to")).click()
    dialog = page.get_by_role("dialog").filter(has_text="These stand in the way")
    expect(dialog).to_contain_text("First call")
    expect(dialog.get_by_role("button", name="Override")).to_have_count(0)
    dialog.get_by_role("button", name="Close").last.click()
    assert stage_of(site, opportunity) == FIRST
    stepper.get_by_role("checkbox", name=re.compile("First call")).check()
    expect(stepper.get_by_role("checkbox", name=re.compile("First call"))).to_be_checked()
    page.evaluate(
        "cur_frm.set_value('expected_closing', frappe.datetime.get_today()).then(() => cur_frm.save())"
    )
    expect(stepper).to_contain_text("Closing expected on")
    stepper.get_by_role("button", name=re.compile("^Advance to")).click()
    expect(stepper.locator("[aria-current=step]")).to_contain_text(SECOND)
    assert stage_of(site, opportunity) == SECOND


def test_a_manager_overrides_on_the_form_with_a_reason(page, opportunity, site):
    stepper = open_form(page, opportunity)
    stepper.get_by_role("button", name=re.compile("^Advance to")).click()
    dialog = page.get_by_role("dialog").filter(has_text="These stand in the way")
    dialog.locator("textarea").fill("The buyer insists")
    dialog.get_by_role("button", name="Override").click()
    expect(stepper.locator("[aria-current=step]")).to_contain_text(SECOND)
    site.db.rollback()
    last = site.get_doc("Opportunity Progress", opportunity.name).passages[-1]
    assert (last.entry, last.reason) == ("Override", "The buyer insists")


def test_the_next_step_is_planned_on_the_form_and_shown_on_the_board(
    page, opportunity, process, site, records
):
    stepper = open_form(page, opportunity)
    stepper.get_by_role("button", name="Plan Next Step").click()
    dialog = page.get_by_role("dialog").filter(has_text="What Comes Next")
    dialog.locator("[data-fieldname=step] input").fill("Send samples")
    dialog.get_by_role("button", name="Save").click()
    expect(stepper).to_contain_text("Send samples")
    board = open_board(page, process, site)
    expect(board.locator(f'[data-name="{opportunity.name}"]')).to_contain_text("Send samples")


def test_a_card_dropped_on_the_next_stage_says_why_it_stays(
    page, opportunity, process, site, screenshot, accessible
):
    board = open_board(page, process, site)
    card = board.locator(f'[data-name="{opportunity.name}"]')
    expect(card).to_contain_text("12,500")
    accessible(page, within=".crm-board-frame")
    screenshot("pipeline_board", page)
    card.drag_to(board.locator(f'.crm-column[data-stage="{SECOND}"]'))
    dialog = page.get_by_role("dialog").filter(has_text="These stand in the way")
    expect(dialog).to_contain_text("No expected closing date is set")
    dialog.locator("textarea").fill("Agreed by telephone")
    dialog.get_by_role("button", name="Override").click()
    expect(
        board.locator(f'.crm-column[data-stage="{SECOND}"] [data-name="{opportunity.name}"]')
    ).to_be_visible()
    assert stage_of(site, opportunity) == SECOND


def test_a_card_is_moved_back_and_forth_by_keys_alone(page, opportunity, process, site):
    site.db.set_value("Opportunity", opportunity.name, "sales_stage", THIRD)
    site.db.commit()
    board = open_board(page, process, site)
    board.locator(f'[data-name="{opportunity.name}"]').focus()
    page.keyboard.press("Shift+ArrowLeft")
    moved = board.locator(f'.crm-column[data-stage="{SECOND}"] [data-name="{opportunity.name}"]')
    expect(moved).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    expect(
        board.locator(f'.crm-column[data-stage="{THIRD}"] [data-name="{opportunity.name}"]')
    ).to_be_focused()
    assert stage_of(site, opportunity) == THIRD


def test_the_menu_of_a_card_moves_it_without_dragging(page, opportunity, process, site):
    site.db.set_value("Opportunity", opportunity.name, "sales_stage", THIRD)
    site.db.commit()
    board = open_board(page, process, site)
    board.locator(f'[data-name="{opportunity.name}"] .crm-card-menu').click()
    page.get_by_role("menuitem", name=f"Move to {FIRST}").click()
    expect(
        board.locator(f'.crm-column[data-stage="{FIRST}"] [data-name="{opportunity.name}"]')
    ).to_be_visible()
    assert stage_of(site, opportunity) == FIRST


def test_a_column_opens_the_list_of_what_it_counts(page, opportunity, process, site):
    board = open_board(page, process, site)
    column = board.locator(f'.crm-column[data-stage="{FIRST}"]')
    expect(column.locator(".crm-count")).to_have_text("1")
    column.get_by_role("button", name=re.compile(FIRST)).first.click()
    expect(page.locator(".list-row:visible")).to_have_count(1)
    expect(page.locator(".list-row:visible")).to_contain_text(opportunity.customer_name)


def test_the_board_reads_from_right_to_left_with_persian_dates_and_digits(
    persian_page, opportunity, process, site, screenshot
):
    site.db.set_value(
        "Opportunity Progress", opportunity.name, {"next_step": "نمونه", "next_step_date": "2026-03-21"}
    )
    site.db.commit()
    board = open_board(persian_page, process, site)
    card = board.locator(f'[data-name="{opportunity.name}"]')
    expect(card).to_contain_text("۱۲٬۵۰۰")
    expect(card).to_contain_text("۱۴۰۵")
    first = board.locator(f'.crm-column[data-stage="{FIRST}"]').bounding_box()
    second = board.locator(f'.crm-column[data-stage="{SECOND}"]').bounding_box()
    assert first["x"] > second["x"]
    screenshot("pipeline_board_fa", persian_page)


def test_on_a_phone_one_column_fills_the_width_and_the_next_one_snaps(phone_page, opportunity, process, site):
    board = open_board(phone_page, process, site)
    width = board.locator(f'.crm-column[data-stage="{FIRST}"]').bounding_box()["width"]
    assert width > 0.85 * board.bounding_box()["width"]
    assert phone_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_board_that_cannot_be_loaded_says_so_and_tries_again(page, opportunity, process, site):
    failing = "**/api/method/crm_ext.api.sales_process.board*"
    page.route(failing, lambda route: route.fulfill(status=500, body="{}", content_type="application/json"))
    company = opportunity.company
    page.evaluate(
        """([company, process]) => {
            localStorage.setItem(
                `crm_ext.pipeline_board.${frappe.session.user}`, JSON.stringify({company, process})
            );
            return frappe.set_route("pipeline-board");
        }""",
        [company, process.name],
    )
    expect(page.get_by_text("The pipeline could not be loaded.")).to_be_visible()
    page.unroute(failing)
    page.evaluate(
        "frappe.hide_msgprint?.(); document.querySelectorAll('.modal.show .btn-modal-close').forEach((x) => x.click())"
    )
    page.get_by_role("button", name="Try Again").click()
    expect(page.locator(f'[data-name="{opportunity.name}"]')).to_be_visible()


def test_on_a_phone_the_stepper_fits_the_width(phone_page, opportunity):
    open_form(phone_page, opportunity)
    assert phone_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_number_of_passages_opens_the_opportunities_behind_it(page, opportunity, process, site):
    document = site.get_doc("Opportunity", opportunity.name)
    document.update({"status": "Lost"})
    document.save()
    site.db.commit()
    page.evaluate(
        """process => {
            frappe.route_options = {process};
            return frappe.set_route("query-report", "Stage Durations");
        }""",
        process.name,
    )
    report = page.locator(".dt-scrollable:visible")
    report.locator(f'[data-stage="{FIRST}"]').click()
    expect(report).to_contain_text(opportunity.name)
    expect(report).to_contain_text("Lost")


def test_a_change_that_somebody_else_makes_shows_up_on_the_board_by_itself(page, opportunity, process, site):
    site.db.set_value("Opportunity", opportunity.name, "sales_stage", THIRD)
    site.db.commit()
    page.wait_for_function("frappe.realtime.socket && frappe.realtime.socket.connected")
    board = open_board(page, process, site)
    document = site.get_doc("Opportunity", opportunity.name)
    document.sales_stage = SECOND
    document.save()
    site.db.commit()
    expect(
        board.locator(f'.crm-column[data-stage="{SECOND}"] [data-name="{opportunity.name}"]')
    ).to_be_visible(timeout=OPENING)
