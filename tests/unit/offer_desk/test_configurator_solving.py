from decimal import Decimal

from configurator_models import all_valid, keeps, models, models_and_choices
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ext.offer_desk.rules.configurator import checking, formulas, optimising, solving
from crm_ext.offer_desk.rules.configurator.constraints import constraints
from crm_ext.offer_desk.rules.configurator.definitions import Facts, Group, Model, Option, Rule
from crm_ext.shared.results import Refusal

few = settings(max_examples=60, deadline=None)


def beside(model, choices, code):
    """The choices that an option is weighed against."""
    group = next(group for group in model.groups if group.code == model.option[code].group)
    return choices - set(model.members[group.code]) if group.at_most == 1 else choices - {code}


@few
@given(models_and_choices())
def test_state_says_what_trying_every_combination_says(case):
    model, choices = case
    valid = all_valid(model)
    found = solving.state(model, choices)
    assert (found.conflict is None) == any(choices <= choice for choice in valid)
    if found.conflict:
        return
    for code, state in found.options.items():
        base = beside(model, choices, code)
        completions = [choice for choice in valid if base <= choice]
        if not any(code in choice for choice in completions):
            assert state.status == solving.IMPOSSIBLE
        elif all(code in choice for choice in completions):
            assert state.status == solving.FORCED
        else:
            assert state.status == solving.POSSIBLE
        assert state.is_chosen == (code in choices)


@few
@given(models_and_choices())
def test_a_reason_contradicts_and_stops_doing_so_without_any_part_of_it(case):
    model, choices = case
    found = solving.state(model, choices)
    cores = [(found.conflict, None, None)] if found.conflict else []
    if not found.conflict:
        cores += [
            (state.reason, code, state.status == solving.IMPOSSIBLE)
            for code, state in found.options.items()
            if state.reason
        ]
    for reason, code, wanted in cores:
        assert not stands(model, reason.constraints, reason.choices, code, wanted)
        for part in range(len(reason.constraints)):
            rest = reason.constraints[:part] + reason.constraints[part + 1 :]
            assert stands(model, rest, reason.choices, code, wanted)
        for part in range(len(reason.choices)):
            rest = reason.choices[:part] + reason.choices[part + 1 :]
            if reason.choices[part] != code:
                assert stands(model, reason.constraints, rest, code, wanted)


def stands(model, some_constraints, choices, code, wanted):
    """Whether any combination keeps these constraints and choices, with the option chosen or left out as wanted."""
    codes = list(model.option)
    for number in range(2 ** len(codes)):
        chosen = frozenset(name for position, name in enumerate(codes) if number >> position & 1)
        fits = code is None or (code in chosen) == wanted
        if fits and chosen.issuperset(choices) and all(part.is_kept_by(chosen) for part in some_constraints):
            return True
    return False


@few
@given(models_and_choices(), st.data())
def test_repair_is_valid_and_drops_as_few_choices_as_can_be(case, data):
    model, choices = case
    wanted = frozenset({data.draw(st.sampled_from(list(model.option)))})
    valid = [choice for choice in all_valid(model) if wanted <= choice]
    found = solving.repair(model, choices, wanted)
    if not valid:
        assert isinstance(found, Refusal)
        return
    assert wanted <= found.chosen
    assert any(found.chosen <= choice for choice in valid), "the change leads nowhere"
    assert found.dropped == choices - found.chosen
    assert found.added == found.chosen - choices
    assert len(found.dropped) == min(len(choices - choice) for choice in valid)


@few
@given(models_and_choices(), st.data())
def test_completion_keeps_every_rule_and_none_is_cheaper(case, data):
    model, choices = case
    values = {code: Decimal(data.draw(st.integers(-50, 50))) for code in model.option}
    valid = [choice for choice in all_valid(model) if choices <= choice]
    for highest in (False, True):
        found = solving.complete(model, choices, values, highest=highest)
        if not valid:
            assert isinstance(found, Refusal)
            continue
        sums = [sum(values[code] for code in choice) for choice in valid]
        assert keeps(model, found.chosen) and choices <= found.chosen
        assert not checking.broken(model, found.chosen)
        assert found.is_proved
        assert (
            found.value == sum(values[code] for code in found.chosen) == (max(sums) if highest else min(sums))
        )


@few
@given(models_and_choices(), st.data())
def test_fastest_completion_is_the_one_whose_last_part_comes_first(case, data):
    model, choices = case
    days = {code: data.draw(st.integers(0, 5)) for code in model.option}
    valid = [choice for choice in all_valid(model) if choices <= choice]
    found = solving.fastest(model, choices, days, {})
    if not valid:
        assert isinstance(found, Refusal)
        return
    assert keeps(model, found.chosen) and choices <= found.chosen
    assert found.value == min(max((days[code] for code in choice), default=0) for choice in valid)


@few
@given(models())
def test_the_checker_and_the_constraints_say_what_the_words_say(model):
    for number in range(2 ** len(model.options)):
        chosen = frozenset(code for position, code in enumerate(model.option) if number >> position & 1)
        assert (not checking.broken(model, chosen)) == keeps(model, chosen)


@few
@given(models_and_choices(), st.data())
def test_local_search_finds_a_valid_completion_where_the_budget_is_spent_at_once(case, data):
    model, choices = case
    values = {code: Decimal(data.draw(st.integers(-50, 50))) for code in model.option}
    budget = optimising.MOST_CALLS
    optimising.MOST_CALLS = 0
    try:
        found = solving.complete(model, choices, values)
    finally:
        optimising.MOST_CALLS = budget
    if isinstance(found, Refusal):
        assert not any(choices <= choice for choice in all_valid(model))
        return
    assert not found.is_proved
    assert keeps(model, found.chosen) and choices <= found.chosen
    assert found.value == sum(values[code] for code in found.chosen)


