"""Who pays for each line of an order, decided anew at every save, with the reason on the line.

A line that two share becomes two: the first carries what was used, the second, marked by `share_of`, only what its payer
owes. A Maintenance Manager may decide otherwise, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.field_service.flow import payer_sentences
from crm_ext.field_service.queries import payers as queries
from crm_ext.field_service.rules import payers as rules
from crm_ext.field_service.rules.payers import Coverage, Job, Share
from crm_ext.service_contracts.flow import entitlements
from crm_ext.service_contracts.rules.entitlements import Entitlement
from crm_ext.shared.money import to_decimal

DECIDER = "Maintenance Manager"
_WHOLE = 100
# What a second payer's line repeats of the first, so that it can be read by itself.
_SHOWN_OF_PART = ("item_code", "item_name", "uom", "conversion_factor")
_SHOWN_OF_TIME = ("what", "technician", "activity_type")


def decide(order: Document, job: Job | None = None) -> None:
    """Set payer, share and reason of every line; rates and hours of the lines are known already."""
    job = job or job_of(order)
    _guard_decisions(order)
    _decide_parts(order, job)
    _decide_times(order, job)


def job_of(order: Document) -> Job:
    """What decides about the order's lines; the contract that holds is written on an order that names none."""
    entitlement = _entitlement(order)
    if entitlement:
        order.service_contract, order.contract_line = entitlement.contract, entitlement.contract_line
    equipment = queries.warranties(order.equipment) if order.equipment else {}
    claim = queries.claim(order.warranty_claim) if order.warranty_claim else {}
    equipment, claim = equipment or {}, claim or {}
    return Job(
        is_repair=order.job_type == "Repair",
        reported_on=_reported_on(order, claim),
        cause=order.complaint_cause,
        cause_origin=queries.origin_of_cause(order.complaint_cause) if order.complaint_cause else None,
        warranty_until=equipment.get("warranty_expires_on") or claim.get("warranty_expiry_date"),
        supplier=equipment.get("supplier"),
        supplier_warranty_until=equipment.get("supplier_warranty_until"),
        delivered_by_us=equipment.get("origin") == "Delivered by Us",
        coverage=_coverage(entitlement) if entitlement else None,
    )


def day_of_work(order: Document) -> date:
    """The day that contracts are asked about and documents are posted on."""
    ends = [row.to_time for row in order.times if row.to_time]
    return getdate(order.posting_date or (max(map(str, ends)) if ends else None) or order.planned_start)


def draw(order: Document) -> None:
    """Take from the contract what its lines of the order need; where others were quicker, decide anew.

    Afterwards the lines charge the contract with exactly what was drawn, unless more was given to it by hand.
    """
    job = job_of(order)
    coverage = job.coverage
    if coverage is None:
        return
    source, day = (order.doctype, order.name), day_of_work(order)
    if coverage.visits_left is not None and _hours_of_contract(order.times):
        drawn = entitlements.draw(order.contract_line, unit="Visit", quantity=1, used_on=day, source=source)
        if drawn.refused:
            coverage = replace(coverage, visits_left=0)
            decide(order, replace(job, coverage=coverage))
    hours = _hours_of_contract(order.times)
    if coverage.hours_left is not None and hours:
        drawn = entitlements.draw(
            order.contract_line, unit="Hour", quantity=hours, used_on=day, source=source
        )
        if drawn.refused:
            coverage = replace(coverage, hours_left=drawn.within + drawn.beyond)
            decide(order, replace(job, coverage=coverage))


def to_draw(order: Document) -> dict[str, Decimal]:
    """{"Visit", "Hour": quantity} that submitting would take from the contract, as the lines stand now."""
    coverage, hours = job_of(order).coverage, _hours_of_contract(order.times)
    if coverage is None or not hours:
        return {}
    counted = {"Visit": (coverage.visits_left, Decimal(1)), "Hour": (coverage.hours_left, hours)}
    return {unit: quantity for unit, (left, quantity) in counted.items() if left is not None}


def give_back(order: Document) -> None:
    entitlements.give_back((order.doctype, order.name))


def _entitlement(order: Document) -> Entitlement | None:
    if not order.customer or not order.company:
        return None
    return entitlements.entitlement_for(
        customer=order.customer,
        company=order.company,
        on=day_of_work(order),
        equipment=order.equipment or None,
        cause=order.complaint_cause or None,
        # A contract that was chosen is not exchanged for another one.
        contract=order.service_contract,
        contract_line=order.contract_line,
    )


