"""Where the tables come from: a live ERPNext database, an SQLite file, or a folder of exports. All are only read.

Each source fills DuckDB tables named like ERPNext's (`tabSales Invoice`) with the columns that `tables.TABLES` asks
for; what is not there becomes an empty column or an empty table and is told to the reader.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlparse

import duckdb

from crm_ext.embedded.tables import TABLES, Table
from crm_ext.shared.results import Refusal, refuse

_ROWS_AT_ONCE = 50_000
# Every cell as text first, short rows filled up: one odd cell or line must not cost the whole analysis.
_CSV_OPTIONS = "header = true, all_varchar = true, strict_mode = false, null_padding = true"


class Source(Protocol):
    """Something that knows its tables and can copy columns of one of them into DuckDB."""

    title: str

    def columns(self, table: Table) -> set[str]:
        """The names of the table's columns; empty where there is no such table."""

    def copy(self, connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str]) -> None:
        """Append the columns of every row to the DuckDB table of the same name."""


@dataclass
class Loaded:
    """What came in: rows per doctype, and what was not there."""

    rows: dict[str, int] = field(default_factory=dict)
    missing_tables: list[Table] = field(default_factory=list)
    missing_columns: list[tuple[Table, str]] = field(default_factory=list)


def load(
    source: Source,
    connection: duckdb.DuckDBPyConnection,
    progress: Callable[[str, int, int], None] = lambda doctype, done, total: None,
) -> Loaded | Refusal:
    """Copy every table that is there. Refuses where a required one is not ('table_missing')."""
    loaded = Loaded()
    for number, table in enumerate(TABLES):
        progress(table.doctype, number, len(TABLES))
        definition = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
        connection.execute(f'CREATE TABLE "{table.stored_name}" ({definition})')
        present = source.columns(table)
        if not present:
            if table.required:
                return refuse("table_missing", table=table.doctype, source=source.title, lost=table.lost)
            loaded.missing_tables.append(table)
            continue
        wanted = [name for name in table.columns if name in present]
        loaded.missing_columns += [(table, name) for name in table.columns if name not in present]
        source.copy(connection, table, wanted)
        loaded.rows[table.doctype] = connection.execute(f'SELECT count(*) FROM "{table.stored_name}"').fetchone()[0]
    progress("", len(TABLES), len(TABLES))
    return loaded


def open_source(address: str) -> Source | Refusal:
    """A source by its address: mysql://user:password@host:port/database, an SQLite file, or a folder of CSV/Parquet.

    Refusals: 'source_not_found', 'source_not_understood', 'server_refused'.
    """
    if address.startswith(("mysql://", "mariadb://")):
        server = DatabaseServer.from_address(address)
        return server if isinstance(server, Refusal) else server.reached()
    path = Path(address).expanduser()
    if path.is_dir():
        return ExportFolder(path)
    if not path.exists():
        return refuse("source_not_found", address=address)
    with path.open("rb") as file:
        if file.read(16).startswith(b"SQLite format 3"):
            return SqliteFile(path)
    return refuse("source_not_understood", address=address)


def _quoted(names: Iterable[str], mark: str = '"') -> str:
    return ", ".join(f"{mark}{name}{mark}" for name in names)


def _append(
    connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str], batches: Iterator[list[tuple]]
) -> None:
    """Rows of a database cursor into DuckDB by way of a CSV file: far faster than one INSERT a row."""
    import csv

    for batch in batches:
        with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8", delete=False) as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(batch)
        try:
            _append_files(connection, table, columns, [file.name])
        finally:
            Path(file.name).unlink()


def _append_files(
    connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str], files: Sequence[str]
) -> None:
    for file in files:
        reader = f"read_csv(?, {_CSV_OPTIONS}, nullstr = '', quote = '\"')"
        # Materialised, because DuckDB would otherwise push the types of the target into the reader, which then fails.
        connection.execute(
            f'INSERT INTO "{table.stored_name}" ({_quoted(columns)}) '
            f"WITH cells AS MATERIALIZED (SELECT {_quoted(columns)} FROM {reader}) "
            f"SELECT {_casts(table, columns)} FROM cells",
            [file],
        )


def _casts(table: Table, columns: Sequence[str]) -> str:
    """The columns as their types. What cannot be read as its type becomes empty: one odd cell must not cost the whole
    analysis. So does an empty text, which is what ERPNext keeps of a link that somebody emptied."""
    casts = {name: f'TRY_CAST("{name}" AS {table.columns[name]})' for name in columns}
    return ", ".join(
        f"NULLIF({cast}, '')" if table.columns[name] == "VARCHAR" else cast for name, cast in casts.items()
    )


