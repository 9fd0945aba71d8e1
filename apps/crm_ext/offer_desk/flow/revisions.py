"""Revisions of an offer: what each one changed, who did it and why, and any two of them side by side.

ERPNext's amendment makes the revisions. Each has one Quotation Revision, kept up to date while the amendment is a draft
and closed when it is submitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, strip_html

from crm_ext.offer_desk.queries import revisions as queries
from crm_ext.offer_desk.rules import revisions as rules

LINE_FIELDS = (
    "item_code",
    "uom",
    "is_alternative",
    "qty",
    "rate",
    "discount_percentage",
    "amount",
    "description",
)
OPTION_FIELDS = ("item_code", "uom", "option_group", "qty", "rate", "amount", "description")
# What is said of the offer as a whole, in the order in which it is read.
TERMS = (
    "valid_till", "currency", "selling_price_list", "additional_discount_percentage", "discount_amount",
    "taxes_and_charges", "shipping_rule", "incoterm", "payment_terms_template", "terms", "offer_letter",
)  # fmt: skip
_TEXTS = ("description", "terms", "offer_letter")


# What an amendment changes


def record(quotation: Document) -> None:
    """Bring the record of an amendment up to date with it. Free for what is no amendment.

    A change keeps its reason, and the name of who made it, as long as it stays the same.
    """
    if not quotation.get("amended_from"):
        return
    previous = frappe.get_doc("Quotation", quotation.amended_from)
    kept = queries.record_of(quotation.name)
    revision = frappe.get_doc("Quotation Revision", kept) if kept else frappe.new_doc("Quotation Revision")
    known = {_identity(row): row for row in revision.get("changes")}
    revision.update(
        {
            "quotation": quotation.name,
            "previous": previous.name,
            "currency": quotation.currency,
            "total_before": previous.grand_total,
            "total_after": quotation.grand_total,
            "submitted": int(quotation.docstatus.is_submitted()),
            "changes": [],
        }
    )
    for change in _changes(previous, quotation):
        earlier = known.get(_identity(change))
        change["reason"] = earlier.reason if earlier else None
        change["changed_by"] = earlier.changed_by if earlier else frappe.session.user
        revision.append("changes", change)
    # Follows from the quotation, which the user may write.
    revision.save(ignore_permissions=True)


def give_reasons(quotation: str, reasons: Mapping[str, str]) -> None:
    """Write down why: reasons by name of the Quotation Revision Change. The caller checked the right to the quotation."""
    name = queries.record_of(quotation)
    if not name:
        return
    revision = frappe.get_doc("Quotation Revision", name)
    for row in revision.changes:
        if row.name in reasons:
            row.reason = (reasons[row.name] or "").strip()
    # A reason belongs to the quotation, which the user may write.
    revision.save(ignore_permissions=True)


def require_reasons(quotation: Document) -> None:
    """Where the site wants reasons, an amendment is submitted only with one for each change."""
    if not quotation.get("amended_from") or not queries.reasons_are_mandatory():
        return
    given = {_identity(row) for row in queries.changes_of([quotation.name]) if row.reason}
    previous = frappe.get_doc("Quotation", quotation.amended_from)
    open_changes = [change for change in _changes(previous, quotation) if _identity(change) not in given]
    if open_changes:
        frappe.throw(
            _("Say why before this offer is submitted: {0}.").format(
                frappe.bold(", ".join(dict.fromkeys(change["subject"] for change in open_changes)))
            ),
            title=_("Reasons for the Changes"),
        )


def forget(quotation: Document) -> None:
    """A draft amendment that is deleted takes its record along."""
    name = queries.record_of(quotation.name) if quotation.get("amended_from") else None
    if name:
        # Follows from the quotation, which the user may delete.
        frappe.delete_doc("Quotation Revision", name, ignore_permissions=True, force=True)


def current_of(quotation: str) -> str | None:
    """The submitted revision that has taken the quotation's place; None where it was not superseded."""
    return queries.last_submitted_after(quotation)


# Two revisions side by side


def chain(quotation: str) -> list[dict]:
    """The revisions of an offer that the user may read, the first one first, with what each changed and why."""
    rows = [
        row for row in queries.chain_of(quotation) if frappe.has_permission("Quotation", "read", row.name)
    ]
    changes = queries.changes_of([row.name for row in rows]) if len(rows) > 1 else []
    return [
        {**row, "changes": [change for change in changes if change.quotation == row.name]} for row in rows
    ]


def compare(first: str, second: str) -> dict:
    """Two revisions of one offer side by side, unchanged lines included, with the reasons given on the way.

    Each side of a row is None where the row is not there, values of a line, or {"text": …} of what is said of the whole.
    The caller checked that both may be read. Differences of amounts are None where the currency changed.
    """
    names = [row.name for row in queries.chain_of(first)]
    if second not in names:
        frappe.throw(
            _("{0} and {1} are not revisions of one offer. Choose two of one offer.").format(first, second)
        )
    earlier, later = (frappe.get_doc("Quotation", name) for name in sorted((first, second), key=names.index))
    between = names[names.index(earlier.name) + 1 : names.index(later.name) + 1]
    reasons = _reasons(queries.changes_of(between)) if between else {}
    before, after = _offer(earlier), _offer(later)
    changes = {(change.part, change.key): change.kind for change in rules.differences(before, after)}
    comparable = earlier.currency == later.currency
    sides = ((rules.LINE, before.lines, after.lines), (rules.OPTION, before.options, after.options))
    rows = [
        {
            "part": part,
            "kind": changes.get((part, key), ""),
            "subject": _subject(part, key, old.get(key) or new[key]),
            "before": _shown(old.get(key)),
            "after": _shown(new.get(key)),
            "difference": _difference(old.get(key), new.get(key)) if comparable else None,
            "reasons": reasons.get((part, key), []),
        }
        for part, old, new in sides
        for key in dict.fromkeys((*old, *new))
    ]
    rows += [
        {
            "part": rules.OFFER,
            "kind": rules.CHANGED,
            "subject": _subject(rules.OFFER, name, {}),
            "before": {"text": _term_text(name, before.terms, earlier)},
            "after": {"text": _term_text(name, after.terms, later)},
            "difference": None,
            "reasons": reasons.get((rules.OFFER, name), []),
        }
        for part, name in changes
        if part == rules.OFFER
    ]
    return {
        "first": _summary(earlier),
        "second": _summary(later),
        "rows": rows,
        "difference": flt(later.grand_total - earlier.grand_total, 9) if comparable else None,
    }


