"""`./dev analyse --source mysql://…` on the test site's own database: what it reads is what is there."""

import sys
from decimal import Decimal

import duckdb
import pytest

from crm_ext.embedded.sources import DatabaseServer, load, open_source
from crm_ext.embedded.tables import TABLES


@pytest.fixture
def server(site):
    config = site.conf
    user = config.db_user or config.db_name
    return open_source(
        f"mysql://{user}:{config.db_password}@{config.db_host}:{config.db_port or 3306}/{config.db_name}"
    )


@pytest.fixture(params=["connectorx", "driver"])
def reader(request, monkeypatch):
    if request.param == "connectorx":
        pytest.importorskip("connectorx")
    else:
        monkeypatch.setitem(sys.modules, "connectorx", None)  # as on a machine without it


def test_every_table_of_a_site_comes_in_whole(site, server, reader):
    assert isinstance(server, DatabaseServer)
    connection = duckdb.connect()
    loaded = load(server, connection)
    assert not loaded.missing_tables, "the app is installed here, so every table is there"
    for table in TABLES:
        stored = site.db.sql(f"select count(*) from `{table.stored_name}`")[0][0]
        assert loaded.rows[table.doctype] == stored, table.doctype


@pytest.fixture
def awkward_amount(site):
    """A committed ledger row, since another connection reads it; taken away again."""
    amount = Decimal("12345678901.123456789")
    site.db.sql(
        "insert into `tabGL Entry` (name, debit, credit, is_cancelled) values ('analyse-exact-test', %s, 0, 1)", amount
    )
    site.db.commit()
    yield amount
    site.db.sql("delete from `tabGL Entry` where name = 'analyse-exact-test'")
    site.db.commit()


def test_amounts_stay_exact(site, server, reader, awkward_amount):
    connection = duckdb.connect()
    load(server, connection)
    read = connection.execute("select debit from \"tabGL Entry\" where name = 'analyse-exact-test'").fetchone()
    assert read == (awkward_amount,)


def test_words_arrive_as_they_are(site, server, reader):
    connection = duckdb.connect()
    load(server, connection)
    accounts = site.db.sql("select name, root_type from `tabAccount`")
    assert set(connection.execute('select name, root_type from "tabAccount"').fetchall()) == {*accounts}


def test_reading_writes_nothing(site, server):
    checksum = "checksum table `tabGL Entry`, `tabAccount`, `tabCompany`"
    before = site.db.sql(checksum)
    load(server, duckdb.connect())
    assert site.db.sql(checksum) == before
