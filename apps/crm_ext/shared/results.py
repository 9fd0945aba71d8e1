"""How a rule says no.

A rule never raises for bad business input: it returns its result, or a `Refusal`. `flow` turns the refusal into a
translated sentence that says what to do next, because only there is a language and a user.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Refusal:
    """Why something is not done: a stable code and the values that its sentence names."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __reduce__(self) -> tuple:
        """How a cache keeps it: a mapping that cannot be changed cannot be pickled as it is."""
        return Refusal, (self.code, dict(self.values))

    def __bool__(self) -> bool:
        """False, so that `result or ...` and `if result` treat a refusal as the absence of a result."""
        return False


def refuse(code: str, **values: Any) -> Refusal:
    return Refusal(code, values)