@dataclass
class ExportFolder:
    """A folder with one file, or several, a table: 'tabSales Invoice.csv', 'Sales Invoice.parquet', 'sales_invoice.csv'."""

    folder: Path

    @property
    def title(self) -> str:
        return str(self.folder)

    def _files(self, table: Table) -> list[Path]:
        wanted = _file_key(table.doctype)
        return sorted(
            path
            for path in self.folder.iterdir()
            if path.suffix.lower() in (".csv", ".parquet") and _file_key(path.stem.removeprefix("tab")) == wanted
        )

    def columns(self, table: Table) -> set[str]:
        files = self._files(table)
        if not files:
            return set()
        with closing(duckdb.connect()) as connection:
            return {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {_reader(files)}").fetchall()}

    def copy(self, connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str]) -> None:
        files = self._files(table)
        if files[0].suffix.lower() == ".csv":
            _append_files(connection, table, columns, [str(path) for path in files])
            return
        connection.execute(
            f'INSERT INTO "{table.stored_name}" ({_quoted(columns)}) '
            f"SELECT {_casts(table, columns)} FROM {_reader(files)}"
        )


def _file_key(stem: str) -> str:
    return stem.lower().replace("_", "").replace(" ", "")


def _reader(files: Sequence[Path]) -> str:
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    if files[0].suffix.lower() == ".parquet":
        return f"read_parquet([{listed}], union_by_name = true)"
    return f"read_csv([{listed}], {_CSV_OPTIONS})"


@dataclass
class SqliteFile:
    """A copy of the tables in one SQLite file, opened read-only."""

    path: Path

    @property
    def title(self) -> str:
        return str(self.path)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)

    def columns(self, table: Table) -> set[str]:
        with closing(self._connect()) as database:
            return {row[1] for row in database.execute(f'PRAGMA table_info("{table.stored_name}")')}

    def copy(self, connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str]) -> None:
        with closing(self._connect()) as database:
            cursor = database.execute(f'SELECT {_quoted(columns)} FROM "{table.stored_name}"')
            _append(connection, table, columns, _batches(cursor))


@dataclass
class DatabaseServer:
    """A MariaDB or MySQL server with a real site's database. With connectorx installed, large tables come in faster."""

    host: str
    port: int
    user: str
    password: str
    database: str

    @classmethod
    def from_address(cls, address: str) -> DatabaseServer | Refusal:
        parts = urlparse(address)
        database = parts.path.strip("/")
        if not (parts.hostname and parts.username and database):
            return refuse("source_not_understood", address=_without_password(address))
        return cls(parts.hostname, parts.port or 3306, unquote(parts.username), unquote(parts.password or ""), database)

    @property
    def title(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}"

    def reached(self) -> DatabaseServer | Refusal:
        """Itself, once the server has let us in."""
        import pymysql

        try:
            self._connect().close()
        except pymysql.err.OperationalError as error:
            return refuse("server_refused", address=self.title, reason=error.args[-1])
        return self

    def _connect(self) -> Any:
        import pymysql
        import pymysql.cursors

        connection = pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            database=self.database,
            charset="utf8mb4",
            cursorclass=pymysql.cursors.SSCursor,
        )
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
        return connection

    def columns(self, table: Table) -> set[str]:
        with closing(self._connect()) as database, database.cursor() as cursor:
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
                (self.database, table.stored_name),
            )
            return {row[0] for row in cursor.fetchall()}

    def copy(self, connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str]) -> None:
        try:
            import connectorx
        except ImportError:
            with closing(self._connect()) as database, database.cursor() as cursor:
                cursor.execute(f"SELECT {_quoted(columns, '`')} FROM `{table.stored_name}`")
                _append(connection, table, columns, _batches(cursor))
            return
        # As text: the reader would make floats of decimals.
        texts = ", ".join(f"CAST(`{name}` AS CHAR) AS `{name}`" for name in columns)
        address = f"mysql://{quote(self.user)}:{quote(self.password)}@{self.host}:{self.port}/{self.database}"
        rows = connectorx.read_sql(address, f"SELECT {texts} FROM `{table.stored_name}`", return_type="arrow")
        connection.register("arrived", rows)
        connection.execute(
            f'INSERT INTO "{table.stored_name}" ({_quoted(columns)}) SELECT {_casts(table, columns)} FROM arrived'
        )
        connection.unregister("arrived")


def _without_password(address: str) -> str:
    password = urlparse(address).password
    return address.replace(f":{password}@", ":…@") if password else address


def _batches(cursor: Any) -> Iterator[list[tuple]]:
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        yield rows
