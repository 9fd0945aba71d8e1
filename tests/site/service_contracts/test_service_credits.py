"""Service credits on real documents: complaints that were late, credit notes, the ledger, and what takes them back."""

from __future__ import annotations

from datetime import date, timedelta

import billing
import counting
import frappe
import makers
import pytest
from frappe.utils import add_days, add_months, get_first_day, get_last_day, getdate, now_datetime
from test_billing_run import liability_account, set_deferred_account, taxes

from crm_ext.api import service_contracts as api
from crm_ext.field_service.flow import complaint_costs, complaint_panel
from crm_ext.field_service.report.cost_of_quality import cost_of_quality
from crm_ext.service_contracts.flow import (
    billing_run,
    contract_paper,
    contract_profit,
    contract_view,
    contracts,
)
from crm_ext.service_contracts.flow import service_credits as flow
from crm_ext.service_contracts.rules.service_credits import FIXED, PERCENTAGE

# The month of today and the one before: there is a day on which a line may change.
START = get_first_day(add_months(date.today(), -1))
END = add_days(START, 364)
PROMISED = {"response_hours": 4, "resolution_hours": 8}
CREDIT = {
    **PROMISED, "service_credit": PERCENTAGE, "response_credit": 5, "resolution_credit": 10, "credit_cap": 25,
}  # fmt: skip


@pytest.fixture
def customer(site):
    return billing.customer().name


@pytest.fixture
def item(site):
    return billing.service().name


@pytest.fixture(autouse=True)
def penalties(site):
    """The account for penalties; complaints close without asking their customers, so that a test can close them."""
    account = makers.expense_account("Penalties").name
    settings = frappe.get_doc("Field Service Settings")
    settings.set("accounts", [row for row in settings.accounts if row.company != makers.company()])
    settings.append("accounts", {"company": makers.company(), "penalty_account": account})
    settings.update({"close_without_asking": 1, "no_complaint_letters": 1})
    settings.flags.ignore_mandatory = True
    settings.save()
    frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 0)
    return account


def a_contract(customer: str, *lines: dict, **values):
    return billing.contract(customer, *lines, **{"start_date": START, "end_date": END, **values})


def bill(contract) -> list:
    billing.run(getdate(), posting_date=getdate(), service_contract=contract.name)
    return billing.invoices(contract)


def complaint(contract, *, hours_ago: float = 20, **values):
    """A complaint of today under the contract that came in some hours ago by its clock."""
    issue = frappe.get_doc(
        {"doctype": "Issue", "subject": "It leaks", "company": contract.company, "customer": contract.customer,
         "service_contract": contract.name, **values}
    ).insert()  # fmt: skip
    came_in = now_datetime() - timedelta(hours=hours_ago)
    frappe.db.set_value(
        "Issue", issue.name, {"creation": came_in, "service_level_agreement_creation": came_in}
    )
    return issue.reload()


def close(issue, **values):
    issue.update({"status": "Closed", **values})
    return issue.save()


def late(contract, **values):
    """Answered and solved twenty hours after it came in: both promised times are missed."""
    return close(complaint(contract, **values))


def states(contract) -> dict:
    rows = flow.preview(contract.reload())
    return {(row["issue"], row["missed"]): (row["state"], row["amount"]) for row in rows}


def reasons(contract) -> list[str]:
    return [row["reason"] for row in flow.preview(contract.reload())]


def posted(account: str, **filters) -> list[tuple]:
    rows = frappe.get_all(
        "GL Entry",
        filters={"account": account, "is_cancelled": 0, **filters},
        fields=["debit", "credit", "service_contract", "voucher_no"],
        order_by="creation, name",
    )
    return [(row.debit - row.credit, row.service_contract) for row in rows]


