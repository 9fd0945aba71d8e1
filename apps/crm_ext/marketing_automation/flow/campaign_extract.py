"""Keeps the columnar extract of campaign return near the ledger: build, refresh, reconcile, rename.

Readers always add what changed since the extract, so its age costs time and never exactness. Every state is written
beside the present one and takes its place by one rename: a process that is killed leaves the old state whole, and two at
once are kept apart by a lock.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from time import time
from typing import TYPE_CHECKING
from uuid import uuid4

import frappe

from crm_ext.marketing_automation.flow import voucher_facts
from crm_ext.marketing_automation.flow.locks import exclusively
from crm_ext.marketing_automation.queries import campaign_extract as store
from crm_ext.marketing_automation.queries import ledger_facts as ledger
from crm_ext.marketing_automation.queries.mirrors import MIRRORS, deleted_since, read_all, read_changed
from crm_ext.marketing_automation.rules import ledger_facts as rules
from crm_ext.shared.calendars import month_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FACTS = "voucher_fact"
# Below this many ledger rows everything is read afresh each time, and there is no extract to keep.
LEDGER_ROWS_WORTH_AN_EXTRACT = 40_000
# A transaction may be committed long after it stamped its rows; what was written in these hours is read again.
OVERLAP = timedelta(hours=3)
# From so many changed vouchers on the reader for large tables pays.
VOUCHERS_IN_BULK = 5_000
_LOCK = "campaign return extract"
_PATIENCE = 600  # seconds to wait for another run
_MEMORY_LIMIT = "2GB"
_OLD_FILES_STAY = timedelta(hours=1)


def connect() -> DuckDBPyConnection:
    """An embedded database in memory, within limits that leave room for the rest of the machine."""
    # Imported here: renaming a customer passes through this file and needs no database beside the site's.
    import duckdb

    return duckdb.connect(config={"memory_limit": _MEMORY_LIMIT, "threads": min(4, os.cpu_count() or 1)})


def open_relations(
    connection: DuckDBPyConnection,
    manifest: store.Manifest | None,
    start: date | None = None,
    end: date | None = None,
) -> set[str]:
    """voucher_fact and every mirror on the connection, as the site's database has them in this transaction.

    With an extract: its rows, except of what changed since, and what changed as it is now. Without one: all is read, the
    facts from start to end (default: the whole ledger). Returns the relations that are not just the extract's.
    """
    if manifest is None:
        _read_everything(connection, start, end)
        return {FACTS, *MIRRORS}
    differing = set()
    deleted = deleted_since(manifest.since)
    changed = sorted({*ledger.changed_vouchers(manifest.since), *deleted})
    voucher_facts.of_vouchers(connection, changed, len(changed) > VOUCHERS_IN_BULK)
    if _overlay(connection, FACTS, manifest.path(FACTS), ("voucher_type", "voucher_no"), changed):
        differing.add(FACTS)
    for relation, mirror in MIRRORS.items():
        _create(connection, relation, mirror.types)
        names = {(name,) for doctype, name in deleted if doctype == mirror.doctype}
        if read_changed(connection, relation, mirror, manifest.since):
            names.update(connection.execute(f"select distinct name from {relation}").fetchall())
        if _overlay(connection, relation, manifest.path(relation), ("name",), sorted(names)):
            differing.add(relation)
    return differing


def _read_everything(connection: DuckDBPyConnection, start: date | None, end: date | None) -> None:
    in_bulk = ledger.ledger_is_large(LEDGER_ROWS_WORTH_AN_EXTRACT)
    span = ledger.span_of_ledger()
    rules.create_tables(connection)
    if span:
        voucher_facts.of_period(
            connection, max(start or span[0], span[0]), min(end or span[1], span[1]), in_bulk
        )
    for relation, mirror in MIRRORS.items():
        _create(connection, relation, mirror.types)
        read_all(connection, relation, mirror, in_bulk)


def _create(connection: DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> None:
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"create or replace temp table {table} ({typed})")


def _overlay(
    connection: DuckDBPyConnection,
    relation: str,
    path: str,
    key: Sequence[str],
    changed: Sequence[tuple],
) -> bool:
    """Put the extract's rows under the fresh ones: `relation` becomes a view of both. Says whether there were any."""
    quoted = path.replace("'", "''")
    if not changed:
        connection.execute(f"drop table {relation}")
        connection.execute(f"create temp view {relation} as select * from read_parquet('{quoted}')")
        return False
    connection.execute(f"alter table {relation} rename to fresh_{relation}")
    lists = ", ".join(f"unnest(${number}::varchar[]) as {name}" for number, name in enumerate(key, start=1))
    connection.execute(
        f"create temp table changed_{relation} as select {lists}",
        [list(column) for column in zip(*changed, strict=True)],
    )
    connection.execute(
        f"""create temp view {relation} as
        select * from read_parquet('{quoted}') as base anti join changed_{relation} using ({", ".join(key)})
        union all select * from fresh_{relation}"""
    )
    return True


