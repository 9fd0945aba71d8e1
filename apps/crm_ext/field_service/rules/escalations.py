"""Whom an escalation tells."""

from __future__ import annotations

from collections.abc import Iterable


def listeners(
    assigned: Iterable[str],
    responsible: str | None,
    with_role: Iterable[str],
    user: str | None,
    enabled: set[str],
) -> list[str]:
    """Users who hear of it, each once: those assigned, or whoever is responsible where nobody is; the role; the user.

    enabled: users who can still log in; the administrator where nobody else is left, so that it is never told to nobody.
    """
    present = [name for name in assigned if name in enabled]
    wanted = [*(present or [responsible]), *with_role, user]
    return list(dict.fromkeys(name for name in wanted if name in enabled)) or ["Administrator"]
