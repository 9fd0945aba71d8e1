"""Writing, publishing and withdrawing offer models. A published version is frozen; editing makes the next one."""

from __future__ import annotations

import json
import re

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from crm_ext.offer_desk.flow.configurator_sentences import reason_in_words, throw
from crm_ext.offer_desk.queries import offer_models as queries
from crm_ext.offer_desk.rules.configurator import checking
from crm_ext.offer_desk.rules.configurator.definitions import (
    NESTED,
    Group,
    Input,
    Model,
    Nested,
    Option,
    Rule,
    as_json,
    fingerprint,
    from_plain,
    laid_flat,
)
from crm_ext.shared.results import Refusal, refuse

DRAFT, PUBLISHED, CHANGED, WITHDRAWN = "Draft", "Published", "Changed", "Withdrawn"


def prepare(document: Document) -> None:
    """Before every save: what cannot stand is refused in a sentence; options that can never be chosen are named."""
    model = definition_of(document)
    _stop(_wrong_dates(document))
    _stop(checking.check_draft(model))
    _stop(_wrong_limits(document, model))
    _stop(_nesting_in_circles(document))
    if model.groups and model.options and not _unpublished_parts(model):
        nested = _with_parts(model)
        flat = _stop(laid_flat(nested))
        _stop(checking.check_whole(nested, flat))
        _name_dead_options(flat)
    _follow_changes(document, model)


def forget(document: Document) -> None:
    """Versions that no quotation was made with go with their model; Frappe keeps a model whose versions are in use."""
    document.db_set("published_version", None, update_modified=False)
    for version in frappe.get_all(
        queries.VERSION, filters={"offer_model": document.name}, pluck="name", order_by="version_number"
    ):
        # Whoever may delete the model may delete what was published of it.
        frappe.delete_doc(queries.VERSION, version, ignore_permissions=True)


def keep_frozen(version: Document) -> None:
    if not version.is_new():
        frappe.throw(_("A published version is not changed. Change the offer model and publish it again."))


def publish(name: str) -> str:
    """Freeze the model as it stands as its next version; returns the version's name.

    Publishing what is published already gives back the version that is there.
    """
    document = frappe.get_doc(queries.MODEL, name, for_update=True)
    model = definition_of(document)
    nested = _with_parts(model)
    flat = _stop(laid_flat(nested))
    _stop(checking.check_whole(nested, flat))
    version = _version_of(document, flat)
    if document.status == PUBLISHED and document.published_version == version.name:
        return version.name
    document.db_set(
        {"status": PUBLISHED, "published_version": version.name, "version_number": version.version_number},
        notify=True,
    )
    return version.name


def withdraw(name: str) -> str:
    """Take the model out of the sellers' list; quotations keep what they were made with. Returns the status."""
    document = frappe.get_doc(queries.MODEL, name, for_update=True)
    if document.status in (PUBLISHED, CHANGED):
        document.db_set("status", WITHDRAWN, notify=True)
    return document.status


def read_version(name: str | None) -> Model:
    """A published model; raises where the version is gone, or is no longer as it was published."""
    found = queries.version(name) if name else None
    if not found:
        frappe.throw(
            _("This version of the offer model is no longer there. Configure the offer with the present one.")
        )
    model = from_plain(json.loads(found.definition))
    if fingerprint(model) != found.definition_hash:
        frappe.throw(
            _("The offer model {0} was changed after it was published. Publish it again.").format(found.name)
        )
    return model


def definition_of(document: Document) -> Model:
    """The model as it is written in the form; nested models stand in it by name."""
    return Model(
        name=document.name or "",
        title=document.title or "",
        picture=document.picture or "",
        groups=tuple(
            Group(
                code=_text(row.group_name),
                label=_text(row.group_name),
                at_least=row.at_least or 0,
                at_most=row.at_most or 0,
                help=_text(row.help),
                picture=_text(row.picture),
            )
            for row in document.groups
        ),
        options=tuple(_option(document, row) for row in _in_order_of_groups(document)),
        rules=tuple(
            Rule(
                code=f"R{row.idx}",
                kind=row.kind,
                when=_codes(row.when_options),
                then=_codes(row.then_options),
                number=row.number or 0,
                message=_text(row.message),
            )
            for row in document.rules
        ),
        inputs=tuple(
            Input(
                code=_text(row.input_code),
                label=_text(row.label),
                default=_text(row.default) or "0",
                minimum=_text(row.minimum),
                maximum=_text(row.maximum),
                step=_text(row.step),
            )
            for row in document.inputs
        ),
    )


