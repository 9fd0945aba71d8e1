"""Tables of the pipeline that campaign return looks at, as narrow columns: who was met, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import frappe

from crm_ext.compat import CAMPAIGN_FIELD, LEAD_CAMPAIGN_FIELD
from crm_ext.marketing_automation.queries.columnar import read_into

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS_AT_ONCE = 200_000


@dataclass(frozen=True)
class Mirror:
    """A table and the columns of it that matter.

    columns: name in the mirror -> (SQL expression over the table, DuckDB type); `name` is added as the key.
    condition: SQL that says which rows belong to it at all; it must not change over a row's life.
    """

    doctype: str
    columns: Mapping[str, tuple[str, str]]
    condition: str = "1 = 1"

    @property
    def types(self) -> dict[str, str]:
        return {"name": "varchar"} | {column: kind for column, (_, kind) in self.columns.items()}

    def query(self, further: str) -> str:
        chosen = ", ".join(f"{expression} as `{column}`" for column, (expression, _) in self.columns.items())
        return f"select name, {chosen} from `tab{self.doctype}` where {self.condition} and {further}"


def _text(field: str) -> tuple[str, str]:
    return f"nullif(`{field}`, '')", "varchar"


MIRRORS: Mapping[str, Mirror] = {
    "touchpoint": Mirror(
        "Touchpoint",
        {
            "campaign": _text("campaign"),
            "occurred_at": ("occurred_at", "timestamp"),
            "customer": _text("customer"),
            "lead": _text("lead"),
            "contact": _text("contact"),
            "company": _text("company"),
        },
    ),
    "lead": Mirror(
        "Lead",
        {
            "campaign": _text(LEAD_CAMPAIGN_FIELD),
            "dated": ("cast(creation as date)", "date"),
            "company": _text("company"),
            "territory": _text("territory"),
        },
    ),
    "opportunity": Mirror(
        "Opportunity",
        {
            "campaign": _text(CAMPAIGN_FIELD),
            "dated": ("transaction_date", "date"),
            "company": _text("company"),
            "territory": _text("territory"),
        },
    ),
    "quotation": Mirror(
        "Quotation",
        {
            "campaign": _text(CAMPAIGN_FIELD),
            "dated": ("transaction_date", "date"),
            "company": _text("company"),
            "customer": ("if(quotation_to = 'Customer', party_name, null)", "varchar"),
            "lead": ("if(quotation_to = 'Lead', party_name, null)", "varchar"),
            "submitted": ("docstatus = 1", "boolean"),
        },
    ),
    "sales_order": Mirror(
        "Sales Order",
        {
            "campaign": _text(CAMPAIGN_FIELD),
            "dated": ("transaction_date", "date"),
            "company": _text("company"),
            "customer": _text("customer"),
            "submitted": ("docstatus = 1", "boolean"),
        },
    ),
    "customer": Mirror("Customer", {"lead": _text("lead_name"), "territory": _text("territory")}),
    "customer_origin": Mirror("Customer Origin", {"campaign": _text("campaign"), "lead": _text("lead")}),
    "contact_link": Mirror(
        "Dynamic Link",
        {"contact": _text("parent"), "customer": _text("link_name")},
        "parenttype = 'Contact' and link_doctype = 'Customer'",
    ),
}


_LAST_OF_PORTION = """
select max(name) from (
    select name from `tab{table}` where {condition} and name > %(last)s order by name limit %(rows)s
) as lately_read
"""


def read_all(connection: DuckDBPyConnection, table: str, mirror: Mirror, in_bulk: bool) -> None:
    """Every row, in portions by key, so that no reader holds the whole table."""
    last = ""
    while True:
        query = mirror.query("name > %(last)s order by name limit %(rows)s")
        values = {"last": last, "rows": ROWS_AT_ONCE}
        if read_into(connection, table, mirror.types, query, values, in_bulk) < ROWS_AT_ONCE:
            return
        # The database's own order decides what comes next, not that of the embedded one.
        last = frappe.db.sql(_LAST_OF_PORTION.format(table=mirror.doctype, condition=mirror.condition), values)[0][0]


def read_changed(connection: DuckDBPyConnection, table: str, mirror: Mirror, since: datetime) -> int:
    """The rows written after a moment, as they are now."""
    return read_into(connection, table, mirror.types, mirror.query("modified > %(since)s"), {"since": since})


def deleted_since(since: datetime) -> list[tuple[str, str]]:
    """(doctype, name) of every document deleted after a moment; deleted rows carry no mark of time themselves."""
    return [
        (row.deleted_doctype, row.deleted_name)
        for row in frappe.get_all(
            "Deleted Document",
            filters={"modified": (">", since)},
            fields=["deleted_doctype", "deleted_name"],
            order_by="modified",
        )
    ]
