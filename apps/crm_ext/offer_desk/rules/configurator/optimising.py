"""The best whole choice by weights: proved by MaxSAT within a budget, otherwise the best that a local search finds.

Core-guided MaxSAT (RC2) answers real models at once, but nothing answers every model at once. The budget is counted in the
solver's own work and not in seconds, so that the same question always has the same answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pysat.examples.rc2 import RC2, RC2Stratified
from pysat.formula import WCNF
from pysat.solvers import Solver

MOST_CALLS = 400
MOST_CONFLICTS = 3_000
MOST_TRIALS = 3_000
_NEIGHBOURS = 24


@dataclass(frozen=True)
class Term:
    """`weight` (whole number, any sign) counts when the literals are all true."""

    literals: tuple[int, ...]
    weight: int


@dataclass(frozen=True)
class Best:
    """An assignment of the variables, as literals; `is_proved` when no other has a lower sum."""

    literals: frozenset[int]
    is_proved: bool


def lowest(
    clauses: Sequence[Sequence[int]],
    hard: Solver,
    fixed: Sequence[int],
    terms: Sequence[Term],
    variables: int,
) -> Best | None:
    """The assignment with the lowest sum of terms; None where there is none at all.

    clauses: the problem, which `hard` holds too. fixed: literals that stand. variables: those that matter are 1 to this.
    """
    if not hard.solve(assumptions=list(fixed)):
        return None
    wishes = _wishes(clauses, fixed, terms, variables)
    kind = RC2Stratified if len(set(wishes.wght)) > 3 else RC2
    with kind(wishes, solver="g3", adapt=True, exhaust=True, minz=True) as search:
        search.oracle = _Budget(search.oracle)
        try:
            found = search.compute()
            return Best(frozenset(found[:variables]), True)
        except _Spent:
            pass
        finally:
            search.oracle = search.oracle.solver
    return Best(_LocalSearch(clauses, hard, fixed, terms, variables).run(), False)


def _wishes(
    clauses: Iterable[Sequence[int]], fixed: Iterable[int], terms: Iterable[Term], variables: int
) -> WCNF:
    wishes = WCNF()
    wishes.extend([list(clause) for clause in clauses])
    wishes.extend([[literal] for literal in fixed])
    wishes.nv = max(wishes.nv, variables)
    for term in terms:
        _wish(wishes, term)
    return wishes


def _wish(wishes: WCNF, term: Term) -> None:
    """A positive weight is wished away, a negative one is wished for."""
    if not term.weight:
        return
    counts = term.literals[0]
    if len(term.literals) > 1:
        wishes.nv += 1
        counts = wishes.nv
        wishes.append([counts, *(-literal for literal in term.literals)])
        wishes.extend([[-counts, literal] for literal in term.literals])
    wishes.append([-counts if term.weight > 0 else counts], weight=abs(term.weight))


class _Spent(Exception):
    pass


class _Budget:
    """A solver that stops the search which uses it when it has worked enough."""

    def __init__(self, solver: Solver) -> None:
        self.solver = solver
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.solver, name)

    def solve(self, assumptions: Sequence[int] = ()) -> bool:
        return self.solve_limited(assumptions=assumptions)

    def solve_limited(self, assumptions: Sequence[int] = (), expect_interrupt: bool = False) -> bool:
        self.calls += 1
        left = MOST_CONFLICTS - self.solver.accum_stats()["conflicts"]
        if self.calls > MOST_CALLS or left <= 0:
            raise _Spent
        self.solver.conf_budget(left)
        answer = self.solver.solve_limited(assumptions=list(assumptions))
        if answer is None:
            raise _Spent
        return answer


class _LocalSearch:
    """From a greedy start, take one other option at a time and settle what hangs together with it anew."""

    def __init__(
        self,
        clauses: Iterable[Sequence[int]],
        hard: Solver,
        fixed: Sequence[int],
        terms: Sequence[Term],
        variables: int,
    ) -> None:
        self.hard = hard
        self.fixed = list(fixed)
        self.terms = terms
        self.variables = variables
        self.weight = _weights(terms)
        self.near = _neighbours(clauses, variables)
        self.trials = 0

    def run(self) -> frozenset[int]:
        best = self._settle(self.fixed, range(1, self.variables + 1))
        value = self._sum(best)
        improved = True
        while improved and self.trials < MOST_TRIALS:
            improved = False
            for variable in range(1, self.variables + 1):
                if self.trials >= MOST_TRIALS:
                    break
                around = self._around(variable)
                kept = [*self.fixed, *(literal for literal in best if abs(literal) not in around)]
                other = -variable if variable in best else variable
                if not self._is_possible([*kept, other]):
                    continue
                found = self._settle([*kept, other], around)
                found_value = self._sum(found)
                if found_value < value:
                    best, value, improved = found, found_value, True
        return best

    def _settle(self, assumptions: Sequence[int], variables: Collection[int]) -> frozenset[int]:
        """Decide the variables one by one, those first that weigh most, each as it is best by itself."""
        taken = list(assumptions)
        decided = {abs(literal) for literal in taken}
        for variable in sorted(variables, key=lambda number: -abs(self.weight.get(number, 0))):
            if variable in decided:
                continue
            wanted = variable if self.weight.get(variable, 0) < 0 else -variable
            taken.append(wanted if self._is_possible([*taken, wanted]) else -wanted)
        self.hard.solve(assumptions=taken)
        return frozenset(self.hard.get_model()[: self.variables])

    def _is_possible(self, literals: list[int]) -> bool:
        self.trials += 1
        return self.hard.solve(assumptions=literals)

    def _around(self, variable: int) -> set[int]:
        """The variable and the nearest of those that clauses tie it to."""
        found = {variable: None}
        for reached in list(chain([variable], self.near[variable])):
            found.update(dict.fromkeys(self.near[reached]))
            if len(found) >= _NEIGHBOURS:
                break
        return set(list(found)[:_NEIGHBOURS])

    def _sum(self, literals: frozenset[int]) -> int:
        return total(self.terms, literals)


def total(terms: Iterable[Term], literals: frozenset[int]) -> int:
    return sum(term.weight for term in terms if literals.issuperset(term.literals))


def _weights(terms: Iterable[Term]) -> Mapping[int, int]:
    """What choosing a variable costs, roughly: the mean over the cases of its quantity."""
    cases: dict[int, list[int]] = {}
    for term in terms:
        cases.setdefault(term.literals[0], []).append(term.weight)
    return {variable: round(sum(weights) / len(weights)) for variable, weights in cases.items()}


def _neighbours(clauses: Iterable[Sequence[int]], variables: int) -> dict[int, list[int]]:
    near: dict[int, dict[int, None]] = {number: {} for number in range(1, variables + 1)}
    for clause in clauses:
        of_options = [abs(literal) for literal in clause if abs(literal) <= variables]
        for variable in of_options:
            near[variable].update(dict.fromkeys(of_options))
    return {variable: list(found) for variable, found in near.items()}