def test_late_answers_and_solutions_are_credited_on_the_account_for_penalties(customer, item, penalties):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    (invoice,) = bill(contract)
    issue = late(contract)
    assert states(contract) == {
        (issue.name, "Response"): ("To Give", 10),
        (issue.name, "Resolution"): ("To Give", 20),
    }
    (name,) = flow.give(contract.name)
    note = frappe.get_doc("Sales Invoice", name)
    assert (note.docstatus, note.net_total) == (1, -30)
    assert note.return_against == invoice.name
    assert {row.service_contract for row in note.items} == {contract.name}
    assert all(issue.name in row.description for row in note.items)
    assert sum(amount for amount, _ in posted(penalties)) == 30
    assert {named for _, named in posted(penalties)} == {contract.name}
    against = frappe.get_doc("Sales Invoice", note.return_against)
    assert against.outstanding_amount == against.grand_total + note.grand_total
    assert states(contract) == {
        (issue.name, "Response"): ("Given", 10),
        (issue.name, "Resolution"): ("Given", 20),
    }
    view = contract_view.view(contract)["credits"]
    assert view == {"due": 0, "given": 30, "to_take_back": 0}


def test_contract_profit_shows_as_penalties_what_was_given_and_keeps_the_revenue(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    billed = sum(invoice.net_total for invoice in bill(contract))
    late(contract)
    flow.give(contract.name)
    earned = contract_profit.of_contract(contract.name, END)
    assert (float(earned.penalties), float(earned.revenue)) == (30, billed)
    assert float(earned.ledger_profit) == billed - 30


def test_asking_again_gives_nothing_more(customer, item, penalties):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    bill(contract)
    late(contract)
    assert len(flow.give(contract.name)) == 1
    assert flow.give(contract.name) == []
    assert sum(amount for amount, _ in posted(penalties)) == 30


def test_the_misses_of_a_period_are_credited_up_to_its_cap_and_no_further(customer, item, penalties):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    bill(contract)
    late(contract, hours_ago=40)
    flow.give(contract.name)
    late(contract, hours_ago=30)
    late(contract, hours_ago=20)
    flow.give(contract.name)
    assert sum(amount for amount, _ in posted(penalties)) == 50
    assert "The most for the period, 25 %, was given back already." in reasons(contract)


def test_a_cancelled_credit_note_takes_its_credits_back_and_they_may_be_given_again(
    customer, item, penalties
):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    bill(contract)
    issue = late(contract)
    (name,) = flow.give(contract.name)
    frappe.get_doc("Sales Invoice", name).cancel()
    assert posted(penalties) == []
    assert not frappe.db.exists(
        "Billed Period", {"service_contract": contract.name, "what": "Service Credit"}
    )
    assert states(contract)[issue.name, "Response"] == ("To Give", 10)
    assert len(flow.give(contract.name)) == 1
    assert sum(amount for amount, _ in posted(penalties)) == 30


def test_credits_are_no_bills_and_no_credits_for_days_without_service(customer, item, penalties):
    """The billing run bills no period anew, and the end of the contract credits the whole of what is not served."""
    contract = a_contract(customer, billing.monthly(item, 300, **CREDIT))
    bill(contract)
    late(contract)
    flow.give(contract.name)
    before = frappe.db.count("Sales Invoice", {"customer": customer})
    billing_run.refresh_next_billing([contract.name])
    bill(contract)
    assert frappe.db.count("Sales Invoice", {"customer": customer}) == before
    contracts.terminate(contract.name, on=getdate(), reason="Plant closed")
    unserved = frappe.get_all(
        "Billed Period",
        {"service_contract": contract.name, "what": "Credit"},
        pluck="amount",
        order_by="name",
    )
    last_day = get_last_day(getdate())
    assert sum(unserved) == pytest.approx(-300 * (last_day - getdate()).days / last_day.day, abs=0.01)


# What it costs, by complaint and by what it lands on


def quality(group_by: str, **filters) -> tuple[dict[str, dict], str]:
    """Rows of Cost of Quality by their keys, and its footer."""
    asked = {
        "company": makers.company(),
        "from_date": add_days(getdate(), -7),
        "to_date": add_days(getdate(), 7),
    }
    rows, said = cost_of_quality.execute({**asked, "group_by": group_by, **filters})[1:3]
    return {row.get("key"): row for row in rows}, said


def two_complaints_on_one_note(customer, item) -> tuple:
    """(contract, complaint of a pump, complaint of another one, the note that credits each with 30); one kind of pump."""
    contract = a_contract(customer, billing.monthly(item, 200, **{**CREDIT, "credit_cap": 100}))
    bill(contract)
    product = billing.service("Pump").name
    first, second = (late(contract, equipment=pump(customer, product)) for _ in range(2))
    (note,) = flow.give(contract.name)
    return contract, first, second, note


def pump(customer: str, product: str) -> str:
    values = {"equipment_name": "Pump", "customer": customer, "company": makers.company()}
    return frappe.get_doc({"doctype": "Equipment", "item_code": product, **values}).insert().name


def test_service_credits_are_a_cost_of_each_complaint_of_their_note(customer, item, penalties):
    _, first, second, note = two_complaints_on_one_note(customer, item)
    product = frappe.db.get_value("Equipment", first.equipment, "item_code")
    rows, said = quality("Complaint", item_code=product)
    for issue in (first, second):
        row = rows[issue.name]
        assert (row["service_credits"], row["credit_notes"], row["total"], row["net"]) == (30, 0, 30, 30)
        assert complaint_panel.of_issue(issue)["costs"]["service_credits"] == 30
    assert quality("Item")[0][product]["service_credits"] == 60
    assert (
        "Service credits: $ 60.00 in the documents, $ 60.00 in the general ledger, difference $ 0.00." in said
    )
    documents = cost_of_quality.execute(
        {
            "company": makers.company(),
            "from_date": getdate(),
            "to_date": getdate(),
            "group_by": "Document",
            "issue": first.name,
        }
    )
    assert [(row["kind"], row["voucher"], row["amount"]) for row in documents[1]] == [
        ("Service Credits", note, 30)
    ]
    assert "Service credits: $ 30.00 in the documents, $ 30.00 in the general ledger" in documents[2]


def test_the_footer_shows_what_the_ledger_does_not_say(customer, item, penalties):
    _, first, _, note = two_complaints_on_one_note(customer, item)
    frappe.db.set_value("GL Entry", {"voucher_no": note, "account": penalties}, "debit", 55)
    assert "$ 25.00 in the general ledger, difference $ 5.00." in quality("Complaint", issue=first.name)[1]


def test_a_cancelled_note_costs_nothing(customer, item):
    _, first, _, note = two_complaints_on_one_note(customer, item)
    frappe.get_doc("Sales Invoice", note).cancel()
    assert complaint_costs.of_issue(first.name).total == 0
    assert first.name not in quality("Complaint")[0]


def test_a_note_of_service_credits_is_no_other_credit_note(customer, item):
    """Neither put to a complaint by hand, nor as the return of an invoice that a complaint disputes."""
    _, first, second, note = two_complaints_on_one_note(customer, item)
    by_hand = {"doctype": "Complaint Cost", "issue": first.name, "kind": "Credit Note", "sales_invoice": note}
    with pytest.raises(frappe.ValidationError, match="counts already for complaint"):
        frappe.get_doc(by_hand).insert()
    second.db_set("disputed_invoice", frappe.db.get_value("Sales Invoice", note, "return_against"))
    for issue in (first, second):
        costs = complaint_costs.of_issue(issue.name)
        assert (costs.service_credits, costs.credit_notes) == (30, 0)


def test_more_credited_complaints_cost_the_report_no_more_statements(customer, item):
    contract, first, *_ = two_complaints_on_one_note(customer, item)
    quality("Complaint")
    few = counting.queries_of(lambda: quality("Complaint"))
    for _ in range(3):
        late(contract, equipment=first.equipment)
    flow.give(contract.name)
    assert counting.queries_of(lambda: quality("Complaint")) == few


# Complaints that were put right


def test_a_complaint_in_time_gives_nothing(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    close(complaint(contract, hours_ago=1))
    assert states(contract) == {}
    assert flow.give(contract.name) == []


def test_time_that_waited_for_the_customer_is_no_delay(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    issue = complaint(contract, hours_ago=2)
    issue.update({"status": "Replied"})
    issue.save()
    answered = now_datetime() - timedelta(hours=29)
    times = {"creation": now_datetime() - timedelta(hours=30), "service_level_agreement_creation": None}
    frappe.db.set_value(
        "Issue", issue.name, {**times, "first_responded_on": answered, "on_hold_since": answered}
    )
    issue.reload()
    issue.status = "Open"
    issue.save()
    close(issue)
    assert issue.total_hold_time > 28 * 3600
    assert states(contract) == {}


def test_an_answer_that_came_too_late_stays_late_when_the_customer_was_waited_for_after_it(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    bill(contract)
    issue = complaint(contract, hours_ago=30)
    issue.status = "Replied"
    issue.save()
    frappe.db.set_value(
        "Issue",
        issue.name,
        {name: now_datetime() - timedelta(hours=24) for name in ("first_responded_on", "on_hold_since")},
    )
    issue.reload()
    issue.status = "Open"
    issue.save()
    close(issue)
    assert states(contract) == {(issue.name, "Response"): ("To Give", 10)}


def test_an_open_complaint_is_decided_when_it_is_closed(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    issue = complaint(contract)
    issue.save()
    assert states(contract) == {
        (issue.name, "Response"): ("Waiting", None),
        (issue.name, "Resolution"): ("Waiting", None),
    }
    assert set(reasons(contract)) == {"Decided when the complaint is closed."}
    assert flow.give(contract.name) == []


def test_a_cause_that_the_line_does_not_cover_gives_nothing(customer, item):
    covered, misuse = (
        frappe.get_doc(
            {"doctype": "Complaint Cause", "cause_name": f"{name} {frappe.generate_hash(length=5)}"}
        ).insert()
        for name in ("Wear", "Misuse")
    )
    contract = a_contract(
        customer,
        billing.monthly(item, 200, line_number=1, **CREDIT),
        covered_causes=[{"line_number": 1, "complaint_cause": covered.name}],
    )
    issue = late(contract)
    assert len(states(contract)) == 2
    issue.complaint_cause = misuse.name
    issue.save()
    assert states(contract) == {}
    assert flow.give(contract.name) == []


def test_a_reason_on_the_complaint_gives_nothing(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    late(contract, no_credit_reason="Nobody opened the gate")
    assert set(reasons(contract)) == {"The complaint says why nothing is given back."}
    assert flow.give(contract.name) == []


def test_a_contract_that_rested_gives_nothing(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    late(contract)
    contracts.suspend(contract.name, first_day=getdate(), reason="Overhaul")
    assert {state for state, _ in states(contract).values()} == {"Nothing"}
    assert flow.give(contract.name) == []


def test_a_deleted_complaint_gives_nothing_and_a_credited_one_is_kept(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    bill(contract)
    gone, kept = late(contract), late(contract)
    gone.delete()
    assert {issue for issue, _ in states(contract)} == {kept.name}
    flow.give(contract.name)
    with pytest.raises(frappe.ValidationError, match="Cancel it first"):
        kept.delete()


def test_what_was_given_for_a_complaint_that_was_put_right_is_to_be_taken_back(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    bill(contract)
    waived, moved = late(contract, hours_ago=40), late(contract)
    (note,) = flow.give(contract.name)
    waived.reload().update({"no_credit_reason": "Nobody opened the gate"})
    waived.save()
    moved.db_set("contract_line", None)
    assert {state for state, _ in states(contract).values()} == {"Take Back"}
    assert all(note in reason for reason in reasons(contract))
    assert contract_view.view(contract)["credits"]["to_take_back"] == 4


# What stands in the way


def test_a_period_that_is_not_billed_yet_waits(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, billing_timing="In Arrears", **CREDIT))
    late(contract)
    assert all("is not billed yet" in reason for reason in reasons(contract))
    assert flow.give(contract.name) == []


def test_a_free_period_gives_nothing_and_a_draft_invoice_waits(customer, item):
    free = a_contract(customer, billing.monthly(item, 200, free_periods=12, **CREDIT))
    bill(free)
    late(free)
    assert all("cost nothing" in reason for reason in reasons(free))
    draft = a_contract(customer, billing.monthly(billing.service().name, 200, **CREDIT), submit_invoices=0)
    bill(draft)
    late(draft)
    assert all("is still a draft" in reason for reason in reasons(draft))
    assert flow.give(free.name) == flow.give(draft.name) == []


def test_a_credit_without_an_account_for_penalties_says_where_to_name_it(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    bill(contract)
    late(contract)
    settings = frappe.get_doc("Field Service Settings")
    settings.set("accounts", [row for row in settings.accounts if row.company != makers.company()])
    settings.flags.ignore_mandatory = True
    settings.save()
    with pytest.raises(frappe.ValidationError, match=r"account for penalties .* Field Service Settings"):
        flow.give(contract.name)


def test_a_line_is_refused_that_gives_credits_for_what_it_does_not_promise(customer, item):
    with pytest.raises(frappe.ValidationError, match="a time that it does not promise"):
        a_contract(customer, billing.monthly(item, 200, **{**CREDIT, "response_hours": 0}))


# Other contracts


def test_another_currency_is_given_back_in_it_and_posted_at_the_rate_of_the_invoice(
    customer, item, penalties
):
    frappe.get_doc(
        {"doctype": "Currency Exchange", "from_currency": "EUR", "to_currency": "USD", "exchange_rate": 1.25,
         "date": add_days(getdate(), -1)}
    ).insert()  # fmt: skip
    setting = "allow_multi_currency_invoices_against_single_party_account"
    frappe.db.set_single_value("Accounts Settings", setting, 1)
    fixed = {
        **CREDIT,
        "service_credit": FIXED,
        "response_credit": 8,
        "resolution_credit": 12.5,
        "credit_cap": 0,
    }
    contract = a_contract(customer, billing.monthly(item, 80, **fixed), currency="EUR")
    bill(contract)
    issue = late(contract)
    (name,) = flow.give(contract.name)
    assert frappe.db.get_value("Sales Invoice", name, ["currency", "net_total"]) == ("EUR", -20.5)
    assert sum(amount for amount, _ in posted(penalties)) == pytest.approx(20.5 * 1.25, abs=0.01)
    cost = complaint_costs.of_issue(issue.name).service_credits
    assert float(cost) == pytest.approx(20.5 * 1.25, abs=0.01)
    earned = contract_profit.of_contract(contract.name, END)
    assert float(earned.penalties) == pytest.approx(20.5 * 1.25, abs=0.01)


def test_taxes_and_deferred_revenue_go_back_with_the_credit_and_stay_with_the_rest(customer, item, penalties):
    set_deferred_account(liability_account())
    tax = taxes(10)
    line = billing.monthly(item, 1200, interval_unit="Year", defer_revenue=1, **CREDIT)
    contract = a_contract(customer, line, taxes_and_charges=tax)
    (invoice,) = bill(contract)
    assert invoice.items[0].enable_deferred_revenue
    late(contract)
    (name,) = flow.give(contract.name)
    note = frappe.get_doc("Sales Invoice", name)
    assert (note.net_total, note.grand_total) == (-180, -198)
    assert sum(amount for amount, _ in posted(penalties)) == 180
    assert not any(row.enable_deferred_revenue for row in note.items)


def test_an_amendment_may_bring_credits_and_the_version_of_the_day_counts(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **PROMISED))
    bill(contract)
    issue = late(contract)
    assert states(contract) == {}
    terms = {name: CREDIT[name] for name in ("service_credit", "response_credit", "credit_cap")}
    row = contract.lines[0].name
    contracts.amend(contract.name, effective_from=getdate(), reason="Agreed", changed={row: terms})
    bill(contract)
    assert states(contract) == {(issue.name, "Response"): ("To Give", 10)}


def test_the_paper_says_what_is_given_back(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    said = " ".join(contract_paper.paper(contract)["lines"][0]["promises"])
    assert "5 % of the period's price back for each response that comes late" in said
    assert "at most 25 % of a period's price back" in said


def test_who_only_reads_the_contract_sees_credits_and_gives_none(customer, item):
    contract = a_contract(customer, billing.monthly(item, 200, **CREDIT))
    bill(contract)
    late(contract)
    reader, manager = (
        makers.user(f"credits-{role.split()[0].lower()}@example.com", role).name
        for role in ("Support Team", "Maintenance Manager")
    )
    frappe.set_user(reader)
    assert len(api.get_service_credits(contract.name)) == 2
    with pytest.raises(frappe.PermissionError):
        api.give_service_credits(contract.name)
    frappe.set_user(manager)
    assert len(api.give_service_credits(contract.name)) == 1
