"""Reads the documents of a trail: one statement for each step of the walk, one for all cards, one for the ledger.

Documents are (doctype, name) pairs here. Identifiers in statements come from the register, values are parameters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal

import frappe
from frappe.model import get_permitted_fields

from crm_ext.crm_ext_core.queries.trail_register import CARDS, LINKS, Card, Link
from crm_ext.crm_ext_core.queries.visibility import may_read_some, readable, refused_by_hooks

Pair = tuple[str, str]
# A link with more documents than its limit: index in LINKS, upward, the documents asked from.
Cut = tuple[int, bool, tuple[Pair, ...]]

_TEXTS = (
    "title",
    "party",
    "party_type",
    "status",
    "subtype",
    "company",
    "currency",
    "account_currency",
    "amended_from",
)
_AMOUNTS = ("amount", "base_amount", "outstanding")
_NUMBERS = ("conversion_rate", "percent_billed", "percent_delivered")
_FLAGS = ("is_return", "moves_stock", "is_consolidated")


def neighbours(
    upward: Collection[Pair], downward: Collection[Pair], limit_of: Callable[[str], int]
) -> tuple[list[tuple[Pair, Pair, str]], list[Cut]]:
    """Edges (earlier document, later document, kind) into `upward` and out of `downward`, newest first.

    Also the links that had more documents than `limit_of` the doctype asked from allows. One statement however many
    documents are asked.
    """
    asked = _questions(upward, True, limit_of) + _questions(downward, False, limit_of)
    if not asked:
        return [], []
    statements, values = [], {}
    for number, (index, is_upward, documents, limit) in enumerate(asked):
        link = LINKS[index]
        statements.append(_pairs_statement(link, number, is_upward, limit + 1))
        values[f"names_{number}"] = _names(documents)
        values[f"types_{number}"] = link.parents
    return _edges(frappe.db.sql(" UNION ALL ".join(statements), values), asked, {*upward}, {*downward})


def cards(documents: Iterable[Pair]) -> list[dict]:
    """What the cards of these documents show, each with `visible` for the session's user; deleted ones are missing.

    Amounts that the user's permission levels hide are None. One statement, and more only where an app has
    `has_permission` hooks on these doctypes.
    """
    names = _by_doctype(documents)
    if not names:
        return []
    statements, values = [], {}
    for number, doctype in enumerate(names):
        statements.append(_card_statement(doctype, number))
        values[f"names_{number}"] = names[doctype]
    rows = frappe.db.sql(" UNION ALL ".join(statements), values, as_dict=True)
    return _completed(rows)


def readable_doctypes(doctypes: Iterable[str]) -> set[str]:
    """Those of which the user's roles allow reading."""
    return {doctype for doctype in doctypes if may_read_some(doctype)}


def settlements(documents: Iterable[Pair]) -> list[tuple[Pair, Pair, Decimal, Decimal]]:
    """What vouchers put to the account of these invoices, and advances on these orders, as ERPNext's ledgers have it.

    (document, voucher, amount in the currency of the party's account, amount in the company's). One statement. The ledger
    of advances has no company amount: it is taken at the order's rate.
    """
    names = _by_doctype(documents)
    values = {"invoices": names.get("Sales Invoice", ("",)), "orders": names.get("Sales Order", ("",))}
    rows = frappe.db.sql(
        """
        SELECT `against_voucher_type`, `against_voucher_no`, `voucher_type`, `voucher_no`,
            SUM(`amount_in_account_currency`), SUM(`amount`)
        FROM `tabPayment Ledger Entry`
        WHERE `against_voucher_type` = 'Sales Invoice' AND `against_voucher_no` IN %(invoices)s AND `delinked` = 0
        GROUP BY `against_voucher_type`, `against_voucher_no`, `voucher_type`, `voucher_no`
        UNION ALL
        SELECT 'Sales Order', sales.`name`, advance.`voucher_type`, advance.`voucher_no`, SUM(advance.`amount`),
            SUM(advance.`amount` * IF(advance.`currency` = sales.`currency`, sales.`conversion_rate`, 1))
        FROM `tabAdvance Payment Ledger Entry` advance
        JOIN `tabSales Order` sales ON sales.`name` = advance.`against_voucher_no`
        WHERE advance.`against_voucher_type` = 'Sales Order' AND advance.`against_voucher_no` IN %(orders)s
            AND advance.`delinked` = 0
        GROUP BY sales.`name`, advance.`voucher_type`, advance.`voucher_no`
        """,
        values,
    )
    return [
        ((kind, name), (voucher_type, voucher), *amounts)
        for kind, name, voucher_type, voucher, *amounts in rows
    ]


