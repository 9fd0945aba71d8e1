"""Which contract pays for a service order: the one that is named while it covers the job, and never more than it gives."""

from __future__ import annotations

import frappe
import pytest
import service_world


@pytest.fixture(scope="module")
def committed(site_connection):
    with service_world.committed() as made:
        yield made


@pytest.fixture
def world(site, committed):
    return committed


def payers(order) -> list[tuple[str, float]]:
    return [(row.payer, row.charged_hours) for row in order.times]


def drawn(order) -> list[tuple[str, str, float]]:
    uses = frappe.get_all(
        "Entitlement Use",
        {"source": order.name},
        ["service_contract", "unit", "quantity"],
        order_by="unit",
    )
    return [(use.service_contract, use.unit, use.quantity) for use in uses]


def test_the_contract_that_is_chosen_pays_though_another_one_names_the_equipment(world):
    service_world.contract(world, equipment=world.equipment)
    chosen = service_world.contract(world, hours_included=5)
    order = service_world.order(world, service_contract=chosen.name)
    assert payers(order) == [("Contract", 2)]
    order.submit()
    assert drawn(order) == [(chosen.name, "Hour", 2)]


def test_hours_decided_by_hand_for_the_contract_are_not_given_to_other_rows_again(world):
    contract = service_world.contract(world, hours_included=5)
    order = service_world.order(world, times=((8, 10), (10, 15)))
    order.times[0].update({"decided_by_hand": 1, "payer": "Contract", "decision_reason": "As agreed"})
    order.save()
    assert payers(order) == [("Contract", 2), ("Contract", 3), ("Customer", 2)]
    order.submit()
    assert payers(order) == [("Contract", 2), ("Contract", 3), ("Customer", 2)]
    assert drawn(order) == [(contract.name, "Hour", 5)]
    assert frappe.db.get_value("Sales Invoice", order.sales_invoice, "net_total") == 160
