import json
from dataclasses import replace

import pytest
from configurator_models import models
from hypothesis import given, settings

from crm_ext.offer_desk.rules.configurator import checking, solving
from crm_ext.offer_desk.rules.configurator.definitions import (
    Group,
    Input,
    Model,
    Nested,
    Option,
    Rule,
    as_json,
    fingerprint,
    from_plain,
    laid_flat,
)
from crm_ext.offer_desk.rules.configurator.differences import differences
from crm_ext.offer_desk.rules.configurator.formulas import quantities
from crm_ext.shared.results import Refusal

MOTOR = Model(
    "motor",
    "Motor",
    (Group("size", "Size", 1, 1), Group("feet", "Feet", 0, 1)),
    (
        Option("S", "Small", "size", item_code="S"),
        Option("L", "Large", "size", item_code="L"),
        Option("FOOT", "Foot", "feet", item_code="F", quantity="4 * L + bolts"),
    ),
    (Rule("R", "Requires", ("L",), ("FOOT",)),),
    (Input("bolts", "Bolts", "2", "0", "9", "1"),),
)
PUMP = Model(
    "pump",
    "Pump",
    (Group("drive", "Drive", 0, 1),),
    (
        Option("MOTOR", "Motor", "drive", kind="Offer Model", offer_model="motor"),
        Option("HAND", "Hand", "drive", item_code="H", quantity="2"),
    ),
    (Rule("R", "Excludes", ("MOTOR",), ("MOTOR.S",)),),
)
NESTED = Nested(PUMP, {"motor": Nested(MOTOR)})


def test_a_nested_model_lives_only_under_its_option():
    flat = laid_flat(NESTED)
    assert [option.code for option in flat.options] == ["MOTOR", "HAND", "MOTOR.S", "MOTOR.L", "MOTOR.FOOT"]
    with_motor = solving.state(flat, frozenset({"MOTOR"})).options
    assert with_motor["MOTOR.S"].status == solving.IMPOSSIBLE
    assert with_motor["MOTOR.L"].status == with_motor["MOTOR.FOOT"].status == solving.FORCED
    by_hand = solving.complete(flat, frozenset({"HAND"}), {})
    assert by_hand.chosen == {"HAND"}
    assert quantities(flat, frozenset({"MOTOR", "MOTOR.L", "MOTOR.FOOT"}), {})["MOTOR.FOOT"] == 6


def test_nesting_has_its_depth():
    nested = Nested(MOTOR)
    for _level in range(5):
        nested = Nested(replace(PUMP, rules=()), {"motor": nested})
    assert laid_flat(nested).code == "too_deep"


def test_a_nested_model_that_is_not_there_is_named():
    assert laid_flat(Nested(PUMP)).values["model"] == "motor"


def test_a_thousand_options_are_the_most():
    options = tuple(Option(f"o{number}", "O", "g", item_code="x") for number in range(1001))
    assert checking.check_draft(Model("m", "M", (Group("g", "G"),), options)).code == "too_many_options"


@settings(max_examples=40, deadline=None)
@given(models())
def test_a_model_survives_its_json_with_the_same_fingerprint(model):
    again = from_plain(json.loads(as_json(model)))
    assert again == model
    assert fingerprint(again) == fingerprint(model)


