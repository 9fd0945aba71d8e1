"""What the dispatcher is told: refusals of the rules as sentences that say what to do next, in the reader's language.

Records keep a reason as code and values (`stored`), and say it anew to each reader (`told`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import frappe
from frappe import _

from crm_ext.crm_ext_core.flow.spelling import moment, number
from crm_ext.dispatch.flow import terms
from crm_ext.shared.results import Refusal


def sentence(refusal: Refusal) -> str:
    return _SENTENCES[refusal.code](refusal.values)


def throw(refusal: Refusal) -> None:
    frappe.throw(sentence(refusal), frappe.ValidationError)


def throw_if(refusal: Refusal | None) -> None:
    if refusal is not None:
        throw(refusal)


def stored(refusal: Refusal | None) -> str:
    """The reason as a record keeps it: {code, values}; nothing where there is none."""
    return "" if refusal is None else json.dumps({"code": refusal.code, "values": dict(refusal.values)})


def told(text: str | None) -> str:
    """What `stored` kept, as a sentence."""
    if not text:
        return ""
    kept = json.loads(text)
    return sentence(Refusal(kept["code"], kept["values"]))


def _item(code: str) -> str:
    return frappe.get_cached_value("Item", code, "item_name") or code


def _window(values: Mapping) -> str:
    return _("The customer was promised a visit between {0} and {1}. Choose a start in between.").format(
        *(moment(terms.clock().local(values[each])) for each in ("earliest", "latest"))
    )


_SENTENCES: dict[str, Callable[[Mapping], str]] = {
    # Why a job is left.
    "no_coordinates": lambda values: _(
        "Nobody knows where the place is. Enter latitude and longitude in the order, or plan it by hand."
    ),
    "coordinates_absurd": lambda values: _(
        "Latitude {0} and longitude {1} are no place on earth. Correct them in the order."
    ).format(number(values["latitude"]), number(values["longitude"])),
    "coordinates_swapped": lambda values: _(
        "Latitude {0} and longitude {1} are far away from all technicians; the other way round they are near. Exchange them in the order."
    ).format(number(values["latitude"]), number(values["longitude"])),
    "no_technicians": lambda values: _(
        "There is no active technician with a base on the map. Enter latitude and longitude of a technician's base."
    ),
    "no_skill": lambda values: _("No technician has the skill {0}.").format(values["skill"]),
    "nobody_at_work": lambda values: _(
        "Whoever could do the job does not work on these days. Plan more days, or look at working times and holidays."
    ),
    "window_past": lambda values: _("The promised window is over. Agree on a new one with the customer."),
    "window_outside_hours": lambda values: _(
        "The promised window lies outside the working hours of everybody who could do the job. Agree on another one."
    ),
    "no_time_today": lambda values: _(
        "Too little of the working time is left for the job. Plan it for another day."
    ),
    "too_long": lambda values: _(
        "With {0} minutes the job is longer than any working day. Divide it into several orders."
    ).format(number(values["minutes"])),
    "part_missing": lambda values: _("{0} is missing in the van. Refill the van first.").format(
        _item(values["item"])
    ),
    "too_far": lambda values: _(
        "The place is too far away: there and back takes longer than the working time allows."
    ),
    "day_full": lambda values: _(
        "All who could do the job have as many jobs as they may have in a day (technicians: {0}). Plan more days."
    ).format(number(values["technicians"])),
    "no_time_left": lambda values: _(
        "Nobody who could do the job has enough time left beside the other jobs (technicians: {0}). Plan more days or send help."
    ).format(number(values["technicians"])),
    "no_time_in_window": lambda values: _(
        "Nobody who could do the job can keep the promised window beside the other jobs (technicians: {0}). Agree on another one with the customer, or send help."
    ).format(number(values["technicians"])),
    # Why a job was moved.
    "technician_away": lambda values: _("{0} does not work then.").format(values["technician"]),
    "skill_lost": lambda values: _("{0} does not have the skill {1}.").format(
        values["technician"], values["skill"]
    ),
    "start_passed": lambda values: _("Its time has passed, and nobody has begun it."),
    "minutes_only": lambda values: _("It moves by some minutes only."),
    "promise_kept": lambda values: _("So the promised window is kept."),
    "costs_less": lambda values: _("So the day as a whole costs less travel or lateness."),
    # What speaks against a move.
    "in_the_past": lambda values: _("The start lies in the past."),
    "outside_hours": lambda values: _("The job is not wholly within the technician's working hours."),
    "overlaps": lambda values: _("The technician has {0} at that time.").format(values["order"]),
    "no_way_from_base": lambda values: _(
        "The way from the base takes {0} minutes, and there are {1}."
    ).format(number(values["needed"]), number(values["there_are"])),
    "no_way_from": lambda values: _("The way from {0} takes {1} minutes, and there are {2}.").format(
        values["order"], number(values["needed"]), number(values["there_are"])
    ),
    "no_way_to": lambda values: _("The way to {0} takes {1} minutes, and there are {2}.").format(
        values["order"], number(values["needed"]), number(values["there_are"])
    ),
    "promise_broken": _window,
    "too_late": lambda values: _("It would end {0} minutes after it is due.").format(
        number(values["minutes"])
    ),
    "technician_lacks_skill": lambda values: _("The technician does not have the skill {0}.").format(
        values["skill"]
    ),
    # What cannot be.
    "order_gone": lambda values: _("The order {0} is not there any more.").format(values["order"]),
    "not_to_be_planned": lambda values: _(
        "{0} is {1} already. Only jobs that are open or planned can be given to a technician."
    ).format(values["order"], _(values["status"])),
    "technician_gone": lambda values: _("The technician {0} is not there any more.").format(
        values["technician"]
    ),
    "technician_inactive": lambda values: _("{0} is not active. Choose another technician.").format(
        values["technician"]
    ),
    "other_company": lambda values: _("{0} works for {1}, and the job is for {2}.").format(
        values["technician"], values["works_for"], values["company"]
    ),
    "no_base": lambda values: _(
        "The base of {0} has no place on the map, so nothing can be checked. Enter its latitude and longitude."
    ).format(values["technician"]),
    "new_objection": lambda values: _("The plan has changed meanwhile: {0}").format(values["sentence"]),
    "changed_meanwhile": lambda values: _("Somebody changed the order while the plan was made."),
    "time_taken": lambda values: _("{0} was planned at that time meanwhile.").format(values["order"]),
    # Slots.
    "slot_gone": lambda values: _("This time has just been taken. Please choose another one."),
}
