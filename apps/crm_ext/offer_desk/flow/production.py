"""Production for an offer: what making its lines takes, and the BOM and the Work Order that are made of them, once.

ERPNext makes the documents; the record Offer Production, unique per row of a quotation or sales order, sees to it that
there is one of each however often it is asked for, and that drafts go when their source is cancelled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate

from crm_ext import erpnext_port as port
from crm_ext.offer_desk.flow import promises
from crm_ext.offer_desk.queries import cost_sight, costs
from crm_ext.offer_desk.queries import production as queries
from crm_ext.offer_desk.queries import promises as promise_queries
from crm_ext.offer_desk.rules import production as rules
from crm_ext.offer_desk.rules.promises import Ask
from crm_ext.offer_desk.rules.working_days import WorkingDays
from crm_ext.shared.money import to_decimal

# Where a workstation names no hours: eight.
_MINUTES_OF_A_DAY = Decimal(480)
_HOLIDAYS_AHEAD = timedelta(days=730)


@dataclass(frozen=True)
class Made:
    """A line that could be made: qty in stock units; bom None means the item's default one."""

    key: Hashable
    item_code: str
    qty: Decimal
    bom: str | None = None


@dataclass(frozen=True)
class Missing:
    """A material that is not all in stock; day: when the rest can be there, None: not known."""

    item_code: str
    qty: Decimal
    in_stock: Decimal
    day: date | None


@dataclass(frozen=True)
class Estimate:
    """What making a line takes.

    days: working days of operations; ready_on: when it can be there, materials waited for; None: not known.
    minutes: of operations. Costs are in the company's currency, None where unknown or not for this user to see.
    """

    key: Hashable
    item_code: str
    bom: str
    days: int
    ready_on: date | None
    minutes: Decimal
    material_cost: Decimal | None
    operating_cost: Decimal | None
    missing: tuple[Missing, ...]


# What it takes


def estimate(lines: Iterable[Made], company: str) -> dict[Hashable, Estimate]:
    """What making each line takes, by its key; lines without a bill of materials are left out.

    Lines compete for materials in their order. The number of queries depends neither on lines nor on depth.
    """
    lines = list(lines)
    defaults = queries.default_boms({line.item_code for line in lines if not line.bom}, company)
    made = [
        (line, line.bom or defaults[line.item_code])
        for line in lines
        if line.bom or line.item_code in defaults
    ]
    if not made:
        return {}
    recipes = _recipes({bom for _line, bom in made})
    plans = {
        line.key: rules.plan(recipes, bom, line.qty) for line, bom in made if bom in recipes and line.qty > 0
    }
    asks = [
        Ask((key, code), code, qty, None)
        for key, plan in plans.items()
        for code, qty in plan.materials.items()
    ]
    promised = promises.promise(asks, company=company)
    known = _material_costs(plans.values(), company) if cost_sight.may_see_cost() else None
    today = getdate()
    working_days = WorkingDays(promise_queries.holidays(company, today, today + _HOLIDAYS_AHEAD))
    return {
        line.key: _estimate(line, bom, plans[line.key], promised, known, working_days)
        for line, bom in made
        if line.key in plans
    }


def estimate_document(document: Document) -> dict[str, Estimate]:
    """The estimate of each line of a quotation or sales order that could be made, by the row's name."""
    offered = {row.name: row.get("quotation_item") or row.name for row in document.items if row.item_code}
    made_for = queries.boms_made_for(set(offered.values()))
    lines = [
        Made(row.name, row.item_code, to_decimal(row.stock_qty), made_for.get(offered[row.name]))
        for row in document.items
        if row.item_code
    ]
    return estimate(lines, document.company)


