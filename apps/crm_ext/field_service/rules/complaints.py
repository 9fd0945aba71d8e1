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
_MEDIA_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "heic": "image/heic",
}


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


@dataclass(frozen=True)
class Asked:
    """The latest question to the customer; was_told: whether its letter went out, or will in a moment."""

    status: str
    asked_on: datetime
    reminded_on: datetime | None
    reminders: int
    was_told: bool


@dataclass(frozen=True)
class Move:
    """Whose turn it is, and what is to be done: a code with its values."""

    whose: Literal["ours", "theirs", "nobody's"]
    code: str
    values: dict[str, datetime]


def next_move(
    status: str,
    asked: Asked | None,
    visit_on: datetime | None,
    response_by: datetime | None,
    resolution_by: datetime | None,
    now: datetime,
    policy: Policy,
) -> Move:
    """Who is waiting for whom. response_by: only while nobody has answered; visit_on: when the next visit is planned.

    Codes: 'closed', 'on_hold', 'replied', 'not_asked', 'not_told', 'no_answer', 'asked' (decide_on, remind_on if a reminder
    is to come before), 'late_answer' and 'answer' (due), 'visit' (visit_on), 'late_solution' and 'solution' (due), 'solve'.
    """
    if status == "Closed":
        return Move("nobody's", "closed", {})
    if status == "On Hold":
        return Move("ours", "on_hold", {})
    if status == "Replied":
        return Move("theirs", "replied", {})
    if status == "Resolved":
        return _move_about_question(asked, policy)
    if response_by:
        return Move("ours", "late_answer" if response_by < now else "answer", {"due": response_by})
    if resolution_by and resolution_by < now:
        return Move("ours", "late_solution", {"due": resolution_by})
    if visit_on:
        return Move("ours", "visit", {"visit_on": visit_on})
    if resolution_by:
        return Move("ours", "solution", {"due": resolution_by})
    return Move("ours", "solve", {})


def _move_about_question(asked: Asked | None, policy: Policy) -> Move:
    if asked is None or asked.status not in ANSWERABLE:
        return Move("ours", "not_asked", {})
    if asked.status == NO_ANSWER:
        return Move("ours", "no_answer", {})
    if not asked.was_told:
        return Move("ours", "not_told", {})
    decide_on = asked.asked_on + timedelta(days=policy.decide_after_days)
    remind_on = (asked.reminded_on or asked.asked_on) + timedelta(days=max(policy.reminder_days, 1))
    values = {"decide_on": decide_on}
    if asked.reminders < policy.reminders and remind_on < decide_on:
        values["remind_on"] = remind_on
    return Move("theirs", "asked", values)


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


def media_type(name: str) -> str | None:
    """What a browser is told that a photo is, by the ending that `photo` gave it; None for any other file."""
    return _MEDIA_TYPES.get(name.rpartition(".")[2])
