"""Where something stands on the globe: degrees in WGS 84, or not known."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from crm_ext.shared.results import Refusal, refuse

_LATEST_LATITUDE, _LATEST_LONGITUDE = 90, 180


@dataclass(frozen=True)
class Coordinates:
    latitude: float
    longitude: float


def read_coordinates(latitude: float | None, longitude: float | None) -> Coordinates | Refusal | None:
    """The place; None where it is not known (both empty or 0: the database keeps no empty numbers).

    Refusals: 'half_a_place' (one of the two), 'coordinates_swapped' (would be right the other way round),
    'latitude_absurd', 'longitude_absurd'.
    """
    latitude, longitude = latitude or 0.0, longitude or 0.0
    if not latitude and not longitude:
        return None
    if not latitude or not longitude:
        return refuse("half_a_place")
    if not _is_within(latitude, _LATEST_LATITUDE):
        if _is_within(longitude, _LATEST_LATITUDE) and _is_within(latitude, _LATEST_LONGITUDE):
            return refuse("coordinates_swapped", latitude=latitude, longitude=longitude)
        return refuse("latitude_absurd", latitude=latitude)
    if not _is_within(longitude, _LATEST_LONGITUDE):
        return refuse("longitude_absurd", longitude=longitude)
    return Coordinates(latitude, longitude)


def _is_within(degrees: float, limit: int) -> bool:
    return isfinite(degrees) and -limit <= degrees <= limit
