"""`./dev demo` and `./dev analyse`: figures and a page from ERPNext's tables, without a bench."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from crm_ext.embedded import sources
from crm_ext.embedded.analysis import Analysis, CompanyFigures, analyse, as_figures
from crm_ext.embedded.generator import COMPANY, write_company
from crm_ext.embedded.language import Language
from crm_ext.embedded.page import render
from crm_ext.shared.calendars import Period, parse_date
from crm_ext.shared.results import Refusal
from crm_ext.shared.text import _lt

# A fixed last day, so that the demo shows the same figures to everyone.
DEMO_LAST_DAY = date(2026, 9, 30)

_SENTENCES = {
    "source_not_found": "There is no file or folder {address}. Name a folder of CSV or Parquet exports, an SQLite file, or mysql://user:password@host/database.",
    "source_not_understood": "{address} is no folder, SQLite file or complete mysql:// address. Name one of these.",
    "server_refused": "{address} could not be opened: {reason}. Check the address, the user and the password.",
    "table_missing": "{source} has no table {table}; without it nothing can be said of {lost}. Export it too and try again.",
    "ledger_empty": "The general ledger in {source} has no rows. Post or export something first.",
    "date_not_understood": "'{text}' is no date. Write it as 2026-03-21 or 1405/01/01.",
    "date_does_not_exist": "There is no day {text}. Check the month and the day.",
}


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory() as folder:
        if options.command == "demo":
            write_company(Path(folder), DEMO_LAST_DAY, options.seed)
            answer = _analysis_of(folder, COMPANY, _lt("the demo company"), None, console, COMPANY)
        else:
            period = _period(options.start, options.end)
            answer = period if isinstance(period, Refusal) else _analysis_of(
                options.source, options.title or "CRM Ext", None, period, console
            )
    if isinstance(answer, Refusal):
        console.print(_SENTENCES[answer.code].format(**answer.values), style="bold red", markup=False)
        return 1
    _print_summary(answer, console)
    if options.json:
        _write(options.json, json.dumps(as_figures(answer), ensure_ascii=False, indent=2), console)
    if options.html:
        _write(options.html, render(answer, Language(options.language)), console)
    if not (options.json or options.html):
        console.print("Add --html FILE for a page with pictures, --json FILE for every figure.", markup=False)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="a year of a made-up company")
    demo.add_argument("--seed", type=int, default=1, help="another number makes another company")
    real = commands.add_parser("analyse", help="a real ERPNext, read only")
    real.add_argument("--source", required=True, help="mysql://…, FILE.sqlite, or a FOLDER of CSV or Parquet exports")
    real.add_argument("--from", dest="start", help="first day, in either calendar")
    real.add_argument("--to", dest="end", help="last day, in either calendar")
    real.add_argument("--title", help="heading of the page")
    for command in (demo, real):
        command.add_argument("--html", metavar="FILE", help="write one self-contained page")
        command.add_argument("--json", metavar="FILE", help="write every figure")
        command.add_argument("--language", choices=("en", "fa"), default="en", help="language of the page")
    return parser


def _period(start: str | None, end: str | None) -> Period | Refusal | None:
    if not (start and end):
        return None
    days = [parse_date(start), parse_date(end)]
    for day in days:
        if isinstance(day, Refusal):
            return day
    return Period(min(days), max(days))


def _analysis_of(
    address: str,
    title: str,
    called: str | None,
    period: Period | None,
    console: Console,
    demo_company: str | None = None,
) -> Analysis | Refusal:
    source = sources.open_source(address)
    if isinstance(source, Refusal):
        return source
    with Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), console=console) as progress:
        connection = duckdb.connect()
        loaded = sources.load(source, connection, _bar(progress, "Reading tables"))
        if isinstance(loaded, Refusal):
            return loaded
        return analyse(connection, loaded, title, called or source.title, period, _bar(progress, "Calculating"), demo_company)


def _bar(progress: Progress, words: str) -> Callable[[str, int, int], None]:
    task = progress.add_task(words)

    def advance(step: str, done: int, total: int) -> None:
        progress.update(task, completed=done, total=total, description=f"{words}: {step}" if step else words)

    return advance


def _print_summary(analysis: Analysis, console: Console) -> None:
    for figures in analysis.companies:
        console.print(_company_line(figures), markup=False)
    first, last = analysis.funnel[0], analysis.funnel[-1]
    console.print(f"{first.reached:,} leads, {last.reached:,} of them have paid", markup=False)
    for table in analysis.loaded.missing_tables:
        console.print(f"No table {table.doctype}: nothing said of {table.lost}", style="yellow", markup=False)


def _company_line(figures: CompanyFigures) -> str:
    return (
        f"{figures.company}: revenue {figures.revenue:,.0f} {figures.currency}, margin {figures.margin:,.0f}, "
        f"campaign spend {figures.spend:,.0f}, difference to the ledger {figures.difference:,.2f}"
    )


def _write(path: str, text: str, console: Console) -> None:
    Path(path).write_text(text, encoding="utf-8")
    console.print(f"Written: {path}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
