"""Facts about vouchers, made of the site's ledger as it is now. Writes nothing on the site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from crm_ext.marketing_automation.queries import ledger_facts as ledger
from crm_ext.marketing_automation.rules import ledger_facts as rules
from crm_ext.shared.calendars import month_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def of_period(connection: DuckDBPyConnection, start: date, end: date, in_bulk: bool) -> None:
    """Append the facts of all vouchers posted from start to end to `voucher_fact`, month by month.

    Whole months bound what is held at once. A voucher with postings in several months is several facts anyway.
    """
    watched = _prepare(connection)
    day = start
    while day <= end:
        last = min(month_of(day, "Gregorian").end, end)
        if ledger.read_ledger_of_period(connection, rules.LEDGER_ROW, watched, day, last, in_bulk):
            _complete(connection, in_bulk)
        day = date.fromordinal(last.toordinal() + 1)


def of_vouchers(connection: DuckDBPyConnection, vouchers: Sequence[tuple[str, str]], in_bulk: bool) -> None:
    """Append the facts of these vouchers, given as (type, name), to `voucher_fact`."""
    watched = _prepare(connection)
    names = sorted({name for _, name in vouchers})
    ledger.read_ledger_of_vouchers(connection, rules.LEDGER_ROW, watched, names, in_bulk)
    # Names are unique within a type only.
    kinds = [[kind for kind, _ in vouchers], [name for _, name in vouchers]]
    connection.execute(
        """delete from ledger_row where (voucher_type, voucher_no) not in
        (select (a, b) from (select unnest($1::varchar[]) as a, unnest($2::varchar[]) as b))""",
        kinds,
    )
    _complete(connection, in_bulk)


def _prepare(connection: DuckDBPyConnection) -> tuple[str, ...]:
    rules.create_tables(connection)
    return ledger.read_accounts(connection, rules.ACCOUNT_KIND)


def _complete(connection: DuckDBPyConnection, in_bulk: bool) -> None:
    """Read what stands behind the rows of `ledger_row`, classify them and make room for the next."""
    others = _column(
        connection,
        "select distinct voucher_no from ledger_row where not list_contains($1, voucher_type) order by 1",
        list(rules.SALES_VOUCHERS),
    )
    ledger.read_parties(connection, rules.VOUCHER_PARTY, others)
    for doctype in ("Sales Invoice", "Delivery Note"):
        names = _column(
            connection,
            "select distinct voucher_no from ledger_row where voucher_type = $1 order by 1",
            doctype,
        )
        ledger.read_documents(connection, rules.SALES_DOCUMENT, doctype, names, in_bulk)
        originals = _column(connection, _ORIGINALS, doctype)
        ledger.read_documents(connection, rules.SALES_DOCUMENT, doctype, originals, in_bulk)
    rules.classify(connection)
    for table in ("ledger_row", "voucher_party", "sales_document"):
        connection.execute(f"delete from {table}")


_ORIGINALS = """
select distinct name from (
    select return_against as name from sales_document where doctype = $1
    union all select against_invoice from voucher_party where $1 = 'Sales Invoice'
) where name is not null and name not in (select name from sales_document where doctype = $1) order by 1
"""


def _column(connection: DuckDBPyConnection, query: str, *values: str | list[str]) -> list[str]:
    return [row[0] for row in connection.execute(query, list(values)).fetchall()]
