"""What submitting an order would post and what stands in its way; afterwards, what it posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from frappe import _
from frappe.model.document import Document

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.field_service.flow import payers, work_times
from crm_ext.field_service.flow import service_order_sentences as sentences
from crm_ext.field_service.flow.service_posting import checks, invoicing, labour, parts
from crm_ext.field_service.queries import service_posting as queries
from crm_ext.shared.money import to_decimal

_MOST_PROBLEMS = 8


def preview(order: Document) -> dict[str, Any]:
    """{documents: [{doctype, says, name}], problems: [sentence], hints: [sentence]} in the reader's words.

    name: of the document, once the order is submitted. problems: keep the order from being submitted; hints do not.
    """
    if order.docstatus:
        return {"documents": _posted(order), "problems": [], "hints": []}
    parts.name_warehouses(order)
    problems = islice(checks.faults(order), _MOST_PROBLEMS)
    return {
        "documents": [{"doctype": doctype, "says": says, "name": None} for doctype, says in _planned(order)],
        "problems": [sentences.sentence(refusal, order) for refusal in problems],
        "hints": list(_hints(order)),
    }


def _posted(order: Document) -> list[dict]:
    return [
        {"doctype": one.document_type, "says": one.document, "name": one.document}
        for one in reversed(queries.postings_of(order.name))
    ]


def _planned(order: Document) -> Iterator[tuple[str, str]]:
    drawn = payers.to_draw(order)
    if drawn.get("Visit"):
        yield "Service Contract", _("Visits drawn: {0}").format(spelling.number(drawn["Visit"]))
    if drawn.get("Hour"):
        yield "Service Contract", _("Hours drawn: {0}").format(spelling.number(drawn["Hour"]))
    stocked = [row for row, _item in parts.stocked(order)]
    for place, said in _by_warehouse(stocked, "warehouse"):
        yield "Stock Entry", _("From {0}: {1}").format(place, said)
    for place, said in _by_warehouse(stocked, "return_warehouse"):
        yield "Stock Entry", _("Old parts to {0}: {1}").format(place, said)
    for person, hours in _hours_by_technician(order):
        yield "Timesheet", _("Hours of {0}: {1}").format(person, spelling.number(hours))
    if labour.is_posted() and work_times.worked(order):
        yield "Journal Entry", _("Cost of work and travel, by who pays")
    if invoicing.lines(order):
        amount = spelling.money(order.customer_total, order.currency)
        is_final = invoicing.is_submitted()
        says = _("{0} before taxes") if is_final else _("{0} before taxes, waits as a draft")
        yield "Sales Invoice", says.format(amount)


def _by_warehouse(rows: list[Document], field: str) -> list[tuple[str, str]]:
    found = defaultdict(list)
    for row in rows:
        if row.get(field):
            said = _("{0} × {1}").format(spelling.number(row.qty), row.item_name or row.item_code)
            found[row.get(field)].append(said)
    return [(place, _(", ").join(said)) for place, said in found.items()]


def _hours_by_technician(order: Document) -> list[tuple[str, Any]]:
    hours = defaultdict(lambda: to_decimal(0))
    for row in work_times.worked(order):
        hours[row.technician] += to_decimal(row.hours)
    return list(hours.items())


def _hints(order: Document) -> Iterator[str]:
    """Hours that would be booked at no cost, so that the order and its contract seem to earn more than they do."""
    rows = work_times.worked(order)
    technicians = queries.technicians({row.technician for row in rows})
    unpaid = {
        (
            row.technician,
            technicians[row.technician].employee,
            labour.activity_type(row, technicians[row.technician]),
        )
        for row in rows
        if row.technician in technicians and not technicians[row.technician].cost_per_hour
    }
    costs = queries.hourly_costs(
        {employee for _who, employee, _what in unpaid if employee},
        {activity for _who, _employee, activity in unpaid if activity},
    )
    for technician, employee, activity in sorted(unpaid, key=str):
        if employee and activity and not costs.get((employee, activity)):
            yield _(
                "Hours of {0} are booked at no cost. Enter a cost per hour on the technician, or ERPNext's Activity Cost for {1}."
            ).format(technician, activity)
