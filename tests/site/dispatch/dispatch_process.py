"""What other customers and dispatchers do with jobs: for what happens at the same moment, or when one is killed."""

from __future__ import annotations

import processes


def take(order: str, start: str) -> str:
    from crm_ext.dispatch.flow import slots

    slots.take_slot(order, start)
    return "done"


def assign(order: str, technician: str, start: str) -> str:
    """As a dispatcher who saw nothing that speaks against it."""
    from crm_ext.dispatch.flow import moves

    moves.assign(order, technician, start, accepted=())
    return "done"


def apply(key: str) -> str:
    from crm_ext.dispatch.flow import applying, planning

    applying.apply(planning.kept(key))
    return "done"


VERBS = {"take": take, "assign": assign, "apply": apply}

if __name__ == "__main__":
    processes.take_part(VERBS)
