"""Words to the person at the terminal: steps with their duration, and refusals that say what to do."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

TICK_SECONDS = 15
REWRITE_LINE = "\r\x1b[K"


class Refused(Exception):
    """Something cannot be done. The message is shown as it is: what is wrong, and the ways on."""


class Step:
    """A running step; `tick` shows that it is alive: every second on a terminal, now and then in a log."""

    def __init__(self, title: str):
        self.title = title
        self.started = time.monotonic()
        self._last_tick = self.started

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def tick(self, news: str = "") -> None:
        text = f"  … {self.title} ({self.seconds:.0f} s) {news}".rstrip()
        if sys.stdout.isatty():
            print(f"{REWRITE_LINE}{text}", end="", flush=True)
        elif time.monotonic() - self._last_tick >= TICK_SECONDS:
            self._last_tick = time.monotonic()
            print(text, flush=True)

    def finish(self, mark: str) -> None:
        start = REWRITE_LINE if sys.stdout.isatty() else ""
        print(f"{start}  {mark} {self.title} ({self.seconds:.1f} s)", flush=True)


@contextmanager
def step(title: str) -> Iterator[Step]:
    running = Step(title)
    running.tick()
    try:
        yield running
    except BaseException:
        running.finish("✗")
        raise
    running.finish("✓")


def line(text: str = "") -> None:
    print(text, flush=True)
