"""When a complaint is reminded of, decided, answered; which photos are taken; how costs are shared out."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crm_ext.field_service.rules import complaint_costs, complaints, escalations, supplier_claims
from crm_ext.field_service.rules.complaint_costs import Complaint, Costs
from crm_ext.field_service.rules.complaints import Policy
from crm_ext.field_service.rules.supplier_claims import Line

ASKED = datetime(2026, 11, 1, 9)
PATIENCE = Policy(reminder_days=3, reminders=2, decide_after_days=14)


def after(days, reminded=None, reminders=0):
    return complaints.next_step(ASKED, reminded, reminders, ASKED + timedelta(days=days), PATIENCE)


def test_silence_is_reminded_of_twice_and_then_decided():
    assert after(2) is None
    assert after(3) == "remind"
    assert after(5, ASKED + timedelta(days=3), 1) is None
    assert after(6, ASKED + timedelta(days=3), 1) == "remind"
    assert after(10, ASKED + timedelta(days=6), 2) is None
    assert after(14, ASKED + timedelta(days=6), 2) == "decide"


@given(some.integers(0, 40), some.integers(0, 40), some.integers(0, 5), some.integers(0, 5), some.integers(1, 30))
def test_nothing_is_due_later_that_was_due_before(days, more, between, most, decide):
    policy = Policy(between, most, decide)
    order = [None, "remind", "decide"]
    early = complaints.next_step(ASKED, None, 0, ASKED + timedelta(days=days), policy)
    late = complaints.next_step(ASKED, None, 0, ASKED + timedelta(days=days + more), policy)
    assert order.index(early) <= order.index(late)


def test_the_desk_waits_for_customers_who_know_of_the_question():
    soon, late = ASKED + timedelta(days=1), ASKED + timedelta(days=14)
    decide = complaints.may_close_without_answer
    assert decide(None, None, True, soon, PATIENCE).code == "not_asked"
    assert decide("Waiting", ASKED, True, soon, PATIENCE).code == "still_waiting"
    assert decide("Waiting", ASKED, False, soon, PATIENCE) is None
    assert decide("Waiting", ASKED, True, late, PATIENCE) is None
    assert decide("Confirmed", ASKED, True, late, PATIENCE).code == "not_asked"


def asked(status="Waiting", reminders=0, was_told=True):
    return complaints.Asked(status, ASKED, None, reminders, was_told)


SOON, LATE = ASKED + timedelta(hours=1), ASKED - timedelta(hours=1)


@pytest.mark.parametrize(
    ("status", "question", "visit_on", "response_by", "resolution_by", "whose", "code"),
    [
        ("Open", None, None, SOON, SOON, "ours", "answer"),
        ("Open", None, SOON, LATE, LATE, "ours", "late_answer"),
        ("Open", None, SOON, None, LATE, "ours", "late_solution"),
        ("Open", asked("Refused"), SOON, None, SOON, "ours", "visit"),
        ("Open", None, None, None, SOON, "ours", "solution"),
        ("Open", None, None, None, None, "ours", "solve"),
        ("Replied", None, None, None, None, "theirs", "replied"),
        ("On Hold", None, None, None, None, "ours", "on_hold"),
        ("Resolved", None, None, None, None, "ours", "not_asked"),
        ("Resolved", asked("Withdrawn"), None, None, None, "ours", "not_asked"),
        ("Resolved", asked(), None, None, None, "theirs", "asked"),
        ("Resolved", asked(was_told=False), None, None, None, "ours", "not_told"),
        ("Resolved", asked("No Answer"), None, None, None, "ours", "no_answer"),
        ("Closed", asked("Confirmed"), None, LATE, LATE, "nobody's", "closed"),
    ],
)
def test_it_is_always_somebodys_turn(status, question, visit_on, response_by, resolution_by, whose, code):
    move = complaints.next_move(status, question, visit_on, response_by, resolution_by, ASKED, PATIENCE)
    assert (move.whose, move.code) == (whose, code)


def test_the_days_of_the_question_are_told_that_the_reminders_keep():
    values = complaints.next_move("Resolved", asked(), None, None, None, ASKED, PATIENCE).values
    assert after((values["remind_on"] - ASKED).days) == "remind"
    assert after((values["decide_on"] - ASKED).days) == "decide"
    last = complaints.next_move("Resolved", asked(reminders=2), None, None, None, ASKED, PATIENCE).values
    assert "remind_on" not in last


@pytest.mark.parametrize(
    ("status", "is_solved", "outcome"),
    [
        ("Waiting", True, "new"),
        ("No Answer", False, "new"),
        ("Confirmed", True, "same"),
        ("Refused", False, "same"),
        ("Closed by the Desk", True, "same"),
        ("Closed by the Desk", False, "new"),
    ],
)
def test_an_answer_is_new_or_the_same(status, is_solved, outcome):
    assert complaints.answer(status, is_solved) == outcome


@pytest.mark.parametrize(("status", "is_solved"), [("Confirmed", False), ("Refused", True), ("Withdrawn", True)])
def test_an_answer_is_not_turned_round(status, is_solved):
    assert complaints.answer(status, is_solved).code == "answered_otherwise"


@pytest.mark.parametrize(("given_stars", "counted"), [("5", 5), (0, 0), (None, 0), ("", 0), (3, 3)])
def test_stars_are_counted(given_stars, counted):
    assert complaints.stars(given_stars) == counted


@pytest.mark.parametrize("given_stars", ["6", "-1", "many", 2.5])
def test_other_stars_are_refused(given_stars):
    assert complaints.stars(given_stars).code == "no_stars"


@given(some.text(max_size=20), some.integers(0, 10**9), some.binary(max_size=40))
def test_only_small_pictures_are_photos(name, size, head):
    outcome = complaints.photo(name, size, head)
    if isinstance(outcome, str):
        assert size <= complaints.LARGEST_PHOTO
        assert not head.lstrip().startswith(b"<")


def test_photos_are_named_by_what_they_are():
    assert complaints.photo("a.txt", 10, b"\xff\xd8\xff\xe0") == "jpg"
    assert complaints.photo("a", 10, b"RIFF....WEBPVP8 ") == "webp"
    assert complaints.photo("a.jpg", 50 * 1024 * 1024, b"\xff\xd8\xff").values["size"] == 50


def test_whoever_is_responsible_hears_of_it_where_nobody_is_assigned():
    enabled = {"ann", "bob", "cy"}
    assert escalations.listeners(["ann"], "bob", (), None, enabled) == ["ann"]
    assert escalations.listeners(["gone"], "bob", ("cy", "bob"), "ann", enabled) == ["bob", "cy", "ann"]
    assert escalations.listeners([], None, (), "gone", enabled) == ["Administrator"]


AMOUNTS = some.decimals(min_value=0, max_value=1000, places=2)
COSTS = some.builds(
    Costs, parts=AMOUNTS, service_credits=AMOUNTS, desk=AMOUNTS, recovered=AMOUNTS, claimed=AMOUNTS
)
ABOUT = {
    "one": Complaint("one", None, item_code="A", supplier="S"),
    "two": Complaint("two", None, item_code="B", supplier="S"),
    "three": Complaint("three", None),
}
DAYS = {date(2026, 10, 31): "October", date(2026, 11, 1): "November"}
ENTRIES = some.lists(some.tuples(some.sampled_from(list(ABOUT)), some.sampled_from(list(DAYS)), COSTS))


@given(ENTRIES, some.sampled_from(("issue", "item_code", "supplier", "month")))
def test_groups_add_up_to_the_whole(entries, by):
    whole = sum((cost for _, _, cost in entries), Costs())
    groups = complaint_costs.grouped(entries, ABOUT, by, DAYS)
    assert sum((group.costs for group in groups), Costs()) == whole
    assert [group.costs.net for group in groups] == sorted((group.costs.net for group in groups), reverse=True)


def test_what_is_claimed_lessens_nothing_until_it_is_settled():
    assert Costs(parts=Decimal(30), claimed=Decimal(30)).net == 30
    assert Costs(parts=Decimal(30), recovered=Decimal(30)).net == 0


def test_service_credits_are_a_cost_that_the_ledger_knows():
    assert Costs(parts=Decimal(30), service_credits=Decimal(20)).total == 50
    assert "service_credits" in complaint_costs.IN_LEDGER


def test_a_claim_needs_lines_with_amounts():
    assert supplier_claims.amounts([], 2).code == "nothing_claimed"
    free = supplier_claims.amounts([Line(1, Decimal(1), Decimal(5)), Line(2, Decimal(0), Decimal(5))], 2)
    assert (free.code, free.values["line"]) == ("line_without_amount", 2)
    assert supplier_claims.amounts([Line(1, Decimal("1.5"), Decimal("3.335"))], 2) == [Decimal("5.00")]


def test_only_an_open_claim_ends():
    assert supplier_claims.may_end("Claimed", "Settled") is None
    assert supplier_claims.may_end("Settled", "Refused").code == "claim_is_not_open"
