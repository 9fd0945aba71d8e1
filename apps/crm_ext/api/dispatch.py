"""The dispatch board as JSON: look at it, check and move jobs, have a plan proposed and apply it."""

from datetime import date, datetime

import frappe
from frappe import _
from frappe.utils import cint

from crm_ext.api.guards import require_document
from crm_ext.dispatch.flow import applying, board, moves, planning, sentences
from crm_ext.dispatch.flow.planning import Happened, JobLeft, Plan, Visit
from crm_ext.shared.calendars import parse_date
from crm_ext.shared.results import Refusal

_LOOKING = ("Dispatcher", "Maintenance Manager", "Maintenance User", "System Manager")
_PLANNING = ("Dispatcher", "Maintenance Manager", "System Manager")
_MOST_DAYS = 31
_YEARS = range(2000, 2200)


def require_role(roles: tuple[str, ...]) -> None:
    """One of the roles (HTTP 403 without)."""
    if not set(roles) & set(frappe.get_roles()):
        frappe.throw(
            _("Only users with one of these roles may do this: {0}.").format(
                ", ".join(_(role) for role in roles)
            ),
            frappe.PermissionError,
        )


def require_company(company: str | None, roles: tuple[str, ...]) -> str:
    """The company asked for or the user's own, for users with one of the roles who may see its technicians.

    The same refusal (HTTP 403) for a company that is not theirs and one that is not there.
    """
    require_role(roles)
    for doctype in ("Technician", "Service Order"):
        frappe.has_permission(doctype, "read", throw=True)
    seen = _companies()
    company = company or _own_company(seen)
    if company not in seen:
        frappe.throw(_("Choose a company whose technicians you may see."), frappe.PermissionError)
    return company


def require_order(service_order: str, seen: str | None = None) -> None:
    """The order, for those who plan; refused where somebody changed it since the board was loaded (`seen`)."""
    require_role(_PLANNING)
    order = require_document("Service Order", service_order, "write")
    if seen and str(order.modified) != seen:
        frappe.throw(
            _("Somebody changed {0} meanwhile. The board shows it as it is now; try again.").format(
                order.name
            ),
            frappe.ValidationError,
        )


def _companies() -> list[str]:
    """Companies whose technicians the user may see, by name."""
    names = frappe.get_all("Company", pluck="name", order_by="name")
    return [
        name
        for name in names
        if frappe.has_permission("Technician", doc=frappe.get_doc({"doctype": "Technician", "company": name}))
    ]


def _own_company(seen: list[str]) -> str | None:
    own = frappe.defaults.get_user_default("Company")
    return own if own in seen else next(iter(seen), None)


@frappe.whitelist()
def get_board(first_day: str, days: int = 1, company: str | None = None) -> dict:
    """Technicians with working hours, their jobs of these days, the jobs that nobody has; at most 31 days."""
    company = require_company(company, _LOOKING)
    found = board.board(company, _day(first_day), _days(days))
    return {
        **found,
        "companies": _companies(),
        "may_plan": bool(set(_PLANNING) & set(frappe.get_roles()))
        and bool(frappe.has_permission("Service Order", "write")),
        "tiles": frappe.get_cached_doc("Dispatch Settings").get("map_tiles") or "",
    }


@frappe.whitelist()
def get_job(service_order: str) -> dict:
    """One order as the board knows it, also where it stands on a day that is not on show."""
    require_order(service_order)
    return board.job(service_order)


@frappe.whitelist()
def check(service_order: str, technician: str, start: str) -> list[str]:
    """What speaks against the place, in sentences; nothing is written. start: site time."""
    require_order(service_order)
    require_document("Technician", technician, "read")
    return [each.message for each in moves.check_move(service_order, technician, _moment(start))]


@frappe.whitelist(methods=["POST"])
def move(
    service_order: str,
    technician: str,
    start: str,
    is_fixed: int = 0,
    accepted: str | list | None = None,
    seen: str | None = None,
) -> dict:
    """Give the order to the technician at this time: {moved, warnings: [{code, message}]}.

    Not moved where something speaks against it that is not among the accepted codes.
    """
    require_order(service_order, seen)
    require_document("Technician", technician, "read")
    codes, at = _codes(accepted), _moment(start)
    found = moves.check_move(service_order, technician, at)
    new = [each for each in found if each.code not in codes]
    if new and not any(each.blocks for each in found):
        return {"moved": False, "warnings": [{"code": each.code, "message": each.message} for each in found]}
    moves.assign(service_order, technician, at, bool(cint(is_fixed)), codes)
    return {"moved": True, "warnings": []}


@frappe.whitelist(methods=["POST"])
def unassign(service_order: str, seen: str | None = None) -> None:
    """Take the order back to those that nobody has."""
    require_order(service_order, seen)
    moves.unassign(service_order)


