"""The whitelisted surface of the room: who may ask, what is answered, and what it costs."""

import frappe
import makers
import pipeline
import pytest
from counting import queries_of
from frappe.utils import add_days, add_to_date, now_datetime, nowdate
from pipeline import FIRST, SECOND, THIRD, criterion, line

from crm_ext.api import sales_process as api


@pytest.fixture
def held():
    """An opportunity that a criterion holds in its first stage."""
    process = pipeline.process(criteria=[criterion("Competitor known")])
    return pipeline.opportunity(process)


def columns(process, **filters):
    board = api.board(makers.company(), process.name, **filters)
    return {column["stage"]: column for column in board["columns"]}


def test_a_refused_move_says_why_and_leaves_everything_as_it_was(held):
    frappe.set_user(pipeline.user("Sales User").name)
    answer = api.move(held.name, SECOND)
    assert answer == {"moved": False, "obstacles": ["No competitor is named"], "can_override": False}
    assert frappe.db.get_value("Opportunity", held.name, "sales_stage") == FIRST


def test_a_manager_overrides_with_a_reason_and_the_history_keeps_both(held):
    manager = pipeline.user("Sales User", "Sales Manager")
    frappe.set_user(manager.name)
    assert api.move(held.name, SECOND)["can_override"]
    assert api.move(held.name, SECOND, "   ")["moved"] is False
    assert api.move(held.name, SECOND, "The buyer insists") == {"moved": True}
    last = pipeline.history(held)[-1]
    assert (last.entry, last.reason, last.moved_by) == ("Override", "The buyer insists", manager.name)


def test_a_seller_cannot_override_even_with_a_reason(held):
    frappe.set_user(pipeline.user("Sales User").name)
    assert api.move(held.name, SECOND, "I want to")["moved"] is False
    document = frappe.get_doc("Opportunity", held.name)
    document.sales_stage = SECOND
    document.flags.stage_override = "I want to"
    with pytest.raises(frappe.ValidationError, match="No competitor"):
        document.save()


@pytest.mark.parametrize(
    "call",
    [
        lambda name: api.state(name),
        lambda name: api.move(name, SECOND),
        lambda name: api.set_activity(name, FIRST, "Call", True),
        lambda name: api.plan_next_step(name, "Call"),
        lambda name: api.finish_next_step(name),
    ],
)
def test_a_stranger_cannot_tell_not_yours_from_not_there(held, call):
    def answer(name):
        with pytest.raises(frappe.PermissionError) as refused:
            call(name)
        return str(refused.value).replace(name, "…")

    frappe.set_user(pipeline.user("Stock User").name)
    assert answer(held.name) == answer("CRM-OPP-none")


def test_user_permissions_hold_on_the_board_and_in_its_totals():
    process = pipeline.process()
    yours = pipeline.opportunity(process, opportunity_amount=100)
    pipeline.opportunity(process, opportunity_amount=1000)
    seller = pipeline.user("Sales User")
    frappe.get_doc(
        {
            "doctype": "User Permission",
            "user": seller.name,
            "allow": "Customer",
            "for_value": yours.party_name,
        }
    ).insert()
    frappe.get_doc(
        {"doctype": "User Permission", "user": seller.name, "allow": "Opportunity", "for_value": yours.name}
    ).insert()
    frappe.set_user(seller.name)
    column = columns(process)[FIRST]
    assert [card["name"] for card in column["cards"]] == [yours.name]
    assert (column["count"], column["value"]) == (1, 100)


def test_the_board_is_closed_to_those_without_opportunities():
    process = pipeline.process()
    frappe.set_user(pipeline.user("Stock User").name)
    with pytest.raises(frappe.PermissionError):
        api.board(makers.company(), process.name)


def test_columns_count_and_weigh_in_company_currency():
    process = pipeline.process()
    pipeline.opportunity(process, opportunity_amount=1000, currency="EUR", conversion_rate=1.2)
    pipeline.opportunity(process, items=[line(pipeline.item(), 3, 100)])
    column = columns(process)[FIRST]
    assert (column["count"], column["value"], column["weighted_value"]) == (2, 1500, 150)
    assert {card["own_value"] for card in column["cards"]} == {1000, 300}


