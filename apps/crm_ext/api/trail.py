"""The document trail as JSON: for the page, the panel on forms, and anyone else who asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

import frappe
from frappe import _

from crm_ext.crm_ext_core.queries import trail as queries
from crm_ext.crm_ext_core.queries.trail_register import CARDS, LINKS
from crm_ext.crm_ext_core.rules import trail as rules
from crm_ext.crm_ext_core.rules.trail import Document, Edge, Found, Key, Trail, Walk
from crm_ext.crm_ext_core.rules.trail_layout import CARD_HEIGHT, CARD_WIDTH, Picture, layout
from crm_ext.crm_ext_core.rules.trail_totals import (
    Settlement,
    Totals,
    allocated,
    outstanding_of,
    stage_sums,
    totals,
)
from crm_ext.shared.money import to_decimal

_NUMBERS = ("amount", "base_amount", "outstanding", "conversion_rate", "percent_billed", "percent_delivered")
_FLAGS = ("is_return", "moves_stock", "is_consolidated")
_TEXTS = (
    "title", "party_type", "party", "status", "subtype", "company", "currency", "company_currency",
    "account_currency", "amended_from",
)  # fmt: skip


@frappe.whitelist()
def get_trail(doctype: str, name: str) -> dict:
    """Everything that led to a document and came of it, laid out for a picture.

    documents (in the order in which they are read), edges (`from` and `to` are places in documents), totals by currency
    and by company, customers with the campaign they first came by, `more` for links with more documents than are shown,
    `stopped` where the case is larger than one picture. Amounts in the currency beside them. The same PermissionError
    whether the document is not there or the user may not read it.
    """
    require_readable(doctype, name)
    found = _load(Key(doctype, name))
    picture = layout(found.trail)
    order = sorted(
        found.trail.documents, key=lambda key: (picture.places[key].column, picture.places[key].row)
    )
    position = {key: number for number, key in enumerate(order)}
    replaced = rules.amendments(found.trail)
    shares = allocated(found.trail, found.settlements)
    return {
        **_summary(found),
        "stages": list(picture.stages),
        "width": picture.width,
        "height": picture.height,
        "card": {"width": CARD_WIDTH, "height": CARD_HEIGHT},
        "documents": [_card(found.trail.documents[key], picture, replaced) for key in order],
        "edges": [
            {
                "from": position[edge.parent],
                "to": position[edge.child],
                "kind": edge.kind,
                "through_hidden": edge.through_hidden,
                "amount": _plain(shares.get((edge.parent, edge.child))),
            }
            for edge in found.trail.edges
        ],
        "more": _more(found),
    }


@frappe.whitelist()
def get_trail_summary(doctype: str, name: str) -> dict:
    """The trail in brief, for a panel: documents, amounts and what is outstanding by stage; totals; customers.

    The same PermissionError whether the document is not there or the user may not read it.
    """
    require_readable(doctype, name)
    return _summary(_load(Key(doctype, name)))


def require_readable(doctype: str, name: str) -> None:
    """Refuse in one sentence what is not there, not part of the chain, or not the user's to see."""
    rows = queries.cards([(doctype, name)]) if doctype in CARDS else []
    if not any(row.visible for row in rows):
        frappe.throw(
            _(
                "There is no such document, or you may not see it. Check its name, or ask its owner to share it with you."
            ),
            frappe.PermissionError,
        )


@dataclass(frozen=True)
class _Loaded:
    walked: Walk
    trail: Trail
    settlements: Sequence[Settlement]


def _load(start: Key) -> _Loaded:
    walked = rules.walk(start, _neighbours)
    documents = _seen(walked)
    trail = rules.visible_trail(walked, documents)
    rows = queries.settlements(trail.documents)
    return _Loaded(walked, trail, [_settlement(*row) for row in rows])


def _neighbours(upward, downward, limit_of) -> Found:
    edges, cuts = queries.neighbours(upward, downward, limit_of)
    return Found(
        [Edge(Key(*parent), Key(*child), kind) for parent, child, kind in edges],
        [rules.Cut(link, is_upward, tuple(Key(*key) for key in asked)) for link, is_upward, asked in cuts],
    )