def _summary(quotation: Document) -> dict:
    fields = ("name", "transaction_date", "status", "currency", "grand_total", "valid_till")
    return {field: quotation.get(field) for field in fields}


def _shown(row: rules.Row | None) -> dict | None:
    """What the reader's own language makes a line of."""
    fields = ("qty", "uom", "rate", "discount_percentage", "description", "is_alternative")
    return {field: row.get(field) for field in fields} if row is not None else None


def _reasons(changes: Sequence[Mapping]) -> dict[tuple[str, str], list[dict]]:
    found: dict[tuple[str, str], list[dict]] = {}
    for change in changes:
        if change.reason:
            given = {"reason": change.reason, "changed_by": change.changed_by, "quotation": change.quotation}
            found.setdefault((change.part, change.change_key), []).append(given)
    return found


# From quotations to the rule and back to words


def _offer(quotation: Document) -> rules.Offer:
    return rules.Offer(
        lines=rules.keyed(_values(row, LINE_FIELDS) for row in quotation.items),
        options=rules.keyed(_values(row, OPTION_FIELDS) for row in quotation.get("quotation_options") or ()),
        terms=_terms(quotation),
    )


def _terms(quotation: Document) -> dict[str, Any]:
    terms = _values(quotation, TERMS)
    if terms["additional_discount_percentage"]:
        # It follows from the percentage and from the lines.
        del terms["discount_amount"]
    return terms


def _values(document: Document, fields: Sequence[str]) -> dict[str, Any]:
    return {field: _plain(document, field) for field in fields if document.meta.has_field(field)}


def _plain(document: Document, field: str) -> Any:
    """The value as it compares: numbers rounded as they are shown, texts without markup, nothing as None."""
    value = document.get(field)
    if field in _TEXTS:
        return " ".join(strip_html(value or "").split()) or None
    if document.meta.get_field(field).fieldtype in ("Float", "Currency", "Percent"):
        return flt(value, document.precision(field)) or None
    return str(value) if value else None


def _changes(previous: Document, quotation: Document) -> Iterator[dict]:
    """Rows for the record of a revision."""
    comparable = previous.currency == quotation.currency
    before, after = _offer(previous), _offer(quotation)
    rows = {rules.LINE: (before.lines, after.lines), rules.OPTION: (before.options, after.options)}
    for change in rules.differences(before, after):
        if change.part == rules.OFFER:
            texts = (
                _term_text(change.key, before.terms, previous),
                _term_text(change.key, after.terms, quotation),
            )
            difference, row = None, {}
        else:
            old, new = (side.get(change.key) for side in rows[change.part])
            texts = _row_text(old, previous), _row_text(new, quotation)
            difference, row = _difference(old, new) if comparable else None, old or new
        yield {
            "part": change.part,
            "kind": change.kind,
            "change_key": change.key,
            "subject": _subject(change.part, change.key, row),
            "before_value": texts[0],
            "after_value": texts[1],
            "amount_difference": difference,
        }


def _identity(change: Any) -> tuple:
    return tuple(
        change.get(field) or "" for field in ("part", "kind", "change_key", "before_value", "after_value")
    )


def _difference(before: rules.Row | None, after: rules.Row | None) -> float:
    return flt(flt((after or {}).get("amount")) - flt((before or {}).get("amount")), 9)


def _subject(part: str, key: str, row: rules.Row) -> str:
    if part == rules.OFFER:
        return frappe.get_meta("Quotation").get_label(key)
    return row["item_code"] or (row.get("description") or "")[:140]


def _row_text(row: rules.Row | None, quotation: Document) -> str:
    """'3 Nos × 120.00 − 5 %': the same in every language."""
    if row is None:
        return ""
    rate = frappe.utils.fmt_money(row.get("rate") or 0, currency=quotation.currency)
    text = f"{_digits(row.get('qty'))} {row.get('uom') or ''} × {rate}"
    if row.get("discount_percentage"):
        text += f" (−{_digits(row['discount_percentage'])} %)"
    return f"{text}\n{row['description']}" if row.get("description") else text


def _digits(value: float | None) -> str:
    """2 for 2.0, 0.25 for 0.25."""
    return f"{flt(value):.9f}".rstrip("0").rstrip(".")


def _term_text(name: str, terms: rules.Row, quotation: Document) -> str:
    value = terms.get(name)
    if value is None:
        return ""
    return (
        str(value) if name in _TEXTS else frappe.format(quotation.get(name), quotation.meta.get_field(name))
    )
