"""How long it takes from place to place.

Without a road engine: the great circle (haversine formula, mean earth radius 6,371.0088 km), times the detour of roads,
by a speed that grows with the length of the way, times what the hour of the day adds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time

import numpy as np

from crm_ext.dispatch.rules.problem import Place
from crm_ext.dispatch.rules.working_hours import Clock
from crm_ext.shared.results import Refusal, refuse

EARTH_RADIUS = 6371.0088
_SECONDS_PER_HOUR = 3600
# Ways are told in whole minutes, as people plan.
_GRAIN = 60
# Kilometres to the nearest base: nobody is sent so far, and somebody is sent so near.
_FAR, _NEAR = 500, 150


@dataclass(frozen=True)
class Coordinates:
    """Degrees on WGS 84."""

    latitude: float
    longitude: float


def coordinates(latitude: float | None, longitude: float | None) -> Coordinates | Refusal | None:
    """The place, None where there is none, or a refusal: 'coordinates_absurd' (latitude, longitude).

    Zero and zero is what an empty form holds, and lies in the sea: no place.
    """
    if not latitude and not longitude:
        return None
    latitude, longitude = float(latitude or 0), float(longitude or 0)
    inside = abs(latitude) <= 90 and abs(longitude) <= 180
    if not (math.isfinite(latitude) and math.isfinite(longitude) and inside):
        return refuse("coordinates_absurd", latitude=latitude, longitude=longitude)
    return Coordinates(round(latitude, 6), round(longitude, 6))


def swapped(place: Place | None, bases: Iterable[Place]) -> Refusal | None:
    """'coordinates_swapped' (latitude, longitude) where the place is far from all bases and near one the other way round."""
    if not isinstance(place, Coordinates):
        return None
    turned = coordinates(place.longitude, place.latitude)
    bases = [base for base in bases if isinstance(base, Coordinates)]
    if not bases or not isinstance(turned, Coordinates):
        return None
    if _beeline(place, bases) < _FAR or _beeline(turned, bases) > _NEAR:
        return None
    return refuse("coordinates_swapped", latitude=place.latitude, longitude=place.longitude)


def _beeline(place: Coordinates, bases: Sequence[Coordinates]) -> float:
    """Kilometres to the nearest of them."""
    return Roads((), detour=1).kilometres([place, *bases])[0, 1:].min()


@dataclass(frozen=True)
class SpeedBand:
    """Ways up to this many kilometres (by road) are driven at this speed."""

    up_to: float
    kilometres_per_hour: float


@dataclass(frozen=True)
class Traffic:
    """Between these times of the day each way takes `factor` times as long."""

    start: time
    end: time
    factor: float


@dataclass(frozen=True)
class Roads:
    """The speed table. bands: by growing length; the last one holds for everything longer."""

    bands: tuple[SpeedBand, ...]
    detour: float = 1.3

    def kilometres(self, places: Sequence[Coordinates]) -> np.ndarray:
        """Kilometres by road between all places, n × n."""
        latitude = np.radians([place.latitude for place in places])
        longitude = np.radians([place.longitude for place in places])
        half = (
            np.sin((latitude[:, None] - latitude) / 2) ** 2
            + np.cos(latitude)[:, None] * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
        )
        return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(half, 0, 1))) * self.detour

    def seconds(self, places: Sequence[Coordinates]) -> np.ndarray:
        """Whole minutes between all places, in seconds, n × n.

        A way counts each kilometre at the speed of the band it lies in, so that no longer way is ever the faster one.
        """
        if not places:
            return np.zeros((0, 0), dtype=np.int64)
        kilometres, hours, from_ = self.kilometres(places), 0.0, 0.0
        for number, band in enumerate(self.bands):
            until = math.inf if number == len(self.bands) - 1 else band.up_to
            hours = hours + np.clip(kilometres - from_, 0, until - from_) / band.kilometres_per_hour
            from_ = until
        return (np.ceil(hours * _SECONDS_PER_HOUR / _GRAIN - 1e-6) * _GRAIN).astype(np.int64)


class TravelTimes:
    """Travel times between places: a matrix of seconds, and what the time of day adds to it."""

    def __init__(
        self,
        places: Sequence[Place],
        seconds: np.ndarray,
        traffic: Sequence[Traffic] = (),
        clock: Clock | None = None,
    ) -> None:
        self.index: Mapping[Place, int] = {place: number for number, place in enumerate(places)}
        self.matrix = np.asarray(seconds, dtype=np.int64)
        self._rows = self.matrix.tolist()
        self._traffic, self._clock = tuple(traffic), clock

    def between(self, origin: Place, target: Place, at: int) -> int:
        """Seconds for the way when it is begun at this moment."""
        plain = self._rows[self.index[origin]][self.index[target]]
        return _slower(plain, self._factor(at)) if plain and self._traffic else plain

    def usual(self) -> np.ndarray:
        """The matrix with the traffic of an average working hour in it, for a search that knows no time of day."""
        if not self._traffic:
            return self.matrix
        extra = sum((each.factor - 1) * _length(each) for each in self._traffic)
        return np.ceil(self.matrix * (1 + extra / 10) / _GRAIN).astype(np.int64) * _GRAIN

    def _factor(self, at: int) -> float:
        moment = self._clock.local(at).time()
        return next((each.factor for each in self._traffic if each.start <= moment < each.end), 1.0)


def _slower(seconds: int, factor: float) -> int:
    return math.ceil(seconds * factor / _GRAIN) * _GRAIN


def _length(traffic: Traffic) -> float:
    """Hours that a band of the day lasts; a working day with its ways is taken for ten."""
    start, end = (each.hour + each.minute / 60 for each in (traffic.start, traffic.end))
    return max(end - start, 0)