def counts(cuts: Iterable[Cut]) -> list[tuple[Cut, str, int]]:
    """How many documents that the user may read each cut link has: (cut, doctype, number). One statement."""
    asked = [(cut, doctype) for cut in cuts for doctype in _other_side(LINKS[cut[0]], cut[1])]
    if not asked:
        return []
    statements, values = [], {}
    for number, ((index, is_upward, documents), doctype) in enumerate(asked):
        statements.append(_count_statement(LINKS[index], number, is_upward, doctype))
        values[f"names_{number}"] = _names(documents)
        values[f"types_{number}"] = (doctype,) if is_upward else LINKS[index].parents
    found = dict(frappe.db.sql(" UNION ALL ".join(statements), values))
    return [(cut, doctype, found[number]) for number, (cut, doctype) in enumerate(asked)]


def customers(names: Collection[str]) -> list[dict]:
    """Customers that the user may read, each with the campaign and lead it first came by, as far as they may be read."""
    if not names:
        return []
    return frappe.db.sql(
        f"""
        SELECT `tabCustomer`.`name`, `tabCustomer`.`customer_name` AS title, `tabCampaign`.`name` AS campaign,
            `tabLead`.`name` AS `lead`, `tabLead`.`lead_name` AS lead_title, origin.`first_touch_at`
        FROM `tabCustomer`
        LEFT JOIN `tabCustomer Origin` origin ON origin.`name` = `tabCustomer`.`name`
        LEFT JOIN `tabCampaign` ON `tabCampaign`.`name` = origin.`campaign` AND {readable("Campaign")}
        LEFT JOIN `tabLead` ON `tabLead`.`name` = origin.`lead` AND {readable("Lead")}
        WHERE `tabCustomer`.`name` IN %(names)s AND {readable("Customer")}
        ORDER BY `tabCustomer`.`name`
        """,
        {"names": tuple(names)},
        as_dict=True,
    )


def _questions(
    documents: Collection[Pair], is_upward: bool, limit_of: Callable[[str], int]
) -> list[tuple[int, bool, tuple[Pair, ...], int]]:
    """(index of the link, direction, documents to ask from, limit) for each link that these documents can have."""
    names = _by_doctype(documents)
    questions = []
    for index, link in enumerate(LINKS):
        sides = [link.child] if is_upward else link.parents
        asked_from = [doctype for doctype in sides if doctype in names]
        if asked_from and _stands(link):
            every = tuple((doctype, name) for doctype in asked_from for name in names[doctype])
            questions.append((index, is_upward, every, min(limit_of(doctype) for doctype in asked_from)))
    return questions


def _stands(link: Link) -> bool:
    """Whether the site has the column; a dimension's may be missing where its owner took it away."""
    return link.column == "amended_from" or frappe.get_meta(link.table).has_field(link.column)


def _pairs_statement(link: Link, number: int, is_upward: bool, limit: int) -> str:
    parent_type = f"`{link.type_column}`" if link.type_column else frappe.db.escape(link.parents[0])
    conditions = [f"`{link.child_column if is_upward else link.column}` IN %(names_{number})s"]
    if is_upward:
        conditions.append(f"`{link.column}` > ''")
    if link.type_column:
        conditions.append(f"`{link.type_column}` IN %(types_{number})s")
    return f"""(SELECT {number}, {parent_type}, `{link.column}`, `{link.child_column}` FROM `tab{link.table}`
        WHERE {" AND ".join(conditions)} {_newest_first(link)} LIMIT {int(limit)})"""


def _newest_first(link: Link) -> str:
    """Rows of a child table repeat their pair; a document's own columns do not, and an index may give them in order."""
    if link.table == link.child:
        return "ORDER BY `creation` DESC"
    pair = [f"`{link.column}`", f"`{link.child_column}`", *([f"`{link.type_column}`"] if link.type_column else [])]
    return f"GROUP BY {', '.join(pair)} ORDER BY MAX(`creation`) DESC"


