"""Billing by several processes at once, and by processes that are killed: each period is billed exactly once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import billing
import frappe
import makers
import pytest
from conftest import BENCH, SITE
from frappe.utils import getdate, now_datetime

from crm_ext.service_contracts.flow import billing_run, contract_nights

PROCESS = Path(__file__).with_name("billing_process.py")
KILLS = 50
JANUARY = date(2026, 1, 1)


class Processes:
    """A parent that has everything imported; its children bill."""

    def __init__(self) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, str(PROCESS), SITE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "CRM_EXT_BENCH": str(BENCH)},
        )
        assert self._answer() == "ready"

    def begin(self, run: str, place: int = 0, workers: int = 1) -> int:
        """The id of a process that bills."""
        return int(self._ask(f"work {run} {place} {workers}"))

    def credit(self, contract: str) -> int:
        """The id of a process that gives service credits."""
        return int(self._ask(f"credit {contract}"))

    def wait(self) -> int:
        """How many ended by themselves."""
        return int(self._ask("wait"))

    def close(self) -> None:
        self._parent.communicate(timeout=60)

    def _ask(self, words: str) -> str:
        self._parent.stdin.write(f"{words}\n")
        self._parent.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        return self._parent.stdout.readline().strip()


@pytest.fixture(scope="module")
def processes(site_connection):
    """Started while nothing of this process is open."""
    frappe.db.rollback()
    made = Processes()
    yield made
    made.close()


@pytest.fixture
def plant(site, processes):
    """Makes committed contracts, so that other processes see them; takes back everything that was committed."""
    # Numbers that earlier work on this site left over would be used first.
    frappe.db.delete("Reserved Invoice Number")
    before = _last_number()
    made = frappe._dict(customers=[], services=[], contracts=[], runs=[])
    yield made
    frappe.db.rollback()
    _remove_all(made)
    frappe.db.sql("update `tabSeries` set current = %s where name = %s", (before, _series()))
    frappe.db.commit()  # what was committed is taken back


def contracts(plant, count: int, **values) -> list[str]:
    item, customer = billing.service(), billing.customer()
    plant.services.append(item.name)
    plant.customers.append(customer.name)
    names = [
        billing.contract(customer.name, billing.monthly(item.name, 10), **values).name for _ in range(count)
    ]
    plant.contracts += names
    frappe.db.commit()  # other processes must see them
    return names


def queued(plant, up_to: date = JANUARY) -> str:
    values = {"up_to": up_to, "posting_date": JANUARY, "of_company": makers.company()}
    run = frappe.get_doc({"doctype": "Billing Run", **values}).insert()
    frappe.db.set_value("Billing Run", run.name, "status", "Queued")
    plant.runs.append(run.name)
    frappe.db.commit()  # other processes must see it
    return run.name


def test_a_run_whose_processes_are_killed_fifty_times_bills_every_period_exactly_once(plant, processes):
    """Each process bills a few contracts' months and is killed at a moment of its own."""
    names = contracts(plant, 4, end_date=None)
    first = _last_number()
    kills = made = 0
    year, month = 2026, 1
    run = queued(plant)
    while kills < KILLS:
        child = processes.begin(run)
        time.sleep(random.uniform(0.02, 0.35))
        os.kill(child, signal.SIGKILL)
        kills += 1 - processes.wait()
        frappe.db.rollback()
        if frappe.db.get_value("Billing Run", run, "status") == "Done":
            # Everything is billed: the next month is due.
            made += 1
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
            run = queued(plant, date(year, month, 1))
    processes.begin(run)
    assert processes.wait() == 1
    frappe.db.rollback()
    assert frappe.db.get_value("Billing Run", run, "status") == "Done"
    assert_each_month_is_billed_once(names, made + 1)
    # One process at a run leaves the numbers to the series, so that none is lost with it.
    assert _numbers(names) == list(range(first + 1, _last_number() + 1))
    assert not _waiting()


def test_two_processes_share_a_run_and_bill_nothing_twice_and_lose_no_number(plant, processes):
    names = contracts(plant, 8)
    gathered = contracts(plant, 2, invoicing="Gathered per Customer")
    run = queued(plant)
    first = _last_number()
    for place in (0, 1):
        processes.begin(run, place, 2)
    assert processes.wait() == 2
    frappe.db.rollback()
    status = frappe.db.get_value("Billing Run", run, ["status", "contracts_done", "invoices"])
    assert status == ("Done", 10, 9)
    assert_each_month_is_billed_once(names + gathered, 1)
    assert len(set(_invoices(gathered))) == 1
    assert sorted(_numbers(names + gathered) + _waiting()) == list(range(first + 1, _last_number() + 1))
    assert len(_waiting()) <= 2


