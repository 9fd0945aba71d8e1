"""What the board shows and does, for those who plan, those who look, and those who have no business there."""

from datetime import timedelta

import board_world as world
import counting
import frappe
import makers
import pytest

from crm_ext.api import dispatch

DAY = str(world.working_day())


@pytest.fixture(autouse=True)
def empty_board(site):
    world.clear()


@pytest.fixture
def customer():
    return makers.customer(f"Water Works {frappe.generate_hash(length=6)}").name


def login(*roles: str) -> str:
    user = makers.user(f"{frappe.generate_hash(length=8)}@board.example", *roles).name
    frappe.set_user(user)
    return user


def shown(**values) -> dict:
    return dispatch.get_board(DAY, company=makers.company(), **values)


def state(order) -> tuple:
    return frappe.db.get_value("Service Order", order.name, ["technician", "planned_start", "status"])


def test_the_board_shows_hours_skills_jobs_and_the_way_to_them(customer):
    world.technician("Anna", "Pumps")
    planned = world.order(customer, "Anna", world.at(9))
    board = shown()
    (anna,) = board["technicians"]
    (job,) = board["jobs"]
    assert anna["skills"] == ["Pumps"]
    assert anna["hours"] == [(str(world.at(8)), str(world.at(17)))]
    assert (job["name"], job["technician"], job["start"]) == (planned.name, "Anna", str(world.at(9)))
    assert job["travel_minutes"] > 0, "the way from the base is told"
    assert board["waiting"] == []


def test_jobs_that_nobody_has_wait_with_the_reason_that_is_known(customer):
    placed = world.order(customer, due_by=world.at(12))
    lost = world.order(customer, latitude=0, longitude=0)
    waiting = {job["name"]: job["reason"] for job in shown()["waiting"]}
    assert waiting[placed.name] == ""
    assert "Nobody knows where the place is" in waiting[lost.name]


def test_what_is_due_first_waits_first_and_undated_jobs_come_last(customer):
    undated = world.order(customer)
    later = world.order(customer, due_by=world.at(16))
    soon = world.order(customer, due_by=world.at(10))
    assert [job["name"] for job in shown()["waiting"]] == [soon.name, later.name, undated.name]


def test_a_job_of_yesterday_that_nobody_began_waits_again(customer):
    world.technician("Anna")
    yesterday = frappe.utils.now_datetime() - timedelta(days=1)
    missed = world.order(customer, "Anna", yesterday)
    (job,) = shown()["waiting"]
    assert (job["name"], job["technician"], job["left_over_technician"]) == (missed.name, None, "Anna")


def test_an_inactive_technician_is_shown_without_hours_so_that_his_jobs_do_not_vanish(customer):
    anna = world.technician("Anna")
    world.order(customer, "Anna", world.at(9))
    anna.db_set("status", "Inactive")
    board = shown()
    assert (board["technicians"][0]["status"], board["technicians"][0]["hours"]) == ("Inactive", [])
    assert len(board["jobs"]) == 1


def test_a_technician_without_a_base_has_hours_and_no_ways(customer):
    world.technician("Anna", latitude=0, longitude=0)
    world.order(customer, "Anna", world.at(9))
    board = shown()
    assert board["technicians"][0]["hours"]
    assert board["jobs"][0]["travel_minutes"] is None


def test_parts_of_a_job_are_shown_beside_what_lies_in_the_van(customer):
    seal = makers.item(f"Seal {frappe.generate_hash(length=6)}", is_stock_item=1).name
    makers.stock(seal, 3, 5)
    world.technician("Anna", van_warehouse=makers.warehouse())
    world.order(customer, parts=[{"item_code": seal, "planned_qty": 4, "conversion_factor": 1}])
    board = shown()
    (part,) = board["waiting"][0]["parts"]
    assert (part["item_code"], part["qty"], part["is_stock_item"]) == (seal, 4, 1)
    assert board["technicians"][0]["van"] == {seal: 3}


