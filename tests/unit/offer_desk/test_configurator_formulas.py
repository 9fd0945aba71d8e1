from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ext.offer_desk.rules.configurator import formulas
from crm_ext.offer_desk.rules.configurator.definitions import Group, Input, Model, Option
from crm_ext.shared.results import Refusal


def value(text, **values):
    return formulas.evaluate(
        formulas.parse(text), {name: Fraction(number) for name, number in values.items()}
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", 2),
        ("ceil(length / 3)", 4),
        ("floor(10 / 3 * 3)", 10),
        ("max(length, 2, 30) - min(1, 2)", 29),
        ("round(2.5)", 3),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("4 if length > 9 else 2", 4),
        ("2 if 1 < length <= 9 else 8", 8),
        ("-length + 20 % 7 + 9 // 2", 0),
    ],
)
def test_arithmetic_is_exact(text, expected):
    assert value(text, length=10) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "length +",
        "__import__('os').system('true')",
        "length.__class__()",
        "[length for length in (1, 2)]",
        "lambda: 1",
        "'a' * 9",
        "2 ** 999999",
        "open(length)",
        "ceil(1, 2)",
        "min()",
        "True",
        "1e999",
        "1j",
        "f'{length}'",
        "(length := 3)",
        "ceil(*[1])",
        "max(key=1)",
        "\0",
        "1+" * 249 + "1" + "+1",
    ],
)
def test_what_is_no_arithmetic_is_refused(text):
    assert isinstance(formulas.parse(text), Refusal)


def test_division_by_zero_and_numbers_beyond_bounds_are_refused():
    assert value("1 / (length - length)", length=1).code == "division_by_zero"
    assert value("7 % length", length=0).code == "division_by_zero"
    assert value("1000000000 * length", length=1000).code == "number_too_large"
    assert value("*".join(["0.000001"] * 9)).code == "number_too_large"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_the_parser_fail(text):
    formula = formulas.parse(text)
    assert isinstance(formula, formulas.Formula | Refusal)


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "", "abc", "1e30", "1e-30", "9" * 50, None, "--1"])
def test_what_is_no_number_is_no_input(typed):
    assert formulas.to_fraction(typed) is None


MODEL = Model(
    "line",
    "Line",
    (Group("g", "G", 0, 0),),
    (
        Option("motor", "Motor", "g", quantity="ceil(length / 4)"),
        Option("bolt", "Bolt", "g", quantity="motor * 8 + panel"),
        Option("panel", "Panel", "g", quantity="2.5"),
        Option("rest", "Rest", "g", quantity="motor - 9"),
    ),
    inputs=(Input("length", "Length", "6"),),
)


def test_quantities_follow_from_what_is_chosen():
    chosen = frozenset({"bolt", "motor"})
    assert formulas.quantities(MODEL, chosen, {}) == {"motor": 2, "bolt": 16}
    assert formulas.quantities(MODEL, chosen | {"panel"}, {"length": Fraction(9)}) == {
        "motor": 3,
        "bolt": Decimal("26.5"),
        "panel": Decimal("2.5"),
    }
    assert formulas.quantities(MODEL, frozenset({"bolt"}), {}) == {"bolt": 0}


def test_a_quantity_below_zero_is_refused_by_name():
    refusal = formulas.quantities(MODEL, frozenset({"rest"}), {})
    assert (refusal.code, refusal.values["option"]) == ("quantity_negative", "rest")


def test_formulas_in_a_circle_are_refused():
    circle = Model(
        "m",
        "M",
        (Group("g", "G"),),
        (Option("a", "A", "g", quantity="b"), Option("b", "B", "g", quantity="a + 1")),
    )
    assert formulas.order(circle).code == "formula_cycle"


def test_a_formula_that_names_nothing_is_refused():
    lost = Model("m", "M", (Group("g", "G"),), (Option("a", "A", "g", quantity="b * 2"),))
    refusal = formulas.order(lost)
    assert (refusal.code, refusal.values["names"]) == ("formula_names_nothing", ["b"])
