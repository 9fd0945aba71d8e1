"""Which contract pays for a service order: the one that is named while it covers the job, and never more than it gives."""

from __future__ import annotations

import frappe
import makers
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


def other_customer(world):
    """Somebody else, as a world of contracts and equipment."""
    return frappe._dict(world, customer=makers.customer(f"Next {world.tag}").name)


def test_equipment_that_the_contract_does_not_name_is_the_customers_also_after_the_next_save(world):
    service_world.contract(world, equipment=world.equipment, hours_included=5)
    order = service_world.order(world)
    assert payers(order) == [("Contract", 2)]
    order.equipment = service_world.equipment(world).name
    order.save()
    assert (order.service_contract, order.contract_line) == (None, None)
    order.reload()
    order.save().submit()
    assert payers(order) == [("Customer", 2)]
    assert frappe.db.get_value("Sales Invoice", order.sales_invoice, "net_total") == 160
    assert drawn(order) == []


def test_other_equipment_takes_the_contract_that_names_it(world):
    second = service_world.equipment(world).name
    service_world.contract(world, equipment=world.equipment)
    own = service_world.contract(world, equipment=second, hours_included=5)
    order = service_world.order(world)
    order.equipment = second
    order.save().submit()
    assert drawn(order) == [(own.name, "Hour", 2)]


def test_an_order_given_to_another_customer_is_paid_by_that_customers_contract(world):
    other = other_customer(world)
    service_world.contract(world, hours_included=5)
    own = service_world.contract(other, hours_included=5)
    order = service_world.order(world)
    order.update({"customer": other.customer, "equipment": None})
    order.save()
    assert (order.service_contract, order.contract_line) == (own.name, own.lines[0].name)
    order.submit()
    assert drawn(order) == [(own.name, "Hour", 2)]


def test_an_order_given_to_a_customer_without_contract_names_none(world):
    contract = service_world.contract(world, hours_included=5)
    order = service_world.order(world)
    order.update({"customer": other_customer(world).customer, "equipment": None, "contract_line": None})
    order.save().submit()
    assert payers(order) == [("Customer", 2)]
    assert not frappe.db.exists(
        "GL Entry", {"voucher_no": order.sales_invoice, "service_contract": contract.name}
    )


def test_a_contract_with_another_customer_is_refused(world):
    theirs = service_world.contract(other_customer(world))
    with pytest.raises(frappe.ValidationError, match="Correct the contract or the customer"):
        service_world.order(world, service_contract=theirs.name)


def test_a_line_for_other_equipment_pays_nothing_whoever_names_it(world):
    second = service_world.equipment(world).name
    contract = service_world.contract(world, equipment=second)
    order = service_world.order(world, service_contract=contract.name, contract_line=contract.lines[0].name)
    assert payers(order) == [("Customer", 2)]


def test_a_line_that_is_named_pays_before_one_that_names_the_equipment(world):
    service_world.contract(world, equipment=world.equipment)
    named = service_world.contract(world).lines[0]
    order = service_world.order(world, service_contract=named.parent, contract_line=named.name)
    assert (order.service_contract, order.contract_line) == (named.parent, named.name)
    assert payers(order) == [("Contract", 2)]


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