def _edges(rows, asked, upward: set[Pair], downward: set[Pair]):
    edges, seen_rows = [], defaultdict(int)
    cuts = []
    for number, parent_type, parent_name, child_name in rows:
        index, is_upward, asked_from, limit = asked[number]
        seen_rows[number] += 1
        if seen_rows[number] > limit:
            cuts.append((index, is_upward, asked_from))
            continue
        parent, child = (parent_type, parent_name), (LINKS[index].child, child_name)
        # Two doctypes may share a name; a statement that asks for several brings both.
        if (child in upward) if is_upward else (parent in downward):
            edges.append((parent, child, LINKS[index].kind))
    return edges, cuts


def _card_statement(doctype: str, number: int) -> str:
    card = CARDS[doctype]
    permitted = {*get_permitted_fields(doctype, permission_type="read")}
    parts = [
        f"{frappe.db.escape(doctype)} AS doctype",
        f"`tab{doctype}`.`name`",
        f"`tab{doctype}`.`docstatus`",
        f"DATE(`tab{doctype}`.`{card.day}`) AS `day`",
        f"IF({readable(doctype)}, 1, 0) AS visible",
        *(f"{_text(doctype, card, part, permitted)} AS `{part}`" for part in _TEXTS),
        *(f"{_amount(doctype, card, part, permitted)} AS `{part}`" for part in _AMOUNTS),
        *(f"{_number(doctype, getattr(card, part))} AS `{part}`" for part in (*_NUMBERS, *_FLAGS)),
    ]
    return (
        f"(SELECT {', '.join(parts)} FROM `tab{doctype}` WHERE `tab{doctype}`.`name` IN %(names_{number})s)"
    )


def _text(doctype: str, card: Card, part: str, permitted: set[str]) -> str:
    if part in card.fixed:
        return frappe.db.escape(card.fixed[part])
    fields = _as_tuple(getattr(card, part))
    columns = [f"NULLIF(`tab{doctype}`.`{name}`, '')" for name in fields if name in permitted]
    return f"COALESCE({', '.join(columns)}, '')" if columns else "''"


def _amount(doctype: str, card: Card, part: str, permitted: set[str]) -> str:
    fields = _as_tuple(getattr(card, part))
    if not fields or any(name not in permitted for name in fields):
        return "NULL"
    *first, last = (f"`tab{doctype}`.`{name}`" for name in fields)
    return f"COALESCE({', '.join([*(f'NULLIF({column}, 0)' for column in first), last, '0'])})"


def _number(doctype: str, fieldname: str | None) -> str:
    return f"IFNULL(`tab{doctype}`.`{fieldname}`, 0)" if fieldname else "0"


def _as_tuple(fields: tuple[str, ...] | str | None) -> tuple[str, ...]:
    return (fields,) if isinstance(fields, str) else (fields or ())


def _completed(rows: list[dict]) -> list[dict]:
    """With the company's currency, and without what hooks of other apps keep from the user."""
    seen = _by_doctype((row.doctype, row.name) for row in rows if row.visible)
    refused = {(doctype, name) for doctype in seen for name in refused_by_hooks(doctype, seen[doctype])}
    companies = {row.company for row in rows} - {""}
    currencies = {name: frappe.get_cached_value("Company", name, "default_currency") for name in companies}
    for row in rows:
        row.visible = row.visible and (row.doctype, row.name) not in refused
        row.company_currency = currencies.get(row.company) or ""
        row.currency = row.currency or row.company_currency
    return rows


def _other_side(link: Link, is_upward: bool) -> tuple[str, ...]:
    return link.parents if is_upward else (link.child,)


def _count_statement(link: Link, number: int, is_upward: bool, doctype: str) -> str:
    by, other = (link.child_column, link.column) if is_upward else (link.column, link.child_column)
    typed = f"AND link.`{link.type_column}` IN %(types_{number})s" if link.type_column else ""
    return f"""SELECT {number}, COUNT(DISTINCT link.`{other}`) FROM `tab{link.table}` link
        JOIN `tab{doctype}` ON `tab{doctype}`.`name` = link.`{other}`
        WHERE link.`{by}` IN %(names_{number})s {typed} AND {readable(doctype)}"""


def _names(documents: Iterable[Pair]) -> tuple[str, ...]:
    return tuple(name for _doctype, name in documents)


def _by_doctype(documents: Iterable[Pair]) -> dict[str, tuple[str, ...]]:
    """Doctypes without a card are no part of the chain."""
    names: dict[str, list[str]] = defaultdict(list)
    for doctype, name in sorted(documents):
        if doctype in CARDS:
            names[doctype].append(name)
    return {doctype: tuple(found) for doctype, found in names.items()}
