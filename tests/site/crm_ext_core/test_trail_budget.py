"""The trail of an order with 200 documents stays within its budget, whoever reads it."""

from __future__ import annotations

import sys
from pathlib import Path

import frappe.permissions
import pytest
import trail_chain as chain

sys.path.append(str(Path(__file__).resolve().parents[3] / "benchmarks"))

from document_trail import statements_and_milliseconds
from sales_case import order_with_documents

from crm_ext.api.trail import get_trail, get_trail_summary
from crm_ext.crm_ext_core.queries.trail_register import LINKS

STATEMENTS = 12


@pytest.fixture
def order(site):
    return order_with_documents(200)


def readers(site):
    restricted = chain.user_with("Sales Manager", "Accounts Manager")
    frappe.permissions.add_user_permission("Company", chain.COMPANY, restricted)
    return ("Administrator", chain.user_with("Sales Manager", "Accounts Manager"), restricted)


def test_the_number_of_statements_keeps_to_the_budget_for_readers_with_and_without_limits(site, order):
    for reader in readers(site):
        site.set_user(reader)
        for ask in (get_trail, get_trail_summary):
            ask("Sales Order", order)
            statements, _milliseconds = statements_and_milliseconds(lambda ask=ask: ask("Sales Order", order))
            assert statements <= STATEMENTS, (reader, ask.__name__)


def test_the_order_shows_all_its_documents(site, order):
    trail = get_trail("Sales Order", order)
    assert len(trail["documents"]) == 200
    assert trail["complete"]
    [part] = trail["totals"]["by_currency"]
    assert part["invoiced"] - part["paid"] - part["settled_otherwise"] == pytest.approx(part["outstanding"])


def test_statements_do_not_grow_with_documents(site):
    counts = []
    for documents in (20, 110):
        order = order_with_documents(documents)
        get_trail("Sales Order", order)
        counts.append(statements_and_milliseconds(lambda order=order: get_trail("Sales Order", order))[0])
    assert counts[0] == counts[1]


# Few rows in any company, or asked only from a campaign that is itself the start.
UNINDEXED = {
    ("Campaign Plan", "campaign"),
    ("Campaign Plan", "amended_from"),
    ("Prospect Lead", "lead"),
    ("Overdue Payment", "sales_invoice"),
    ("Dunning", "amended_from"),
    ("Purchase Invoice Item", "campaign"),
    ("Journal Entry Account", "campaign"),
}


def test_every_column_by_which_the_trail_goes_downstream_leads_an_index(site):
    slow = set()
    for link in LINKS:
        query = f"SHOW INDEX FROM `tab{link.table}` WHERE `Seq_in_index` = 1 AND `Column_name` = %s"
        if not site.db.sql(query, link.column):
            slow.add((link.table, link.column))
    assert slow <= UNINDEXED
