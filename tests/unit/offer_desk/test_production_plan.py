"""What making goods takes, by bills of materials that name one another."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.offer_desk.rules import production as rules


def step(minutes, batch=1, fixed=False, rate=60, day=480):
    return rules.Step(Decimal(minutes), Decimal(batch), fixed, Decimal(rate), Decimal(day))


def part(item, qty, bom=None):
    return rules.Part(item, Decimal(qty), bom)


RECIPES = {
    "Pump": rules.Recipe(
        Decimal(1), (step(120),), (part("Motor", 1, "Motor"), part("Case", 1, "Case"), part("Screw", 8))
    ),
    "Motor": rules.Recipe(Decimal(2), (step(960),), (part("Wire", 10), part("Screw", 4))),
    "Case": rules.Recipe(Decimal(1), (step(60, fixed=True),), (part("Sheet", 3),)),
}


def test_materials_are_added_up_over_all_levels():
    plan = rules.plan(RECIPES, "Pump", Decimal(4))
    assert plan.materials == {"Wire": 20, "Sheet": 12, "Screw": 8 * 4 + 8}


def test_times_grow_with_the_quantity_save_fixed_ones():
    plan = rules.plan(RECIPES, "Pump", Decimal(4))
    assert plan.minutes == 120 * 4 + 960 * 2 + 60
    assert plan.operating_cost == plan.minutes


def test_sub_assemblies_are_made_side_by_side_before_the_whole():
    plan = rules.plan(RECIPES, "Pump", Decimal(4))
    assert plan.days == (480 + 1920) / 480


def test_a_part_whose_bill_is_not_known_is_a_material():
    recipes = {"Pump": RECIPES["Pump"]}
    assert rules.plan(recipes, "Pump", Decimal(1)).materials == {"Motor": 1, "Case": 1, "Screw": 8}


def test_a_batch_takes_its_time_once():
    recipes = {"Seal": rules.Recipe(Decimal(1), (step(30, batch=10),), (part("Rubber", 1),))}
    assert rules.plan(recipes, "Seal", Decimal(40)).minutes == 120


@given(st.integers(1, 50), st.integers(1, 50))
def test_two_lots_take_the_materials_of_the_two_together(first, second):
    def materials(qty):
        return rules.plan(RECIPES, "Pump", Decimal(qty)).materials

    together = materials(first + second)
    assert together == {code: qty + materials(second)[code] for code, qty in materials(first).items()}
