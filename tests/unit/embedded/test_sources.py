import csv
import sqlite3
from datetime import date

import duckdb
import pytest

from crm_ext.embedded.generator import make_company, write_company
from crm_ext.embedded.sources import DatabaseServer, ExportFolder, SqliteFile, load, open_source
from crm_ext.embedded.tables import BY_DOCTYPE, TABLES
from crm_ext.shared.results import Refusal

LAST_DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def company_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    write_company(folder, LAST_DAY)
    return folder


def contents(connection):
    return {
        table.doctype: sorted(connection.execute(f'SELECT * FROM "{table.stored_name}"').fetchall(), key=repr)
        for table in TABLES
    }


@pytest.fixture(scope="module")
def from_csv(company_folder):
    connection = duckdb.connect()
    load(ExportFolder(company_folder), connection)
    return contents(connection)


def test_every_generated_row_comes_in(from_csv):
    books = make_company(LAST_DAY)
    assert {doctype: len(rows) for doctype, rows in from_csv.items()} == {
        table.doctype: len(books.tables[table.doctype]) for table in TABLES
    }


def test_parquet_gives_the_same_tables(company_folder, from_csv, tmp_path):
    for path in company_folder.glob("*.csv"):
        target = str(tmp_path / path.stem.removeprefix("tab").replace(" ", "_").lower()) + ".parquet"
        duckdb.sql(f"COPY (SELECT * FROM read_csv('{path}', all_varchar = true)) TO '{target}' (FORMAT parquet)")
    connection = duckdb.connect()
    load(ExportFolder(tmp_path), connection)
    assert contents(connection) == from_csv


def test_sqlite_gives_the_same_tables(company_folder, from_csv, tmp_path):
    path = tmp_path / "site.sqlite"
    database = sqlite3.connect(path)
    for table in TABLES:
        with (company_folder / f"{table.stored_name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        names = ", ".join(f'"{name}"' for name in rows[0])
        database.execute(f'CREATE TABLE "{table.stored_name}" ({names})')
        marks = ", ".join("?" * len(rows[0]))
        database.executemany(
            f'INSERT INTO "{table.stored_name}" VALUES ({marks})',
            [[value or None for value in row] for row in rows[1:]],
        )
    database.commit()
    database.close()
    source = open_source(str(path))
    assert isinstance(source, SqliteFile)
    connection = duckdb.connect()
    load(source, connection)
    assert contents(connection) == from_csv


def test_a_link_that_was_emptied_counts_as_none_wherever_the_table_lies(tmp_path):
    rows = "(VALUES ('L-1', ''), ('L-2', NULL), ('L-3', 'Spring')) AS leads (name, campaign_name)"
    (tmp_path / "exports").mkdir()
    duckdb.sql(f"COPY (SELECT * FROM {rows}) TO '{tmp_path / 'exports' / 'lead.parquet'}' (FORMAT parquet)")
    with sqlite3.connect(tmp_path / "site.sqlite") as database:
        database.execute('CREATE TABLE "tabLead" (name, campaign_name)')
        database.execute("INSERT INTO \"tabLead\" VALUES ('L-1', ''), ('L-2', NULL), ('L-3', 'Spring')")
    for source in (ExportFolder(tmp_path / "exports"), SqliteFile(tmp_path / "site.sqlite")):
        connection = duckdb.connect()
        connection.execute('CREATE TABLE "tabLead" (name VARCHAR, campaign_name VARCHAR)')
        source.copy(connection, BY_DOCTYPE["Lead"], ["name", "campaign_name"])
        found = connection.execute('SELECT * FROM "tabLead" ORDER BY name').fetchall()
        assert found == [("L-1", None), ("L-2", None), ("L-3", "Spring")], source.title


def test_a_missing_table_and_column_are_named_and_the_rest_comes_in(company_folder, tmp_path):
    for path in company_folder.glob("*.csv"):
        if path.stem != "tabTouchpoint":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    duckdb.sql(
        f"COPY (SELECT * EXCLUDE campaign FROM read_csv('{company_folder}/tabGL Entry.csv', all_varchar = true)) "
        f"TO '{tmp_path}/tabGL Entry.csv'"
    )
    connection = duckdb.connect()
    loaded = load(ExportFolder(tmp_path), connection)
    assert loaded.missing_tables == [BY_DOCTYPE["Touchpoint"]]
    assert loaded.missing_columns == [(BY_DOCTYPE["GL Entry"], "campaign")]
    assert loaded.rows["GL Entry"] > 1000
    assert connection.execute('SELECT count(campaign), sum(debit) > 0 FROM "tabGL Entry"').fetchone() == (0, True)


def test_without_the_ledger_nothing_is_pretended(company_folder, tmp_path):
    (tmp_path / "tabAccount.csv").write_bytes((company_folder / "tabAccount.csv").read_bytes())
    refusal = load(ExportFolder(tmp_path), duckdb.connect())
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.values["table"]) == ("table_missing", "GL Entry")


def test_an_odd_cell_costs_its_value_not_the_analysis(company_folder, tmp_path):
    for path in company_folder.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with (tmp_path / "tabLead.csv").open("a", encoding="utf-8") as file:
        file.write("CRM-LEAD-ODD,not a date,Open,\n")
    connection = duckdb.connect()
    load(ExportFolder(tmp_path), connection)
    assert connection.execute("SELECT creation FROM \"tabLead\" WHERE name = 'CRM-LEAD-ODD'").fetchall() == [(None,)]


def test_a_source_is_only_read(company_folder):
    before = {path.name: path.stat().st_mtime_ns for path in company_folder.iterdir()}
    load(ExportFolder(company_folder), duckdb.connect())
    assert {path.name: path.stat().st_mtime_ns for path in company_folder.iterdir()} == before


@pytest.mark.parametrize(
    ("address", "code"),
    [("/nowhere/at/all", "source_not_found"), ("mysql://host-only", "source_not_understood")],
)
def test_an_address_that_leads_nowhere_is_refused(address, code):
    refusal = open_source(address)
    assert isinstance(refusal, Refusal) and refusal.code == code


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    refusal = open_source(str(path))
    assert isinstance(refusal, Refusal) and refusal.code == "source_not_understood"


def test_a_server_address_is_read_in_full_and_its_password_never_shown():
    source = DatabaseServer.from_address("mysql://reader:p%40ss@db.example:3307/site_1")
    assert isinstance(source, DatabaseServer)
    assert (source.host, source.port, source.password, source.database) == ("db.example", 3307, "p@ss", "site_1")
    assert "p@ss" not in source.title
    refusal = open_source("mysql://reader:secret@db.example")
    assert "secret" not in refusal.values["address"]


def test_a_server_that_does_not_answer_is_refused_with_its_reason():
    refusal = open_source("mysql://reader:secret@127.0.0.1:1/site_1")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "server_refused"
    assert "127.0.0.1" in refusal.values["reason"] and "secret" not in str(dict(refusal.values))
