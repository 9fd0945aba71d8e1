"""Claims for the same part at the same moment, and who dies while claiming: real processes, transactions of their own."""

from __future__ import annotations

from pathlib import Path

import frappe
import makers
import pytest
import service_world
from processes import Program

OTHERS = Program(Path(__file__).with_name("claim_process.py"))
DOCUMENTS = ("Purchase Invoice", "Journal Entry")


@pytest.fixture(scope="module")
def committed(site_connection):
    with service_world.committed() as made:
        made.supplier = makers.supplier(f"Maker {made.tag}").name
        made.claim_item = makers.item(f"Claim {made.tag}").name
        before = frappe.db.get_single_value("Field Service Settings", "supplier_claim_item")
        frappe.db.set_single_value("Field Service Settings", "supplier_claim_item", made.claim_item)
        frappe.db.commit()  # other processes must see it
        yield made
        frappe.db.rollback()
        frappe.db.set_single_value("Field Service Settings", "supplier_claim_item", before)
        frappe.delete_doc("Supplier", made.supplier, force=True)
        frappe.delete_doc("Item", made.claim_item, force=True)
        frappe.db.commit()  # what was committed is taken back


@pytest.fixture
def world(site, committed):
    yield committed
    frappe.db.rollback()
    _remove_claims(committed)
    service_world.remove_orders(committed)


@pytest.fixture
def order(world):
    paid = {
        "payer": "Supplier",
        "supplier": world.supplier,
        "decided_by_hand": 1,
        "decision_reason": "Bad batch",
    }
    made = service_world.order(world, parts=[{"item_code": world.seal, "qty": 1, **paid}])
    made.submit()
    return made


def claim(world, order, post_as="Debit Note") -> str:
    made = frappe.get_doc(
        {
            "doctype": "Supplier Claim",
            "supplier": world.supplier,
            "company": world.company,
            "currency": frappe.get_cached_value("Company", world.company, "default_currency"),
            "service_order": order.name,
            "post_as": post_as,
            "lines": [
                {
                    "kind": "Part",
                    "item_code": world.seal,
                    "qty": 1,
                    "rate": 60,
                    "source_row": order.parts[0].name,
                }
            ],
        }
    ).insert()
    frappe.db.commit()  # other processes must see it
    return made.name


def posted(world) -> list[str]:
    """Documents that stand on the account of claims."""
    frappe.db.rollback()  # see what the others committed
    account = world.accounts["supplier_claim_account"]
    return frappe.get_all(
        "GL Entry",
        {"account": account, "voucher_type": ("in", DOCUMENTS), "is_cancelled": 0},
        pluck="voucher_no",
        order_by="name",
    )


def _remove_claims(world) -> None:
    claims = frappe.get_all("Supplier Claim", {"supplier": world.supplier}, pluck="name", order_by="name")
    vouchers = frappe.get_all(
        "GL Entry",
        {"account": world.accounts["supplier_claim_account"], "voucher_type": ("in", DOCUMENTS)},
        pluck="voucher_no",
        order_by="name",
    )
    for table in ("Purchase Invoice Item", "Journal Entry Account", "Supplier Claim Line"):
        frappe.db.delete(table, {"parent": ("in", [*claims, *vouchers] or [""])})
    for doctype in (*DOCUMENTS, "Supplier Claim"):
        frappe.db.delete(doctype, {"name": ("in", [*claims, *vouchers] or [""])})
    for ledger in ("GL Entry", "Payment Ledger Entry"):
        frappe.db.delete(ledger, {"voucher_no": ("in", vouchers or [""])})
    frappe.db.commit()  # what was committed is taken back


@pytest.mark.parametrize("post_as", ["Debit Note", "Journal Entry"])
def test_who_dies_while_claiming_leaves_nothing_and_the_next_one_claims_once(world, order, post_as):
    name = claim(world, order, post_as)
    OTHERS.start_doomed("submit", name).kill()
    assert posted(world) == []
    assert frappe.db.get_value("Supplier Claim", name, "docstatus") == 0
    assert frappe.db.count("Supplier Claim Line", {"claim_key": order.parts[0].name}) == 0
    (document,) = OTHERS.at_once(("submit", name))
    assert posted(world) == [document]
    assert frappe.db.count("Supplier Claim Line", {"claim_key": order.parts[0].name}) == 1


def test_of_two_claims_for_the_same_part_one_is_posted(world, order):
    outcomes = OTHERS.at_once(("submit", claim(world, order)), ("submit", claim(world, order)))
    assert len(posted(world)) == 1
    assert sum("claimed already" in outcome for outcome in outcomes) == 1


def test_the_same_claim_submitted_twice_at_once_is_posted_once(world, order):
    name = claim(world, order)
    OTHERS.at_once(("submit", name), ("submit", name))
    assert len(posted(world)) == 1


def test_who_dies_while_a_claim_is_refused_leaves_it_open_and_refusing_again_takes_it_back(world, order):
    name = claim(world, order)
    OTHERS.at_once(("submit", name))
    OTHERS.start_doomed("refuse", name).kill()
    assert len(posted(world)) == 1
    assert frappe.db.get_value("Supplier Claim", name, "status") == "Claimed"
    assert OTHERS.at_once(("refuse", name)) == ["Refused"]
    assert posted(world) == []
    assert frappe.db.get_value("Supplier Claim", name, "status") == "Refused"
