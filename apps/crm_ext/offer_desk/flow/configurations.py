"""Configurations in quotations: their lines are put in, replaced, copied with the quotation, and go with it.

What is saved is checked anew, rule by rule, whatever the browser says was valid. What the seller asks while choosing is
answered by `configuring`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext import erpnext_port
from crm_ext.offer_desk.flow import offer_models
from crm_ext.offer_desk.flow.configurator_facts import facts_for
from crm_ext.offer_desk.flow.configurator_sentences import constraint_in_words, throw
from crm_ext.offer_desk.queries import offer_models as queries
from crm_ext.offer_desk.rules.configurator import checking, formulas
from crm_ext.offer_desk.rules.configurator.definitions import KINDS_WITH_ITEM, PAYMENT_TERMS, Model
from crm_ext.shared.results import Refusal


@dataclass(frozen=True)
class Line:
    """What one chosen option puts into the quotation, in the order of groups; qty in units of `uom`."""

    option_code: str
    option_label: str
    option_group: str
    item_code: str
    qty: Decimal
    uom: str


def lines_of(configuration: str) -> tuple[Line, ...]:
    """What a configuration put into its quotation, as it was then; raises where the configuration is not there."""
    return tuple(
        Line(
            row.option_code, row.option_label, row.option_group, row.item_code, Decimal(str(row.qty)), row.uom
        )
        for row in frappe.get_doc(queries.CONFIGURATION, configuration).lines
    )


def lines_for(model: Model, chosen: frozenset[str], quantities: Mapping[str, Decimal]) -> tuple[Line, ...]:
    """Chosen options with an item and a quantity above zero."""
    sold = [
        option
        for option in model.options
        if option.code in chosen and option.kind in KINDS_WITH_ITEM and quantities[option.code] > 0
    ]
    items = queries.items({option.item_code for option in sold})
    return tuple(
        Line(
            option.code,
            option.label,
            model.group[option.group].label,
            option.item_code,
            quantities[option.code],
            option.uom or (items[option.item_code].stock_uom if option.item_code in items else ""),
        )
        for option in sold
    )


def save(
    quotation: Document,
    version: str,
    chosen: frozenset[str],
    inputs: Mapping[str, object],
    *,
    configuration: str | None,
    request_key: str,
) -> dict:
    """Put the configuration's lines into the draft in the place of its former ones, or into a new quotation.

    A request that comes twice is done once. Raises where the choices break a rule, name what is not there, or leave
    something open. The caller has checked that the user may write the quotation. Returns the quotation, the
    configuration, and the labels of lines for which no price was found.
    """
    is_new = not frappe.db.exists("Quotation", quotation.name)
    target = _unsaved(quotation) if is_new else _locked_draft(quotation.name)
    model = offer_models.read_version(version)
    quantities = _require_whole(model, target, chosen, inputs)
    lines = lines_for(model, chosen, quantities)
    if not lines:
        frappe.throw(_("These choices put nothing into the quotation. Choose at least one item."))
    record = _record(configuration, target)
    if record.request_key == request_key:
        return _result(target, record)
    before = _payment_terms_before(record)
    _fill(record, version, model, chosen, inputs, lines)
    record.request_key = request_key
    if not _store(record):
        done = frappe.get_doc(queries.CONFIGURATION, queries.made_by_request(request_key), for_update=True)
        return _result(frappe.get_doc("Quotation", done.quotation, for_update=True), done)
    _take_payment_terms(target, model, chosen, before)
    _replace_lines(target, record.name, lines)
    erpnext_port.complete(target)
    target.save()
    return _result(target, record)


def adopt(quotation: Document) -> None:
    """After every save: a copy or amendment gets configurations of its own; no query where nothing is configured."""
    named = {row.offer_configuration for row in quotation.items if row.get("offer_configuration")}
    if not named:
        return
    for name, owner in queries.configurations(named).items():
        if owner == quotation.name:
            continue
        own = _copy_of(name, owner, quotation)
        rows = [row for row in quotation.items if row.offer_configuration == name]
        for row in rows:
            row.offer_configuration = own
        item = frappe.qb.DocType("Quotation Item")
        frappe.qb.update(item).set(item.offer_configuration, own).where(
            item.name.isin([row.name for row in rows])
        ).run()


def forget(quotation: Document) -> None:
    """With a quotation its configurations go."""
    for row in queries.configurations_of(quotation.name):
        # Whoever may delete the quotation may delete what belongs to it; its lines, which go too, still name it.
        frappe.delete_doc(queries.CONFIGURATION, row.name, force=True, ignore_permissions=True)


def choice_of(configuration: Document) -> tuple[frozenset[str], dict[str, object]]:
    """Chosen options and inputs that a configuration keeps."""
    kept = json.loads(configuration.configuration or "{}")
    return frozenset(kept.get("chosen") or ()), dict(kept.get("inputs") or {})


def _require_whole(
    model: Model, quotation: Document, chosen: frozenset[str], inputs: Mapping[str, object]
) -> Mapping[str, Decimal]:
    """Quantities of a choice that is valid and whole, by a check that does not trust the solver or the browser."""
    unknown = checking.unknown_options(model, chosen)
    if unknown:
        frappe.throw(
            _("The offer model has no option {0}. Open the configurator again.").format(
                ", ".join(unknown[:5])
            )
        )
    values = checking.read_inputs(model, inputs)
    if isinstance(values, Refusal):
        throw(values)
    quantities = formulas.quantities(model, chosen, values)
    if isinstance(quantities, Refusal):
        throw(quantities)
    broken = checking.broken(model, chosen, facts_for(model, quotation, quantities))
    if broken:
        sentences = dict.fromkeys(constraint_in_words(model, part) for part in broken)
        frappe.throw(
            "<br>".join(frappe.utils.escape_html(sentence) for sentence in sentences),
            title=_("The Configuration Is Not Whole"),
        )
    return quantities


def _unsaved(quotation: Document) -> Document:
    """The form's quotation, ready to be inserted: names that the browser made up are no names."""
    for document in (quotation, *quotation.get_all_children()):
        document.name = None
        document.set("__islocal", True)
    return quotation


