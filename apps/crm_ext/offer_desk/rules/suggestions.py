"""What else to offer beside the lines of an offer: which candidates stay, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

BETTER_MODEL, COMPLEMENT = "Better Model", "Complement"
CONSUMABLE, SPARE_PART = "Consumable", "Spare Part"
# Somebody wrote these down; what was only observed comes after them.
_ORDER = {BETTER_MODEL: 0, SPARE_PART: 1, CONSUMABLE: 1, COMPLEMENT: 2}
_ZERO, _HUNDRED = Decimal(0), Decimal(100)


@dataclass(frozen=True)
class Candidate:
    """An item that may be offered because of another one.

    lift: how many times as often the two are bought together as by chance; None where a person wrote it down.
    """

    item_code: str
    kind: str
    because: str
    lift: Decimal | None = None


@dataclass(frozen=True)
class Commerce:
    """Price (net, company currency) and cost of one stock unit, and the least margin in percent; None where unknown."""

    price: Decimal | None = None
    cost: Decimal | None = None
    floor: Decimal | None = None

    @property
    def margin(self) -> Decimal | None:
        """What one unit leaves, where price and cost are known."""
        return None if self.price is None or self.cost is None else self.price - self.cost

    @property
    def is_below_floor(self) -> bool:
        if self.margin is None or self.floor is None or not self.price:
            return False
        return self.margin / self.price * _HUNDRED < self.floor


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Each item once, for its best reason; better models first, then what is written down, then the highest lift."""
    best: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=_rank):
        best.setdefault(candidate.item_code, candidate)
    return list(best.values())


def _rank(candidate: Candidate) -> tuple:
    return (
        _ORDER[candidate.kind],
        candidate.lift is not None,
        -(candidate.lift or _ZERO),
        candidate.item_code,
    )


def is_step_up(present: Commerce, better: Commerce) -> bool:
    """Whether the other item costs more and leaves more; an unknown margin is no reason against it."""
    if present.price is None or better.price is None or better.price <= present.price:
        return False
    if present.margin is None or better.margin is None:
        return True
    return better.margin > present.margin


def still_open(
    candidates: Sequence[Candidate], present: Iterable[str], refused: Iterable[str]
) -> list[Candidate]:
    """The candidates that are neither in the offer nor were refused lately."""
    out = {*present, *refused}
    return [candidate for candidate in candidates if candidate.item_code not in out]