def test_the_number_of_queries_does_not_grow_with_technicians_and_jobs(customer):
    def fill(count):
        for number in range(count):
            name = world.technician(f"Technician {frappe.generate_hash(length=6)}", "Pumps").name
            world.order(customer, name, world.at(9 + number % 6))
            world.order(customer)

    fill(2)
    shown(days=7)
    few = counting.queries_of(lambda: shown(days=7))
    fill(8)
    assert counting.queries_of(lambda: shown(days=7)) == few


# Moving


def test_a_dispatcher_moves_a_job_against_which_nothing_speaks(customer):
    world.technician("Anna")
    order = world.order(customer)
    login("Dispatcher")
    assert dispatch.move(order.name, "Anna", str(world.at(10))) == {"moved": True, "warnings": []}
    assert state(order) == ("Anna", world.at(10), "Planned")


def test_a_move_that_something_speaks_against_waits_for_a_yes(customer):
    world.technician("Anna")
    order = world.order(customer, skill=world.skill("Boilers"))
    login("Dispatcher")
    answer = dispatch.move(order.name, "Anna", str(world.at(10)))
    assert not answer["moved"]
    assert ["technician_lacks_skill"] == [each["code"] for each in answer["warnings"]]
    assert state(order) == (None, None, "Open")
    assert dispatch.move(order.name, "Anna", str(world.at(10)), accepted=["technician_lacks_skill"])["moved"]
    assert state(order) == ("Anna", world.at(10), "Planned")


def test_what_cannot_be_is_refused_with_a_sentence(customer):
    world.technician("Anna", status="Inactive")
    order = world.order(customer)
    with pytest.raises(frappe.ValidationError, match="not active"):
        dispatch.move(order.name, "Anna", str(world.at(10)))


def test_a_change_of_somebody_else_is_not_overwritten(customer):
    world.technician("Anna")
    order = world.order(customer)
    seen = str(order.modified)
    order.db_set({"duration_minutes": 90})
    with pytest.raises(frappe.ValidationError, match="Somebody changed"):
        dispatch.move(order.name, "Anna", str(world.at(10)), seen=seen)
    with pytest.raises(frappe.ValidationError, match="Somebody changed"):
        dispatch.unassign(order.name, seen=seen)
    assert state(order) == (None, None, "Open")


def test_an_unassigned_job_waits_again(customer):
    world.technician("Anna")
    order = world.order(customer, "Anna", world.at(9))
    login("Dispatcher")
    dispatch.unassign(order.name)
    assert state(order) == (None, None, "Open")


def test_checks_say_what_speaks_against_a_place_and_write_nothing(customer):
    world.technician("Anna")
    world.order(customer, "Anna", world.at(10))
    order = world.order(customer)
    assert dispatch.check(order.name, "Anna", str(world.at(10))), "it overlaps"
    assert state(order) == (None, None, "Open")


# Plans


def test_a_proposal_changes_nothing_until_it_is_applied_and_is_taken_back_as_a_whole(customer):
    world.technician("Anna")
    orders = [world.order(customer), world.order(customer)]
    login("Dispatcher")
    proposal = dispatch.propose(makers.company(), DAY)
    assert {visit["name"] for visit in proposal["visits"]} == {order.name for order in orders}
    assert (proposal["before"]["left"], proposal["after"]["left"]) == (2, 0)
    assert all(state(order) == (None, None, "Open") for order in orders)
    applied = dispatch.apply(proposal["key"])
    assert (applied["changed"], applied["kept_back"]) == (2, [])
    assert all(state(order)[0] == "Anna" for order in orders)
    assert dispatch.revert(applied["plan"]) == {}
    assert all(state(order) == (None, None, "Open") for order in orders)


def test_after_an_absence_the_rest_of_the_day_is_planned_without_the_technician(customer):
    for name in ("Anna", "Ben"):
        world.technician(name)
    order = world.order(customer, "Anna", world.at(10))
    proposal = dispatch.propose_again(
        makers.company(), DAY, away="Anna", away_from=str(world.at(8)), away_until=str(world.at(18))
    )
    (visit,) = proposal["visits"]
    assert (visit["name"], visit["technician"], visit["is_changed"]) == (order.name, "Ben", True)