@pytest.mark.parametrize("workers", [1, 2])
def test_numbers_of_a_process_that_was_killed_are_used_by_the_next_one(plant, processes, workers):
    """Also by one that is alone at the run and reserves none."""
    names = contracts(plant, 6)
    run = queued(plant)
    first = _last_number()
    child = processes.begin(run, 0, 2)
    _until(lambda: _billed(names) >= 2)
    assert billing_run.is_at_work(run)
    os.kill(child, signal.SIGKILL)
    processes.wait()
    # The database frees the locks of a dead process when it notices.
    _until(lambda: not billing_run.is_at_work(run))
    processes.begin(run, 0, workers)
    assert processes.wait() == 1
    frappe.db.rollback()
    assert_each_month_is_billed_once(names, 1)
    assert _numbers(names) == list(range(first + 1, first + 7))
    assert not _waiting()


def test_a_run_that_is_stopped_gives_its_numbers_back_and_goes_on_without_a_gap(plant, processes):
    names = contracts(plant, 10)
    run = queued(plant)
    first = _last_number()
    for place in (0, 1):
        processes.begin(run, place, 2)
    _until(lambda: _billed(names) >= 3)
    billing_run.stop(run)
    frappe.db.commit()  # the processes must see it
    assert processes.wait() == 2
    frappe.db.rollback()
    assert sorted(_numbers(names) + _waiting()) == list(range(first + 1, _last_number() + 1))
    frappe.db.set_value("Billing Run", run, "status", "Queued")
    frappe.db.commit()  # the process must see it
    processes.begin(run)
    assert processes.wait() == 1
    frappe.db.rollback()
    assert_each_month_is_billed_once(names, 1)
    assert sorted(_numbers(names) + _waiting()) == list(range(first + 1, _last_number() + 1))


def test_a_reserved_number_that_others_got_when_the_series_was_set_back_is_passed_over(plant, processes):
    names = contracts(plant, 1, end_date=None)
    first = _last_number()
    processes.begin(queued(plant))
    assert processes.wait() == 1
    stale = {"series": _series(), "number": first + 1, "holder": "a process of old"}
    frappe.get_doc({"doctype": "Reserved Invoice Number", **stale}).insert()
    run = queued(plant, date(2026, 2, 1))
    processes.begin(run)
    assert processes.wait() == 1
    frappe.db.rollback()
    assert frappe.db.get_value("Billing Run", run, "status") == "Done"
    assert _numbers(names) == [first + 1, first + 2]
    assert not _waiting()


def test_missed_times_are_credited_once_whoever_is_killed_and_however_many_come_at_once(plant, processes):
    issue = late_complaint(plant)
    for _kill in range(12):
        child = processes.credit(issue.service_contract)
        time.sleep(random.uniform(0.02, 0.5))
        os.kill(child, signal.SIGKILL)
        processes.wait()
    for _another in range(3):
        processes.credit(issue.service_contract)
    assert processes.wait() == 3
    frappe.db.rollback()
    given = frappe.get_all(
        "Billed Period",
        {"issue": issue.name},
        ["missed", "amount", "sales_invoice"],
        order_by="missed",
    )
    assert [(row.missed, row.amount) for row in given] == [("Resolution", -2), ("Response", -1)]
    (note,) = frappe.get_all(
        "Sales Invoice", {"customer": issue.customer, "is_return": 1}, pluck="name", order_by="name"
    )
    assert {row.sales_invoice for row in given} == {note}
    posted = frappe.get_all("GL Entry", {"account": plant.penalties}, pluck="debit", order_by="name")
    assert sum(posted) == 3


def test_the_night_credits_contracts_of_late_complaints_and_sets_the_others_aside(plant, processes):
    good, bad = late_complaint(plant), late_complaint(plant)
    frappe.db.set_value("Customer", bad.customer, "disabled", 1)
    before = frappe.db.get_single_value("Contract Billing Settings", "credit_nightly")
    try:
        frappe.db.set_single_value("Contract Billing Settings", "credit_nightly", 1)
        nights = [contract_nights.give_service_credits() for _night in range(2)]
    finally:
        frappe.db.set_single_value("Contract Billing Settings", "credit_nightly", before)
    own = {good.service_contract, bad.service_contract}
    assert [own.intersection(given) for given in nights] == [{good.service_contract}, set()]
    assert frappe.db.count("Billed Period", {"issue": good.name}) == 2
    assert frappe.db.count("Error Log", {"reference_name": bad.service_contract}) == 2