# Plans


@frappe.whitelist(methods=["POST"])
def propose(company: str, first_day: str, days: int = 1) -> dict:
    """A plan of these days, looked at before it is applied: nothing is saved."""
    require_company(company, _PLANNING)
    return _proposal(planning.keep(planning.plan(company, _day(first_day), _days(days))))


@frappe.whitelist(methods=["POST"])
def propose_again(
    company: str,
    day: str,
    away: str | None = None,
    away_from: str | None = None,
    away_until: str | None = None,
    longer: str | None = None,
    minutes_longer: int = 0,
) -> dict:
    """A plan for the rest of the day with as few changes as pay: nothing is saved.

    away: a technician who is not there from `away_from` until `away_until`; longer: an order that takes so many minutes
    more.
    """
    require_company(company, _PLANNING)
    absence = {away: _stretch(away_from, away_until)} if away else {}
    delay = {longer: max(cint(minutes_longer), 0)} if longer else {}
    return _proposal(planning.keep(planning.replan(company, _day(day), Happened(absence, delay))))


@frappe.whitelist(methods=["POST"])
def apply(key: str) -> dict:
    """Write a proposal of the same user: {plan, changed, kept_back} with the reasons for jobs that stay as they are."""
    require_role(_PLANNING)
    proposal = planning.kept(key)
    require_company(proposal.company, _PLANNING)
    record = frappe.get_doc("Dispatch Plan", applying.apply(proposal))
    kept_back = [row for row in [*record.stops, *record.jobs_left_table] if row.kept_back]
    return {
        "plan": record.name,
        "changed": _changed(proposal) - len(kept_back),
        "kept_back": [{"name": row.service_order, "reason": row.kept_back} for row in kept_back],
    }


@frappe.whitelist(methods=["POST"])
def revert(plan: str) -> dict:
    """Take an applied plan back: {order: why it stays}."""
    require_role(_PLANNING)
    require_document("Dispatch Plan", plan, "read")
    return applying.revert(plan)


def _proposal(plan: Plan) -> dict:
    """The plan as the board shows it; jobs that the user may not read are not in it."""
    names = [visit.service_order for visit in plan.visits] + [job.service_order for job in plan.left]
    readable = set(
        frappe.get_list(
            "Service Order", filters={"name": ("in", names or [""])}, pluck="name", order_by="name", limit=0
        )
    )
    return {
        "key": plan.key,
        "before": _figures(plan.before),
        "after": _figures(plan.after),
        "visits": [_visit(visit) for visit in plan.visits if visit.service_order in readable],
        "left": [_left(job) for job in plan.left if job.service_order in readable],
    }


def _changed(plan: Plan) -> int:
    """How many jobs the plan gives another technician or time, or to nobody."""
    dropped = sum(1 for job in plan.left if job.technician_before)
    return dropped + sum(1 for visit in plan.visits if visit.is_new)


def _figures(figures: planning.Figures) -> dict:
    return {
        "planned": figures.planned,
        "left": figures.left,
        "travel_minutes": round(figures.travel / 60),
        "late_minutes": round(figures.late / 60),
        "broken_windows": figures.broken_windows,
    }


def _visit(visit: Visit) -> dict:
    return {
        "name": visit.service_order,
        "technician": visit.technician,
        "start": str(visit.start),
        "end": str(visit.end),
        "travel_minutes": visit.travel_minutes,
        "is_changed": visit.is_new,
        "reason": sentences.sentence(visit.change) if visit.change is not None else "",
    }


def _left(job: JobLeft) -> dict:
    return {
        "name": job.service_order,
        "reason": sentences.sentence(job.why),
        "was_planned": bool(job.technician_before),
    }


# Input


def _day(text: str) -> date:
    day = parse_date(str(text))
    if isinstance(day, Refusal) or day.year not in _YEARS:
        frappe.throw(_("{0} is no day that can be planned. Choose another one.").format(text))
    return day


def _days(days: int) -> int:
    return min(max(cint(days), 1), _MOST_DAYS)


def _moment(text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo or moment.year not in _YEARS:
        frappe.throw(_("{0} is no time that can be planned. Choose another one.").format(text))
    return moment


def _stretch(start: str | None, end: str | None) -> tuple[datetime, datetime]:
    since, until = _moment(start), _moment(end)
    if until <= since:
        frappe.throw(_("The absence ends before it begins. Enter a later end."))
    return since, until


def _codes(accepted: str | list | None) -> set[str]:
    """Codes of warnings that the user has seen."""
    found = frappe.parse_json(accepted or "[]")
    if not isinstance(found, list):
        frappe.throw(_("The warnings that you accept are not a list. Reload the page."))
    return {str(code) for code in found}