def refresh() -> None:
    """Bring the extract up to now; make it, where the site has grown enough to be worth one. Runs every hour."""
    with exclusively(_LOCK) as ours:
        if not ours:
            return
        manifest = store.read_manifest()
        if manifest is None and not ledger.ledger_is_large(LEDGER_ROWS_WORTH_AN_EXTRACT):
            return
        since = _new_mark()
        with connect() as connection:
            differing = open_relations(connection, manifest)
            _publish(connection, manifest, since, differing, manifest.checks if manifest else ())


def reconcile() -> None:
    """Compare every month of every company with the ledger, rebuild what differs, and all mirrors. Runs every night.

    Catches what no mark of time shows: rows taken out of the database, accounts given another meaning, a restored
    backup.
    """
    with exclusively(_LOCK, wait=_PATIENCE) as ours:
        manifest = store.read_manifest()
        if not ours or manifest is None:
            return
        since = _new_mark()
        with connect() as connection:
            open_relations(connection, manifest)
            checks = _correct_facts(connection)
            for relation, mirror in MIRRORS.items():
                connection.execute(f"drop view {relation}")
                _create(connection, relation, mirror.types)
                read_all(connection, relation, mirror, in_bulk=True)
            _publish(connection, manifest, since, {FACTS, *MIRRORS}, checks)


_DIFFERENT_MONTHS = """
with fact as (
    select company, date_trunc('month', posting_date)::date as month,
           sum(revenue) as income, sum(cost_of_goods + spend_from_stock) as cost_of_goods
    from corrected_fact group by 1, 2
)
select distinct coalesce(ledger.month, fact.month)
from ledger_month as ledger full join fact on fact.company = ledger.company and fact.month = ledger.month
where coalesce(ledger.income, 0) <> coalesce(fact.income, 0) * 1000000
   or coalesce(ledger.cost_of_goods, 0) <> coalesce(fact.cost_of_goods, 0) * 1000000
order by 1
"""

_CHECKS = """
with fact as (
    select company, sum(revenue) as income, sum(cost_of_goods + spend_from_stock) as cost_of_goods
    from corrected_fact group by 1
), ledger as (
    select company, cast(sum(income) as decimal(38, 0)) * 0.000001 as income,
           cast(sum(cost_of_goods) as decimal(38, 0)) * 0.000001 as cost_of_goods
    from ledger_month group by 1
)
select ledger.company, ledger.income, ledger.cost_of_goods,
       abs(ledger.income - coalesce(fact.income, 0)) + abs(ledger.cost_of_goods - coalesce(fact.cost_of_goods, 0))
from ledger left join fact on fact.company = ledger.company order by 1
"""