def test_decided_opportunities_have_left_the_board_and_unknown_stages_have_a_column():
    process = pipeline.process()
    pipeline.opportunity(process, status="Lost")
    elsewhere = pipeline.opportunity(process, sales_stage="Perception Analysis")
    board = columns(process)
    assert list(board) == ["", FIRST, SECOND, THIRD]
    assert board[FIRST]["count"] == 0
    assert [card["name"] for card in board[""]["cards"]] == [elsewhere.name]


def test_cards_tell_age_over_the_limit_and_overdue_steps():
    process = pipeline.process()
    opportunity = pipeline.opportunity(process)
    api.plan_next_step(opportunity.name, "Call back", add_days(nowdate(), -1))
    entered = add_to_date(now_datetime(), days=-8)
    frappe.db.set_value("Opportunity Progress", opportunity.name, "entered_on", entered)
    (card,) = columns(process)[FIRST]["cards"]
    assert (card["age_days"], card["over_limit"], card["overdue"]) == (8, True, True)


def test_the_list_filters_of_the_board_select_exactly_what_a_column_counts():
    process = pipeline.process()
    pipeline.opportunity(process)
    pipeline.opportunity(process, status="Closed")
    board = api.board(makers.company(), process.name)
    found = frappe.get_list("Opportunity", filters=[*board["list_filters"], ["sales_stage", "=", FIRST]])
    assert len(found) == columns(process)[FIRST]["count"] == 1


def test_filters_narrow_cards_and_totals_alike():
    process = pipeline.process()
    seller = pipeline.user("Sales User")
    mine = pipeline.opportunity(process, opportunity_owner=seller.name)
    pipeline.opportunity(process)
    column = columns(process, owner=seller.name)[FIRST]
    assert column["count"] == 1 and [card["name"] for card in column["cards"]] == [mine.name]


def test_a_long_column_comes_in_pages_without_gaps(monkeypatch):
    from crm_ext.sales_process.flow import board

    monkeypatch.setattr(board, "PAGE_SIZE", 2)
    process = pipeline.process()
    made = {pipeline.opportunity(process).name for _number in range(5)}
    names = [card["name"] for card in columns(process)[FIRST]["cards"]]
    for start in (2, 4):
        names += [card["name"] for card in api.board_column(makers.company(), process.name, FIRST, start)]
    assert len(names) == 5 and set(names) == made


def test_the_board_takes_at_most_five_queries_whatever_the_number_of_cards():
    process = pipeline.process()
    for _number in range(8):
        pipeline.opportunity(process)
    columns(process)
    assert queries_of(lambda: columns(process)) <= 5


def test_a_next_step_makes_one_task_and_moves_it_with_the_date(held):
    tomorrow = add_days(nowdate(), 1)
    api.plan_next_step(held.name, "Send samples", nowdate(), remind_by="ToDo")
    answer = api.plan_next_step(held.name, "Send samples", tomorrow, remind_by="ToDo")
    (task,) = frappe.get_all(
        "ToDo", {"reference_name": held.name}, ["name", "date", "status"], order_by="creation"
    )
    assert str(task.date) == tomorrow and answer["next_step"]["task"] == task.name
    api.finish_next_step(held.name)
    assert frappe.db.get_value("ToDo", task.name, "status") == "Closed"
    assert api.state(held.name)["next_step"] is None


def test_a_next_step_in_the_calendar_names_the_opportunity(held):
    answer = api.plan_next_step(held.name, "Visit", nowdate(), remind_by="Event")
    event = frappe.get_doc("Event", answer["next_step"]["event"])
    assert event.event_participants[0].reference_docname == held.name


def test_a_reminder_without_a_date_is_refused(held):
    with pytest.raises(frappe.ValidationError, match="Choose a date"):
        api.plan_next_step(held.name, "Visit", remind_by="Event")


def test_an_activity_that_the_process_does_not_know_is_refused(held):
    with pytest.raises(frappe.ValidationError, match="Reload"):
        api.set_activity(held.name, FIRST, "Nothing of the kind", True)


def test_the_state_names_what_is_next_and_what_is_missing(held):
    state = api.state(held.name)
    assert (state["current"], state["previous"], state["next"], state["ready"]) == (
        FIRST,
        None,
        SECOND,
        False,
    )
    assert [stage["probability"] for stage in state["stages"]] == [10, 40, 70]
    assert state["history"][0]["entry"] == "Checked"
