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
    name = blake2b(f"{frappe.conf.db_name}:{purpose}".encode(), digest_size=16).hexdigest()
    held = bool(frappe.db.sql("SELECT GET_LOCK(%s, %s)", (name, wait))[0][0])
    try:
        yield held
    finally:
        if held:
            frappe.db.sql("SELECT RELEASE_LOCK(%s)", name)
