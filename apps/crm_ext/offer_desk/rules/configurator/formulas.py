"""Quantities by arithmetic over other options' quantities and inputs.

A formula is parsed into a syntax tree of which only arithmetic, comparisons, a choice (`a if b else c`) and a few
functions are read; nothing is ever executed as Python. Numbers are exact fractions, so that floor(10 / 3 * 3) is 10.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from crm_ext.offer_desk.rules.configurator.definitions import Model, scope_of
from crm_ext.shared.results import Refusal, refuse

LONGEST = 500
LARGEST = 10**9
PLACES = Decimal("0.000001")

FUNCTIONS: Mapping[str, Callable[..., Fraction]] = {
    "ceil": lambda value: Fraction(math.ceil(value)),
    "floor": lambda value: Fraction(math.floor(value)),
    "round": lambda value: Fraction(math.floor(value + Fraction(1, 2))),
    "abs": abs,
    "min": min,
    "max": max,
}
_SEVERAL = ("min", "max")
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: lambda left, right: Fraction(left // right),
    ast.Mod: operator.mod,
}
_COMPARISONS = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


@dataclass(frozen=True)
class Formula:
    text: str
    tree: ast.expr
    names: frozenset[str]


class _NotArithmetic(Exception):
    pass


@lru_cache(maxsize=4096)
def parse(text: str) -> Formula | Refusal:
    """Refused: formula_too_long, formula_not_read."""
    if len(text) > LONGEST:
        return refuse("formula_too_long", most=LONGEST)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        names: set[str] = set()
        _read(tree, names)
    except (SyntaxError, ValueError, RecursionError, MemoryError, _NotArithmetic):
        return refuse("formula_not_read", formula=text)
    return Formula(text, tree, frozenset(names))


def evaluate(formula: Formula, values: Mapping[str, Fraction]) -> Fraction | Refusal:
    """Refused: division_by_zero, number_too_large."""
    try:
        return _value(formula.tree, values)
    except ZeroDivisionError:
        return refuse("division_by_zero", formula=formula.text)
    except OverflowError:
        return refuse("number_too_large", formula=formula.text, most=LARGEST)


def to_fraction(number: object) -> Fraction | None:
    """The exact value of what was typed; None where that is no finite number within the bounds."""
    text = str(number).strip()
    try:
        value = Decimal(text if len(text) <= 40 else "NaN")
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value) > LARGEST or value.as_tuple().exponent < -12:
        return None
    return Fraction(value)


def to_decimal(value: Fraction) -> Decimal:
    """Rounded to six places, which is finer than any unit of measure."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(PLACES).normalize() + 0


def dependencies(model: Model) -> Mapping[str, frozenset[str]] | Refusal:
    """Flat names that the quantity of each option is computed from. Refused: what cannot be read, or names nothing."""
    known = set(model.option) | {number.code for number in model.inputs}
    found: dict[str, frozenset[str]] = {}
    for option in model.options:
        formula = parse(option.quantity)
        if isinstance(formula, Refusal):
            return refuse(formula.code, **{**formula.values, "option": option.code})
        names = frozenset(scope_of(option.code) + name for name in formula.names)
        unknown = sorted(names - known)
        if unknown:
            return refuse("formula_names_nothing", option=option.code, names=unknown, formula=option.quantity)
        found[option.code] = names
    return found


def order(model: Model) -> tuple[str, ...] | Refusal:
    """Options so that each comes after those its quantity is computed from. Refused: formula_cycle."""
    needs = dependencies(model)
    if isinstance(needs, Refusal):
        return needs
    graph = {code: sorted(name for name in names if name in model.option) for code, names in needs.items()}
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return refuse("formula_cycle", options=list(error.args[1]))


def quantities(
    model: Model, chosen: frozenset[str], inputs: Mapping[str, Fraction]
) -> Mapping[str, Decimal] | Refusal:
    """Quantity of every chosen option; those not chosen count 0 in formulas.

    `inputs` by flat code; one that is not given has its default. Refused: quantity_negative and what `evaluate` refuses.
    """
    ordered = order(model)
    if isinstance(ordered, Refusal):
        return ordered
    values = input_values(model, inputs)
    amounts: dict[str, Fraction] = {}
    for code in ordered:
        if code not in chosen:
            amounts[code] = Fraction(0)
            continue
        amount = quantity_of(model, code, {**values, **amounts})
        if isinstance(amount, Refusal):
            return amount
        amounts[code] = amount
    return {
        option.code: to_decimal(amounts[option.code]) for option in model.options if option.code in chosen
    }


def quantity_of(model: Model, code: str, values: Mapping[str, Fraction]) -> Fraction | Refusal:
    """Quantity of one option from the values, by flat name, that its formula needs."""
    formula = parse(model.option[code].quantity)
    scope = scope_of(code)
    amount = evaluate(formula, {name: values[scope + name] for name in formula.names})
    if isinstance(amount, Refusal):
        return refuse(amount.code, **{**amount.values, "option": code})
    if amount < 0:
        return refuse("quantity_negative", option=code, quantity=str(to_decimal(amount)))
    return amount


def input_values(model: Model, inputs: Mapping[str, Fraction]) -> dict[str, Fraction]:
    return {
        number.code: inputs.get(number.code, to_fraction(number.default or 0) or Fraction(0))
        for number in model.inputs
    }


def _read(node: ast.expr, names: set[str]) -> None:
    """Collect the names of the tree; raises where it holds anything but arithmetic."""
    match node:
        case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            if to_fraction(value) is None:
                raise _NotArithmetic
        case ast.Name() | ast.Attribute():
            names.add(_dotted(node))
        case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=operand):
            _read(operand, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            _read(left, names)
            _read(right, names)
        case ast.Compare(left=left, ops=ops, comparators=rest) if all(type(op) in _COMPARISONS for op in ops):
            for part in (left, *rest):
                _read(part, names)
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            for part in (test, body, otherwise):
                _read(part, names)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            if not arguments or (len(arguments) > 1 and name not in _SEVERAL):
                raise _NotArithmetic
            for part in arguments:
                _read(part, names)
        case _:
            raise _NotArithmetic


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    raise _NotArithmetic


def _value(node: ast.expr, values: Mapping[str, Fraction]) -> Fraction:
    match node:
        case ast.Constant(value=value):
            return to_fraction(value)
        case ast.Name() | ast.Attribute():
            return values[_dotted(node)]
        case ast.UnaryOp(op=op, operand=operand):
            value = _value(operand, values)
            return -value if isinstance(op, ast.USub) else value
        case ast.BinOp(left=left, op=op, right=right):
            return _bounded(_OPERATORS[type(op)](_value(left, values), _value(right, values)))
        case ast.Compare(left=left, ops=ops, comparators=rest):
            parts = [_value(part, values) for part in (left, *rest)]
            pairs = zip(parts, ops, parts[1:], strict=False)
            return Fraction(all(_COMPARISONS[type(op)](first, second) for first, op, second in pairs))
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            return _value(body if _value(test, values) else otherwise, values)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            chosen = [_value(part, values) for part in arguments]
            return FUNCTIONS[name](*chosen) if len(chosen) > 1 or name not in _SEVERAL else chosen[0]
    raise AssertionError(f"{ast.dump(node)} was read and cannot be evaluated")


def _bounded(value: Fraction) -> Fraction:
    if abs(value) > LARGEST or value.denominator > LARGEST**2:
        raise OverflowError
    return value
