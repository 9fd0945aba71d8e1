"""What the portal's pages about equipment, contracts and service show. Guards have decided whose they are."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.utils import cint, getdate, strip_html

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.self_service.flow import pages, service_requests, visit_page
from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.queries import service as queries
from crm_ext.self_service.rules import service_steps
from crm_ext.service_contracts.flow.entitlements import entitlement_for, entitlements_of
from crm_ext.shared.text import _lt, to_latin_digits

PAGE = 25
_LATEST = 12
# As many units as a telephone's list is good for; who has more looks for theirs.
_TO_CHOOSE_FROM = 100

_STEP_WORDS = {
    service_steps.RECEIVED: _lt("We have it"),
    service_steps.PLANNED: _lt("Visit agreed"),
    service_steps.ON_THE_WAY: _lt("Technician on the way"),
    service_steps.DONE: _lt("Work done"),
    service_steps.SOLVED: _lt("Solved"),
}
_REQUEST_WORDS = {
    "Open": (_lt("In work"), "plain"),
    "Replied": (_lt("In work"), "plain"),
    "On Hold": (_lt("On hold"), "warn"),
    "Resolved": (_lt("Is it solved?"), "warn"),
    "Closed": (_lt("Solved"), "good"),
}
_CONTRACT_WORDS = {
    "Upcoming": (_lt("Begins later"), "plain"),
    "Active": (_lt("In force"), "good"),
    "Suspended": (_lt("Suspended"), "warn"),
    "Expired": (_lt("Ended"), "plain"),
    "Terminated": (_lt("Ended"), "plain"),
}


# Equipment


def fill_equipment_list(context: Any, here: Acting, given: Any) -> None:
    """rows, text, before and after of the list of units."""
    text, number = _search(given), _page(given)
    found = queries.equipment(here.customer, here.company, text, (number - 1) * PAGE, PAGE + 1)
    rows, names = found[:PAGE], [row.name for row in found[:PAGE]]
    requests = queries.open_requests(here.customer, names)
    visits = queries.next_visits(here.customer, names)
    for row in rows:
        row.address = pages.route("portal", "equipment", row.name)
        row.serial = row.serial_no or row.other_serial_no
        row.requests = requests.get(row.name, 0)
        row.next_visit = visits.get(row.name)
        row.warranty, row.warranty_kind = _warranty(row)
    context.rows, context.text = rows, text
    context.before = _page_address("equipment", text, number - 1) if number > 1 else None
    context.after = _page_address("equipment", text, number + 1) if len(found) > PAGE else None


def fill_equipment(context: Any, here: Acting, name: str) -> None:
    unit = queries.unit(name)
    unit.serial = unit.serial_no or unit.other_serial_no
    context.unit = unit
    context.warranty, context.warranty_kind = _warranty(unit)
    context.parts_inside = queries.parts_of(name, here.customer)
    context.whole = queries.equipment_names([unit.parent_equipment]).get(unit.parent_equipment)
    context.next_visit = queries.next_visits(here.customer, [name]).get(name)
    context.requests = [_request_row(row) for row in queries.requests_about(name, here.customer, _LATEST)]
    context.visits = [_visit_row(row) for row in queries.latest_visits(name, here.customer, _LATEST)]
    used = queries.parts_used([row.name for row in context.visits])
    for row in context.visits:
        row.parts = used.get(row.name, ())
    context.entitlement = _entitlement_words(_entitlement_of(here, unit))


def _entitlement_of(here: Acting, unit: Any) -> Any:
    return entitlement_for(
        customer=here.customer,
        company=unit.company,
        on=getdate(),
        equipment=unit.name,
        item_code=unit.item_code or None,
    )


def _warranty(unit: Any) -> tuple[str, str]:
    if not unit.warranty_expires_on:
        return _("No warranty known"), "plain"
    until = spelling.day(unit.warranty_expires_on)
    if getdate(unit.warranty_expires_on) < getdate():
        return _("Warranty ended on {0}").format(until), "plain"
    return _("Warranty until {0}").format(until), "good"


# Contracts


def fill_contracts(context: Any, here: Acting) -> None:
    context.rows = queries.contracts(here.customer, here.company)
    for row in context.rows:
        row.address = pages.route("portal", "contracts", row.name)
        row.word, row.kind = _words(_CONTRACT_WORDS, row.status)
        row.ends_on = row.terminated_on or row.end_date


def fill_contract(context: Any, here: Acting, name: str) -> None:
    contract = frappe.get_doc("Service Contract", name)
    context.contract = contract
    context.word, context.kind = _words(_CONTRACT_WORDS, contract.status)
    context.ends_on = contract.terminated_on or contract.end_date
    given = entitlements_of([row.name for row in contract.lines], getdate())
    listed: dict[int, list[str]] = {}
    for row in contract.covered_equipment:
        listed.setdefault(row.line_number, []).append(row.equipment)
    names = {row.equipment for row in contract.lines if row.equipment} | {
        name for units in listed.values() for name in units
    }
    titles = queries.equipment_names(names) if names else {}
    context.lines = [
        {
            "title": row.item_name or row.item_code,
            "description": strip_html(row.description or ""),
            "rate": row.rate,
            "every": _every(row),
            "units": [
                {"title": titles.get(unit, unit), "address": pages.route("portal", "equipment", unit)}
                for unit in ([row.equipment] if row.equipment else listed.get(row.line_number, ()))
            ],
            "gives": _entitlement_words(given.get(row.name)),
        }
        for row in contract.lines
        if not row.end_date or getdate(row.end_date) >= getdate()
    ]
    context.invoices = queries.invoices_of_contract(name, _LATEST)
    for row in context.invoices:
        row.address = pages.route("portal", "invoices", row.name)
    context.offer = _offer_of_renewal(contract)
    context.may_ask_renewal = (
        contract.status in ("Active", "Expired") and bool(contract.end_date) and not context.offer
    )
    context.pdf = f"/api/method/crm_ext.api.portal_service.contract_pdf?{urlencode({'contract': name})}"


def _every(row: Any) -> str:
    if row.interval_unit == "Once":
        return _("once")
    words = {
        "Day": _("every {0} days"),
        "Week": _("every {0} weeks"),
        "Month": _("every {0} months"),
        "Year": _("every {0} years"),
    }
    one = {"Day": _("every day"), "Week": _("every week"), "Month": _("every month"), "Year": _("every year")}
    count = row.interval_count or 1
    return one[row.interval_unit] if count == 1 else words[row.interval_unit].format(spelling.number(count))


def _offer_of_renewal(contract: Any) -> str | None:
    """The address of the quotation by which the contract can be renewed."""
    offered = contract.get("renewal_quotation")
    if offered and frappe.db.get_value("Quotation", offered, ["docstatus", "status"]) == (1, "Open"):
        return pages.route("portal", "quotations", offered)
    return None


def _entitlement_words(given: Any) -> list[str]:
    """What is left, as sentences."""
    if given is None:
        return []
    words = []
    if given.visits_left is not None:
        words.append(_("{0} visits left in this period").format(spelling.number(given.visits_left)))
    if given.hours_left is not None:
        words.append(_("{0} hours left in this period").format(spelling.number(given.hours_left)))
    if given.parts_percent:
        words.append(_("{0}% of the parts included").format(spelling.number(given.parts_percent)))
    if given.response_hours:
        words.append(_("We answer within {0} hours").format(spelling.number(given.response_hours)))
    if given.resolution_hours:
        words.append(_("Solved within {0} hours").format(spelling.number(given.resolution_hours)))
    if given.covered_causes:
        words.append(_("Covers: {0}").format(spelling.listed(*(_(cause) for cause in given.covered_causes))))
    return words


# Requests and visits


def fill_service(context: Any, here: Acting, given: Any) -> None:
    number = _page(given)
    found = queries.requests(here.customer, here.company, (number - 1) * PAGE, PAGE + 1)
    context.rows = [_request_row(row) for row in found[:PAGE]]
    names = queries.equipment_names({row.equipment for row in context.rows if row.equipment})
    for row in context.rows:
        row.unit = names.get(row.equipment)
    context.visits = [_visit_row(row) for row in queries.coming_visits(here.customer, here.company, _LATEST)]
    context.before = _page_address("service", "", number - 1) if number > 1 else None
    context.after = _page_address("service", "", number + 1) if len(found) > PAGE else None


def fill_request_form(context: Any, here: Acting, given: Any) -> None:
    """units to choose from; chosen, the one that the address or the form names; text, by which others were looked for.

    is_searched: there are more units than fit into a list.
    """
    context.text = _search(given)
    found = queries.equipment(here.customer, here.company, context.text, 0, _TO_CHOOSE_FROM + 1)
    context.is_searched = bool(context.text) or len(found) > _TO_CHOOSE_FROM
    context.units = found[:_TO_CHOOSE_FROM]
    chosen = queries.chosen_unit(given.get("equipment"), here.customer)
    context.chosen = chosen.name if chosen else None
    if chosen and chosen.name not in {unit.name for unit in context.units}:
        context.units.insert(0, chosen)


def fill_request(context: Any, here: Acting, name: str) -> None:
    request = queries.request(name)
    context.request_row = _request_row(request)
    context.description = _paragraphs(request.description)
    context.unit = queries.equipment_names([request.equipment]).get(request.equipment)
    context.unit_address = pages.route("portal", "equipment", request.equipment) if context.unit else None
    visits = queries.visits_for(name)
    context.visits = [_visit_row(row) for row in visits]
    context.progress = service_steps.progress(request.status, [row.status for row in visits])
    context.steps = steps(context.progress)
    context.answer = queries.answer_given(name)
    context.photos = [
        {
            "title": row.file_name,
            "address": f"/api/method/crm_ext.api.portal_service.photo?{urlencode({'photo': row.name})}",
        }
        for row in service_requests.photos_of(name)
    ]


def fill_visit(context: Any, name: str) -> None:
    """A visit as its page by a link shows it, and where it belongs in the portal."""
    visit_page.fill(context, name)
    visit = context.visit
    context.request_address = pages.route("portal", "service", visit.issue) if visit.issue else None
    context.unit = queries.equipment_names([visit.equipment]).get(visit.equipment)
    context.unit_address = pages.route("portal", "equipment", visit.equipment) if context.unit else None


def steps(progress: service_steps.Progress) -> list[dict[str, Any]]:
    """[{label, is_done, is_current}] in order."""
    return [
        {
            "label": _(_STEP_WORDS[step]),
            "is_done": progress.has(step),
            "is_current": step == progress.reached,
        }
        for step in service_steps.STEPS
    ]


def _request_row(row: Any) -> Any:
    row.address = pages.route("portal", "service", row.name)
    row.word, row.kind = _words(_REQUEST_WORDS, row.status)
    row.when = spelling.day(row.opening_date)
    return row


def _visit_row(row: Any) -> Any:
    row.address = pages.route("portal", "visits", row.name)
    row.word, row.kind = visit_page.badge(row)
    # The hour that was planned is not promised: what the customer is told is the window, else the day.
    row.when = (
        spelling.window(row.window_start, row.window_end)
        if row.window_start
        else spelling.day(row.planned_start)
    )
    return row


def _words(words: dict[str, tuple[str, str]], status: str) -> tuple[str, str]:
    label, kind = words.get(status, (status, "plain"))
    return _(label), kind


def _paragraphs(html: str | None) -> str:
    """What somebody wrote, in lines, without the signs of an editor."""
    lines = strip_html((html or "").replace("</p>", "\n").replace("<br>", "\n")).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def _search(given: Any) -> str:
    return (given.get("q") or "").strip()[:80]


def _page(given: Any) -> int:
    """The number of the page of a list that is asked for, from 1."""
    return max(cint(to_latin_digits(given.get("page") or "1")), 1)


def _page_address(page: str, text: str, number: int) -> str:
    return f"/portal/{page}?{urlencode({'q': text, 'page': number})}"
