"""Offer templates: which fit, and a new quotation filled from one.

A template stores no price. What it puts into a quotation is priced there by ERPNext, as if it had been typed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, getdate

from crm_ext import erpnext_port as port
from crm_ext.offer_desk.flow import cost_sight, quotation_options
from crm_ext.offer_desk.queries import offer_templates as queries
from crm_ext.offer_desk.rules import offer_templates as rules
from crm_ext.offer_desk.rules.quotation_options import quantity_refusal

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_PARTIES = ("Customer", "Lead", "Prospect")
_TRUNKS = {"customer_group": "Customer Group", "territory": "Territory"}


def check(template: Document) -> None:
    """A template that could never be used, or not be filled in, is not saved."""
    refusal = rules.check(_segment(template))
    if refusal is not None:
        frappe.throw(
            {
                "ends_before_it_begins": _("Valid Until lies before Valid From. Change one of them."),
                "half_a_span_of_months": _("Name both the first and the last month, or neither."),
            }[refusal.code]
        )
    for row in (*template.items, *template.options):
        if quantity_refusal(row.qty) is not None:
            frappe.throw(
                _("Row {0}, {1}: the quantity must be a number above zero.").format(row.idx, row.item_code)
            )
    if template.items and template.items[0].is_alternative:
        frappe.throw(
            _("The first line cannot be an alternative: there is no line above it. Change their order.")
        )
    if template.letter:
        frappe.utils.jinja.validate_template(template.letter)


def suggest(quotation: Document) -> list[dict]:
    """Templates for the quotation's customer, company and day, best first, with what speaks for each."""
    segment = _segment_of_party(quotation)
    paths = {field: queries.path(tree, segment.get(field)) for field, tree in _TRUNKS.items()}
    situation = rules.Situation(
        company=quotation.company,
        customer_groups=paths["customer_group"],
        territories=paths["territory"],
        customer_grade=segment.get("customer_grade"),
        day=getdate(quotation.transaction_date),
    )
    templates = {row.name: row for row in queries.enabled()}
    return [
        {
            "name": fit.name,
            "by": list(fit.by),
            **_of(templates[fit.name], ("customer_group", "territory", "season")),
        }
        for fit in rules.fitting(map(_segment, templates.values()), situation)
    ]


def _segment_of_party(quotation: Document) -> frappe._dict:
    """Nothing is said by the templates of a party that the user may not read."""
    kind, party = quotation.quotation_to, quotation.party_name
    if kind in _PARTIES and party and frappe.has_permission(kind, "read", party):
        return queries.segment_of(kind, party)
    return frappe._dict()


def fill(quotation: Document, template: Document) -> list[str]:
    """Put the template's lines, options, terms and letter into a draft; gives the offer models left to configure.

    What is in the quotation already stays, and what the template would add a second time is not added.
    """
    if not quotation.docstatus.is_draft():
        frappe.throw(_("Only a draft can be filled from a template. Amend the quotation first."))
    quotation.items = [row for row in quotation.items if row.item_code or row.item_name]
    _add_missing(
        quotation, "items", template.items, ("item_code", "qty", "uom", "is_alternative", "description")
    )
    _add_missing(
        quotation,
        "quotation_options",
        template.options,
        ("item_code", "qty", "uom", "option_group", "description"),
    )
    _set_terms(quotation, template)
    quotation.offer_template = template.name
    port.complete(quotation)
    cost_sight.hide_cost(quotation)
    quotation_options.price_options(quotation)
    if template.letter:
        context = {"doc": quotation, "customer_name": quotation.customer_name or quotation.party_name}
        quotation.offer_letter = frappe.render_template(template.letter, context)
    return [row.offer_model for row in template.models]


def _add_missing(
    quotation: Document, table: str, wanted: Iterable[Document], fields: tuple[str, ...]
) -> None:
    """Rows of the template that the table lacks; of two equal ones in the template it may lack one."""
    there = Counter(_offered(row) for row in quotation.get(table))
    for row in wanted:
        if there[_offered(row)]:
            there[_offered(row)] -= 1
            continue
        values = {field: row.get(field) for field in fields if row.get(field) not in (None, "")}
        if table == "items":
            values.setdefault("uom", _sales_unit(row.item_code))
        quotation.append(table, values)


def _offered(row: Document) -> tuple:
    unit = row.uom or (row.item_code and _sales_unit(row.item_code))
    return row.item_code, unit, int(bool(row.get("is_alternative")))


def _sales_unit(item_code: str) -> str:
    sales_unit, stock_unit = frappe.get_cached_value("Item", item_code, ("sales_uom", "stock_uom"))
    return sales_unit or stock_unit


def _set_terms(quotation: Document, template: Document) -> None:
    if template.validity_days:
        quotation.valid_till = add_days(quotation.transaction_date or getdate(), template.validity_days)
    if template.payment_terms_template:
        quotation.payment_terms_template = template.payment_terms_template
        quotation.payment_schedule = []
    if template.tc_name:
        quotation.tc_name = template.tc_name
        quotation.terms = port.terms_text(template.tc_name, quotation)


def _segment(template: Document | frappe._dict) -> rules.Segment:
    fields = ("name", "company", "customer_group", "territory", "customer_grade", "season")
    return rules.Segment(
        **_of(template, fields),
        from_month=_month(template.from_month),
        until_month=_month(template.until_month),
        valid_from=getdate(template.valid_from) if template.valid_from else None,
        valid_until=getdate(template.valid_until) if template.valid_until else None,
    )


def _month(name: str | None) -> int | None:
    return _MONTHS.index(name) + 1 if name else None


def _of(record: Document | frappe._dict, fields: Iterable[str]) -> dict:
    return {field: record.get(field) for field in fields}