def _recipes(boms: Iterable[str]) -> dict[str, rules.Recipe]:
    quantities = queries.reached(list(boms))
    parts: dict[str, list[rules.Part]] = defaultdict(list)
    steps: dict[str, list[rules.Step]] = defaultdict(list)
    for row in queries.parts(quantities):
        parts[row.bom].append(rules.Part(row.item_code, to_decimal(row.qty), row.bom_no))
    for row in queries.operations(quantities):
        steps[row.bom].append(
            rules.Step(
                minutes=to_decimal(row.time_in_mins),
                batch=to_decimal(row.batch_size) or Decimal(1),
                is_fixed=bool(row.fixed_time),
                hour_rate=to_decimal(row.base_hour_rate),
                minutes_of_day=max(to_decimal(row.minutes_of_day), Decimal(0)) or _MINUTES_OF_A_DAY,
            )
        )
    return {
        bom: rules.Recipe(to_decimal(quantity) or Decimal(1), tuple(steps[bom]), tuple(parts[bom]))
        for bom, quantity in quantities.items()
    }


def _material_costs(plans: Iterable[rules.Plan], company: str) -> Mapping[str, Decimal | None]:
    return costs.unit_costs({code for plan in plans for code in plan.materials}, company)


def _estimate(
    line: Made,
    bom: str,
    plan: rules.Plan,
    promised: Mapping[Hashable, promises.Promise],
    known_costs: Mapping[str, Decimal | None] | None,
    working_days: WorkingDays,
) -> Estimate:
    of_materials = {code: promised[line.key, code] for code in plan.materials}
    days = [promise.day for promise in of_materials.values()]
    start = max([getdate(), *days]) if all(days) else None
    return Estimate(
        key=line.key,
        item_code=line.item_code,
        bom=bom,
        days=plan.days,
        ready_on=working_days.after(start, plan.days) if start else None,
        minutes=plan.minutes,
        material_cost=_material_cost(plan.materials, known_costs),
        operating_cost=plan.operating_cost if known_costs is not None else None,
        missing=tuple(
            Missing(code, qty, of_materials[code].in_stock, of_materials[code].day)
            for code, qty in plan.materials.items()
            if of_materials[code].in_stock < qty and of_materials[code].cause.code != "service"
        ),
    )


def _material_cost(
    materials: Mapping[str, Decimal], known_costs: Mapping[str, Decimal | None] | None
) -> Decimal | None:
    if known_costs is None or any(known_costs[code] is None for code in materials):
        return None
    return sum((qty * known_costs[code] for code, qty in materials.items()), Decimal(0))


# Made once


def make_bom(quotation: str, row: str) -> str:
    """The draft bill of materials of a quotation's line; the same one however often it is asked for.

    It holds the other lines of the same configuration, else what is packed in the line, else a copy of the item's
    default bill to be changed for this customer. The user's right to make bills is ERPNext's to check.
    """
    offer = _locked("Quotation", quotation)
    existing = queries.record_of(row)
    if existing and queries.state("BOM", existing.bom) in (0, 1):
        return existing.bom
    line = _row(offer, row)
    if offer.docstatus.is_cancelled():
        frappe.throw(
            _("This quotation is cancelled. Make the bill of materials of the one that took its place.")
        )
    bom = _new_bom(offer, line).insert()
    _record(
        existing,
        source_row=row,
        quotation=quotation,
        item_code=line.item_code,
        company=offer.company,
        bom=bom.name,
    )
    return bom.name


def make_work_order(sales_order: str, row: str) -> str:
    """The Work Order of a sales order's line; the same one however often it is asked for.

    The bill of materials is the one made of the quotation's line, where there is one, else the item's default one.
    """
    order = _locked("Sales Order", sales_order)
    existing = queries.record_of(row)
    if existing and queries.state("Work Order", existing.work_order) in (0, 1):
        return existing.work_order
    line = _row(order, row)
    if not order.docstatus.is_submitted():
        frappe.throw(_("Submit this sales order first: a Work Order is made of a binding order."))
    pending = next(
        (entry for entry in port.lines_to_make(sales_order) if entry["sales_order_item"] == row), None
    )
    if not pending:
        frappe.throw(_("All of {0} is in production already. See its Work Orders.").format(line.item_code))
    made_for = queries.boms_made_for([line.quotation_item] if line.quotation_item else [])
    pending["bom"] = made_for.get(line.quotation_item) or pending["bom"]
    if not pending["bom"]:
        frappe.throw(
            _(
                "{0} has no bill of materials. Make one in the quotation and submit it, or set a default BOM."
            ).format(line.item_code)
        )
    work_order = port.make_work_order(order, pending)
    _record(
        existing,
        source_row=row,
        sales_order=sales_order,
        item_code=line.item_code,
        company=order.company,
        bom=pending["bom"],
        work_order=work_order,
    )
    return work_order


