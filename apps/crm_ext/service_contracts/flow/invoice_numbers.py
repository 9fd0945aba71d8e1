"""Numbers of invoices, reserved in blocks, so that several processes make invoices at the same time.

Frappe counts a naming series in one row, which whoever takes a number keeps locked until its transaction ends: of two
processes that make invoices one would always wait for the other. Here each takes a block of numbers in a short
transaction of its own. A number leaves the reserve in the transaction of its invoice, so that one that was not used, or
whose process was killed, is taken by the next process; what is left over at the end goes back to the series where no
later number was given out meanwhile, else it waits for the next run. A process that is alone at a run reserves nothing;
it uses up what waits.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

import frappe
from frappe.model.document import Document
from frappe.model.naming import get_default_naming_series, parse_naming_series
from frappe.utils import now_datetime

from crm_ext.marketing_automation.flow.locks import exclusively, is_held
from crm_ext.service_contracts.queries import billing as queries

_LOCK = "reserved_invoice_numbers"
_LOCK_WAIT = 30


@dataclass(frozen=True)
class Reserved:
    """A number of a series (what stands before it); name: its record in the reserve."""

    name: str
    series: str
    number: int


class InvoiceNumbers:
    """The numbers of one process, which it has until `close` or its death.

    block: how many are reserved at once; 0: none, only those that wait from earlier runs are used.
    `refill` and `close` commit: no other work of the caller may be open.
    """

    def __init__(self, block: int) -> None:
        self._block = block
        self._holder = frappe.generate_hash(length=12)
        self._alive = ExitStack()
        self._alive.enter_context(exclusively(_alive(self._holder)))
        # Numbers that wait are used first.
        self._stock: dict[str, list[Reserved]] = {
            series: [] for series in queries.series_of_reserved_numbers()
        }
        self._asked: set[str] = set()
        self._open: list[Reserved] = []
        self._series_decides = _series_decides()

    def name_for(self, invoice: Document) -> str | None:
        """A reserved name; None where Frappe is to name the invoice: nothing reserved yet, or another rule names it."""
        invoice.naming_series = invoice.naming_series or get_default_naming_series(invoice.doctype)
        if not self._series_decides or not invoice.naming_series:
            return None
        while True:
            name, reserved = self._next_name(invoice)
            if not reserved:
                return None
            frappe.db.delete("Reserved Invoice Number", {"name": reserved.name})
            self._open.append(reserved)
            # Where somebody set the series back by hand, others got numbers that were reserved.
            if not frappe.db.exists(invoice.doctype, name):
                return name

    def keep(self) -> None:
        """The invoices that took numbers are committed."""
        self._open.clear()

    @property
    def taken(self) -> int:
        """How many numbers were taken since the last `keep`."""
        return len(self._open)

    def put_back(self, since: int = 0) -> None:
        """The invoices that took numbers were rolled back, those that took the first `since` excepted."""
        for reserved in self._open[since:]:
            self._stock[reserved.series].append(reserved)
        for stock in self._stock.values():
            stock.sort(key=lambda reserved: reserved.number)
        del self._open[since:]

    @property
    def is_short(self) -> bool:
        """Whether `refill` may get numbers of a series that has none left."""
        return bool(self._empty())

    def refill(self, wanted: int) -> None:
        """Gets numbers of every series that is short of them, at most `wanted` of each."""
        with exclusively(_LOCK, wait=_LOCK_WAIT) as held:
            if not held:
                return
            for series in self._empty():
                found = _take_over(series, wanted, self._holder)
                if not found and self._block and series in self._asked:
                    found = _reserve(series, min(self._block, wanted), self._holder)
                if found:
                    self._stock[series] = found
                else:
                    self._stock.pop(series, None)
            # From here on the series is free for everybody else.
            frappe.db.commit()

    def close(self) -> None:
        """Gives up what is left: to the series where it can be, else to the next process."""
        self._alive.close()
        if not self._stock:
            return
        with exclusively(_LOCK, wait=_LOCK_WAIT) as held:
            if held:
                for series in self._stock:
                    _shrink(series)
                # The series is free again.
                frappe.db.commit()
        self._stock.clear()

    def _empty(self) -> list[str]:
        """Series whose numbers wait, and where numbers are reserved those that were asked for, with none in stock."""
        known = {*self._stock, *(self._asked if self._block else ())}
        return sorted(series for series in known if not self._stock.get(series))

    def _next_name(self, invoice: Document) -> tuple[str, Reserved | None]:
        """A name by the series with the number that it uses, which leaves the stock; None: there is none."""
        taken: list[Reserved] = []

        def take(series: str, digits: int) -> str:
            self._asked.add(series)
            if not self._stock.get(series):
                return ""
            taken.append(self._stock[series].pop(0))
            return str(taken[0].number).zfill(digits)

        parts = f"{invoice.naming_series}.#####".split(".")
        name = parse_naming_series(parts, doc=invoice, number_generator=take)
        return name, taken[0] if taken else None


def waiting() -> int:
    """How many numbers were reserved and not used by processes that are gone; the next run uses them first."""
    return sum(count for holder, count in queries.reserved_numbers().items() if not is_held(_alive(holder)))


def _series_decides() -> bool:
    """Whether nothing but the naming series names sales invoices on this site."""
    hooks = frappe.get_doc_hooks().get("Sales Invoice", {})
    return not (
        frappe.db.exists("Document Naming Rule", {"document_type": "Sales Invoice", "disabled": 0})
        or hooks.get("autoname")
        or hooks.get("before_naming")
    )


def _alive(holder: str) -> str:
    return f"invoice_numbers:{holder}"


def _take_over(series: str, count: int, holder: str) -> list[Reserved]:
    """Numbers that were reserved and not used, and whose process is gone."""
    free = _unowned(series)[:count]
    if free:
        names = [reserved.name for reserved in free]
        frappe.db.set_value("Reserved Invoice Number", {"name": ("in", names)}, "holder", holder)
    return free


def _reserve(series: str, count: int, holder: str) -> list[Reserved]:
    """The next numbers of the series."""
    first = _current(series) + 1
    frappe.db.sql(
        "insert into `tabSeries` (name, current) values (%(series)s, %(last)s) on duplicate key update current = %(last)s",
        {"series": series, "last": first + count - 1},
    )
    found = [Reserved(frappe.generate_hash(length=10), series, first + place) for place in range(count)]
    stamp, user = now_datetime(), frappe.session.user
    frappe.db.bulk_insert(
        "Reserved Invoice Number",
        ["name", "creation", "modified", "owner", "modified_by", "series", "number", "holder"],
        [(reserved.name, stamp, stamp, user, user, series, reserved.number, holder) for reserved in found],
    )
    return found


def _shrink(series: str) -> None:
    """Takes numbers back into the series from its end, as far as no later one was given out."""
    current, unused = _current(series), []
    for reserved in reversed(_unowned(series)):
        if reserved.number != current:
            break
        unused.append(reserved.name)
        current -= 1
    if unused:
        frappe.db.delete("Reserved Invoice Number", {"name": ("in", unused)})
        frappe.db.sql("update `tabSeries` set current = %s where name = %s", (current, series))


def _current(series: str) -> int:
    rows = frappe.db.sql("select current from `tabSeries` where name = %s for update", series)
    return (rows[0][0] or 0) if rows else 0


def _unowned(series: str) -> list[Reserved]:
    """Numbers, ascending, whose process is gone."""
    rows = frappe.db.sql(
        "select name, number, holder from `tabReserved Invoice Number` where series = %s order by number for update skip locked",
        series,
    )
    alive = {holder for holder in {row[2] for row in rows} if is_held(_alive(holder))}
    return [Reserved(name, series, number) for name, number, holder in rows if holder not in alive]
