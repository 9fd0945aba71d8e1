"""Files that people really send: encodings, delimiters, broken rows, formulas, and sizes beyond memory."""

import csv
import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from crm_ext.shared.results import Refusal
from crm_ext.shared.table_files import csv_line, inert, open_table, without_apostrophe

LARGEST = 256 * 1024**2
PERSIAN = "نام,شرکت\nسارا,پمپ آبی\n"


@pytest.fixture
def table(tmp_path):
    def make(content, largest=LARGEST):
        path = tmp_path / "leads.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_table(path, largest)

    return make


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
def test_persian_text_is_read_in_any_encoding_that_office_programs_write(table, encoding):
    # Windows-1256 has no Persian yeh; Arabic keyboards type this one.
    found = table(PERSIAN.replace("ی", "ي").encode(encoding))
    assert found.headings == ("نام", "شرکت")
    assert [row.cells for row in found.rows()] == [("سارا", "پمپ آبي")]


def test_western_letters_of_windows_1252_are_told_from_arabic_ones(table):
    found = table("name,city\nJürgen Müller,Köln\nZoë,Genève\n".encode("cp1252"))
    assert [row.cells for row in found.rows()] == [("Jürgen Müller", "Köln"), ("Zoë", "Genève")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_headings(table, delimiter):
    found = table(f'a{delimiter}"b,;|"\n1{delimiter}2\n')
    assert found.delimiter == delimiter
    assert [row.cells for row in found.rows()] == [("1", "2")]


def test_a_row_in_another_encoding_is_marked_and_the_others_are_read(table):
    good, bad = "سارا,پمپ\n".encode(), "علي,شركت\n".encode("cp1256")
    rows = list(table("نام,شرکت\n".encode() + good + bad + good).rows())
    assert [row.fault for row in rows] == [None, "undecodable", None]
    assert rows[1].cells == ("علي", "شركت"), "the row is shown as it was most likely meant"
    assert [row.number for row in rows] == [2, 3, 4]


def test_a_quotation_mark_that_never_closes_costs_one_row_only(table):
    swallowed = "x" * 150_000
    rows = list(table(f'a,b\n1,2\n"{swallowed}\n').rows())
    assert [row.fault for row in rows] == [None, "malformed"]


def test_text_with_line_breaks_in_quotes_is_one_row(table):
    assert [row.cells for row in table('a,b\n"one\ntwo",3\n').rows()] == [("one\ntwo", "3")]


def test_empty_lines_are_no_rows(table):
    assert len(list(table("\n\na,b\n\n1,2\n,,\n").rows())) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \n\n", "file_empty"),
        (b"\xd0\xcf\x11\xe0 old", "file_is_old_excel"),
        (b"%PDF-1.7", "file_is_no_table"),
        (b"PK\x03\x04 not a zip", "file_is_damaged"),
    ],
)
def test_what_is_no_table_is_refused_by_its_kind(table, content, code):
    found = table(content)
    assert isinstance(found, Refusal)
    assert found.code == code


def test_a_file_over_the_limit_is_refused_with_both_sizes(table):
    found = table("a,b\n1,2\n", largest=3)
    assert (found.code, found.values["size"], found.values["largest"]) == ("file_too_large", 8, 3)


def test_a_zip_that_is_no_spreadsheet_is_refused(table):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert table(buffer.getvalue()).code == "file_is_no_table"


def test_a_spreadsheet_gives_text_dates_and_numbers_but_no_formulas(tmp_path):
    import datetime

    book = Workbook()
    book.active.append(["Name", "Met on", "Revenue", "Share", "Total"])
    book.active.append(["Sara", datetime.date(2026, 3, 21), 5000.0, 0.5, "=1+1"])
    path = tmp_path / "leads.xlsx"
    book.save(path)
    rows = list(open_table(path, LARGEST).rows())
    assert rows[0].cells == ("Sara", "2026-03-21", "5000", "0.5", "")


@given(
    st.lists(
        st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20),
        min_size=1,
        max_size=5,
    )
)
def test_no_cell_of_a_written_file_is_a_formula_and_every_cell_comes_back(cells):
    line = csv_line(cells)
    written = next(csv.reader(io.StringIO(line, newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in written)
    assert [without_apostrophe(cell) for cell in written] == [
        without_apostrophe(inert(cell)) for cell in cells
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+98912", "-5", "@SUM(1)"])
def test_an_inert_cell_is_read_as_it_was(cell):
    assert without_apostrophe(inert(cell)) == cell


def test_reading_takes_the_same_memory_however_long_the_file_is(tmp_path):
    path = tmp_path / "long.csv"
    line = "سارا,Blue Pumps,sara@example.com,+989121234567\n"
    path.write_text("name,company,email,mobile\n" + line * 50_000, encoding="utf-8")
    assert path.stat().st_size > 2_500_000
    tracemalloc.start()
    try:
        rows = sum(1 for _row in open_table(path, LARGEST).rows())
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows == 50_000
    assert peak < 1_000_000