def withdraw(document: Document) -> None:
    """A cancelled quotation or order takes back what was made of it and is not at work: drafts go, bills are switched off.

    ERPNext itself does not let an order be cancelled while a submitted Work Order hangs on it.
    """
    for record in queries.records_of(document.doctype, document.name):
        if document.doctype == "Quotation":
            _withdraw_bom(record.bom)
        elif queries.state("Work Order", record.work_order) == 0:
            # Follows from the order, which the user may cancel.
            frappe.delete_doc("Work Order", record.work_order, ignore_permissions=True)


def forget(document: Document) -> None:
    """Records go with the document whose rows they are about."""
    for record in queries.records_of(document.doctype, document.name):
        # Follows from the document, which the user may delete.
        frappe.delete_doc("Offer Production", record.name, ignore_permissions=True, force=True)


def _withdraw_bom(bom: str | None) -> None:
    state = queries.state("BOM", bom)
    if state == 0:
        # Follows from the quotation, which the user may cancel.
        frappe.delete_doc("BOM", bom, ignore_permissions=True, force=True)
    elif state == 1 and not frappe.db.exists("Work Order", {"bom_no": bom, "docstatus": ("<", 2)}):
        bill = frappe.get_doc("BOM", bom)
        bill.is_active = 0
        # As above.
        bill.flags.ignore_permissions = True
        bill.save()


def _locked(doctype: str, name: str) -> Document:
    """Read with locks, as everything that decides: the second of two makers must see what the first one made."""
    if not frappe.db.exists(doctype, name):
        frappe.throw(_("{0} {1} is not there any more.").format(_(doctype), name), frappe.DoesNotExistError)
    return frappe.get_doc(doctype, name, for_update=True)


def _row(document: Document, name: str) -> Document:
    for row in document.items:
        if row.name == name:
            return row
    frappe.throw(_("This line is not there any more. Load the document again."), frappe.DoesNotExistError)


def _record(existing: frappe._dict | None, **values: str) -> None:
    if existing:
        record = frappe.get_doc("Offer Production", existing.name, for_update=True)
    else:
        record = frappe.new_doc("Offer Production")
    record.update(values)
    # The user was let make the document that it records.
    record.save(ignore_permissions=True)


def _new_bom(offer: Document, line: Document) -> Document:
    parts = _parts(offer, line)
    if parts:
        bom = frappe.new_doc("BOM")
        bom.update({"item": line.item_code, "quantity": 1, "company": offer.company, "items": parts})
        bom.currency = frappe.get_cached_value("Company", offer.company, "default_currency")
    else:
        default = queries.default_boms([line.item_code], offer.company).get(line.item_code)
        if not default:
            frappe.throw(
                _("Nothing is known of what {0} is made of. Make its BOM by hand.").format(line.item_code)
            )
        bom = frappe.copy_doc(frappe.get_doc("BOM", default))
        bom.docstatus = 0
    bom.is_default = 0
    bom.is_active = 1
    return bom


def _parts(offer: Document, line: Document) -> list[dict]:
    """What goes into one stock unit of the line."""
    made = flt(line.stock_qty) or 1
    rows: Sequence[Document] = ()
    if line.get("offer_configuration"):
        rows = [
            row
            for row in offer.items
            if row.offer_configuration == line.offer_configuration
            and row.name != line.name
            and not row.is_alternative
        ]
    rows = rows or [part for part in offer.packed_items if part.parent_detail_docname == line.name]
    stocked = [row for row in rows if frappe.get_cached_value("Item", row.item_code, "is_stock_item")]
    return [
        {
            "item_code": row.item_code,
            "qty": flt(row.get("stock_qty") or row.qty) / made,
            "uom": _stock_unit(row.item_code),
        }
        for row in stocked
    ]


def _stock_unit(item_code: str) -> str:
    return frappe.get_cached_value("Item", item_code, "stock_uom")
