"""What one version of a model has that another has not, and what that does to a choice made in the older one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from crm_ext.offer_desk.rules.configurator.definitions import Group, Input, Model, Option, Rule

Part = Option | Rule | Group | Input


@dataclass(frozen=True)
class PartDifference:
    """One part that is new, gone or changed; `changed` names the fields that differ."""

    kind: str  # Option, Rule, Group, Input
    code: str
    label: str
    what: str  # new, gone, changed
    changed: tuple[str, ...] = ()


def differences(old: Model, new: Model) -> tuple[PartDifference, ...]:
    """Options first, then groups, rules and inputs; each in the order of the version that has it."""
    return (
        *_between("Option", old.options, new.options),
        *_between("Group", old.groups, new.groups),
        *_between("Rule", old.rules, new.rules),
        *_between("Input", old.inputs, new.inputs),
    )


def _between(kind: str, old: Sequence[Part], new: Sequence[Part]) -> list[PartDifference]:
    before, after = {part.code: part for part in old}, {part.code: part for part in new}
    found = [PartDifference(kind, part.code, _label(part), "gone") for part in old if part.code not in after]
    for part in new:
        if part.code not in before:
            found.append(PartDifference(kind, part.code, _label(part), "new"))
            continue
        changed = tuple(
            field.name
            for field in fields(part)
            if getattr(part, field.name) != getattr(before[part.code], field.name)
        )
        if changed:
            found.append(PartDifference(kind, part.code, _label(part), "changed", changed))
    return found


def _label(part: Part) -> str:
    return part.message or part.kind if isinstance(part, Rule) else part.label