def _option(document: Document, row: Document) -> Option:
    def limits(kind: str) -> tuple[str, ...]:
        return tuple(
            limit.limit
            for limit in document.limits
            if limit.limited_to == kind and limit.option_code == row.option_code
        )

    return Option(
        code=_text(row.option_code),
        label=_text(row.label),
        group=_text(row.option_group),
        kind=row.kind,
        item_code=_text(row.item_code),
        uom=_text(row.uom),
        payment_terms=_text(row.payment_terms_template),
        offer_model=_text(row.nested_model),
        quantity=_text(row.quantity) or "1",
        is_default=bool(row.is_default),
        picture=_text(row.picture),
        from_stock_until=str(row.only_from_stock_until or ""),
        customer_groups=limits("Customer Group"),
        territories=limits("Territory"),
    )


def _in_order_of_groups(document: Document) -> list[Document]:
    position = {_text(row.group_name): row.idx for row in document.groups}
    return sorted(document.options, key=lambda row: (position.get(_text(row.option_group), 0), row.idx))


def _text(value: object) -> str:
    return str(value or "").strip()


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in re.split(r"[\s,،;]+", text or "") if part))


def _wrong_dates(document: Document) -> Refusal | None:
    if document.valid_from and document.valid_until and str(document.valid_from) > str(document.valid_until):
        return refuse("valid_backwards")
    return None


def _wrong_limits(document: Document, model: Model) -> Refusal | None:
    for row in document.limits:
        if _text(row.option_code) not in model.option:
            return refuse("limit_names_nothing", option=row.option_code)
        if row.limited_to not in ("Customer Group", "Territory"):
            return refuse("limit_of_other_kind", option=row.option_code)
    return None


def _nesting_in_circles(document: Document) -> Refusal | None:
    """Follow the nested models, level by level, as they are edited now."""
    level = {row.nested_model for row in document.options if row.kind == NESTED and row.nested_model}
    seen: set[str] = set()
    while level - seen:
        if document.name in level:
            return refuse("nesting_in_circles", model=document.title)
        seen |= level
        level = {inner for _outer, inner in queries.nested_in(level)}
    return refuse("nesting_in_circles", model=document.title) if document.name in level else None


def _nested_names(model: Model) -> set[str]:
    return {option.offer_model for option in model.options if option.kind == NESTED}


def _unpublished_parts(model: Model) -> set[str]:
    names = _nested_names(model)
    return names - queries.published_definitions(names).keys()


def _with_parts(model: Model) -> Nested:
    published = queries.published_definitions(_nested_names(model))
    return Nested(model, {name: Nested(from_plain(json.loads(text))) for name, text in published.items()})


def _name_dead_options(flat: Model) -> None:
    dead = checking.dead_options(flat)
    if dead:
        lines = [
            _("{0} ({1}): {2}").format(
                flat.option[code].label, code, " ".join(reason_in_words(flat, reason)["sentences"])
            )
            for code, reason in dead.items()
        ]
        frappe.msgprint(
            _("These options can never be chosen: {0}").format(
                "<br>" + "<br>".join(map(frappe.utils.escape_html, lines))
            ),
            title=_("Rules Contradict Each Other"),
            indicator="orange",
        )


def _follow_changes(document: Document, model: Model) -> None:
    """Whether the form still says what is published; the status is never taken from what the browser sends."""
    before = document.get_doc_before_save()
    document.status = before.status if before else DRAFT
    document.published_version = before.published_version if before else None
    document.version_number = before.version_number if before else 0
    if document.status == PUBLISHED and before and definition_of(before) != model:
        document.status = CHANGED


def _version_of(document: Document, flat: Model) -> Document:
    mark = fingerprint(flat)
    if document.published_version:
        present = frappe.get_doc(queries.VERSION, document.published_version)
        if present.definition_hash == mark:
            return present
    # Whoever may write the model publishes it; nobody writes versions by hand.
    return frappe.get_doc(
        {
            "doctype": queries.VERSION,
            "offer_model": document.name,
            "version_number": queries.last_version_number(document.name) + 1,
            "company": document.company,
            "published_by": frappe.session.user,
            "published_on": now_datetime(),
            "definition": as_json(flat),
            "definition_hash": mark,
        }
    ).insert(ignore_permissions=True)  # see above


def _stop(result):
    """Raise a refusal as a sentence; hand on anything else."""
    if isinstance(result, Refusal):
        throw(result)
    return result
