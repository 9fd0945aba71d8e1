"""Travel times from a road engine, where an app on the site gives them by the hook `crm_ext_travel_times`.

The hook names a function: it gets places as [(latitude, longitude)] and gives back the seconds between all of them, as a
list of rows (from) of columns (to); None where it knows no way. What it knows is kept in memory for an hour; what it
does not know, and everything while it fails, comes from the speed table of Dispatch Settings.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from time import monotonic

import frappe
import numpy as np

from crm_ext.dispatch.rules.travel import Coordinates, Roads

HOOK = "crm_ext_travel_times"
_KEPT_SECONDS = 3600
_MOST_KEPT = 500_000
_LONGEST = 7 * 86_400
# {(site, function, from, to): (seconds or None, when it was asked for)}, the oldest first.
_kept: OrderedDict[tuple, tuple[int | None, float]] = OrderedDict()


def seconds(places: Sequence[Coordinates], roads: Roads) -> np.ndarray:
    """Seconds between all places, n × n."""
    matrix = roads.seconds(places)
    hooks = frappe.get_hooks(HOOK)
    if not hooks or len(places) < 2:
        return matrix
    engine = hooks[-1]
    if not all(_known(engine, origin, target) for origin in places for target in places):
        _ask(engine, places)
    for row, origin in enumerate(places):
        for column, target in enumerate(places):
            kept = _kept.get(_key(engine, origin, target))
            if kept and kept[0] is not None and row != column:
                matrix[row, column] = kept[0]
    return matrix


def _ask(engine: str, places: Sequence[Coordinates]) -> None:
    """Keep what the engine says; a failing one is written to the error log and stops no planning."""
    try:
        answer = frappe.get_attr(engine)([(place.latitude, place.longitude) for place in places])
        told = [[_second(cell) for cell in row] for row in answer]
        if len(told) != len(places) or any(len(row) != len(places) for row in told):
            raise ValueError(f"{engine} gave {len(told)} rows for {len(places)} places")
    except Exception:
        frappe.log_error(title="Travel times of the road engine")
        told = [[None] * len(places) for _ in places]
    at = monotonic()
    for origin, row in zip(places, told, strict=True):
        for target, cell in zip(places, row, strict=True):
            _kept[_key(engine, origin, target)] = (cell, at)
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)


def _second(cell: float | int | None) -> int | None:
    """Whole seconds, rounded up to a minute; nothing where the engine's figure cannot be."""
    if cell is None or not 0 <= cell <= _LONGEST:
        return None
    return math.ceil(cell / 60) * 60


def _known(engine: str, origin: Coordinates, target: Coordinates) -> bool:
    kept = _kept.get(_key(engine, origin, target))
    return kept is not None and monotonic() - kept[1] < _KEPT_SECONDS


def _key(engine: str, origin: Coordinates, target: Coordinates) -> tuple:
    return frappe.local.site, engine, origin, target


def forget() -> None:
    """Ask for every way anew."""
    _kept.clear()
