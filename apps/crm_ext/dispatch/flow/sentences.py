"""What the dispatcher is told: refusals of the rules as sentences that say what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import frappe
from frappe import _
from frappe.utils import format_datetime

from crm_ext.dispatch.rules.working_hours import Clock
from crm_ext.shared.results import Refusal


def sentence(refusal: Refusal, clock: Clock) -> str:
    return _SENTENCES[refusal.code](refusal.values, clock)


def throw(refusal: Refusal, clock: Clock) -> None:
    frappe.throw(sentence(refusal, clock), frappe.ValidationError)


def throw_if(refusal: Refusal | None, clock: Clock) -> None:
    if refusal is not None:
        throw(refusal, clock)


def _moment(moment: int, clock: Clock) -> str:
    return format_datetime(clock.local(moment))


def _item(code: str) -> str:
    return frappe.get_cached_value("Item", code, "item_name") or code


def _window(values: Mapping, clock: Clock) -> str:
    return _("The customer was promised a visit between {0} and {1}. Choose a start in between.").format(
        _moment(values["earliest"], clock), _moment(values["latest"], clock)
    )


_SENTENCES: dict[str, Callable[[Mapping, Clock], str]] = {
    # Why a job is left.
    "no_coordinates": lambda values, clock: _(
        "Nobody knows where the place is. Enter latitude and longitude in the order, or plan it by hand."
    ),
    "coordinates_absurd": lambda values, clock: _(
        "Latitude {0} and longitude {1} are no place on earth. Correct them in the order."
    ).format(values["latitude"], values["longitude"]),
    "no_technicians": lambda values, clock: _(
        "There is no active technician with a base on the map. Enter latitude and longitude of a technician's base."
    ),
    "no_skill": lambda values, clock: _("No technician has the skill {0}.").format(values["skill"]),
    "nobody_at_work": lambda values, clock: _(
        "Whoever could do the job does not work on these days. Plan more days, or look at working times and holidays."
    ),
    "window_past": lambda values, clock: _(
        "The promised window is over. Agree on a new one with the customer."
    ),
    "window_outside_hours": lambda values, clock: _(
        "The promised window lies outside the working hours of everybody who could do the job. Agree on another one."
    ),
    "no_time_today": lambda values, clock: _(
        "Too little of the working time is left for the job. Plan it for another day."
    ),
    "too_long": lambda values, clock: _(
        "With {0} minutes the job is longer than any working day. Divide it into several orders."
    ).format(values["minutes"]),
    "part_missing": lambda values, clock: _("{0} is missing in the van. Refill the van first.").format(
        _item(values["item"])
    ),
    "too_far": lambda values, clock: _(
        "The place is too far away: there and back takes longer than the working time allows."
    ),
    "day_full": lambda values, clock: _(
        "All who could do the job have as many jobs as they may have in a day (technicians: {0}). Plan more days."
    ).format(values["technicians"]),
    "no_time_left": lambda values, clock: _(
        "Nobody who could do the job has enough time left beside the other jobs (technicians: {0}). Plan more days or send help."
    ).format(values["technicians"]),
    # Why a job was moved.
    "technician_away": lambda values, clock: _("{0} does not work then.").format(values["technician"]),
    "skill_lost": lambda values, clock: _("{0} does not have the skill {1}.").format(
        values["technician"], values["skill"]
    ),
    "start_passed": lambda values, clock: _("Its time has passed, and nobody has begun it."),
    "minutes_only": lambda values, clock: _("It moves by some minutes only."),
    "promise_kept": lambda values, clock: _("So the promised window is kept."),
    "costs_less": lambda values, clock: _("So the day as a whole costs less travel or lateness."),
    # What speaks against a move.
    "in_the_past": lambda values, clock: _("The start lies in the past."),
    "outside_hours": lambda values, clock: _("The job is not wholly within the technician's working hours."),
    "overlaps": lambda values, clock: _("The technician has {0} at that time.").format(values["order"]),
    "no_way_from_base": lambda values, clock: _(
        "The way from the base takes {0} minutes, and there are {1}."
    ).format(values["needed"], values["there_are"]),
    "no_way_from": lambda values, clock: _("The way from {0} takes {1} minutes, and there are {2}.").format(
        values["order"], values["needed"], values["there_are"]
    ),
    "no_way_to": lambda values, clock: _("The way to {0} takes {1} minutes, and there are {2}.").format(
        values["order"], values["needed"], values["there_are"]
    ),
    "promise_broken": _window,
    "too_late": lambda values, clock: _("It would end {0} minutes after it is due.").format(
        values["minutes"]
    ),
    "technician_lacks_skill": lambda values, clock: _("The technician does not have the skill {0}.").format(
        values["skill"]
    ),
    # What cannot be.
    "order_gone": lambda values, clock: _("The order {0} is not there any more.").format(values["order"]),
    "not_to_be_planned": lambda values, clock: _(
        "{0} is {1} already. Only jobs that are open or planned can be given to a technician."
    ).format(values["order"], _(values["status"])),
    "technician_gone": lambda values, clock: _("The technician {0} is not there any more.").format(
        values["technician"]
    ),
    "technician_inactive": lambda values, clock: _("{0} is not active. Choose another technician.").format(
        values["technician"]
    ),
    "other_company": lambda values, clock: _("{0} works for {1}, and the job is for {2}.").format(
        values["technician"], values["works_for"], values["company"]
    ),
    "no_base": lambda values, clock: _(
        "The base of {0} has no place on the map, so nothing can be checked. Enter its latitude and longitude."
    ).format(values["technician"]),
    "new_objection": lambda values, clock: _("The plan has changed meanwhile: {0}").format(
        values["sentence"]
    ),
    "changed_meanwhile": lambda values, clock: _("Somebody changed the order while the plan was made."),
    "time_taken": lambda values, clock: _("{0} was planned at that time meanwhile.").format(values["order"]),
    # Slots.
    "slot_gone": lambda values, clock: _("This time has just been taken. Please choose another one."),
}
