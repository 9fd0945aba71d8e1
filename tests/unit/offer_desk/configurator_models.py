"""Small offer models at random, and what holds for them by looking at every combination."""

from itertools import product

from hypothesis import strategies as st

from crm_ext.offer_desk.rules.configurator.definitions import RULE_KINDS, Group, Model, Option, Rule

CODES = ("a", "b", "c", "d", "e", "f", "g")


@st.composite
def models(draw):
    """Up to seven options in up to three groups, the last of which may live under an option; up to five rules."""
    bounds = st.sampled_from([(0, 1), (1, 1), (0, 0), (1, 2), (2, 0)])
    groups = [
        Group(f"G{number}", f"Group {number}", *draw(bounds)) for number in range(draw(st.integers(1, 3)))
    ]
    codes = CODES[: draw(st.integers(2, len(CODES)))]
    under = draw(st.booleans()) and len(groups) > 1
    options = []
    for number, code in enumerate(codes):
        # The first option stays outside of the group that it may be the parent of.
        group = groups[0] if number == 0 else draw(st.sampled_from(groups))
        options.append(Option(code, code.upper(), group.code, is_default=draw(st.booleans())))
    if under:
        groups[-1] = Group(**{**groups[-1].__dict__, "parent": codes[0]})
    some = st.lists(st.sampled_from(codes), min_size=1, max_size=3, unique=True).map(tuple)
    rules = []
    for number in range(draw(st.integers(0, 5))):
        then = draw(some)
        rules.append(
            Rule(
                f"R{number}",
                draw(st.sampled_from(RULE_KINDS)),
                draw(some),
                then,
                draw(st.integers(0, len(then))),
            )
        )
    return Model("m", "M", tuple(groups), tuple(options), tuple(rules))


def keeps(model, chosen):
    """Whether a choice keeps the model: written from the words of the definition, not from the code under test."""
    for group in model.groups:
        members = [option.code for option in model.options if option.group == group.code]
        taken = [code for code in members if code in chosen]
        if group.parent and group.parent not in chosen:
            if taken:
                return False
            continue
        if len(taken) < group.at_least or (group.at_most and len(taken) > group.at_most):
            return False
    return all(keeps_rule(rule, chosen) for rule in model.rules)


def keeps_rule(rule, chosen):
    if rule.kind == "Only With":
        return not set(rule.when) & chosen or bool(set(rule.then) & chosen)
    if not set(rule.when) <= chosen:
        return True
    count = len(set(rule.then) & chosen)
    return {
        "Requires": count == len(set(rule.then)),
        "Excludes": count == 0,
        "At Least": count >= rule.number,
        "At Most": count <= rule.number,
    }[rule.kind]


def all_valid(model):
    codes = [option.code for option in model.options]
    combinations = product((False, True), repeat=len(codes))
    chosen = (
        frozenset(code for code, taken in zip(codes, bits, strict=True) if taken) for bits in combinations
    )
    return [choice for choice in chosen if keeps(model, choice)]


@st.composite
def models_and_choices(draw):
    model = draw(models())
    codes = [option.code for option in model.options]
    return model, frozenset(draw(st.lists(st.sampled_from(codes), max_size=4, unique=True)))
