"""When a complaint may be asked about, reminded of and closed; what a customer may send along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crm_ext.shared.results import Refusal, refuse

WAITING, NO_ANSWER = "Waiting", "No Answer"
CONFIRMED, REFUSED, BY_THE_DESK, WITHDRAWN = "Confirmed", "Refused", "Closed by the Desk", "Withdrawn"
ANSWERABLE = (WAITING, NO_ANSWER)
MOST_STARS = 5
LARGEST_PHOTO = 10 * 1024 * 1024
MOST_PHOTOS = 10
_MEGABYTE = 1024 * 1024
# (where the mark stands, the mark, the ending of the file's name): what browsers show and cameras make; no drawings,
# which may hold scripts.
_IMAGES = (
    (0, b"\xff\xd8\xff", "jpg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (8, b"WEBP", "webp"),
    (0, b"GIF8", "gif"),
    (4, b"ftypheic", "heic"),
    (4, b"ftypmif1", "heic"),
)


@dataclass(frozen=True)
class Policy:
    """How long a customer is waited for: days between reminders, reminders at most, days until a person decides."""

    reminder_days: int
    reminders: int
    decide_after_days: int


def next_step(
    asked_on: datetime, reminded_on: datetime | None, reminders: int, now: datetime, policy: Policy
) -> Literal["remind", "decide"] | None:
    """What is due about a question that nobody has answered."""
    if now >= asked_on + timedelta(days=policy.decide_after_days):
        return "decide"
    last = reminded_on or asked_on
    if reminders < policy.reminders and now >= last + timedelta(days=max(policy.reminder_days, 1)):
        return "remind"
    return None


def may_close_without_answer(
    status: str | None, asked_on: datetime | None, was_told: bool, now: datetime, policy: Policy
) -> Refusal | None:
    """Refusals: 'not_asked'; 'still_waiting' (until): the customer knows of the question and has time left."""
    if status not in ANSWERABLE or asked_on is None:
        return refuse("not_asked")
    until = asked_on + timedelta(days=policy.decide_after_days)
    if was_told and status == WAITING and now < until:
        return refuse("still_waiting", until=until)
    return None


def answer(status: str, is_solved: bool) -> Literal["new", "same"] | Refusal:
    """Whether an answer to a question is new; Refusal 'answered_otherwise' where it was answered the other way."""
    if status in ANSWERABLE or (status == BY_THE_DESK and not is_solved):
        return "new"
    if status in ((CONFIRMED, BY_THE_DESK) if is_solved else (REFUSED,)):
        return "same"
    return refuse("answered_otherwise", status=status)


def stars(given: object) -> int | Refusal:
    """1 to 5; 0 for none. Refusal: 'no_stars'."""
    text = str(given or 0).strip()
    if text.isdecimal() and int(text) <= MOST_STARS:
        return int(text)
    return refuse("no_stars", most=MOST_STARS)


def photo(name: str, size: int, head: bytes) -> str | Refusal:
    """The ending for the file's name, by what the file really is.

    head: its first 16 bytes at least; size in bytes. Refusals: 'photo_too_large' (name, size, largest in megabytes),
    'no_photo' (name).
    """
    if size > LARGEST_PHOTO:
        return refuse(
            "photo_too_large", name=name, size=-(-size // _MEGABYTE), largest=LARGEST_PHOTO // _MEGABYTE
        )
    for start, mark, ending in _IMAGES:
        if head[start : start + len(mark)] == mark:
            return ending
    return refuse("no_photo", name=name)
