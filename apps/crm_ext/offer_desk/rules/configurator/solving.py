"""What may still be chosen and why not, the nearest valid change, the best completion: answered by a SAT solver.

Every option is a variable, every constraint a few clauses. A second solver holds the same clauses with a name (a selector
variable) for each constraint: assumed names that cannot stand together are the reason, cut down until leaving out any one
of them would lift the contradiction (a minimal unsatisfiable core). Nearest changes and best completions are weighted
MaxSAT problems. `python-sat` (CaDiCaL, MiniSat, RC2) does the search; the room's README says why that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pysat.card import CardEnc, EncType
from pysat.solvers import Solver

from crm_ext.offer_desk.rules.configurator import formulas, optimising
from crm_ext.offer_desk.rules.configurator.constraints import Constraint, constraints
from crm_ext.offer_desk.rules.configurator.definitions import Facts, Model
from crm_ext.offer_desk.rules.configurator.optimising import Best, Term
from crm_ext.shared.results import Refusal, refuse

POSSIBLE, FORCED, IMPOSSIBLE = "possible", "forced", "impossible"
# Values are compared in whole ten-thousandths of their unit.
SCALE = 10_000
# A quantity that follows from other options is looked at for every combination of them that the rules allow.
MOST_CASES = 256
# An option without a day comes after every day.
NEVER = 10**6


@dataclass(frozen=True)
class Reason:
    """Constraints and choices that cannot all stand; without any one of them they could."""

    constraints: tuple[Constraint, ...]
    choices: tuple[str, ...]


@dataclass(frozen=True)
class OptionState:
    """`reason` says why an option is forced or impossible."""

    status: str
    is_chosen: bool
    reason: Reason | None = None


@dataclass(frozen=True)
class State:
    """States by option. With a conflict the choices themselves cannot stand, and states are those after `repair`."""

    options: Mapping[str, OptionState]
    conflict: Reason | None = None


@dataclass(frozen=True)
class Change:
    """What is chosen after the nearest change, and what that takes away and adds."""

    chosen: frozenset[str]
    dropped: frozenset[str]
    added: frozenset[str]


@dataclass(frozen=True)
class Completion:
    """A whole valid choice and its value (the sum, or the latest day); `is_proved` when no other is better."""

    chosen: frozenset[str]
    value: Decimal
    is_proved: bool


class Problem:
    """A model under the facts of the day, as clauses. `with Problem(model, facts) as problem:` frees the solvers."""

    def __init__(self, model: Model, facts: Facts | None = None) -> None:
        self.model = model
        self.codes = tuple(model.option)
        self.variable = {code: number for number, code in enumerate(self.codes, 1)}
        self.constraints = constraints(model, facts)
        self._top = len(self.codes)
        self._clauses = [list(self._clauses_of(constraint)) for constraint in self.constraints]
        self.hard = Solver(
            "minisat22", bootstrap_with=[clause for clauses in self._clauses for clause in clauses]
        )
        self._named: Solver | None = None
        self._selectors: dict[int, Constraint] = {}

    def __enter__(self) -> Problem:
        return self

    def __exit__(self, *_: object) -> None:
        self.hard.delete()
        if self._named:
            self._named.delete()

    def literals(self, choices: Iterable[str]) -> list[int]:
        return [self.variable[code] for code in choices]

    def chosen_in(self, found: Iterable[int]) -> frozenset[str]:
        """Codes of the options that an assignment chooses."""
        return frozenset(self.codes[literal - 1] for literal in found if 0 < literal <= len(self.codes))

    def is_possible(self, assumptions: list[int]) -> bool:
        return self.hard.solve(assumptions=assumptions)

    def reason(self, assumptions: list[int]) -> Reason:
        """Why these literals cannot stand: a minimal core of constraints and choices."""
        named = self._with_names()
        named.solve(assumptions=[*assumptions, *self._selectors])
        core = _minimal(named, named.get_core() or [])
        return Reason(
            tuple(self._selectors[literal] for literal in sorted(core) if literal in self._selectors),
            tuple(self.codes[literal - 1] for literal in sorted(core) if 0 < literal <= len(self.codes)),
        )

    def forbid(self, literals: Sequence[int]) -> None:
        """These may not all be true: a combination without a quantity."""
        clause = [-literal for literal in literals]
        self._clauses.append([clause])
        self.hard.add_clause(clause)

    def lowest(self, fixed: Sequence[int], terms: Sequence[Term]) -> Best | None:
        """The whole valid choice, with the literals that are fixed, whose terms have the lowest sum."""
        clauses = [clause for clauses in self._clauses for clause in clauses]
        return optimising.lowest(clauses, self.hard, fixed, terms, len(self.codes))

    def _with_names(self) -> Solver:
        if self._named is None:
            self._named = Solver("minisat22")
            for number, (constraint, clauses) in enumerate(
                zip(self.constraints, self._clauses, strict=False), 1
            ):
                selector = self._top + number
                self._selectors[selector] = constraint
                for clause in clauses:
                    self._named.add_clause([-selector, *clause])
        return self._named

    def _clauses_of(self, constraint: Constraint) -> Iterator[list[int]]:
        unless = [-self.variable[code] for code in constraint.when]
        of = self.literals(constraint.of)
        if constraint.least > len(of):
            yield unless
        elif constraint.least == len(of):
            yield from ([*unless, literal] for literal in of)
        elif constraint.least == 1:
            yield [*unless, *of]
        elif constraint.least > 1:
            yield from self._counted(CardEnc.atleast, of, constraint.least, unless)
        if constraint.most == 0:
            yield from ([*unless, -literal] for literal in of)
        elif constraint.most is not None and constraint.most < len(of):
            yield from self._counted(CardEnc.atmost, of, constraint.most, unless)

    def _counted(self, encode, of: list[int], bound: int, unless: list[int]) -> Iterator[list[int]]:
        encoding = (
            EncType.pairwise
            if bound == 1 and len(of) <= 6 and encode is CardEnc.atmost
            else EncType.seqcounter
        )
        encoded = encode(lits=of, bound=bound, top_id=self._top, encoding=encoding)
        self._top = max(self._top, encoded.nv)
        yield from ([*unless, *clause] for clause in encoded.clauses)


def state(model: Model, choices: frozenset[str], facts: Facts | None = None) -> State:
    """For each option whether it can be chosen beside the choices, has to be, or cannot, with the reason.

    An option is weighed against the choices that taking it would not replace: without itself and, where its group takes
    one option, without the one that is chosen there.
    """
    with Problem(model, facts) as problem:
        conflict = None
        if not problem.is_possible(problem.literals(choices)):
            conflict = problem.reason(problem.literals(choices))
            nearest = _nearest(problem, choices, frozenset())
            if isinstance(nearest, Refusal):
                return State(
                    {code: OptionState(IMPOSSIBLE, code in choices, conflict) for code in model.option},
                    conflict,
                )
            choices = choices & nearest
        found: dict[str, OptionState] = {}
        for base, codes in _by_base(model, choices).items():
            found.update(_states_beside(problem, base, codes, choices))
        return State({code: found[code] for code in model.option}, conflict)


def repair(
    model: Model, choices: frozenset[str], wanted: frozenset[str], facts: Facts | None = None
) -> Change | Refusal:
    """The nearest valid change after which all of `wanted` are chosen.

    As few of the choices as possible are dropped; of the ways to do that, the one that adds the fewest options in a full
    completion, defaults before others. What is added at once are options in place of the dropped ones. Refused: impossible.
    """
    with Problem(model, facts) as problem:
        nearest = _nearest(problem, choices, wanted)
        if isinstance(nearest, Refusal):
            return nearest
        kept = choices & nearest
        dropped = choices - nearest
        touched = {model.option[code].group for code in dropped}
        instead = frozenset(code for code in nearest - choices if model.option[code].group in touched)
        chosen = kept | wanted | instead
        return Change(chosen, dropped, chosen - choices)


def start(model: Model, facts: Facts | None = None) -> frozenset[str]:
    """The defaults, as many of them as can stand together."""
    with Problem(model, facts) as problem:
        nearest = _nearest(problem, model.defaults, frozenset())
        return frozenset() if isinstance(nearest, Refusal) else model.defaults & nearest


def complete(
    model: Model,
    choices: frozenset[str],
    values: Mapping[str, Decimal],
    facts: Facts | None = None,
    *,
    inputs: Mapping[str, Fraction] | None = None,
    highest: bool = False,
    leave_extras: bool = False,
    without: frozenset[str] = frozenset(),
) -> Completion | Refusal:
    """The valid completion with the lowest (or highest) sum of value times quantity, and with none of `without`.

    values: for one unit of quantity by option; an option without one counts 0. leave_extras: options of groups from which
    nothing has to be chosen are added only where a rule asks for them. Refused: impossible, too_many_cases.
    """
    with Problem(model, facts) as problem:
        fixed = [*problem.literals(choices), *(-literal for literal in problem.literals(without))]
        if not problem.is_possible(fixed):
            return refuse("impossible")
        found = _terms(problem, fixed, values, formulas.input_values(model, inputs or {}), highest)
        if isinstance(found, Refusal):
            return found
        sums = found
        penalty = sum(abs(term.weight) for term in sums) + 1
        extras = [
            Term((literal,), penalty)
            for literal in problem.literals(_extras(model, choices) if leave_extras else ())
        ]
        best = problem.lowest(fixed, [*sums, *extras])
        if best is None:
            return refuse("impossible")
        sign = -1 if highest else 1
        value = sign * optimising.total(sums, best.literals) / Decimal(SCALE)
        return Completion(problem.chosen_in(best.literals), value, best.is_proved)


def fastest(
    model: Model,
    choices: frozenset[str],
    days: Mapping[str, int],
    values: Mapping[str, Decimal],
    facts: Facts | None = None,
    *,
    inputs: Mapping[str, Fraction] | None = None,
) -> Completion | Refusal:
    """The completion whose last part is there first; of several, the one with the lowest sum of values.

    days: days from today until an option can be delivered. An option that is not named delays nothing; one that will not
    be there within any known time has NEVER. The completion's value is the latest day. Refused as in `complete`.
    """
    with Problem(model, facts) as problem:
        fixed = problem.literals(choices)
        if not problem.is_possible(fixed):
            return refuse("impossible")
        steps = sorted({0, *days.values()})
        low, high = 0, len(steps) - 1
        while low < high:
            middle = (low + high) // 2
            if problem.is_possible([*fixed, *_not_after(problem, days, steps[middle], choices)]):
                high = middle
            else:
                low = middle + 1
    late = frozenset(code for code, day in days.items() if day > steps[low] and code not in choices)
    found = complete(model, choices, values, facts, inputs=inputs, without=late)
    if isinstance(found, Refusal):
        return found
    return Completion(
        found.chosen, Decimal(max((days.get(code, 0) for code in found.chosen), default=0)), True
    )


def _by_base(model: Model, choices: frozenset[str]) -> dict[frozenset[str], list[str]]:
    """Options by the choices that they are weighed against."""
    grouped: dict[frozenset[str], list[str]] = {}
    for group, members in model.members.items():
        single = group in model.group and model.group[group].at_most == 1
        for code in members:
            base = choices.difference(members) if single else choices - {code}
            grouped.setdefault(base, []).append(code)
    return grouped


def _states_beside(
    problem: Problem, base: frozenset[str], codes: list[str], choices: frozenset[str]
) -> dict[str, OptionState]:
    """Every assignment that the solver finds settles many options at once: seen chosen, seen left out."""
    fixed = problem.literals(base)
    open_ones = {problem.variable[code] for code in codes}
    can_be_chosen: set[int] = set()
    can_be_left: set[int] = set()

    def ask(literal: int | None = None) -> bool:
        if not problem.hard.solve(assumptions=fixed if literal is None else [*fixed, literal]):
            return False
        for seen in problem.hard.get_model()[: len(problem.codes)]:
            (can_be_chosen if seen > 0 else can_be_left).add(abs(seen))
        return True

    problem.hard.set_phases([-variable for variable in open_ones])
    ask()
    found: dict[str, OptionState] = {}
    for code in codes:
        variable, is_chosen = problem.variable[code], code in choices
        problem.hard.set_phases(sorted(open_ones - can_be_chosen))
        if variable not in can_be_chosen and not ask(variable):
            found[code] = OptionState(IMPOSSIBLE, is_chosen, problem.reason([*fixed, variable]))
        elif variable not in can_be_left and not ask(-variable):
            found[code] = OptionState(FORCED, is_chosen, problem.reason([*fixed, -variable]))
        else:
            found[code] = OptionState(POSSIBLE, is_chosen)
    return found


def _minimal(solver: Solver, core: Sequence[int]) -> list[int]:
    """Leave out one literal after the other while the rest still cannot stand."""
    needed = list(core)
    for literal in list(core):
        if literal not in needed:
            continue
        without = [other for other in needed if other != literal]
        if not solver.solve(assumptions=without):
            needed = list(solver.get_core() or [])
    return needed


def _nearest(problem: Problem, choices: frozenset[str], wanted: frozenset[str]) -> frozenset[str] | Refusal:
    """The whole valid choice with all that is wanted, the most of the choices, then the fewest additions."""
    # Keeping one choice outweighs all additions together; an addition that is no default weighs a little more.
    addition = 2 * len(problem.codes) + 1
    kept = (addition + 1) * (len(problem.codes) + 1)
    terms = [
        Term(
            (problem.variable[code],),
            -kept if code in choices else addition - (code in problem.model.defaults),
        )
        for code in problem.codes
        if code not in wanted
    ]
    best = problem.lowest(problem.literals(wanted), terms)
    return problem.chosen_in(best.literals) if best else refuse("impossible")


def _extras(model: Model, choices: frozenset[str]) -> list[str]:
    return [
        code
        for group in model.groups
        if group.at_least == 0
        for code in model.members[group.code]
        if code not in choices
    ]


def _terms(
    problem: Problem,
    fixed: Sequence[int],
    values: Mapping[str, Decimal],
    inputs: Mapping[str, Fraction],
    highest: bool,
) -> list[Term] | Refusal:
    """What each option adds to the sum, in every combination of the options that its quantity follows from."""
    needs = formulas.dependencies(problem.model)
    order = formulas.order(problem.model)
    for refusal in (needs, order):
        if isinstance(refusal, Refusal):
            return refusal
    position = {code: number for number, code in enumerate(order)}
    behind: dict[str, frozenset[str]] = {}
    for code in order:
        direct = [name for name in needs[code] if name in problem.variable]
        behind[code] = frozenset(direct).union(*(behind[name] for name in direct))
    terms: list[Term] = []
    for code in problem.codes:
        cases = _cases(problem, fixed, code, sorted(behind[code], key=position.__getitem__))
        if isinstance(cases, Refusal):
            return cases
        for case in cases:
            amount = _amount(problem, code, case, inputs)
            if isinstance(amount, Refusal):
                problem.forbid(case)
                continue
            weight = round(Fraction(values.get(code, Decimal(0))) * amount * SCALE)
            terms.append(Term(case, -weight if highest else weight))
    return terms


def _cases(
    problem: Problem, fixed: Sequence[int], code: str, behind: Sequence[str]
) -> list[tuple[int, ...]] | Refusal:
    """Every combination of the options behind a quantity that the rules allow while the option itself is chosen."""
    cases: list[tuple[int, ...]] = [(problem.variable[code],)]
    for name in behind:
        literal = problem.variable[name]
        cases = [
            (*case, choice)
            for case in cases
            for choice in (literal, -literal)
            if problem.is_possible([*fixed, *case, choice])
        ]
        if len(cases) > MOST_CASES:
            return refuse("too_many_cases", option=code, most=MOST_CASES)
    return cases


def _amount(
    problem: Problem, code: str, case: Sequence[int], inputs: Mapping[str, Fraction]
) -> Fraction | Refusal:
    """Quantity of the option in one case; the options behind it come in the order of their computation."""
    values = dict(inputs)
    others = case[1:]
    for literal in others:
        name = problem.codes[abs(literal) - 1]
        amount = formulas.quantity_of(problem.model, name, values) if literal > 0 else Fraction(0)
        if isinstance(amount, Refusal):
            return amount
        values[name] = amount
    return formulas.quantity_of(problem.model, code, values)


def _not_after(problem: Problem, days: Mapping[str, int], last: int, choices: frozenset[str]) -> list[int]:
    return [-problem.variable[code] for code, day in days.items() if day > last and code not in choices]
