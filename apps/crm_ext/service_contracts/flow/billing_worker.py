"""One process at a billing run.

One transaction for each invoice: contracts are locked, what was billed of them is read, the invoice is made, what it
bills is written down under a unique key, and the day on which the contract is due next is set. A process that is killed
leaves the contract as it was before; another one that bills at the same time leaves out what is locked. So any number of
processes may work on one run, and a run may be started again at any moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import zip_longest
from time import monotonic

import frappe
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime, strip_html

from crm_ext import erpnext_port
from crm_ext.service_contracts.flow.billing_charges import PricedCharge, Prices, load, next_billing, priced
from crm_ext.service_contracts.flow.billing_invoices import GATHERED_BY, Charged, InvoiceMaker, save
from crm_ext.service_contracts.flow.billing_sentences import explain
from crm_ext.service_contracts.flow.invoice_numbers import InvoiceNumbers
from crm_ext.service_contracts.queries import billing as queries
from crm_ext.shared.results import Refusal, refuse

Unit = tuple[str, ...]
# By contract: line (0: the whole contract) and what is in the way.
Aside = dict[str, tuple[int, Refusal]]
_AHEAD = 50
_NUMBERS_AT_ONCE = 20
_ATTEMPTS = 4
_SECONDS_BETWEEN_NEWS = 1.0
_BILLED_COLUMNS = [
    "name", "creation", "modified", "owner", "modified_by", "service_contract", "contract_line", "line_number",
    "period_start", "period_end", "what", "quantity", "amount", "currency", "sales_invoice", "sales_invoice_item",
    "billing_key", "billing_run",
]  # fmt: skip


class Worker:
    """One process at one run."""

    def __init__(self, run: Document, *, place: int = 0, workers: int = 1, commits: bool = True) -> None:
        self._run, self._place, self._workers, self._commits = run, place, workers, commits
        self._up_to, self._today = getdate(run.up_to), getdate()
        self._prices = Prices(getdate(run.posting_date))
        self._maker = InvoiceMaker(getdate(run.posting_date), self._prices)
        self._numbers = InvoiceNumbers(_NUMBERS_AT_ONCE if workers > 1 else 0) if commits else None
        self._made: list[str] = []
        self._given_up: set[str] = set()
        self._told_at = monotonic()

    def run(self) -> list[str]:
        """The invoices that this process made."""
        try:
            due = self._due()
            self._note_beginning(len(due))
            self._go_through(_from_place(_units(due), self._place, self._workers), wait=False)
            # What others held is done by now, or is waited for.
            self._go_through(_units(self._due()), wait=True)
            self._note_end()
        finally:
            if self._numbers:
                self._numbers.close()
        return self._made

    def _end_step(self) -> None:
        if self._commits:
            # One transaction for each invoice: a killed run goes on after the last one.
            frappe.db.commit()

    def _due(self) -> list[dict]:
        run = self._run
        found = queries.due(self._up_to, company=run.of_company, contract=run.service_contract, run=run.name)
        # What follows must not see the database as it was at this read.
        self._end_step()
        return found

    def _go_through(self, units: Sequence[Unit], *, wait: bool) -> None:
        for first in range(0, len(units), _AHEAD):
            chunk = units[first : first + _AHEAD]
            known = queries.contracts([name for unit in chunk for name in unit])
            self._end_step()
            for unit in chunk:
                self._refill_numbers()
                if not self._try(unit, known, wait):
                    return

    def _refill_numbers(self) -> None:
        """Blocks become smaller towards the end of the run, so that hardly any number is left over."""
        if self._numbers and self._numbers.is_short:
            contracts, done = frappe.db.get_value(
                "Billing Run", self._run.name, ["contracts", "contracts_done"]
            )
            self._end_step()
            self._numbers.refill(1 + max(contracts - done, 0) // (2 * self._workers))

    def _try(self, unit: Unit, known: dict[str, dict], wait: bool) -> bool:
        """Bills a unit in a transaction of its own, again where it was the victim of a deadlock; False: stop here."""
        made_before = len(self._made)
        for _attempt in range(_ATTEMPTS):
            try:
                # The locks are the first read of the transaction, so that everything after them is read as it is now.
                claimed = queries.claim(unit, self._up_to, self._run.name, wait=wait)
                if frappe.db.get_value("Billing Run", self._run.name, "status") == "Stopped":
                    self._end_step()
                    return False
                if claimed:
                    self._bill(claimed, known)
                self._end_step()
                if self._numbers:
                    self._numbers.keep()
                self._tell()
                return True
            except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
                if not self._commits:
                    raise
                frappe.db.rollback()
                frappe.clear_messages()
                del self._made[made_before:]
                if self._numbers:
                    self._numbers.put_back()
        self._give_up(unit, known)
        return True

    def _give_up(self, unit: Unit, known: dict[str, dict]) -> None:
        """Somebody holds the contracts, so that nothing can be written on them."""
        for name in unit:
            self._note_problem(known[name], 0, refuse("in_use"))
        self._given_up.update(unit)
        self._note(contracts_done=len(unit), set_aside=len(unit))
        self._end_step()

    # One invoice

    def _bill(self, claimed: dict[str, object], known: dict[str, dict]) -> None:
        """What is due of the claimed contracts; an error in one unit is that unit's problem and nobody else's."""
        made_before, taken = len(self._made), self._numbers.taken if self._numbers else 0
        contracts = self._as_they_are(claimed, known)
        frappe.db.savepoint("unit")
        try:
            aside = self._bill_contracts(contracts)
            next_days = [(one.contract["name"], next_billing(one, self._up_to)) for one in load(contracts)]
        except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
            raise
        except Exception as problem:
            self._undo("unit", taken)
            del self._made[made_before:]
            refusal = _refusal_of(problem)
            aside = {contract["name"]: (0, refusal) for contract in contracts}
            next_days = [(contract["name"], contract["next_billing_date"]) for contract in contracts]
        self._settle(next_days, {name: explain(refusal) for name, (_line, refusal) in aside.items()})
        for contract in contracts:
            if contract["name"] in aside:
                self._note_problem(contract, *aside[contract["name"]])
        self._note(contracts_done=len(claimed), invoices=len(self._made) - made_before, set_aside=len(aside))

    def _as_they_are(self, claimed: dict[str, object], known: dict[str, dict]) -> list[dict]:
        """The contracts as they were read ahead; those changed since then are read again."""
        changed = [name for name, modified in claimed.items() if known[name]["modified"] != modified]
        if changed:
            known.update(queries.contracts(changed))
        return [known[name] for name in claimed]

    def _bill_contracts(self, contracts: Sequence[dict]) -> Aside:
        """Those of the contracts that were set aside, each with line (0: the whole contract) and refusal.

        Usage that cannot be counted yet is no reason to keep back the fee; a price that is missing is.
        """
        aside: Aside = {}
        groups: dict[tuple, list[tuple[dict, list[PricedCharge]]]] = defaultdict(list)
        for loaded, found in priced(load(contracts), self._up_to, self._prices, self._today):
            contract = loaded.contract
            refused = [one for one in found if not isinstance(one, PricedCharge)]
            for charge, _row, refusal in refused:
                if refusal.code != "reading_awaited":
                    aside.setdefault(contract["name"], (charge.line_number, refusal))
            if not any(charge.what == "Period" for charge, _row, _refusal in refused):
                charges = [one for one in found if isinstance(one, PricedCharge)]
                self._write_down(contract, [one for one in charges if not one.amount])
                charges = [one for one in charges if one.amount]
                if charges:
                    groups[tuple(contract[field] for field in GATHERED_BY)].append((contract, charges))
        for charged in groups.values():
            aside = self._invoice(charged) | aside
        return aside

    def _invoice(self, charged: Charged) -> Aside:
        """One invoice for all of the contracts; where it cannot be, the culprits are set aside and the others billed."""
        problem = self._make(charged)
        if problem is None:
            return {}
        if len(charged) == 1:
            return {charged[0][0]["name"]: (0, problem)}
        faults = [self._make([one], only_try=True) for one in charged]
        good = [one for one, fault in zip(charged, faults, strict=True) if fault is None]
        if len(good) == len(charged):
            # Each alone is in order; only all of them together are not.
            return {contract["name"]: (0, problem) for contract, _charges in charged}
        aside = {
            contract["name"]: (0, fault)
            for (contract, _charges), fault in zip(charged, faults, strict=True)
            if fault is not None
        }
        return aside | (self._invoice(good) if good else {})

    def _make(self, charged: Charged, *, only_try: bool = False) -> Refusal | None:
        """Makes the invoice and writes down what it bills; a refusal leaves nothing behind, and neither does a trial."""
        taken = self._numbers.taken if self._numbers else 0
        frappe.db.savepoint("invoice")
        try:
            invoice = self._maker.prepare(charged)
            if isinstance(invoice, Refusal):
                return invoice
            name = self._numbers.name_for(invoice) if self._numbers else None
            save(invoice, submit=bool(charged[0][0]["submit_invoices"]), name=name)
            rows = iter(invoice.items)
            for contract, charges in charged:
                self._write_down(contract, charges, invoice.name, [next(rows).name for _charge in charges])
        except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
            raise
        except Exception as problem:
            self._undo("invoice", taken)
            return _refusal_of(problem, self._prices.day)
        if only_try:
            self._undo("invoice", taken)
        else:
            self._made.append(invoice.name)
        return None

    def _undo(self, savepoint: str, numbers_taken: int) -> None:
        frappe.db.rollback(save_point=savepoint)
        frappe.clear_messages()
        if self._numbers:
            self._numbers.put_back(numbers_taken)

    # Writing down

    def _write_down(
        self,
        contract: dict,
        charges: Sequence[PricedCharge],
        invoice: str | None = None,
        rows: Sequence[str | None] = (),
    ) -> None:
        """What was billed, or found to cost nothing, is billed once: the key is unique in the database."""
        if not charges:
            return
        stamp, user = now_datetime(), frappe.session.user
        records = [
            (
                frappe.generate_hash(length=10), stamp, stamp, user, user, contract["name"],
                one.charge.contract_line, one.charge.line_number, one.charge.span.start, one.charge.span.end,
                one.charge.what, one.qty, one.amount, contract["currency"], invoice, row,
                one.charge.key, self._run.name,
            )
            for one, row in zip_longest(charges, rows)
        ]  # fmt: skip
        frappe.db.bulk_insert("Billed Period", _BILLED_COLUMNS, records)

    def _note_problem(self, contract: dict, line_number: int, refusal: Refusal) -> None:
        row = {
            "doctype": "Billing Problem",
            "parent": self._run.name,
            "parenttype": "Billing Run",
            "parentfield": "problems",
            "service_contract": contract["name"],
            "customer": contract["customer"],
            "line_number": line_number,
            "reason": explain(refusal),
            "reason_code": refusal.code,
        }
        frappe.get_doc(row).db_insert()

    def _settle(self, next_days: Sequence[tuple[str, date | None]], problems: dict[str, str]) -> None:
        """When each contract is due next, what is in its way, and that this run is done with it."""
        for name, day in next_days:
            values = {
                "next_billing_date": day,
                "billing_problem": problems.get(name),
                "last_billing_run": self._run.name,
            }
            frappe.db.set_value("Service Contract", name, values, update_modified=False)

    # Progress

    def _note_beginning(self, contracts: int) -> None:
        frappe.db.sql(
            """
            update `tabBilling Run`
            set status = 'Running', started_at = ifnull(started_at, %(now)s),
                contracts = greatest(contracts, contracts_done + %(contracts)s)
            where name = %(run)s and status in ('Draft', 'Queued', 'Running')
            """,
            {"run": self._run.name, "now": now_datetime(), "contracts": contracts},
        )
        self._end_step()

    def _note(self, **counts: int) -> None:
        """The last statement of a step: all processes of the run write into this row."""
        assignments = ", ".join(f"`{field}` = `{field}` + %({field})s" for field in counts)
        frappe.db.sql(
            f"update `tabBilling Run` set {assignments} where name = %(run)s",
            {**counts, "run": self._run.name},
        )

    def _note_end(self) -> None:
        """The process that finds nothing left ends the run."""
        left = {contract["name"] for contract in self._due()}
        if left <= self._given_up:
            frappe.db.sql(
                """
                update `tabBilling Run`
                set ended_at = %(now)s, status = if(set_aside > 0, 'Done with Problems', 'Done')
                where name = %(run)s and status = 'Running'
                """,
                {"run": self._run.name, "now": now_datetime()},
            )
        frappe.publish_realtime(
            "billing_run", doctype="Billing Run", docname=self._run.name, after_commit=True
        )
        self._end_step()

    def _tell(self) -> None:
        """News for open forms, at most one each second."""
        if monotonic() - self._told_at >= _SECONDS_BETWEEN_NEWS:
            self._told_at = monotonic()
            frappe.publish_realtime("billing_run", doctype="Billing Run", docname=self._run.name)


def _units(due: Iterable[dict]) -> list[Unit]:
    """What goes on one invoice: a contract, or all due contracts of a customer in a company that are gathered."""
    units: dict[tuple, list[str]] = defaultdict(list)
    for contract in due:
        gathered = contract["invoicing"] == "Gathered per Customer"
        key = ("", contract["customer"], contract["company"]) if gathered else (contract["name"],)
        units[key].append(contract["name"])
    return [tuple(names) for names in units.values()]


def _from_place(units: list[Unit], place: int, workers: int) -> list[Unit]:
    """The same units, begun at another place by each process."""
    first = place * len(units) // workers
    return units[first:] + units[:first]


def _refusal_of(problem: Exception, day: date | None = None) -> Refusal:
    """Why ERPNext, or the unique key, did not take an invoice of a day."""
    if erpnext_port.is_closed_period(problem) and day:
        return refuse("period_closed", day=day)
    if isinstance(problem, frappe.ValidationError) and str(problem):
        message = strip_html(str(problem)).strip()
        return refuse("refused_by_erpnext", message=message if message.endswith(".") else f"{message}.")
    if frappe.db.is_duplicate_entry(problem):
        return refuse("billed_already")
    log = frappe.log_error(title="Billing Run")
    return refuse("unexpected", log=log.name)