@few
@given(st.data())
def test_completion_weighs_quantities_that_follow_from_other_options(data):
    model = Model(
        "m",
        "M",
        (Group("G", "Tanks", 1, 0), Group("H", "Valves", 1, 1)),
        (
            Option("t1", "T1", "G", quantity="2"),
            Option("t2", "T2", "G", quantity="3"),
            Option("v1", "V1", "H", quantity="ceil((t1 + t2) / 2)"),
            Option("v2", "V2", "H", quantity="t1 + t2 * length"),
        ),
        inputs=(_number("length"),),
    )
    values = {code: Decimal(data.draw(st.integers(-9, 9))) for code in model.option}
    length = data.draw(st.integers(0, 5))
    inputs = {"length": formulas.to_fraction(length)}
    sums = [
        sum(formulas.quantities(model, choice, inputs)[code] * values[code] for code in choice)
        for choice in all_valid(model)
    ]
    assert solving.complete(model, frozenset(), values, inputs=inputs).value == min(sums)
    assert solving.complete(model, frozenset(), values, inputs=inputs, highest=True).value == max(sums)


def _number(code):
    from crm_ext.offer_desk.rules.configurator.definitions import Input

    return Input(code, code.title(), "1", "0", "10", "1")


PUMP = Model(
    "pump",
    "Pump",
    (Group("body", "Body", 1, 1), Group("motor", "Motor", 1, 1), Group("extras", "Extras", 0, 0)),
    (
        Option("P1", "Cast iron", "body"),
        Option("P2", "Steel", "body"),
        Option("M1", "230 V", "motor", is_default=True),
        Option("M2", "400 V", "motor"),
        Option("INV", "Inverter", "extras", from_stock_until="2026-06-30"),
        Option("GUARD", "Guard", "extras", customer_groups=("Industry",)),
    ),
    (Rule("R1", "Excludes", ("M2",), ("P1",)), Rule("R2", "Requires", ("INV",), ("M2",))),
)


def facts(**values):
    from datetime import date

    return Facts(**{"today": date(2026, 6, 1), "customer_groups": frozenset({"Industry"}), **values})


def test_the_reason_names_the_rule_and_the_choice():
    state = solving.state(PUMP, frozenset({"P1"})).options["INV"]
    assert state.status == solving.IMPOSSIBLE
    assert [part.subject for part in state.reason.constraints] == ["R1", "R2"]
    assert set(state.reason.choices) - {"INV"} == {"P1"}


def test_repair_puts_another_option_in_place_of_the_dropped_one():
    change = solving.repair(PUMP, frozenset({"P1", "M1"}), frozenset({"INV"}))
    assert change.chosen == {"P2", "M2", "INV"}
    assert change.dropped == {"P1", "M1"}


def test_an_option_is_kept_from_customers_it_is_not_for():
    assert solving.state(PUMP, frozenset(), facts()).options["GUARD"].status == solving.POSSIBLE
    refused = solving.state(PUMP, frozenset(), facts(customer_groups=frozenset())).options["GUARD"]
    assert refused.status == solving.IMPOSSIBLE
    assert [part.kind for part in refused.reason.constraints] == ["customer_group"]


def test_an_option_is_sold_from_stock_only_up_to_its_day():
    from datetime import date

    short = frozenset({"INV"})
    on_the_day = solving.state(PUMP, frozenset(), facts(short=short, today=date(2026, 6, 30)))
    after = solving.state(PUMP, frozenset(), facts(short=short, today=date(2026, 7, 1)))
    assert on_the_day.options["INV"].status == solving.IMPOSSIBLE
    assert after.options["INV"].status == solving.POSSIBLE
    assert solving.state(PUMP, frozenset(), facts()).options["INV"].status == solving.POSSIBLE


def test_defaults_that_cannot_stand_together_are_not_all_taken():
    model = Model(
        "m",
        "M",
        (Group("G", "G", 0, 0),),
        (
            Option("a", "A", "G", is_default=True),
            Option("b", "B", "G", is_default=True),
            Option("c", "C", "G"),
        ),
        (Rule("R", "Excludes", ("a",), ("b",)),),
    )
    assert len(solving.start(model)) == 1


def test_what_may_be_left_out_is_left_out_of_the_most_profitable_completion():
    values = {
        "P1": Decimal(1),
        "P2": Decimal(5),
        "M1": Decimal(2),
        "GUARD": Decimal(100),
        "INV": Decimal(100),
    }
    assert solving.complete(PUMP, frozenset(), values, highest=True, leave_extras=True).chosen == {"P2", "M1"}


def test_two_hundred_options_with_four_hundred_rules_are_answered_in_moderate_work():
    """Counted in solver calls, which are the same on every machine."""
    groups = tuple(Group(f"g{number}", f"G{number}", 1, 1) for number in range(40))
    options = tuple(Option(f"o{number}", f"O{number}", f"g{number // 5}") for number in range(200))
    rules = tuple(
        Rule(f"r{number}", "Excludes", (f"o{number * 7 % 200}",), (f"o{(number * 31 + 11) % 200}",))
        for number in range(400)
    )
    model = Model("m", "M", groups, options, rules)
    assert len(constraints(model)) == 480
    with solving.Problem(model) as problem:
        found = solving._states_beside(problem, frozenset(), list(model.option), frozenset())
        assert problem.hard.accum_stats()["conflicts"] < 20_000
    assert set(found) == set(model.option)