def _locked_draft(name: str) -> Document:
    quotation = frappe.get_doc("Quotation", name, for_update=True)
    if quotation.docstatus != 0:
        frappe.throw(
            _("The quotation {0} is no draft any more. Amend it and configure the new one.").format(name)
        )
    return quotation


def _record(configuration: str | None, quotation: Document) -> Document:
    """The configuration to fill: a new one, or the quotation's own, locked."""
    if not configuration:
        return frappe.new_doc(queries.CONFIGURATION, quotation=quotation.name)
    if queries.configurations({configuration}).get(configuration) != (quotation.name or ""):
        frappe.throw(_("This configuration belongs to another quotation. Open the configurator again."))
    return frappe.get_doc(queries.CONFIGURATION, configuration, for_update=True)


def _payment_terms_before(record: Document) -> str | None:
    """The payment terms that the configuration had set; none where its version is gone."""
    if record.is_new() or not queries.version(record.model_version):
        return None
    return _payment_terms(offer_models.read_version(record.model_version), choice_of(record)[0])


def _fill(
    record: Document,
    version: str,
    model: Model,
    chosen: Collection[str],
    inputs: Mapping[str, object],
    lines: Collection[Line],
) -> None:
    record.update(
        {
            "offer_model": queries.version(version).offer_model,
            "model_version": version,
            "configuration": json.dumps(
                {"chosen": sorted(chosen), "inputs": dict(inputs)}, ensure_ascii=False
            ),
            "lines": [{**asdict(line), "qty": float(line.qty)} for line in lines],
        }
    )


def _store(record: Document) -> bool:
    """Save the configuration; False where the same request has made one in the meantime."""
    try:
        # The caller has checked the right to the quotation that it belongs to; nobody writes configurations by hand.
        record.save(ignore_permissions=True)
    except frappe.UniqueValidationError:
        frappe.clear_last_message()
        return False
    return True


def _result(quotation: Document, record: Document) -> dict:
    own = [row for row in quotation.items if row.offer_configuration == record.name]
    return {
        "quotation": quotation.name,
        "configuration": record.name,
        "without_price": [row.item_name for row in own if not row.rate],
    }


def _payment_terms(model: Model, chosen: Collection[str]) -> str | None:
    return next(
        (
            option.payment_terms
            for option in model.options
            if option.kind == PAYMENT_TERMS and option.code in chosen
        ),
        None,
    )


def _take_payment_terms(
    quotation: Document, model: Model, chosen: Collection[str], before: str | None
) -> None:
    """Payment terms that an option brings; those that it brought before go with it."""
    terms = _payment_terms(model, chosen)
    if terms or (before and quotation.payment_terms_template == before):
        quotation.payment_terms_template = terms
        quotation.payment_schedule = []


def _replace_lines(quotation: Document, configuration: str, lines: Collection[Line]) -> None:
    """The configuration's lines stand where its first one stood, or at the end."""
    others = [row for row in quotation.items if row.item_code or row.item_name]
    position = next(
        (place for place, row in enumerate(others) if row.get("offer_configuration") == configuration),
        len(others),
    )
    kept = [row for row in others if row.get("offer_configuration") != configuration]
    quotation.items = []
    for row in kept[:position]:
        quotation.append("items", row)
    for line in lines:
        quotation.append(
            "items",
            {
                "item_code": line.item_code,
                "qty": float(line.qty),
                "uom": line.uom,
                "offer_configuration": configuration,
            },
        )
    for row in kept[position:]:
        quotation.append("items", row)


def _copy_of(name: str, owner: str | None, quotation: Document) -> str | None:
    """The configuration for another quotation; none where the user may not read where it comes from."""
    if owner and not frappe.has_permission("Quotation", "read", owner):
        return None
    if not owner:
        frappe.db.set_value(queries.CONFIGURATION, name, "quotation", quotation.name, update_modified=False)
        return name
    copy = frappe.copy_doc(frappe.get_doc(queries.CONFIGURATION, name))
    copy.update({"quotation": quotation.name, "copied_from": name, "request_key": None})
    # The right to write the quotation that it belongs to was checked when that was saved.
    return copy.insert(ignore_permissions=True).name
