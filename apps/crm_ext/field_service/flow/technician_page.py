"""What the technician's phone is given: own jobs with all that belongs to them, what lies in the van, words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.sessions import get_csrf_token
from frappe.utils import get_system_timezone, now_datetime, strip_html

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.field_service.queries import technician_jobs as queries
from crm_ext.field_service.rules.technician_day import place_of
from crm_ext.service_contracts.flow import entitlements

# How far back and ahead a phone takes along.
_DAYS_BACK = timedelta(days=7)
_DAYS_AHEAD = timedelta(days=14)


def technician() -> dict | None:
    """{name, technician_name, van_warehouse, company} of the technician who is logged in."""
    if "Technician" not in frappe.get_roles():
        return None
    return queries.technician_of(frappe.session.user)


def day(own: dict) -> dict[str, Any]:
    """Everything that the phone keeps: {user, technician, csrf_token, zone, jobs, van}."""
    now = now_datetime()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = queries.jobs(own.name, midnight - _DAYS_BACK, midnight + _DAYS_AHEAD)
    return {
        "user": frappe.session.user,
        "technician": own.technician_name,
        "csrf_token": get_csrf_token(),
        "zone": get_system_timezone(),
        "jobs": _with_all(rows, now),
        "van": queries.van_stock(own.van_warehouse),
    }


def job(service_order: str) -> dict[str, Any]:
    """One job as `day` gives it."""
    return _with_all([queries.job(service_order)], now_datetime())[0]


def _with_all(rows: list[dict], now: datetime) -> list[dict[str, Any]]:
    names = [row.name for row in rows]
    owned = {row.equipment for row in rows if row.equipment}
    tables = queries.rows_of(names)
    equipment, history = queries.equipment(owned), queries.history(list(owned))
    pictures, contacts = queries.photos(names), queries.contact_names(rows)
    contracts = _contracts(rows, now)
    return [
        {
            **_plain(row),
            **tables[row.name],
            "group": place_of(row.status, row.docstatus, row.planned_start, now.date()),
            "address": strip_html((row.address_display or "").replace("<br>", "\n")).strip(),
            "contact_name": contacts.get(row.contact_person, ""),
            "equipment": equipment.get(row.equipment),
            "history": [entry for entry in history.get(row.equipment, []) if entry["name"] != row.name],
            "contract": contracts.get(row.contract_line),
            "photos": pictures.get(row.name, 0),
        }
        for row in rows
    ]


def _plain(row: dict) -> dict[str, Any]:
    return {field: value for field, value in row.items() if field not in ("address_display", "equipment")}


def _contracts(rows: list[dict], now: datetime) -> dict[str, dict[str, str]]:
    """{contract line: {saying}}: what the customer is entitled to, in one line."""
    lines = sorted({row.contract_line for row in rows if row.contract_line and row.docstatus == 0})
    return {
        line: {"saying": _entitlement_words(found)}
        for line, found in entitlements.entitlements_of(lines, now.date()).items()
    }


def _entitlement_words(found: Any) -> str:
    words = [found.contract]
    if found.visits_left is not None:
        words.append(_("{0} visits left").format(spelling.number(found.visits_left)))
    if found.hours_left is not None:
        words.append(_("{0} hours left").format(spelling.number(found.hours_left)))
    if found.parts_percent:
        words.append(_("{0} % of parts").format(spelling.number(found.parts_percent)))
    return " · ".join(words)


def words() -> dict[str, Any]:
    """Sentences that the page's scripts say, by the keys that they use; {0} is filled in there."""
    return {
        "comma": _(", "),
        "range": _("{0}–{1}"),
        "loading": _("Loading …"),
        "online": _("Connected"),
        "offline": _("No network: what you enter is kept on this phone and sent later."),
        "waiting": _("{0} waiting to be sent"),
        "refused": _("{0} refused: see Sending"),
        "as_of": _("jobs as of {0}"),
        "nothing_kept": _("Nothing is kept on this phone yet. Open this page once with network."),
        "needs_login": _(
            "You are logged out. What you entered is kept on this phone until you log in again."
        ),
        "log_in": _("Log in"),
        "log_out_question": _(
            "{0} entries are not sent yet. They stay on this phone until you log in here again. Log out now?"
        ),
        "job_not_here": _("This job is not here, or it is not one of yours."),
        "job_gone": _("Not yours any more; what you entered is kept on this phone."),
        "back": _("Back to the list"),
        "no_time": _("No time yet"),
        "no_jobs": {
            "today": _("No job for today."),
            "coming": _("No job in the coming days."),
            "done": _("Nothing done in the last days."),
        },
        "nothing_to_send": _("Everything is sent."),
        "changed_meanwhile": _("Changed by the office meanwhile: {0}."),
        "changed_time": _("time"),
        "changed_place": _("address"),
        "changed_description": _("description"),
        "changed_title": _("subject"),
        "changed_tasks": _("checklist"),
        "promised_window": _("Promised to the customer: {0}"),
        "clock_runs": _("{0} since {1}"),
        "no_contract": _("No contract"),
        "no_history": _("Nothing yet."),
        "no_tasks": _("No checklist for this job."),
        "no_parts": _("No parts yet."),
        "no_times": _("No times yet."),
        "planned": _("Planned: {0}"),
        "in_the_van": _("In the van: {0}"),
        "not_in_van": _("Nothing like that is in the van."),
        "no_camera": _(
            "The camera could not be opened. Allow it in the settings of the browser, or type the code."
        ),
        "no_number": _("This is no amount. Please write it in digits."),
        "van_has_less": _(
            "The van holds only {0}. Please correct the amount or ask the office for a refill."
        ),
        "choose_serial_numbers": _("Please choose {0} serial numbers."),
        "choose_batch": _("Please choose a batch."),
        "time_missing": _("Please fill in from and until."),
        "time_ends_before": _("The time ends before it starts. Please correct it."),
        "photo_too_large": _("This file has {0} MB; a photo may have {1}. Please take a smaller one."),
        "photo_unreadable": _("This file is no photo that can be read. Please take another one."),
        "photo_working": _("Making the photo smaller …"),
        "photo_kept": _("The photo is kept and will be sent."),
        "no_photos": _("No photos yet."),
        "photo_there": _("There is a photo."),
        "photo_waits": _("Photo that waits to be sent"),
        "photos_sent": _("{0} photos sent"),
        "phone_full": _("This phone has no room left for photos. Please free some and take it again."),
        "tasks_open": _("Still to do in the checklist: {0}"),
        "result_missing": _("Please say whether it is solved."),
        "finish_question": _(
            "Finish this job? Parts and times are posted and cannot be changed here any more."
        ),
        "discard_question": _("Throw away what was entered here? It cannot be brought back."),
        "copied": _("Copied"),
        "report_first": _("The report was refused. Please put it right and finish the job again."),
        "replaced": _("A later report of this job has arrived."),
        "states": {"kept": _("Kept on this phone"), "sent": _("Sent"), "refused": _("Refused")},
        "entries": {"report": _("Report"), "photo": _("Photo"), "finish": _("Posting of parts and times")},
        "kinds": {"Work": _("Work"), "Travel": _("Travel"), "Visit": _("Visit"), "Complaint": _("Complaint")},
        "results": {
            "Solved": _("Solved"),
            "Partly Solved": _("Partly Solved"),
            "Not Solved": _("Not Solved"),
        },
        "statuses": {
            "Open": _("Open"),
            "Planned": _("Planned"),
            "On the Way": _("On the Way"),
            "In Progress": _("In Progress"),
            "Work Done": _("Work Done"),
            "Completed": _("Completed"),
        },
        "units": {"Nos": _("Nos")},
    }
