"""The workspaces' own cards and charts: right figures, the caller's company, a bounded number of queries."""

import json

import frappe
import pytest
from frappe.utils import add_days, getdate
from makers import account, campaign, company, customer, expense_account, user

from crm_ext.api import desk_figures
from crm_ext.marketing_automation.queries.desk_figures import spend


def spend_on(name, amount, expense):
    frappe.get_doc(
        {
            "doctype": "Journal Entry",
            "company": company(),
            "posting_date": getdate(),
            "accounts": [
                {"account": expense, "debit_in_account_currency": amount, "campaign": name},
                {"account": account("Asset", "Cash"), "credit_in_account_currency": amount},
            ],
        }
    ).submit()


def test_spending_of_the_month_counts_what_is_booked_on_campaigns_only():
    before = desk_figures.spend_this_month()["value"]
    expense = expense_account().name
    spend_on(campaign("Spring Pumps").name, 120, expense)
    spend_on(None, 999, expense)
    card = desk_figures.spend_this_month()
    assert card["value"] == before + 120
    assert card["route_options"]["company"] == [company()]


def test_spending_of_another_day_is_not_counted():
    yesterday = add_days(getdate(), -1)
    before = spend(company(), yesterday, yesterday)
    spend_on(campaign("Spring Pumps").name, 120, expense_account().name)
    assert spend(company(), yesterday, yesterday) == before


def test_a_company_that_is_not_the_callers_and_one_that_is_not_there_get_the_same_answer(site):
    other = frappe.get_doc(
        {
            "doctype": "Company",
            "company_name": "Other Heaters",
            "abbr": "OH",
            "default_currency": "EUR",
            "country": "Germany",
        }
    ).insert()
    head = user("head@example.com", "Marketing Head", "Sales User")
    frappe.get_doc(
        {"doctype": "User Permission", "user": head.name, "allow": "Company", "for_value": company()}
    ).insert()
    site.set_user(head.name)
    answers = set()
    for name in (other.name, "Nowhere"):
        with pytest.raises(frappe.PermissionError) as refused:
            desk_figures.spend_this_month(json.dumps({"company": name}))
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_the_amount_of_a_company_with_another_currency_carries_no_wrong_symbol():
    other = frappe.get_doc(
        {
            "doctype": "Company",
            "company_name": "Other Heaters",
            "abbr": "OH",
            "default_currency": "EUR",
            "country": "Germany",
        }
    ).insert()
    card = desk_figures.spend_this_month(json.dumps({"company": other.name}))
    assert card["fieldtype"] == "Float"


def test_the_pipeline_is_worth_what_its_open_opportunities_are_in_company_currency():
    before = desk_figures.open_pipeline_value()["value"]
    party = customer("Pipeline Customer").name
    for values in (
        {"opportunity_amount": 1000, "currency": "EUR", "conversion_rate": 2},
        {"opportunity_amount": 0, "items": [{"item_name": "Pump", "qty": 2, "rate": 50, "uom": "Nos"}]},
        {"opportunity_amount": 5000, "status": "Lost"},
    ):
        frappe.get_doc(
            {
                "doctype": "Opportunity",
                "opportunity_from": "Customer",
                "party_name": party,
                "company": company(),
                "currency": "USD",
                **values,
            }
        ).insert()
    assert desk_figures.open_pipeline_value()["value"] == before + 2000 + 100


def test_a_stuck_opportunity_is_counted_and_opened():
    stage = "Long Talk"
    frappe.get_doc({"doctype": "Sales Stage", "stage_name": stage}).insert()
    kind = frappe.get_doc({"doctype": "Opportunity Type", "name": "Test Kind"}).insert().name
    frappe.get_doc(
        {
            "doctype": "Sales Process",
            "process_name": "Test Kind Process",
            "enabled": 1,
            "opportunity_type": kind,
            "stages": [{"sales_stage": stage, "probability": 10, "age_limit_days": 5}],
        }
    ).insert()
    lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Slow Buyer"}).insert()
    opportunity = frappe.get_doc(
        {
            "doctype": "Opportunity",
            "opportunity_from": "Lead",
            "party_name": lead.name,
            "opportunity_type": kind,
            "company": company(),
            "sales_stage": stage,
        }
    ).insert()
    assert opportunity.name not in desk_figures.stuck_opportunities()["route_options"]["name"][1]
    frappe.db.set_value("Opportunity", opportunity.name, "creation", add_days(getdate(), -400))
    frappe.db.set_value("Opportunity Progress", opportunity.name, "entered_on", add_days(getdate(), -400))
    card = desk_figures.stuck_opportunities()
    assert opportunity.name in card["route_options"]["name"][1]
    assert card["value"] >= 1


@pytest.mark.parametrize("workspace", ["Campaigns", "Sales Desk"])
def test_every_block_of_a_workspace_leads_to_something(workspace):
    document = frappe.get_doc("Workspace", workspace)
    for card in document.number_cards:
        assert frappe.db.exists("Number Card", card.number_card_name), card.number_card_name
    for chart in document.charts:
        assert frappe.db.exists("Dashboard Chart", chart.chart_name), chart.chart_name
    for link in [*document.shortcuts, *(row for row in document.links if row.type == "Link")]:
        kind = link.get("link_type") or link.get("type")
        assert frappe.db.exists(kind, link.link_to), f"{workspace}: {kind} {link.link_to}"


def test_cards_carry_no_currency_of_the_machine_they_were_drawn_on():
    for row in frappe.get_all(
        "Number Card",
        filters={"module": ("in", ("Marketing Automation", "Sales Process"))},
        fields=["name", "currency"],
        order_by="name",
    ):
        assert not row.currency, row.name
