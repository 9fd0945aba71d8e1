"""Plans of maintenance become visits, and visits that are due become Service Orders.

Planning compares the visits that a plan wants with those that are written and writes the difference, for many plans by
the same few statements. So it may be done as often as anybody likes, and what changed in the meantime (the plan, its
contract, the place of a unit, its meter) is followed by doing it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now, strip_html

from crm_ext.field_service.flow.maintenance_facts import Facts, Target, visit_key
from crm_ext.field_service.flow.service_orders import make_from
from crm_ext.field_service.queries import maintenance_plans as queries
from crm_ext.field_service.rules.visits import Visit

Step = Callable[[], None]

_CHUNK = 200
_VISITS_AT_ONCE = 500
# Above this many units a plan is planned in the background when it is saved.
_AT_ONCE = 50
_ROWS_AT_ONCE = 2000
_COLUMNS = (
    "name", "owner", "creation", "modified", "modified_by", "docstatus", "idx", "maintenance_plan", "equipment",
    "customer", "company", "service_contract", "contract_line", "due_on", "period_start", "period_end", "status",
    "cause", "visit_key",
)  # fmt: skip


def validate(plan: Document) -> None:
    """Before every save: one customer, a rhythm that leads somewhere."""
    if not plan.equipment and not plan.service_contract:
        frappe.throw(_("Choose an equipment or a service contract: the plan says when to visit it."))
    plan.customer = _customer(plan)
    if plan.rhythm == "Calendar" and (plan.interval_count or 0) < 1:
        frappe.throw(_("A visit every 0 periods never ends. Enter at least 1."))
    if plan.rhythm == "Meter" and (plan.meter_interval or 0) <= 0:
        frappe.throw(_("Say after how many units of the meter a visit is due: more than 0."))
    if plan.end_date and getdate(plan.end_date) < getdate(plan.start_date):
        frappe.throw(_("The plan ends before it begins. Correct one of the two dates."))


def saved(plan: Document) -> None:
    """The visits follow the plan at once; those of many units in the background."""
    if _number_of_units(plan) <= _AT_ONCE:
        generate(plan.name)
        plan.reload()
    else:
        frappe.enqueue(
            f"{__name__}.generate",
            queue="long",
            job_id=f"maintenance_plan:{plan.name}",
            deduplicate=True,
            enqueue_after_commit=True,
            plan=plan.name,
        )


def forget(plan: Document) -> None:
    """With a plan go the visits that are only planned; what was ordered or done keeps the plan from being deleted."""
    frappe.db.delete("Planned Visit", {"maintenance_plan": plan.name, "status": "Planned"})


def generate(plan: str, today: date | str | None = None) -> dict[str, int]:
    """Plan the visits of one plan anew: {"new": …, "moved": …, "gone": …}."""
    return _plan([plan], getdate(today))


def generate_all(
    company: str | None = None, today: date | str | None = None, end_step: Step | None = None
) -> dict[str, int]:
    """The same for all plans, every chunk of them in one transaction; a run that is stopped is simply done again.

    end_step: called when a chunk is whole; commits unless the caller has another use for it.
    """
    done: dict[str, int] = defaultdict(int)
    for names in _chunks(company):
        for word, number in _plan_together(names, getdate(today)).items():
            done[word] += number
        (end_step or _commit)()
    return dict(done)


def order_due_visits(
    company: str | None = None, up_to: date | str | None = None, end_step: Step | None = None
) -> list[str]:
    """Make the Service Orders of all planned visits that are due, each exactly once, and give their names.

    up_to: the last due day (inclusive); None: as many days ahead as each plan says. Every visit is a transaction of its
    own under its lock; one that cannot be ordered keeps the reason and is tried again on another day.
    """
    end_step = end_step or _commit
    today, up_to = getdate(), up_to and getdate(up_to)
    made = []
    # This ends: a visit that was tried is ordered, or says since today why it cannot be, and is not found again.
    while due := queries.due_visits(today, up_to, company, _VISITS_AT_ONCE):
        # A fresh look for every lock: what another process ordered in the meantime must be seen.
        end_step()
        for visit in due:
            order = order_visit(visit)
            if order:
                made.append(order)
            end_step()
    return made


def order_visit(visit: str) -> str | None:
    """The Service Order of a planned visit; None where it has one already or cannot have one (the visit says why)."""
    # The lock decides: whoever comes second reads that it is ordered.
    row = frappe.db.sql(
        "select status, maintenance_plan from `tabPlanned Visit` where name = %s for update",
        [visit],
        as_dict=True,
    )
    if not row or row[0].status != "Planned":
        return None
    frappe.db.savepoint("planned_visit")
    try:
        order = make_from("Planned Visit", visit)
        for part in queries.parts_of(row[0].maintenance_plan) if row[0].maintenance_plan else ():
            order.append(
                "parts",
                {
                    "item_code": part.item_code,
                    "item_name": part.item_name,
                    "planned_qty": part.qty,
                    "uom": part.uom,
                },
            )
        order.insert()
        values = {"status": "Ordered", "service_order": order.name, "problem": None}
    except Exception as problem:
        frappe.db.rollback(save_point="planned_visit")
        frappe.clear_messages()
        if not isinstance(problem, frappe.ValidationError):
            frappe.log_error(title="Planned Visit", reference_doctype="Planned Visit", reference_name=visit)
        order, values = None, {"problem": strip_html(str(problem)) or type(problem).__name__}
    frappe.db.set_value("Planned Visit", visit, values)
    return order.name if order else None


def nightly() -> None:
    """Visits as the plans want them now, then the Service Orders of those that come near."""
    generate_all()
    order_due_visits()


# Planning


def _chunks(company: str | None) -> Iterator[list[str]]:
    position = ""
    while names := queries.names_after(position, _CHUNK, company):
        yield names
        position = names[-1]


def _plan_together(names: Collection[str], today: date) -> dict[str, int]:
    """A chunk of plans; where anything at all is in the way, each by itself, so that only the culprit is left out."""
    frappe.db.savepoint("plans")
    try:
        return _plan(names, today)
    except Exception:
        frappe.db.rollback(save_point="plans")
    done: dict[str, int] = defaultdict(int)
    for name in names:
        for word, number in _plan_alone(name, today).items():
            done[word] += number
    return done


def _plan_alone(name: str, today: date) -> dict[str, int]:
    frappe.db.savepoint("plan")
    try:
        return _plan([name], today)
    except Exception:
        frappe.db.rollback(save_point="plan")
        log = frappe.log_error(
            title="Maintenance Plan", reference_doctype="Maintenance Plan", reference_name=name
        )
        problem = _("It could not be planned, see Error Log {0}.").format(log.name)
        frappe.db.set_value("Maintenance Plan", name, {"problem": problem, "planned_until": None})
        return {}


def _plan(names: Collection[str], today: date) -> dict[str, int]:
    facts = Facts(names, today)
    new: list[tuple[frappe._dict, Target, Visit]] = []
    moved: dict[str, date] = {}
    stamps: dict[str, dict] = {}
    gone: list[str] = []
    for plan in facts.plans:
        for target, changes in facts.changes_of(plan):
            new += [(plan, target, visit) for visit in changes.new]
            moved |= {
                visit_key(plan.name, target.equipment, key): visit.due_on for key, visit in changes.moved
            }
        gone += facts.unwanted_of(plan)
        stamps |= facts.stamps_of(plan)
    _insert(new)
    _move(moved)
    if stamps:
        frappe.db.bulk_update("Planned Visit", stamps)
    for start in range(0, len(gone), 5000):
        # Only what is still planned: somebody may have ordered it since it was read.
        frappe.db.delete(
            "Planned Visit", {"visit_key": ("in", gone[start : start + 5000]), "status": "Planned"}
        )
    _note_states(facts)
    return {"new": len(new), "moved": len(moved), "gone": len(gone)}


# Writing


def _insert(new: Sequence[tuple[frappe._dict, Target, Visit]]) -> None:
    stamp, user = now(), frappe.session.user
    columns = ", ".join(f"`{column}`" for column in _COLUMNS)
    one = "(" + ", ".join(["%s"] * len(_COLUMNS)) + ")"
    for start in range(0, len(new), _ROWS_AT_ONCE):
        rows = new[start : start + _ROWS_AT_ONCE]
        values: list = []
        for plan, target, visit in rows:
            values += [
                frappe.generate_hash(length=10), user, stamp, stamp, user, 0, 0, plan.name, target.equipment,
                target.customer, target.company, target.contract, target.contract_line, visit.due_on,
                visit.span.start, visit.span.end, "Planned", visit.cause,
                visit_key(plan.name, target.equipment, visit.key),
            ]  # fmt: skip
        # Whoever plans at the same moment wants the same visits: what is there already is left alone. The query
        # builder would take many times as long to write this statement as the database to do it.
        frappe.db.sql(
            f"insert ignore into `tabPlanned Visit` ({columns}) values " + ", ".join([one] * len(rows)),
            values,
        )


def _move(moved: Mapping[str, date]) -> None:
    if not moved:
        return
    rows = frappe.get_all(
        "Planned Visit",
        filters={"visit_key": ("in", list(moved)), "status": "Planned"},
        fields=["name", "visit_key"],
        order_by="name",
    )
    frappe.db.bulk_update("Planned Visit", {row.name: {"due_on": moved[row.visit_key]} for row in rows})


def _note_states(facts: Facts) -> None:
    """On the plans: how far they are planned, or why not. Only where that is another than before."""
    updates = {}
    for plan in facts.plans:
        problem = facts.problems.get(plan.name) if plan.status == "Active" else None
        until = facts.last_day(plan) if plan.status == "Active" and not problem else None
        if (plan.problem or None, plan.planned_until) != (problem, until):
            updates[plan.name] = {"problem": problem, "planned_until": until}
    if updates:
        frappe.db.bulk_update("Maintenance Plan", updates, update_modified=False)


def _customer(plan: Document) -> str | None:
    of_unit = plan.equipment and frappe.db.get_value("Equipment", plan.equipment, "customer")
    if not plan.service_contract:
        return of_unit
    of_contract = frappe.db.get_value("Service Contract", plan.service_contract, "customer")
    if of_unit and of_unit != of_contract:
        frappe.throw(
            _("{0} is at {1}, but the contract is with {2}. Choose equipment of the same customer.").format(
                plan.equipment, of_unit, of_contract
            )
        )
    return of_contract


def _number_of_units(plan: Document) -> int:
    if plan.equipment:
        return 1
    return frappe.db.count("Contract Equipment", {"parent": plan.service_contract})


def _commit() -> None:
    # One transaction a step: what is planned or ordered stays, and a stopped run goes on behind it.
    frappe.db.commit()