def _coverage(entitlement: Entitlement) -> Coverage:
    return Coverage(
        contract=entitlement.contract,
        line_number=entitlement.line_number,
        parts_percent=entitlement.parts_percent,
        visits_left=entitlement.visits_left,
        hours_left=entitlement.hours_left,
        overage_is_billed=queries.bills_overage(entitlement.contract_line),
    )


def _reported_on(order: Document, claim: dict) -> date:
    told = (order.issue and queries.complaint_day(order.issue)) or claim.get("complaint_date")
    return getdate(told or order.planned_start or order.creation)


def _hours_of_contract(times: Iterable[Document]) -> Decimal:
    return sum((to_decimal(row.charged_hours) for row in times if row.payer == "Contract"), Decimal(0))


# Decisions on lines


def _decide_parts(order: Document, job: Job) -> None:
    seconds = _take_out_shares(order, "parts")
    for row in list(order.parts):
        if row.decided_by_hand:
            row.share_percent = _WHOLE
            continue
        shares = rules.payers_of_part(job)
        _write(row, shares[0], job)
        # What is only planned is not shared out yet.
        row.share_percent = float(shares[0].quantity) if row.qty else _WHOLE
        if row.qty and len(shares) > 1:
            second = _second(order, "parts", row, seconds, _SHOWN_OF_PART)
            second.share_percent = float(shares[1].quantity)
            _write(second, shares[1], job)
    _in_order(order, "parts")


def _decide_times(order: Document, job: Job) -> None:
    seconds = _take_out_shares(order, "times")
    for row in order.times:
        row.charged_hours = row.hours
    by_hand = _hours_of_contract(row for row in order.times if row.decided_by_hand)
    open_rows = [row for row in order.times if not row.decided_by_hand]
    decided = rules.payers_of_times(job, [to_decimal(row.hours) for row in open_rows], by_hand)
    for row, shares in zip(open_rows, decided, strict=True):
        _write(row, shares[0], job)
        row.charged_hours = float(shares[0].quantity)
        if len(shares) > 1:
            second = _second(order, "times", row, seconds, _SHOWN_OF_TIME)
            second.charged_hours = float(shares[1].quantity)
            _write(second, shares[1], job)
    _in_order(order, "times")


def _take_out_shares(order: Document, table: str) -> dict[str, Document]:
    """The second payers' lines, by the line that they share; they are put back where there is still a share for them."""
    seconds = {row.share_of: row for row in order.get(table) if row.share_of}
    order.set(table, [row for row in order.get(table) if not row.share_of])
    return seconds


def _second(
    order: Document, table: str, row: Document, seconds: dict[str, Document], shown: Sequence[str]
) -> Document:
    second = seconds.get(row.name) or order.append(table, {})
    if second not in order.get(table):
        order.get(table).append(second)
    second.update({field: row.get(field) for field in shown})
    second.update({"share_of": row.name, "rate": row.rate, "list_rate": row.list_rate})
    return second


def _write(row: Document, share: Share, job: Job) -> None:
    if row.decided_by_hand:
        return
    row.payer = share.payer
    row.payer_reason = payer_sentences.stored(share.reason)
    row.supplier = job.supplier if share.payer == "Supplier" else None


def _in_order(order: Document, table: str) -> None:
    """Each second line right below its first."""
    rows = order.get(table)
    below = {row.share_of: row for row in rows if row.share_of}
    turn = [each for row in rows if not row.share_of for each in (row, below.get(row.name)) if each]
    for place, row in enumerate(turn, start=1):
        row.idx = place
    order.set(table, turn)


def _guard_decisions(order: Document) -> None:
    """Decisions by hand need the right and a reason; who leaves an old one alone needs neither."""
    before = order.get_doc_before_save()
    old = {row.name: row for row in (*before.parts, *before.times)} if before else {}
    for row in (*order.parts, *order.times):
        if not row.decided_by_hand:
            continue
        row.payer_reason = None
        if row.name in old and _decision(old[row.name]) == _decision(row):
            continue
        if DECIDER not in frappe.get_roles():
            frappe.throw(
                _(
                    "Row {0}: only a Maintenance Manager decides by hand who pays. Ask one, or take out the tick."
                ).format(row.idx),
                frappe.PermissionError,
            )
        if not row.payer or not (row.decision_reason or "").strip():
            frappe.throw(_("Row {0}: say who pays and why.").format(row.idx), title=_("Who Pays"))
        if row.payer == "Supplier" and not row.supplier:
            frappe.throw(_("Row {0}: name the supplier who pays.").format(row.idx), title=_("Who Pays"))


def _decision(row: Document) -> tuple:
    return row.decided_by_hand, row.payer, row.supplier, row.decision_reason
