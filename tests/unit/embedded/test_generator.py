from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from crm_ext.embedded.generator import BANK, CAMPAIGNS, DEBTORS, make_company

LAST_DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def books():
    return make_company(LAST_DAY)


def test_the_trial_balance_is_zero(books):
    assert sum(row["debit"] - row["credit"] for row in books.tables["GL Entry"]) == 0


def test_every_voucher_balances_by_itself(books):
    balances = defaultdict(Decimal)
    for row in books.tables["GL Entry"]:
        balances[row["voucher_no"]] += row["debit"] - row["credit"]
    assert len(balances) > 300
    assert not any(balances.values())


def test_nothing_is_posted_outside_the_year(books):
    days = [row["posting_date"] for row in books.tables["GL Entry"]]
    assert min(days) >= date(2025, 7, 1) and max(days) <= LAST_DAY


def test_invoices_stand_in_the_ledger_at_their_amount(books):
    income = defaultdict(Decimal)
    for row in books.tables["GL Entry"]:
        if row["voucher_type"] == "Sales Invoice" and row["account"] == DEBTORS:
            income[row["voucher_no"]] += row["debit"] - row["credit"]
    assert {row["name"]: row["base_net_total"] for row in books.tables["Sales Invoice"]} == dict(income)


def test_every_campaign_costs_and_most_bring_sales(books):
    assert {row["campaign"] for row in books.tables["GL Entry"] if row["voucher_type"] == "Purchase Invoice"} == {
        campaign.name for campaign in CAMPAIGNS
    }
    assert len({row["campaign"] for row in books.tables["Sales Invoice"]} - {None}) >= 5


def test_customers_come_back_without_a_campaign_on_the_document(books):
    assert sum(row["campaign"] is None for row in books.tables["Sales Invoice"]) > 20


def test_the_same_seed_makes_the_same_company(books):
    assert make_company(LAST_DAY).tables == books.tables
    assert make_company(LAST_DAY, seed=2).tables != books.tables


def test_money_comes_in(books):
    assert sum(row["debit"] for row in books.tables["GL Entry"] if row["account"] == BANK) > 100_000
