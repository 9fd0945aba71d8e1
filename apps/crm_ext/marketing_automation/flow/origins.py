"""Customer Origin: set once from the earliest touch, moved only by an earlier one, and then with a line that says so."""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.marketing_automation.flow.watermarks import Pace, drain
from crm_ext.marketing_automation.queries import origins as queries
from crm_ext.marketing_automation.rules.origins import (
    FirstInvoice,
    FirstTouch,
    LeadFacts,
    Origin,
    origin_of,
    settled,
)

ORIGIN = "Customer Origin"
_FOLLOWED = (
    ("Customer Origin: touchpoints", queries.touched_customers),
    ("Customer Origin: customers", queries.changed_customers),
    ("Customer Origin: invoices", queries.first_invoiced),
)
_FIELDS = ("customer", "first_touch_at", "channel", "campaign", "source", "lead")


def follow(pace: Pace) -> int:
    """Bring the origins of all customers up to date whose facts have changed; returns how many were written."""
    return sum(drain(name, read, _settle_rows, pace) for name, read in _FOLLOWED)


def customer_inserted(customer: Document) -> None:
    """A customer made of a lead shows at once where it came from; others are followed by the next run."""
    if customer.lead_name:
        settle([customer.name])


def forget(customer: str) -> None:
    frappe.db.delete(ORIGIN, {"name": customer})


def rename(old: str, new: str) -> None:
    """Carry the origin along; of two customers that become one, the earlier first touch stays."""
    both = sorted(queries.standing([old, new]), key=lambda row: row.first_touch_at)
    for later in both[1:]:
        forget(later.customer)
    if both and both[0].customer == old:
        frappe.db.set_value(ORIGIN, old, {"name": new, "customer": new}, update_modified=False)


def settle(customers: Sequence[str]) -> int:
    """Write the origins of these customers where the facts ask for it; five queries, however many customers."""
    first, with_campaign = _touches(customers)
    leads = {
        row.customer: LeadFacts(row.name, row.creation, row.campaign or None, row.source or None)
        for row in queries.leads_of(customers)
    }
    invoices = {
        row.customer: FirstInvoice(frappe.utils.get_datetime(row.posting_date), row.campaign)
        for row in queries.first_invoices(customers)
    }
    standing = {row.customer: Origin(**row) for row in queries.standing(customers)}
    changes = []
    for customer in customers:
        facts = (source.get(customer) for source in (first, with_campaign, leads, invoices))
        found = origin_of(customer, *facts)
        change = settled(standing.get(customer), found) if found else None
        if change:
            changes.append((change, standing.get(customer)))
    _write(changes)
    return len(changes)


def _settle_rows(rows: list[frappe._dict]) -> int:
    customers = sorted({row.customer for row in rows if row.customer})
    return settle(customers) if customers else 0


def _touches(customers: Sequence[str]) -> tuple[dict[str, FirstTouch], dict[str, FirstTouch]]:
    first, with_campaign = {}, {}
    for row in queries.first_touches(customers):
        touch = FirstTouch(row.occurred_at, row.channel, row.campaign)
        if row.is_first:
            first[row.customer] = touch
        if row.is_first_with_campaign:
            with_campaign[row.customer] = touch
    return first, with_campaign


def _write(changes: list[tuple[Origin, Origin | None]]) -> None:
    if not changes:
        return
    now, user = frappe.utils.now(), frappe.session.user
    rows = sorted(
        (
            change.customer,
            user,
            now,
            now,
            user,
            *(getattr(change, field) for field in _FIELDS),
            _history(change, before),
        )
        for change, before in changes
    )
    columns = ", ".join(
        f"`{column}`"
        for column in ("name", "owner", "creation", "modified", "modified_by", *_FIELDS, "history")
    )
    one_row = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    updates = ", ".join(
        f"`{field}` = VALUES(`{field}`)" for field in (*_FIELDS[1:], "modified", "modified_by")
    )
    frappe.db.sql(
        f"""INSERT INTO `tabCustomer Origin` ({columns}) VALUES {", ".join([one_row] * len(rows))}
            ON DUPLICATE KEY UPDATE {updates},
                history = CONCAT_WS('\n', NULLIF(history, ''), VALUES(history))""",
        [value for row in rows for value in row],
    )


def _history(change: Origin, before: Origin | None) -> str:
    if before is None:
        return ""
    return _("{0}: an earlier touch of {1} was found. Before: first touch {2}, campaign {3}.").format(
        frappe.utils.now_datetime().date(),
        change.first_touch_at.isoformat(" ", "minutes"),
        before.first_touch_at.isoformat(" ", "minutes"),
        before.campaign or "–",
    )
