"""The database as it was before the tests, and the way back to it.

A test that commits (for other processes, for requests, for background jobs) takes away what it made so that the next one
of its file finds a clean site. What it misses, and what a test leaves that failed, is put back after its file, so that no
file of tests depends on those before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Row = tuple[Any, ...]

# Histories and counters, which grow with every use of a site: a number that was given is not given again.
_MAY_GROW = {
    "tabActivity Log",
    "tabDeleted Document",
    "tabError Log",
    "tabScheduled Job Log",
    "tabSeries",
    "tabSessions",
    "tabVersion",
}


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[str, ...]
    key: tuple[int, ...]
    """Places of the columns that name a row."""
    rows: dict[Row, Row]


class Snapshot:
    """Every row of every table; some seconds to take, hundredths of a second to compare."""

    def __init__(self, db: Any) -> None:
        self.db = db
        self.checksums = self._checksums()
        self.tables = {name: self._table(name) for name in self.checksums}

    def restore(self) -> list[str]:
        """Puts back what was committed since; gives the names of the tables in which it was."""
        self.db.rollback()
        now = self._checksums()
        changed = sorted(name for name in self.checksums if now.get(name) != self.checksums[name])
        for name in changed:
            self._put_back(self.tables[name])
        self.db.commit()
        return changed

    def _put_back(self, before: Table) -> None:
        after = self._table(before.name)
        assert after.columns == before.columns, f"a test changed the columns of {before.name}"
        self.db.sql("SET foreign_key_checks = 0")
        wrong = [key for key, row in after.rows.items() if before.rows.get(key) != row]
        if wrong:
            place = " AND ".join(f"`{before.columns[each]}` <=> %s" for each in before.key)
            for key in wrong:
                self.db.sql(f"DELETE FROM `{before.name}` WHERE {place}", key)
        missing = [row for key, row in before.rows.items() if after.rows.get(key) != row]
        if missing:
            places = ", ".join(["%s"] * len(before.columns))
            for row in missing:
                self.db.sql(f"INSERT INTO `{before.name}` VALUES ({places})", row)

    def _checksums(self) -> dict[str, int]:
        tables = [row[0] for row in self.db.sql("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")]
        listed = ", ".join(f"`{table}`" for table in tables if table not in _MAY_GROW)
        return {name.split(".", 1)[1]: checksum for name, checksum in self.db.sql(f"CHECKSUM TABLE {listed}")}

    def _table(self, name: str) -> Table:
        described = self.db.sql(f"SHOW COLUMNS FROM `{name}`")
        columns = tuple(row[0] for row in described)
        primary = tuple(place for place, row in enumerate(described) if row[3] == "PRI")
        key = primary or tuple(range(len(columns)))
        rows = self.db.sql(f"SELECT * FROM `{name}`")
        return Table(name, columns, key, {tuple(row[place] for place in key): tuple(row) for row in rows})
