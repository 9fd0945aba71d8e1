"""Everything that a site's database holds, in a form that two moments can be compared by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pymysql

# What any command on a site leaves behind, whatever apps it has: diaries, caches, sessions.
DIARIES = {
    "__global_search",
    "tabAccess Log",
    "tabActivity Log",
    "tabDeleted Document",
    "tabError Log",
    "tabRoute History",
    "tabScheduled Job Log",
    "tabSessions",
    "tabVersion",
}
# When and by whom something was written is not what it says.
MOMENTS = {"creation", "modified", "modified_by", "owner", "last_execution", "migration_hash"}


@dataclass(frozen=True)
class Snapshot:
    columns: frozenset[tuple]
    indexes: frozenset[tuple]
    rows: dict[str, Counter]

    def differences(self, later: Snapshot) -> list[str]:
        """One line for each thing that came or went between the two moments; empty when nothing did."""
        found = [f"column came: {column}" for column in sorted(later.columns - self.columns, key=str)]
        found += [f"column went: {column}" for column in sorted(self.columns - later.columns, key=str)]
        found += [f"index came: {index}" for index in sorted(later.indexes - self.indexes, key=str)]
        found += [f"index went: {index}" for index in sorted(self.indexes - later.indexes, key=str)]
        for table in sorted(self.rows.keys() | later.rows.keys()):
            before, after = self.rows.get(table, Counter()), later.rows.get(table, Counter())
            found += [f"{table}: row came: {short(row)}" for row in sorted((after - before).elements(), key=str)]
            found += [f"{table}: row went: {short(row)}" for row in sorted((before - after).elements(), key=str)]
        return found


def short(row: tuple) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in row if value not in (None, "", 0))[:300]


def take(connection: pymysql.Connection) -> Snapshot:
    """Read columns, indexes and every row of every table that is not a diary."""
    columns = _read(
        connection,
        "SELECT table_name, column_name, column_type, is_nullable, column_default FROM information_schema.columns "
        "WHERE table_schema = DATABASE()",
    )
    indexes = _read(
        connection,
        "SELECT table_name, index_name, seq_in_index, column_name, non_unique FROM information_schema.statistics "
        "WHERE table_schema = DATABASE()",
    )
    tables = sorted({column[0] for column in columns} - DIARIES)
    return Snapshot(frozenset(columns), frozenset(indexes), {table: rows_of(connection, table) for table in tables})


def rows_of(connection: pymysql.Connection, table: str) -> Counter:
    """How often each row stands in a table, without its moments; random names of children are left out too."""
    with connection.cursor(pymysql.cursors.DictCursor) as cursor:
        cursor.execute(f"SELECT * FROM `{table}`")
        rows = cursor.fetchall()
    is_child = bool(rows) and "parentfield" in rows[0]
    left_out = MOMENTS | ({"name"} if is_child else set())
    return Counter(
        tuple((name, value) for name, value in row.items() if name not in left_out)
        for row in rows
        if not (table == "tabSingles" and row["field"] in MOMENTS)
    )


def _read(connection: pymysql.Connection, query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
