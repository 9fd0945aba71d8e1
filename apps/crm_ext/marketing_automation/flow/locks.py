"""One process at a time, by MariaDB's named locks: they end with the connection, so a killed process leaves none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

import frappe


@contextmanager
def exclusively(purpose: str, wait: int = 0) -> Iterator[bool]:
    """True within for the process that holds the lock of this site and purpose; False where another one does.

    wait: seconds to wait for the other one.
    """
    name = _name_of(purpose)
    held = bool(frappe.db.sql("SELECT GET_LOCK(%s, %s)", (name, wait))[0][0])
    try:
        yield held
    finally:
        if held:
            frappe.db.sql("SELECT RELEASE_LOCK(%s)", name)


def is_held(*purposes: str) -> bool:
    """Whether any process holds the lock of any of the purposes; asked without taking one away from who comes for it."""
    any_of = " or ".join(["is_used_lock(%s) is not null"] * len(purposes))
    return bool(frappe.db.sql(f"select {any_of}", [_name_of(purpose) for purpose in purposes])[0][0])


def _name_of(purpose: str) -> str:
    return blake2b(f"{frappe.conf.db_name}:{purpose}".encode(), digest_size=16).hexdigest()
