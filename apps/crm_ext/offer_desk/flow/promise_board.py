"""The warehouse's page: what is promised to whom and when, what is held until when, what is in danger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import frappe
from frappe.utils import get_datetime, getdate, now_datetime

from crm_ext.offer_desk.queries import promise_board as queries
from crm_ext.offer_desk.queries import promises as promise_queries
from crm_ext.offer_desk.rules.promise_board import (
    Cover,
    Coverage,
    Need,
    Supply,
    coverage,
    danger_of_hold,
    danger_of_promise,
)
from crm_ext.shared.money import to_decimal

# Lines and holds that one page judges; narrower filters show the rest.
_MOST = 1000
_PAGE = 100
_DANGERS = ("short", "uncovered", "supply_undated", "supply_overdue", "late", "not_sent", "ending")
_SECTIONS = ("danger", "promised", "held")


def board(scope: Mapping[str, object], days: int) -> dict:
    """The first page of each section with their counts.

    scope: company and, where chosen, warehouse (a group means those below), item_group, customer. days: how far ahead.
    Never more than a dozen queries, however many lines and holds there are.
    """
    rows = _rows(scope, days)
    return {
        "today": getdate(),
        "now": now_datetime(),
        "sections": _pages({section: (rows[section], 0) for section in _SECTIONS}),
        "is_cut": rows["is_cut"],
    }


def page(scope: Mapping[str, object], days: int, section: str, start: int) -> dict:
    """A further page of one section."""
    return _pages({section: (_rows(scope, days)[section], max(start, 0))})[section]


def count_in_danger(company: str, days: int) -> int:
    return len(_rows({"company": company}, days)["danger"])


def _pages(sections: Mapping[str, tuple[Sequence[dict], int]]) -> dict[str, dict]:
    """Of each section its count and the rows of one page, with the customers' addresses."""
    shown = {section: rows[start : start + _PAGE] for section, (rows, start) in sections.items()}
    customers = {row["customer"] for rows in shown.values() for row in rows if row["customer"]}
    addresses = queries.addresses(customers) if customers else {}
    return {
        section: {
            "count": len(sections[section][0]),
            "rows": [{**row, "email": addresses.get(row["customer"], "")} for row in rows],
        }
        for section, rows in shown.items()
    }


def _rows(scope: Mapping[str, object], days: int) -> dict:
    today, now = getdate(), now_datetime()
    lines = queries.promised({**scope, "until": today + timedelta(days=days)}, _MOST)
    holds = queries.held(scope, now, _MOST)
    covered = _coverage({row.item_code for row in (*lines, *holds)}, str(scope["company"]), today)
    warn_days = frappe.get_cached_doc("Offer Desk Settings").warn_days
    changeable = queries.changeable({hold.quotation for hold in holds})
    promised = [_promise_row(line, covered, today) for line in lines]
    held = [
        {**_hold_row(hold, covered, now, warn_days), "may_change": hold.quotation in changeable}
        for hold in holds
    ]
    danger = [row for row in (*promised, *held) if row["danger"]]
    danger.sort(
        key=lambda row: (
            str(row.get("promised") or row.get("expires_at"))[:10],
            _DANGERS.index(row["danger"]),
        )
    )
    return {
        "promised": promised,
        "held": held,
        "danger": danger,
        "is_cut": len(lines) == _MOST or len(holds) == _MOST,
    }


def _promise_row(line: Mapping, covered: Coverage, today: date) -> dict:
    cover = covered.covers.get(line.key, Cover(today))
    return {
        **line,
        "kind": "promise",
        **_said(cover),
        "danger": danger_of_promise(getdate(line.promised), cover, today),
        "elsewhere": _elsewhere(line, cover, covered),
    }


def _hold_row(hold: Mapping, covered: Coverage, now, warn_days: int) -> dict:
    cover = covered.covers.get(hold.key, Cover(now.date()))
    return {
        **hold,
        "kind": "hold",
        **_said(cover),
        "danger": danger_of_hold(get_datetime(hold.expires_at), cover, now, warn_days),
        "elsewhere": "",
    }


def _said(cover: Cover) -> dict:
    supply = cover.waits_for
    readable = supply and frappe.has_permission(supply.doctype, "read")
    return {
        "ready_on": cover.ready_on,
        "missing": float(cover.missing),
        "supply_doctype": supply.doctype if supply else "",
        "supply_name": supply.name if readable else "",
        "supply_day": supply.day if supply else None,
    }


def _elsewhere(line: Mapping, cover: Cover, covered: Coverage) -> str:
    """Another warehouse that has all that is missing and needs it for nobody."""
    if cover.missing <= 0:
        return ""
    having = [
        (qty, warehouse)
        for (item_code, warehouse), qty in covered.left.items()
        if item_code == line.item_code and warehouse != line.warehouse and qty >= cover.missing
    ]
    return max(having, default=(0, ""))[1]


# What stands behind it


def _coverage(item_codes: set[str], company: str, today: date) -> Coverage:
    if not item_codes:
        return Coverage({}, {})
    warehouses = [row for row in promise_queries.warehouses(company) if not row.is_group]
    transit = {row.name for row in warehouses if row.is_transit}
    places = [row.name for row in warehouses if not (row.is_transit or row.is_out_of_use)]
    bins = promise_queries.bins(item_codes, places) if places else ()
    stock = {(code, place): to_decimal(qty) for code, place, qty in bins}
    demand = promise_queries.demand(item_codes, company, promise_queries.Own(), now_datetime())
    with_requests = bool(promise_queries.settings().count_material_requests)
    coming = promise_queries.supply(item_codes, company, transit, with_requests)
    return coverage(_needs(demand, today), stock, _supplies(coming), today)


def _needs(rows: Sequence[tuple], today: date) -> Iterable[Need]:
    """What is reserved for an order is set aside, and no more wanted by the order's line."""
    reserved: dict[str, Decimal] = defaultdict(Decimal)
    for doctype, _name, row, *_place, qty in rows:
        if doctype == "Stock Reservation Entry":
            reserved[row] += to_decimal(qty)
    for doctype, name, row, code, place, day, qty in rows:
        left = to_decimal(qty) - (reserved[row] if doctype == "Sales Order" else 0)
        if left <= 0 or not place:
            continue
        if doctype == "Stock Reservation Entry":
            yield Need(f"reserved {row} {place}", code, place, None, left)
        else:
            key = name if doctype == "Stock Hold" else row
            yield Need(key, code, place, getdate(day) if day else today, left)


def _supplies(rows: Sequence[tuple]) -> Iterable[Supply]:
    for doctype, name, code, place, day, qty in rows:
        if place and qty > 0:
            yield Supply(code, place, getdate(day) if day else None, to_decimal(qty), doctype, name)
