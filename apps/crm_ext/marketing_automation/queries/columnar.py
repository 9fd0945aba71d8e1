"""Rows of the site's database as columns of an embedded DuckDB.

Two ways lead there. The site's own connection sees what the present transaction has written and is quick for some
thousand rows. A reader of its own (connectorx, of the optional extra 'large') hands over a million rows a second, but
sees only what is committed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import frappe

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# IN lists stay far below the packet size that servers accept.
NAMES_AT_ONCE = 5_000


def bulk_reader_is_there() -> bool:
    """Whether the site can be read by connectorx: both libraries installed, MariaDB reached over TCP."""
    return (
        frappe.conf.db_type in (None, "mariadb")
        and not frappe.conf.db_socket
        and find_spec("connectorx") is not None
        and find_spec("pyarrow") is not None
    )


def read_into(
    connection: DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    query: str,
    values: Mapping[str, Any],
    in_bulk: bool = False,
) -> int:
    """Append the query's rows to a table of the embedded database; says how many there were.

    columns: name and DuckDB type of each column, in the order of the query's, which bear the same names.
    in_bulk: by the reader for large tables, if it is there.
    """
    if in_bulk and bulk_reader_is_there():
        return _read_with_reader(connection, table, columns, query, values)
    rows = frappe.db.sql(query, values)
    if not rows:
        return 0
    parameters = [
        [None if value is None else str(value) for value in column] for column in zip(*rows, strict=True)
    ]
    casts = ", ".join(
        f"cast(unnest(${number}::varchar[]) as {kind})"
        for number, kind in enumerate(columns.values(), start=1)
    )
    connection.execute(f"insert into {table} select {casts}", parameters)
    return len(rows)


def _read_with_reader(connection, table, columns, query, values) -> int:
    import connectorx

    rows = connectorx.read_sql(_address(), frappe.db.mogrify(query, values), return_type="arrow")
    connection.register("incoming_rows", rows)
    casts = ", ".join(f'cast("{name}" as {kind})' for name, kind in columns.items())
    connection.execute(f"insert into {table} select {casts} from incoming_rows")
    connection.unregister("incoming_rows")
    return rows.num_rows


def _address() -> str:
    conf = frappe.conf
    user, password = quote(conf.db_user or conf.db_name, safe=""), quote(conf.db_password, safe="")
    return f"mysql://{user}:{password}@{conf.db_host or '127.0.0.1'}:{conf.db_port or 3306}/{conf.db_name}"


def in_portions(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(names), NAMES_AT_ONCE):
        yield tuple(names[start : start + NAMES_AT_ONCE])