def broken(**values):
    return checking.check_draft(replace(MOTOR, **values))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"options": (Option("S-1", "S", "size", item_code="S"),)}, "not_a_code"),
        ({"options": (Option("ceil", "S", "size", item_code="S"),)}, "not_a_code"),
        ({"options": (*MOTOR.options, Option("S", "S", "size", item_code="S"))}, "code_twice"),
        ({"groups": (*MOTOR.groups, Group("size", "Size"))}, "group_twice"),
        ({"groups": (Group("size", "Size", 3, 1), Group("feet", "Feet"))}, "group_bounds"),
        ({"groups": ()}, "option_without_group"),
        ({"options": (Option("S", "S", "size"),)}, "option_without_item"),
        ({"options": (Option("S", "S", "size", kind="Payment Terms"),)}, "option_without_terms"),
        (
            {"options": (*MOTOR.options, Option("Q", "Q", "size", item_code="Q", quantity="2 +"))},
            "formula_not_read",
        ),
        (
            {"options": (*MOTOR.options, Option("Q", "Q", "size", item_code="Q", quantity="nothing"))},
            "formula_names_nothing",
        ),
        ({"rules": (Rule("R", "Requires", ("L",), ("X",)),)}, "rule_names_nothing"),
        ({"rules": (Rule("R", "Requires", ("L",), ()),)}, "rule_without_options"),
        ({"rules": (Rule("R", "Excludes", (), ("L",)),)}, "rule_without_condition"),
        ({"rules": (Rule("R", "At Least", (), ("L",), 2),)}, "rule_number"),
        ({"inputs": (Input("bolts", "Bolts", "2", "5", "9"),)}, "input_too_small"),
        ({"inputs": (Input("bolts", "Bolts", "2", "9", "5"),)}, "input_bounds"),
        ({"inputs": (Input("bolts", "Bolts", "NaN"),)}, "input_not_a_number"),
    ],
)
def test_what_cannot_stand_is_refused_by_its_name(values, code):
    assert broken(**values).code == code


def test_a_whole_model_is_not_refused():
    assert checking.check_draft(MOTOR) is None
    assert checking.check_whole(NESTED, laid_flat(NESTED)) is None


def test_a_model_that_cannot_be_completed_is_refused_with_the_reason():
    never = replace(
        MOTOR, rules=(Rule("R1", "Excludes", ("L",), ("L",)), Rule("R2", "Excludes", ("S",), ("S",)))
    )
    refusal = checking.check_whole(Nested(never), never)
    assert refusal.code == "no_completion"
    assert {part.subject for part in refusal.values["reason"].constraints} == {"R1", "R2", "size"}


def test_a_model_without_groups_is_refused():
    empty = Model("m", "M")
    assert checking.check_draft(empty) is None
    assert checking.check_whole(Nested(empty), empty).code == "nothing_to_choose"


def test_an_option_that_can_never_be_chosen_is_found():
    model = replace(MOTOR, rules=(Rule("R1", "Requires", ("L",), ("S",)),))
    assert list(checking.dead_options(model)) == ["L"]


def test_a_quantity_with_too_many_cases_is_refused_before_it_slows_anyone():
    options = tuple(Option(f"o{number}", "O", "g", item_code="x") for number in range(12))
    total = Option(
        "total", "Total", "g", item_code="x", quantity=" + ".join(option.code for option in options)
    )
    model = Model("m", "M", (Group("g", "G", 0, 0),), (*options, total))
    assert checking.check_whole(Nested(model), model).code == "too_many_cases"


def test_inputs_are_bounded_and_stepped():
    assert checking.read_inputs(MOTOR, {"bolts": "4"}) == {"bolts": 4}
    for typed, code in (
        ("10", "input_too_large"),
        ("-1", "input_too_small"),
        ("1.5", "input_off_step"),
        ("x", "input_not_a_number"),
    ):
        assert checking.read_inputs(MOTOR, {"bolts": typed}).code == code
    assert isinstance(checking.read_inputs(MOTOR, {"wings": 1}), Refusal)


def test_differences_name_what_is_new_gone_and_changed():
    new = replace(
        MOTOR,
        options=(*MOTOR.options[1:], Option("XL", "Extra large", "size", item_code="XL")),
        rules=(replace(MOTOR.rules[0], kind="Excludes"),),
    )
    found = {(part.kind, part.code): (part.what, part.changed) for part in differences(MOTOR, new)}
    assert found == {
        ("Option", "S"): ("gone", ()),
        ("Option", "XL"): ("new", ()),
        ("Rule", "R"): ("changed", ("kind",)),
    }
    assert differences(MOTOR, MOTOR) == ()
