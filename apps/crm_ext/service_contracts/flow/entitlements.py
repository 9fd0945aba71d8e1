"""What a customer is entitled to on a day, drawn down by visits and hours and given back when they are cancelled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

import frappe
from frappe import _

from crm_ext.service_contracts.flow import billing_run
from crm_ext.service_contracts.queries import entitlements as queries
from crm_ext.service_contracts.rules import entitlements as rules
from crm_ext.service_contracts.rules.billing import overage_due_on
from crm_ext.service_contracts.rules.entitlements import Drawn, Entitlement, Unit
from crm_ext.service_contracts.rules.pricing import recurrence_from
from crm_ext.shared.money import to_decimal
from crm_ext.shared.periods import Period, clipped, period_of

# How closely a line names what is to be served.
_THE_EQUIPMENT, _LISTED, _THE_ITEM, _EVERYTHING = 3, 2, 1, 0


def entitlement_for(
    *,
    customer: str,
    company: str,
    on: date,
    equipment: str | None = None,
    item_code: str | None = None,
    cause: str | None = None,
    contract: str | None = None,
    contract_line: str | None = None,
) -> Entitlement | None:
    """What the customer's contracts give for a service on a day, or None where no line covers it.

    The line that names the equipment (or what it is a part of) most closely and still has something left; a line without
    equipment covers all. cause: a Complaint Cause; None while it is not known, which every line covers. contract: only
    what this one gives, however closely others name the equipment. contract_line: goes before all others where it covers
    the service. Nothing is locked: `draw` decides.
    """
    rows = queries.rows_on(on, customer=customer, company=company)
    if contract:
        rows = [row for row in rows if row.contract == contract]
    if not rows:
        return None
    contracts = {row.contract for row in rows}
    causes = queries.covered_causes(contracts)
    wholes = queries.equipment_with_wholes(equipment) if equipment else []
    rows = [row for row in rows if _covers_cause(causes[row.contract, row.line_number], cause)]
    near = _nearness(
        rows, queries.covered_equipment(contracts, on), [whole.name for whole in wholes], item_code
    )
    rows = [row for row in rows if row.name in near]
    rows = [row for row in rows if row.name == contract_line] or rows
    uses = queries.uses_of([(row.contract, row.line_number) for row in rows])
    found = {
        row.name: _entitlement(
            row, uses[row.contract, row.line_number], on, causes[row.contract, row.line_number]
        )
        for row in rows
    }
    row = rules.best([(row, near[row.name], _something_left(found[row.name])) for row in rows])
    if row is None:
        return None
    return _with_warranty(found[row["name"]], wholes, on)


def entitlement_of(contract_line: str, on: date) -> Entitlement | None:
    """What one row of a contract gives on a day; None where it does not hold on that day."""
    return entitlements_of([contract_line], on).get(contract_line)


def entitlements_of(contract_lines: Collection[str], on: date) -> dict[str, Entitlement]:
    """What each of these rows of contracts gives on a day, without those that do not hold then; three queries."""
    rows = queries.rows_on(on, named=contract_lines) if contract_lines else []
    if not rows:
        return {}
    lines = [(row.contract, row.line_number) for row in rows]
    uses, causes = queries.uses_of(lines), queries.covered_causes({row.contract for row in rows})
    return {
        row.name: _entitlement(row, uses[line], on, causes[line])
        for row, line in zip(rows, lines, strict=True)
    }


def draw(
    contract_line: str, *, unit: Unit, quantity: Decimal | float, used_on: date, source: tuple[str, str]
) -> Drawn:
    """Take visits or hours from a contract's line, once for each source (doctype, name), line and unit.

    contract_line names any version of the line; the one that holds on the day counts, so that work which was planned
    before an amendment is drawn after it. Of what goes beyond the row's entitlement, lines with a rate for it take note, so that it is billed; from others it
    is refused and the service is somebody else's to pay. Drawing again from the same source changes nothing and tells
    the first answer. Two who draw at once wait for each other. Raises where the row does not hold on the day.
    """
    asked = to_decimal(quantity)
    if asked <= 0:
        return Drawn(within=Decimal(0))
    contract = frappe.db.get_value("Service Contract Line", contract_line, "parent")
    if contract:
        queries.lock_contract(contract)
    rows = queries.rows_on(used_on, named=queries.versions_of(contract_line))
    if not rows:
        frappe.throw(
            _(
                "The contract line gives nothing on {0}. Choose a contract that holds on that day, or none."
            ).format(frappe.format(used_on, "Date")),
            title=_("No Entitlement"),
        )
    return _draw_locked(rows[0], unit, asked, used_on, source)


def give_back(source: tuple[str, str]) -> None:
    """What a cancelled (doctype, name) had drawn is there again.

    A billing that was brought forward for it stays where it is: the run that finds nothing then sets the next day.
    """
    for use in queries.uses_from(source):
        queries.lock_contract(use.service_contract)
        # Uses are a record that nobody edits by hand; whoever may cancel the source gives back.
        frappe.delete_doc("Entitlement Use", use.name, ignore_permissions=True, delete_permanently=True)


def _draw_locked(row: Mapping, unit: Unit, asked: Decimal, used_on: date, source: tuple[str, str]) -> Drawn:
    key = ":".join((*source, row["contract"], str(row["line_number"]), unit))
    earlier = queries.use_now(key)
    if earlier:
        return _drawn_before(earlier)
    drawn = rules.draw(asked, _left_now(row, unit, used_on), overage_is_billed=bool(row["overage_rate"]))
    taken = drawn.within + drawn.beyond
    if taken:
        frappe.get_doc(
            {
                "doctype": "Entitlement Use",
                "service_contract": row["contract"],
                "contract_line": row["name"],
                "line_number": row["line_number"],
                "used_on": used_on,
                "unit": unit,
                "quantity": float(taken),
                "asked": float(asked),
                "beyond": float(drawn.beyond),
                "source_type": source[0],
                "source": source[1],
                "use_key": key,
            }
            # Uses are a record that nobody edits by hand; whoever may submit the source draws.
        ).insert(ignore_permissions=True)
    if drawn.beyond:
        # All else of the contract may be billed already.
        life = clipped(_counting_period(row, used_on), row["starts_on"], row["ends_on"])
        billing_run.bring_forward(row["contract"], overage_due_on(life))
    return drawn


def _drawn_before(use: Mapping) -> Drawn:
    quantity, beyond = to_decimal(use["quantity"]), to_decimal(use["beyond"])
    return Drawn(within=quantity - beyond, beyond=beyond, refused=to_decimal(use["asked"]) - quantity)


def _left_now(row: Mapping, unit: Unit, day: date) -> Decimal | None:
    included = rules.included(row, unit)
    if included is None:
        return None
    span = _counting_period(row, day)
    return included - queries.used_now(row["contract"], row["line_number"], unit, span.start, span.end)


def _counting_period(row: Mapping, day: date) -> Period:
    recurrence = recurrence_from(row, {"calendar": row["contract_calendar"]})
    return period_of(recurrence, min(row["periods_from"] or row["starts_on"], row["starts_on"]), day)


def _entitlement(row: Mapping, uses: Sequence[Mapping], day: date, causes: tuple[str, ...]) -> Entitlement:
    visits, hours = _left(row, "Visit", uses, day), _left(row, "Hour", uses, day)
    return Entitlement(
        contract=row["contract"],
        contract_line=row["name"],
        line_number=row["line_number"],
        customer=row["customer"],
        visits_left=None if visits is None else int(visits),
        hours_left=hours,
        parts_percent=to_decimal(row["parts_percent"]),
        response_hours=to_decimal(row["response_hours"]),
        resolution_hours=to_decimal(row["resolution_hours"]),
        service_level_agreement=row["service_level_agreement"],
        covered_causes=causes,
        under_warranty=False,
    )


def _left(row: Mapping, unit: Unit, uses: Sequence[Mapping], day: date) -> Decimal | None:
    included = rules.included(row, unit)
    if included is None:
        return None
    span = _counting_period(row, day)
    used = sum(
        (to_decimal(use["quantity"]) for use in uses if use["unit"] == unit and use["used_on"] in span),
        Decimal(0),
    )
    return max(included - used, Decimal(0))


def _covers_cause(causes: tuple[str, ...], cause: str | None) -> bool:
    return not causes or cause is None or cause in causes


def _nearness(
    rows: Sequence[Mapping],
    listed: Mapping[tuple[str, int], set[str]],
    wholes: Sequence[str],
    item_code: str | None,
) -> dict[str, int]:
    """How closely each row that covers the service names it. Without equipment, lines for certain equipment cover its item."""
    named = {row["equipment"] for row in rows if row["equipment"]}.union(*listed.values())
    items = queries.items_of_equipment(named) if item_code and not wholes and named else {}
    near = {}
    for row in rows:
        own = listed.get((row["contract"], row["line_number"]))
        if row["equipment"] or own is not None:
            names = {row["equipment"]} if row["equipment"] else own
            if names.intersection(wholes):
                near[row["name"]] = _THE_EQUIPMENT if row["equipment"] else _LISTED
            elif not wholes and item_code and any(items.get(name) == item_code for name in names):
                near[row["name"]] = _THE_ITEM
        else:
            near[row["name"]] = _THE_ITEM if item_code and row["item_code"] == item_code else _EVERYTHING
    return near


def _something_left(entitlement: Entitlement) -> bool:
    return entitlement.visits_left != 0 and entitlement.hours_left != 0


def _with_warranty(entitlement: Entitlement, wholes: Sequence[Mapping], day: date) -> Entitlement:
    expires = wholes[0]["warranty_expires_on"] if wholes else None
    return Entitlement(**{**vars(entitlement), "under_warranty": bool(expires and expires >= day)})