def _seen(walked: Walk) -> list[Document]:
    """Documents that the user may read, and such as are gone but still named in one of these."""
    rows = queries.cards(walked.documents)
    seen = [_document(row) for row in rows if row.visible]
    missing = walked.documents - {Key(row.doctype, row.name) for row in rows}
    readable = queries.readable_doctypes({key.doctype for key in missing} & CARDS.keys())
    deleted = rules.shown_as_deleted(
        walked, (key for key in missing if key.doctype in readable), {document.key for document in seen}
    )
    return seen + [Document(key, deleted=True) for key in deleted]


def _document(row: dict) -> Document:
    return Document(
        key=Key(row["doctype"], row["name"]),
        day=row["day"],
        docstatus=row["docstatus"],
        **{part: row[part] for part in _TEXTS},
        **{part: None if row[part] is None else to_decimal(row[part]) for part in _NUMBERS},
        **{part: bool(row[part]) for part in _FLAGS},
    )


def _settlement(against, voucher, amount, base_amount) -> Settlement:
    return Settlement(Key(*against), Key(*voucher), to_decimal(amount), to_decimal(base_amount))


def _summary(found: _Loaded) -> dict:
    parties = {
        document.party for document in found.trail.documents.values() if document.party_type == "Customer"
    } - {""}
    return {
        "start": found.trail.start._asdict(),
        "summary": [
            {
                "stage": stage.stage,
                "documents": [key._asdict() for key in stage.documents],
                "amounts": _by_currency(stage.amounts),
                "outstanding": _by_currency(stage.outstanding),
            }
            for stage in stage_sums(found.trail)
        ],
        "totals": _totals(totals(found.trail, found.settlements)),
        "customers": queries.customers(sorted(parties)),
        "complete": not (found.walked.cuts or found.walked.stopped),
        "stopped": found.walked.stopped or rules.seen_cuts(found.walked, found.trail.documents)[1],
    }


def _totals(sums: Totals) -> dict:
    return {
        "by_currency": [
            {"currency": currency, **_plain_all(asdict(part))} for currency, part in sums.by_currency.items()
        ],
        "by_company": [
            {"company": company, "currency": currency, **_plain_all(asdict(part))}
            for (company, currency), part in sums.by_company.items()
        ],
    }


def _card(document: Document, picture: Picture, replaced: Mapping[Key, Key]) -> dict:
    place = picture.places[document.key]
    original = Key(document.key.doctype, document.amended_from)
    return {
        **document.key._asdict(),
        "title": document.title,
        "date": document.day,
        "docstatus": document.docstatus,
        "status": document.status or document.subtype,
        "company": document.company,
        "currency": document.currency,
        "company_currency": document.company_currency,
        "amount": _plain(document.amount),
        "base_amount": _plain(document.base_amount),
        "outstanding": _plain(outstanding_of(document)),
        "is_return": document.is_return,
        "cancelled": document.cancelled,
        "deleted": document.deleted,
        "amended_from": original.name if original in picture.places else None,
        "replaced_by": replaced[document.key].name if document.key in replaced else None,
        "stage": place.stage,
        "x": place.x,
        "y": place.y,
    }


def _more(found: _Loaded) -> list[dict]:
    """What the picture leaves out, with the list that shows it; an upward cut opens the document it was asked from."""
    cuts, _silent = rules.seen_cuts(found.walked, found.trail.documents)
    rest = []
    for (link, is_upward, asked), doctype, count in queries.counts(cuts):
        cut = rules.Cut(link, is_upward, asked)
        left = count - rules.shown_of_cut(found.walked, cut, doctype, found.trail.documents)
        if left > 0:
            filters = None if is_upward else _filters(link, asked)
            rest.append(
                {
                    "doctype": doctype,
                    "count": left,
                    "filters": filters,
                    "of": [key._asdict() for key in asked],
                }
            )
    return rest


def _filters(link: int, asked: Iterable[Key]) -> dict:
    """Filters of a desk list: the column itself, or that of the child table."""
    register = LINKS[link]
    prefix = "" if register.table == register.child else f"{register.table}."
    return {f"{prefix}{register.column}": ["in", [key.name for key in asked]]}


def _by_currency(amounts) -> list[dict]:
    return [{"currency": currency, "amount": _plain(amount)} for currency, amount in sorted(amounts.items())]


def _plain_all(values: dict) -> dict:
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Decimal | None) -> float | None:
    """JSON has no decimals; two digits after the point survive a float."""
    return None if value is None else float(value)
