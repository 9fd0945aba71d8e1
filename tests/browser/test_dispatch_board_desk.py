"""The dispatch board as a dispatcher uses it: by mouse, by keys alone, with a plan; and in Persian."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from playwright.sync_api import expect

OPENING = 60_000  # Milliseconds that a cold page may take.
BASE, PLACE = (52.52, 13.40), (52.55, 13.43)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def working_day() -> date:
    today = date.today()
    return today + timedelta(days=14 - today.weekday())


class World:
    """Two technicians with a skill of their own, by which the board is filtered, and jobs that need it."""

    def __init__(self, site, records):
        self.site, self.records = site, records
        self.tag = site.generate_hash(length=5)
        self.company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
        self.skill = records.insert({"doctype": "Service Skill", "skill_name": f"Pumps {self.tag}"}).name
        self.customer = records.insert(
            {"doctype": "Customer", "customer_name": f"Water Works {self.tag}"}
        ).name
        self.anna, self.ben = (self.technician(f"{name} {self.tag}") for name in ("Anna", "Ben"))

    def technician(self, name: str) -> str:
        hours = {"from_time": "08:00:00", "to_time": "17:00:00"}
        return self.records.insert(
            {
                "doctype": "Technician",
                "technician_name": name,
                "company": self.company,
                "latitude": BASE[0],
                "longitude": BASE[1],
                "skills": [{"skill": self.skill}],
                "working_times": [{"weekday": day, **hours} for day in WEEKDAYS],
            }
        ).name

    def order(self, title: str, technician: str | None = None, hour: int = 0) -> str:
        made = self.records.insert(
            {
                "doctype": "Service Order",
                "title": title,
                "company": self.company,
                "customer": self.customer,
                "skill": self.skill,
                "duration_minutes": 60,
                "latitude": PLACE[0],
                "longitude": PLACE[1],
            }
        )
        if technician:
            start = datetime.combine(working_day(), time(hour))
            end = start + timedelta(hours=1)
            made.db_set(
                {"technician": technician, "planned_start": start, "planned_end": end, "status": "Planned"}
            )
            self.site.db.commit()
        return made.name

    def place_of(self, order: str) -> tuple:
        self.site.db.rollback()
        row = self.site.db.get_value("Service Order", order, ["technician", "planned_start"], as_dict=True)
        return row.technician, row.planned_start and row.planned_start.hour


@pytest.fixture
def world(site, records):
    made = World(site, records)
    yield made
    # What planning has written about these jobs goes with them.
    for plan in site.get_all("Dispatch Plan", {"first_day": working_day()}, pluck="name", order_by="name"):
        records.remember("Dispatch Plan", plan)


def open_board(page, world, view="day"):
    page.evaluate(
        """([company, skill, view, day]) => {
            localStorage.setItem(`crm_ext.dispatch_board.${frappe.session.user}`, JSON.stringify({company, skill}));
            return frappe.set_route("dispatch-board", view, day);
        }""",
        [world.company, world.skill, view, str(working_day())],
    )
    board = page.locator(".crm-dispatch")
    expect(board.locator(".crm-dispatch-row")).to_have_count(2, timeout=OPENING)
    return board


def job(board, name):
    return board.locator(f'.crm-dispatch-job[data-name="{name}"]')


def track(board, technician):
    return board.locator(f'.crm-dispatch-track[data-technician="{technician}"]')


def drag(page, source, target, share):
    """From the middle of the source to a share of the target's width, in steps as a hand does."""
    box, goal = source.bounding_box(), target.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 45, box["y"] + 20, steps=3)
    page.mouse.move(goal["x"] + goal["width"] * share, goal["y"] + goal["height"] / 2, steps=8)


