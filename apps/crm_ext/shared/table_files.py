"""Tables that people send: CSV in whatever encoding and delimiter, and XLSX. Read as a stream, row by row.

A row that cannot be read is given back with its fault and never stops the file. Cells are text: an empty cell is '',
a date is ISO text, a formula is the value that the spreadsheet program last computed.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal

from crm_ext.shared.results import Refusal, refuse

# A whole XLSX must unpack into this many bytes at most: its text is kept in memory while its rows are read.
LARGEST_UNPACKED = 512 * 1024**2
LONGEST_CELL = 100_000
_DELIMITERS = ",;\t|"
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class FileRow:
    """number: as a spreadsheet program counts records, the headings included. fault: None, 'undecodable' or 'malformed'."""

    number: int
    cells: tuple[str, ...]
    fault: str | None = None


@dataclass(frozen=True)
class TableFile:
    """What kind of table a file holds, found without reading it into memory."""

    path: Path
    kind: Literal["csv", "xlsx"]
    headings: tuple[str, ...]
    encoding: str = ""
    delimiter: str = ""

    def rows(self) -> Iterator[FileRow]:
        """Every row below the headings that has a cell with text in it."""
        source = (
            _csv_rows(self.path, self.encoding, self.delimiter)
            if self.kind == "csv"
            else _xlsx_rows(self.path)
        )
        filled = (row for row in source if row.fault or any(row.cells))
        next(filled, None)
        yield from filled


def open_table(path: Path, largest: int) -> TableFile | Refusal:
    """The table in a file of at most `largest` bytes.

    Refusals: 'file_too_large' (size, largest in bytes), 'file_empty', 'file_is_old_excel', 'file_is_damaged',
    'file_is_no_table'.
    """
    size = path.stat().st_size
    if size > largest:
        return refuse("file_too_large", size=size, largest=largest)
    with path.open("rb") as stream:
        head = stream.read(65536)
    if not head.strip():
        return refuse("file_empty")
    if head.startswith(b"PK\x03\x04"):
        return _open_xlsx(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return refuse("file_is_old_excel")
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b")):
        return refuse("file_is_no_table")
    return _open_csv(path, head)


def csv_line(cells: Iterable[str]) -> str:
    """One line of a CSV file in which no cell is a formula to any spreadsheet program."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([inert(cell) for cell in cells])
    return line.getvalue()


def inert(cell: str) -> str:
    """The text with a leading apostrophe where a spreadsheet program would run it (OWASP: CSV injection)."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell


def without_apostrophe(cell: str) -> str:
    """Undoes `inert`, so that a file written by `csv_line` can be read again."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_STARTS_A_FORMULA) else cell


# CSV


def _open_csv(path: Path, head: bytes) -> TableFile | Refusal:
    encoding = _encoding_of(path, head)
    delimiter = _delimiter_of(head.decode(encoding, errors="replace"))
    for row in _csv_rows(path, encoding, delimiter):
        if row.fault:
            return refuse("file_is_damaged")
        if any(row.cells):
            return TableFile(path, "csv", row.cells, encoding, delimiter)
    return refuse("file_empty")


def _encoding_of(path: Path, head: bytes) -> str:
    """utf-16 by its mark or its zero bytes, utf-8 where most lines beyond ASCII are valid, else a Windows code page."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in head:
        # Delimiters and line ends are ASCII: their second byte is zero where the smaller byte comes first.
        return "utf-16-le" if head[1::2].count(b"\0") >= head[::2].count(b"\0") else "utf-16-be"
    valid, invalid = 0, []
    with path.open("rb") as stream:
        for line in stream:
            if line.isascii():
                continue
            if _is_utf8(line):
                valid += 1
            else:
                invalid.append(line) if len(invalid) < 2000 else None
    if len(invalid) <= valid:
        return "utf-8-sig"
    return _code_page_of(invalid)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _code_page_of(lines: Sequence[bytes]) -> str:
    """Arabic script writes whole words beyond ASCII, Western languages single letters."""
    runs = [len(run) for line in lines for run in _HIGH_BYTES.findall(line)]
    return "cp1256" if runs and sum(runs) / len(runs) >= 1.8 else "cp1252"


def _delimiter_of(text: str) -> str:
    """The candidate that divides the first line with text in it into most cells, quoted ones left out."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", line)
    return max(_DELIMITERS, key=lambda mark: (bare.count(mark), -_DELIMITERS.index(mark)))


class _Lines:
    """Decodes line by line and remembers whether a line since the last question was not in the file's encoding."""

    def __init__(self, stream: Iterable[bytes], encoding: str) -> None:
        self._stream, self._encoding, self._faulty = iter(stream), encoding, False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._stream)
        try:
            return line.decode(self._encoding).lstrip("\ufeff").replace("\0", "")
        except UnicodeDecodeError:
            self._faulty = True
            return line.decode(_code_page_of([line]), errors="replace").replace("\0", "")

    def take_fault(self) -> bool:
        faulty, self._faulty = self._faulty, False
        return faulty


def _csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[FileRow]:
    csv.field_size_limit(LONGEST_CELL)
    with path.open("rb") as binary:
        if encoding.startswith("utf-16"):
            text = io.TextIOWrapper(binary, encoding=encoding, errors="replace", newline="")
            lines = _Lines((line.encode("utf-8", "surrogatepass") for line in text), "utf-8")
        else:
            lines = _Lines(binary, encoding)
        reader = csv.reader(lines, delimiter=delimiter)
        number = 0
        while True:
            number += 1
            try:
                cells = tuple([cell.strip() for cell in next(reader)])
            except StopIteration:
                return
            except csv.Error:
                lines.take_fault()
                yield FileRow(number, (), "malformed")
                continue
            undecodable = lines.take_fault() or any("\ufffd" in cell for cell in cells)
            yield FileRow(number, cells, "undecodable" if undecodable else None)


# XLSX


def _open_xlsx(path: Path) -> TableFile | Refusal:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            if "xl/workbook.xml" not in archive.namelist():
                return refuse("file_is_no_table")
        if unpacked > LARGEST_UNPACKED:
            return refuse("file_too_large", size=unpacked, largest=LARGEST_UNPACKED)
        for row in _xlsx_rows(path):
            if any(row.cells):
                return TableFile(path, "xlsx", row.cells)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return refuse("file_is_damaged")
    return refuse("file_empty")


def _xlsx_rows(path: Path) -> Iterator[FileRow]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield FileRow(number, tuple([_cell_text(value) for value in values]))
    finally:
        book.close()


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value).strip()