def _correct_facts(connection: DuckDBPyConnection) -> tuple[store.Check, ...]:
    """Leave the table voucher_fact with every month as the ledger has it, and say how the comparison ended."""
    connection.execute(f"create temp table corrected_fact as select * from {FACTS}")
    connection.execute(f"drop view {FACTS}")
    span = ledger.span_of_ledger()
    _create(connection, "ledger_month", ledger.LEDGER_MONTH)
    if span:
        ledger.read_ledger_by_month(connection, *span)
    months = [row[0] for row in connection.execute(_DIFFERENT_MONTHS).fetchall()]
    for month in months:
        period = month_of(month, "Gregorian")
        connection.execute(
            "delete from corrected_fact where posting_date between ? and ?", [period.start, period.end]
        )
        voucher_facts.of_period(connection, period.start, period.end, in_bulk=True)
        connection.execute(f"insert into corrected_fact select * from {FACTS}")
    connection.execute(f"drop table if exists {FACTS}")
    checked_at = frappe.utils.now_datetime().isoformat()
    checks = tuple(
        store.Check(company, str(income), str(cost), str(difference), len(months), checked_at)
        for company, income, cost, difference in connection.execute(_CHECKS).fetchall()
    )
    connection.execute(f"alter table corrected_fact rename to {FACTS}")
    return checks


# Doctype -> columns of relations that hold its names, beside the mirror of the doctype itself.
_NAMED_BY = {
    "Campaign": "campaign",
    "Company": "company",
    "Customer": "customer",
    "Lead": "lead",
    "Contact": "contact",
}


def rename_later(doctype: str, old: str, new: str) -> None:
    """Follow a renamed record once its renaming is committed; a site without an extract has nothing to follow."""
    if store.read_manifest() is not None:
        frappe.db.after_commit.add(lambda: rename(doctype, old, new))


def rename(doctype: str, old: str, new: str) -> None:
    """Follow a renamed or merged record: Frappe changes the links to it without a mark of time on their rows."""
    with exclusively(_LOCK, wait=_PATIENCE) as ours:
        manifest = store.read_manifest()
        if manifest is None:
            return
        if not ours:
            store.manifest_path().unlink(missing_ok=True)
            return
        with connect() as connection:
            differing = {
                relation
                for relation in manifest.files
                if _rename_in(connection, manifest, relation, doctype, old, new)
            }
            _publish(connection, manifest, manifest.since, differing, manifest.checks)


def _rename_in(connection, manifest: store.Manifest, relation: str, doctype: str, old: str, new: str) -> bool:
    columns = rules.VOUCHER_FACT if relation == FACTS else MIRRORS[relation].types
    named = {"party" if relation == FACTS and doctype == "Customer" else _NAMED_BY[doctype]} & set(columns)
    if relation != FACTS and MIRRORS[relation].doctype == doctype:
        named.add("name")
    if relation == "customer_origin" and doctype == "Customer":
        named.add("name")
    if not named:
        return False
    replaced = ", ".join(f"if({column} = $1, $2, {column}) as {column}" for column in sorted(named))
    connection.execute(
        f"create temp table {relation} as select * replace ({replaced}) from read_parquet($3)",
        [old, new, manifest.path(relation)],
    )
    return True


def _new_mark() -> datetime:
    return frappe.utils.now_datetime() - OVERLAP


def _publish(
    connection: DuckDBPyConnection,
    manifest: store.Manifest | None,
    since: datetime,
    differing: set[str],
    checks: tuple[store.Check, ...],
) -> None:
    """Write the relations that differ beside the old ones, then let the manifest name them."""
    store.folder().mkdir(parents=True, exist_ok=True)
    files = dict(manifest.files) if manifest else {}
    for relation in sorted(differing):
        files[relation] = f"{relation}-{uuid4().hex}.parquet"
        path = str(store.folder() / files[relation]).replace("'", "''")
        connection.execute(f"copy (select * from {relation}) to '{path}' (format parquet, compression zstd)")
    beside = store.manifest_path().with_suffix(f".{uuid4().hex}")
    beside.write_text(store.to_json(store.Manifest(since, files, checks)), encoding="utf-8")
    os.replace(beside, store.manifest_path())
    _clear_away(set(files.values()))


def _clear_away(in_use: set[str]) -> None:
    """Remove files of former states and of runs that were killed; readers may still be at the youngest of them."""
    oldest_kept = time() - _OLD_FILES_STAY.total_seconds()
    for path in store.folder().iterdir():
        if path.name not in in_use and path != store.manifest_path() and path.stat().st_mtime < oldest_kept:
            path.unlink(missing_ok=True)