def late_complaint(plant):
    """Closed, and twenty hours late for an answer and a solution; the processes see it and the account for penalties."""
    item, customer = billing.service(), billing.customer()
    plant.services.append(item.name)
    plant.customers.append(customer.name)
    credits = {"service_credit": "Percentage of the Price", "response_credit": 10, "resolution_credit": 20}
    promised = {"response_hours": 4, "resolution_hours": 8}
    contract = billing.contract(
        customer.name, billing.monthly(item.name, 10, **promised, **credits), end_date=None
    )
    plant.contracts.append(contract.name)
    billing.run(getdate(), posting_date=getdate(), service_contract=contract.name)
    if not plant.penalties:
        plant.penalties = makers.expense_account("Penalties").name
        settings = {"parent": "Field Service Settings", "parenttype": "Field Service Settings", "idx": 0}
        row = {"parentfield": "accounts", "company": makers.company(), "penalty_account": plant.penalties}
        frappe.get_doc({"doctype": "Field Service Account", **settings, **row}).db_insert()
    issue = frappe.get_doc(
        {"doctype": "Issue", "subject": "It leaks", "company": makers.company(), "customer": customer.name,
         "service_contract": contract.name}
    ).insert()  # fmt: skip
    came_in = now_datetime() - timedelta(hours=20)
    frappe.db.set_value(
        "Issue", issue.name, {"creation": came_in, "service_level_agreement_creation": came_in}
    )
    issue.reload().status = "Closed"
    issue.flags.may_be_closed = True
    issue.save()
    plant.runs += frappe.get_all(
        "Billing Run", {"service_contract": contract.name}, pluck="name", order_by="name"
    )
    frappe.db.commit()  # other processes must see it
    frappe.clear_document_cache("Field Service Settings", "Field Service Settings")
    return issue


def assert_each_month_is_billed_once(names: list[str], months: int) -> None:
    for name in names:
        rows = frappe.get_all(
            "Billed Period",
            filters={"service_contract": name},
            fields=["period_start", "sales_invoice"],
            order_by="period_start",
        )
        assert [(row.period_start.year - 2026) * 12 + row.period_start.month - 1 for row in rows] == list(
            range(months)
        )
        amounts = frappe.get_all(
            "Sales Invoice Item",
            filters={"service_contract": name, "docstatus": 1},
            pluck="amount",
            order_by="name",
        )
        assert amounts == [10] * months
    invoices = set(_invoices(names))
    assert frappe.db.count("Sales Invoice", {"name": ("in", invoices), "docstatus": 1}) == len(invoices)
    sums = frappe.db.sql(
        """
        select voucher_no, round(sum(debit) - sum(credit), 2)
        from `tabGL Entry` where voucher_no in %s and is_cancelled = 0 group by voucher_no
        """,
        [tuple(invoices)],
    )
    assert len(sums) == len(invoices)
    assert {difference for _, difference in sums} == {0}


def _invoices(names: list[str]) -> list[str]:
    filters = {"service_contract": ("in", names)}
    return frappe.get_all("Billed Period", filters, pluck="sales_invoice", order_by="sales_invoice")


def _numbers(names: list[str]) -> list[int]:
    """Numbers of the invoices, ascending, each once."""
    return sorted(int(name.split("-")[-1]) for name in set(_invoices(names)))


def _waiting() -> list[int]:
    """Numbers that were reserved and not used."""
    return frappe.get_all("Reserved Invoice Number", pluck="number", order_by="number")


def _billed(names: list[str]) -> int:
    frappe.db.rollback()
    return len(_invoices(names))


def _until(holds, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def _last_number() -> int:
    return frappe.db.get_value("Series", {"name": _series()}, "current", order_by="name") or 0


def _series() -> str:
    return f"ACC-SINV-{date.today().year}-"


def _remove_all(made) -> None:
    """Everything that these tests committed, past the rules that keep submitted documents."""
    invoices = frappe.get_all(
        "Sales Invoice", {"customer": ("in", made.customers or [""])}, pluck="name", order_by="name"
    )
    for table, column in (
        ("GL Entry", "voucher_no"),
        ("Payment Ledger Entry", "voucher_no"),
        ("Sales Invoice Item", "parent"),
        ("Sales Taxes and Charges", "parent"),
        ("Payment Schedule", "parent"),
        ("Sales Invoice", "name"),
    ):
        if invoices:
            frappe.db.delete(table, {column: ("in", invoices)})
    issues = frappe.get_all(
        "Issue", {"customer": ("in", made.customers or [""])}, pluck="name", order_by="name"
    )
    for issue in issues:
        frappe.db.delete("Complaint Letter", {"issue": issue})
        frappe.delete_doc("Issue", issue, force=True, ignore_on_trash=True, delete_permanently=True)
    if made.penalties:
        frappe.db.delete("Field Service Account", {"penalty_account": made.penalties})
        frappe.clear_document_cache("Field Service Settings", "Field Service Settings")
        frappe.db.delete("Error Log", {"reference_name": ("in", made.contracts)})
        frappe.delete_doc("Account", made.penalties, force=True, delete_permanently=True)
    for table in ("Service Contract Line", "Contract Version"):
        frappe.db.delete(table, {"parent": ("in", made.contracts or [""])})
    frappe.db.delete("Billed Period", {"service_contract": ("in", made.contracts or [""])})
    frappe.db.delete("Service Contract", {"name": ("in", made.contracts or [""])})
    frappe.db.delete("Billing Run", {"name": ("in", made.runs or [""])})
    frappe.db.delete("Customer", {"name": ("in", made.customers or [""])})
    frappe.db.delete("Item", {"name": ("in", made.services or [""])})
    frappe.db.delete("Reserved Invoice Number")