@pytest.mark.roles("Dispatcher")
def test_a_dispatcher_drags_undoes_walks_by_keys_and_applies_a_plan(page, world, accessible, screenshot):
    waiting = world.order("Pump is noisy")
    planned = world.order("Yearly inspection", world.anna, 9)
    board = open_board(page, world)
    expect(job(board, planned)).to_have_attribute("aria-label", re.compile("Yearly inspection.*09:00–10:00"))
    accessible(page, within=".crm-dispatch")

    # By mouse: the tip says what speaks against the place while the job hovers; then the job is there, and back again.
    drag(page, job(board, waiting), track(board, world.ben), 0.6)
    tip = page.locator(".crm-dispatch-tip")
    expect(tip).to_contain_text("Nothing speaks against it.")
    page.mouse.up()
    expect(track(board, world.ben).locator(f'[data-name="{waiting}"]')).to_be_visible()
    assert world.place_of(waiting)[0] == world.ben
    screenshot("dispatch_board", page)
    board.get_by_role("button", name="Undo").click()
    expect(board.locator(".crm-dispatch-list").locator(f'[data-name="{waiting}"]')).to_be_visible()
    assert world.place_of(waiting) == (None, None)

    # By keys alone: picked up, carried an hour on and to the next technician, put down.
    job(board, planned).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(board.locator("[role=status]").first).to_contain_text(f"{world.ben}, 10:00–11:00")
    page.keyboard.press("Enter")
    moved = track(board, world.ben).locator(f'[data-name="{planned}"]')
    expect(moved).to_be_focused()
    assert world.place_of(planned) == (world.ben, 10)

    # The card says what it is about; from there the job is fixed.
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name=re.compile("Yearly inspection"))
    expect(card).to_contain_text(world.skill)
    accessible(page, within=".crm-dispatch-card")
    card.get_by_role("button", name="Do Not Move").click()
    expect(moved).to_have_attribute("aria-label", re.compile("does not move"))

    # A plan is looked at first, and changes nothing until it is applied.
    board.get_by_role("button", name="Plan Jobs").click()
    proposal = board.locator(".crm-dispatch-proposal")
    expect(proposal).to_contain_text("Jobs planned", timeout=OPENING)
    expect(proposal).to_contain_text(re.compile(f"Water Works {world.tag} to (Anna|Ben) {world.tag}"))
    accessible(page, within=".crm-dispatch-proposal")
    screenshot("dispatch_proposal", page)
    assert world.place_of(waiting) == (None, None)
    proposal.get_by_role("button", name="Apply").click()
    expect(board.locator("[role=status]").first).to_contain_text("The plan is applied", timeout=OPENING)
    assert world.place_of(waiting)[0] in (world.anna, world.ben)
    assert world.place_of(planned) == (world.ben, 10)


@pytest.mark.roles("Dispatcher")
def test_in_persian_time_runs_from_right_to_left_and_changes_of_others_show_up(
    persian_page, world, accessible, screenshot
):
    order = world.order("Pump is noisy", world.anna, 9)
    board = open_board(persian_page, world)
    hours = board.locator(".crm-dispatch-scale span")
    assert hours.first.bounding_box()["x"] > hours.last.bounding_box()["x"]
    expect(hours.first).to_have_text("۰۷:۰۰")
    expect(board.locator("h2")).to_contain_text(re.compile("دوشنبه .* ۱۴"))
    accessible(persian_page, within=".crm-dispatch")
    screenshot("dispatch_board_fa", persian_page)
    persian_page.wait_for_function("frappe.realtime.socket && frappe.realtime.socket.connected")
    start = datetime.combine(working_day(), time(11))
    world.site.get_doc("Service Order", order).db_set(
        {"technician": world.ben, "planned_start": start, "planned_end": start + timedelta(hours=1)},
        notify=True,
    )
    world.site.db.commit()
    expect(track(board, world.ben).locator(f'[data-name="{order}"]')).to_be_visible(timeout=OPENING)


@pytest.mark.roles("Dispatcher")
def test_on_a_phone_the_day_is_a_list_and_a_waiting_job_is_given_to_somebody(page, world, accessible):
    waiting = world.order("Pump is noisy")
    planned = world.order("Yearly inspection", world.anna, 9)
    page.set_viewport_size({"width": 390, "height": 844})
    board = open_board(page, world)
    expect(job(board, planned)).to_be_in_viewport()
    expect(job(board, planned)).to_contain_text("09:00–10:00")
    expect(job(board, waiting)).to_be_hidden()
    board.get_by_role("button", name="Show", exact=True).click()
    accessible(page, within=".crm-dispatch")
    job(board, waiting).click()
    page.get_by_role("dialog", name=re.compile("Pump is noisy")).get_by_role("button", name="Assign…").click()
    dialog = page.locator(".modal.show")
    dialog.locator('select[data-fieldname="technician"]').select_option(world.anna)
    dialog.locator('select[data-fieldname="time"]').select_option(label="09:30")
    expect(dialog).to_contain_text("The technician has")
    dialog.locator('select[data-fieldname="time"]').select_option(label="13:00")
    expect(dialog).to_contain_text("Nothing speaks against it.")
    dialog.get_by_role("button", name="Assign").click()
    expect(board.locator(f'[data-technician="{world.anna}"] [data-name="{waiting}"]')).to_be_visible()
    assert world.place_of(waiting) == (world.anna, 13)