def test_nobody_applies_the_proposal_of_somebody_else(customer):
    world.technician("Anna")
    order = world.order(customer)
    login("Dispatcher")
    key = dispatch.propose(makers.company(), DAY)["key"]
    frappe.set_user("Administrator")
    login("Dispatcher")
    with pytest.raises(frappe.ValidationError):
        dispatch.apply(key)
    assert state(order) == (None, None, "Open")


# Who may


def test_who_looks_after_service_sees_the_board_and_moves_nothing(customer):
    world.technician("Anna")
    order = world.order(customer)
    login("Maintenance User")
    assert not shown()["may_plan"]
    for deed in (
        lambda: dispatch.move(order.name, "Anna", str(world.at(10))),
        lambda: dispatch.unassign(order.name),
        lambda: dispatch.propose(makers.company(), DAY),
    ):
        with pytest.raises(frappe.PermissionError):
            deed()
    assert state(order) == (None, None, "Open")


@pytest.mark.parametrize("role", ["Technician", "Sales User", "Support Team", "Customer"])
def test_the_board_is_closed_to(role, customer):
    order = world.order(customer)
    login(role)
    for deed in (
        shown,
        lambda: dispatch.get_job(order.name),
        lambda: dispatch.propose(makers.company(), DAY),
    ):
        with pytest.raises(frappe.PermissionError):
            deed()


def test_a_dispatcher_of_one_company_cannot_tell_whether_the_other_is_there(customer):
    world.technician("Anna")
    order = world.order(customer)
    user = login("Dispatcher")
    frappe.set_user("Administrator")
    elsewhere = frappe.generate_hash(length=10)
    company = frappe.get_doc(
        {"doctype": "Company", "name": elsewhere, "company_name": elsewhere, "abbr": "ELS"}
    )
    company.db_insert()
    frappe.get_doc(
        {"doctype": "User Permission", "user": user, "allow": "Company", "for_value": elsewhere}
    ).insert()
    frappe.set_user(user)
    said = [
        refusal(lambda name=name: dispatch.get_board(DAY, company=name))
        for name in (makers.company(), "No Such Company")
    ]
    assert said[0] == said[1]
    board = dispatch.get_board(DAY)
    assert (board["company"], board["technicians"], board["companies"]) == (elsewhere, [], [elsewhere])
    theirs = refusal(lambda: dispatch.unassign(order.name)).replace(order.name, "…")
    missing = refusal(lambda: dispatch.unassign("SVC-NONE")).replace("SVC-NONE", "…")
    assert theirs == missing


def refusal(deed) -> str:
    with pytest.raises(frappe.PermissionError) as refused:
        deed()
    return str(refused.value)


# Bad input


@pytest.mark.parametrize(
    "day", ["", "yesterday", "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-23'; --"]
)
def test_a_day_that_is_none_is_refused_with_a_sentence(day):
    with pytest.raises(frappe.ValidationError, match="no day that can be planned"):
        dispatch.get_board(day, company=makers.company())


@pytest.mark.parametrize(
    "start", ["", "soon", "2026-11-23 25:00", "9999-12-31 10:00", "2026-11-23T10:00+02:00"]
)
def test_a_time_that_is_none_is_refused_with_a_sentence(customer, start):
    world.technician("Anna")
    order = world.order(customer)
    with pytest.raises(frappe.ValidationError, match="no time that can be planned"):
        dispatch.move(order.name, "Anna", start)


def test_more_days_than_a_month_are_not_read(customer):
    assert shown(days=10_000)["days"] == 31
    assert shown(days=-3)["days"] == 1


def test_an_absence_that_ends_before_it_begins_is_refused():
    with pytest.raises(frappe.ValidationError, match="ends before it begins"):
        dispatch.propose_again(
            makers.company(), DAY, away="Anna", away_from=str(world.at(12)), away_until=str(world.at(9))
        )


@pytest.mark.parametrize("accepted", ["{}", "3", '"all"'])
def test_accepted_warnings_that_are_no_list_are_refused(customer, accepted):
    world.technician("Anna")
    order = world.order(customer)
    with pytest.raises(frappe.ValidationError, match="not a list"):
        dispatch.move(order.name, "Anna", str(world.at(10)), accepted=accepted)
