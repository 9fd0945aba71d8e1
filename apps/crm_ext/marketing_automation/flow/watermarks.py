"""How far something has been read: in batches, in the order of change, to be taken up again after a stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe

Position = tuple[
    datetime, str
]  # everything changed before the moment, and at it up to the name, has been read
BEGINNING: Position = (datetime(1900, 1, 1), "")


@dataclass(frozen=True, slots=True)
class Pace:
    """How a run reads.

    reach_back: how far behind the watermark it begins, for transactions that were open when it was set.
    batch: rows at a time. checkpoint: called after each batch. finish_by: on the monotonic clock, in seconds.
    """

    reach_back: timedelta
    batch: int
    checkpoint: Callable[[], None]
    finish_by: float


def drain(
    source: str,
    read_rows: Callable[[Position, datetime, int], list[frappe._dict]],
    handle: Callable[[list[frappe._dict]], int],
    pace: Pace,
) -> int:
    """Give every batch of rows to `handle` and return the sum of what it gives back.

    The watermark moves in the transaction of the batch: what was done and how far it went are kept or lost together.
    Rows carry `ripe_at` and `name`, or `position_name` where the name is not what orders them.
    """
    reached = _reached(source)
    position = (reached[0] - pace.reach_back, "") if reached != BEGINNING else BEGINNING
    total = 0
    while True:
        now = frappe.utils.now_datetime()
        rows = read_rows(position, now, pace.batch)
        if rows:
            done = handle(rows)
            total += done
            position = (rows[-1].ripe_at, rows[-1].position_name or rows[-1].name)
            reached = max(reached, position)
            _set_reached(source, reached, done, now)
            pace.checkpoint()
        if len(rows) < pace.batch or time.monotonic() > pace.finish_by:
            return total


def _reached(source: str) -> Position:
    row = frappe.db.get_value("Touchpoint Watermark", source, ["reached_at", "reached_name"], as_dict=True)
    return (row.reached_at, row.reached_name or "") if row and row.reached_at else BEGINNING


def _set_reached(source: str, reached: Position, done: int, now: datetime) -> None:
    frappe.db.sql(
        """INSERT INTO `tabTouchpoint Watermark`
            (name, source, owner, creation, modified, modified_by, reached_at, reached_name, last_run_at, records)
            VALUES (%(source)s, %(source)s, %(user)s, %(now)s, %(now)s, %(user)s, %(at)s, %(key)s, %(now)s, %(done)s)
            ON DUPLICATE KEY UPDATE modified = %(now)s, modified_by = %(user)s, reached_at = %(at)s,
                reached_name = %(key)s, last_run_at = %(now)s, records = records + %(done)s""",
        {
            "source": source,
            "user": frappe.session.user,
            "now": now,
            "at": reached[0],
            "key": reached[1],
            "done": done,
        },
    )
