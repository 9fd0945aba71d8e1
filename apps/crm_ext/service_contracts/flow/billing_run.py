"""The billing run: contracts that are due become sales invoices, each period of each line exactly once.

Started by a person or every night, it works in background jobs (`billing_worker.py`). What an invoice billed is given back
when it is cancelled or deleted, and billed again by the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_months, getdate

from crm_ext.marketing_automation.flow.locks import exclusively, is_held
from crm_ext.service_contracts.flow import invoice_numbers
from crm_ext.service_contracts.flow.billing_charges import (
    LoadedContract,
    PricedCharge,
    Prices,
    load,
    next_billing,
    priced,
)
from crm_ext.service_contracts.flow.billing_invoices import written
from crm_ext.service_contracts.flow.billing_sentences import explain
from crm_ext.service_contracts.flow.billing_worker import Worker
from crm_ext.service_contracts.queries import billing as queries
from crm_ext.shared.results import refuse

_NIGHTLY = "billing_run_nightly"
_JOB_TIMEOUT = 6 * 3600
_AHEAD = 500
# What the form of a run shows of each; its figures open all of them.
_LATEST, _PROBLEMS = 10, 100
_USUAL_WORKERS, _MOST_WORKERS = 2, 16


def preview(
    *,
    company: str | None = None,
    customer: str | None = None,
    contract: str | None = None,
    months: int = 12,
    today: date | None = None,
) -> list[dict]:
    """What will be billed from now on for some months, the earliest first; nothing is saved.

    Each: due_on, service_contract, title, customer, company, line_number, item_code, what, period_start, period_end,
    period (in words), qty, amount (contract currency, Decimal; None where it is not known), currency, reason (why there is
    no amount, else None). A contract that was asked for by name is shown as a draft and while its billing is stopped, too.
    """
    today = today or getdate()
    until = getdate(add_months(today, months)) - timedelta(days=1)
    names = queries.submitted(company=company, customer=customer, contract=contract)
    prices, found = Prices(today), []
    for first in range(0, len(names), _AHEAD):
        contracts = queries.contracts(names[first : first + _AHEAD])
        disabled = queries.disabled_customers(one["customer"] for one in contracts.values())
        for loaded, each in priced(load(contracts.values()), until, prices, today):
            found += [_foreseen(loaded, one, disabled) for one in each]
    return sorted(found, key=lambda row: (row["due_on"], row["service_contract"], row["line_number"]))


def start(
    company: str | None = None,
    up_to: date | None = None,
    *,
    posting_date: date | None = None,
    contract: str | None = None,
    is_nightly: bool = False,
) -> str:
    """A new Billing Run, at work in background jobs. up_to: bills what is due by then; posting_date: of the invoices.

    Both are today where they are not given.
    """
    run = frappe.get_doc(
        {
            "doctype": "Billing Run",
            "of_company": company,
            "service_contract": contract,
            "up_to": up_to or getdate(),
            "posting_date": posting_date or getdate(),
            "is_nightly": int(is_nightly),
        }
    ).insert()
    begin(run.name)
    return run.name


def begin(name: str) -> None:
    """Queues the jobs of a run that was saved, or that was stopped before its end; never a second time while they work."""
    status = frappe.db.get_value("Billing Run", name, "status", for_update=True)
    if status in ("Done", "Done with Problems"):
        frappe.throw(_("This billing run is done. Make a new one for what has become due since."))
    if is_at_work(name):
        frappe.throw(_("A background job is still at work on this billing run. Try again in a moment."))
    frappe.db.set_value("Billing Run", name, "status", "Queued")
    workers = _workers()
    # Not deduplicated: the queue takes a job whose worker was killed for one at work for minutes, and a second job for a
    # place ends at once.
    for place in range(workers):
        frappe.enqueue(
            work,
            queue="long",
            timeout=_JOB_TIMEOUT,
            enqueue_after_commit=True,
            run=name,
            place=place,
            workers=workers,
        )


def stop(name: str) -> None:
    """The jobs end after the invoice they are at. What is billed stays; the run can be begun again."""
    if frappe.db.get_value("Billing Run", name, "status", for_update=True) in ("Queued", "Running"):
        frappe.db.set_value("Billing Run", name, "status", "Stopped")


def forget(run: Document) -> None:
    """A run that is at work stays; what it billed is kept by the invoices and not by the run."""
    if is_at_work(run.name):
        frappe.throw(_("This billing run is at work. Stop it first."))
    for doctype, field in (("Service Contract", "last_billing_run"), ("Billed Period", "billing_run")):
        frappe.db.set_value(doctype, {field: run.name}, field, None, update_modified=False)


def is_at_work(name: str) -> bool:
    """Whether any process works on the run; the status of a run whose process was killed says so for ever."""
    return is_held(*(_at_work(name, place) for place in range(_MOST_WORKERS)))


def progress(name: str) -> dict:
    """How far a run is, for a reader of it.

    status; contracts, contracts_done, invoices, set_aside (numbers); at_work: whether any process is; problems: the first
    ones, [{service_contract, customer, line_number, reason}]; latest: the last invoices made that the reader may see,
    [{name, customer_name, grand_total, currency, status}]; numbers_waiting: of invoices, reserved and not used.
    """
    at_work = is_at_work(name)
    made = queries.invoices_of_run(name, limit=_LATEST) if frappe.has_permission("Sales Invoice") else []
    return {
        **queries.figures_of_run(name),
        "at_work": at_work,
        "problems": queries.problems_of_run(name, limit=_PROBLEMS),
        "latest": queries.readable_invoices(made),
        "numbers_waiting": 0 if at_work else invoice_numbers.waiting(),
    }


def invoices_of(name: str) -> list[str]:
    """The invoices that a run made, the latest first."""
    return queries.invoices_of_run(name)


def bill_now(contract: str) -> dict:
    """Bills what is due of one contract at once, in the caller's transaction.

    {"run": its Billing Run or None where nothing was due, "invoices": [...], "problem": sentence or None}.
    """
    if not queries.due(getdate(), contract=contract):
        return {"run": None, "invoices": [], "problem": None}
    run = frappe.get_doc(
        {
            "doctype": "Billing Run",
            "service_contract": contract,
            "up_to": getdate(),
            "posting_date": getdate(),
        }
    ).insert()
    made = Worker(run, commits=False).run()
    problem = frappe.db.get_value("Billing Problem", {"parent": run.name}, "reason")
    return {"run": run.name, "invoices": made, "problem": problem}


def work(run: str, place: int = 0, workers: int = 1, *, commits: bool = True) -> None:
    """Bills what is due and what no other process of this run is at. For a background job.

    commits: each invoice is a transaction of its own; else all of them are the caller's.
    """
    with exclusively(_at_work(run, place)) as held:
        if not held:
            return
        document = frappe.get_doc("Billing Run", run)
        if document.status not in ("Queued", "Running"):
            return
        frappe.set_user_lang(frappe.session.user)
        Worker(document, place=place, workers=workers, commits=commits).run()


def bill_nightly() -> None:
    """For the scheduler, where two processes may come at once."""
    with exclusively(_NIGHTLY) as held:
        if held:
            queue_nightly()
            # Before the lock ends, so that whoever takes it next sees the run.
            frappe.db.commit()


def queue_nightly() -> None:
    """Goes on with runs whose processes were killed, and starts one where the settings say so and something is due.

    None is started while the run of a night before is open.
    """
    settings = frappe.get_cached_doc("Contract Billing Settings")
    unfinished = queries.unfinished_runs()
    for run in unfinished:
        if not is_at_work(run.name):
            begin(run.name)
    up_to = getdate() + timedelta(days=settings.days_ahead or 0)
    if settings.bill_daily and not any(run.is_nightly for run in unfinished) and queries.due(up_to):
        start(up_to=up_to, is_nightly=True)


def refresh_next_billing(contracts: Iterable[str]) -> None:
    """Sets the day on which each contract is due next, from its lines and what was billed of them.

    To be called when a contract is submitted, amended, suspended, resumed, ended or cancelled, and when what was billed
    of it is given back.
    """
    names = sorted(set(contracts))
    if not names:
        return
    queries.lock(names)
    yesterday = getdate() - timedelta(days=1)
    found = queries.contracts(names)
    days = {one.contract["name"]: next_billing(one, yesterday) for one in load(found.values())}
    wanted = {name: days[name] if one["docstatus"] == 1 else None for name, one in found.items()}
    changed = [(name, day) for name, day in wanted.items() if day != found[name]["next_billing_date"]]
    if changed:
        _set_next_billing(changed)


def bring_forward(contract: str, day: date) -> None:
    """The contract is due on this day at the latest, in one statement; a run that finds nothing to bill sets the next day.

    For whoever comes to the contract's lock late in a transaction: what stands there now counts, not what was read before.
    """
    frappe.db.sql(
        """
        update `tabService Contract` set next_billing_date = least(ifnull(next_billing_date, %(day)s), %(day)s)
        where name = %(contract)s
        """,
        {"contract": contract, "day": day},
    )
    frappe.clear_document_cache("Service Contract", contract)


def give_back(invoice: Document) -> None:
    """An invoice that was cancelled or deleted billed nothing: its periods are for the next run.

    Costs nothing where the invoice never had to do with a contract.
    """
    if not _may_bill_contracts(invoice):
        return
    contracts = queries.contracts_of_invoice(invoice.name)
    if contracts:
        queries.lock(contracts)
        frappe.db.delete("Billed Period", {"sales_invoice": invoice.name})
        refresh_next_billing(contracts)


def follow_draft(invoice: Document) -> None:
    """What somebody took out of a draft is billed by the next run; what he changed is credited as it is there now.

    The quantity stays as it was charged: of overage it says what is settled, for whatever price.
    """
    if invoice.flags.in_insert or not _may_bill_contracts(invoice):
        return
    rows = {row.name: row for row in invoice.items}
    billed = [one for one in queries.rows_billed_by(invoice.name) if one.sales_invoice_item]
    _give_back_rows(invoice, [one for one in billed if one.sales_invoice_item not in rows])
    there = [(one, rows[one.sales_invoice_item]) for one in billed if one.sales_invoice_item in rows]
    changed = {one.name: {"amount": row.amount} for one, row in there if one.amount != row.amount}
    if changed:
        frappe.db.bulk_update("Billed Period", changed)


def check_amended(invoice: Document) -> None:
    """The periods of a cancelled invoice are free again: an amended copy would bill them beside the next run."""
    if invoice.amended_from and invoice.is_new() and _is_of_a_run(invoice):
        frappe.throw(
            _(
                "The periods of invoice {0} are free again. Bill the contract instead of amending the invoice."
            ).format(invoice.amended_from)
        )


def _give_back_rows(invoice: Document, gone: Sequence[dict]) -> None:
    if not gone:
        return
    frappe.db.delete("Billed Period", {"name": ("in", [row.name for row in gone])})
    refresh_next_billing({row.service_contract for row in gone})
    left = {row.service_contract for row in invoice.items}
    if len(left) == 1:
        # The whole invoice is of one contract now, or of none: its receivable and taxes name it, too.
        invoice.db_set("service_contract", left.pop(), update_modified=False)


def _may_bill_contracts(invoice: Document) -> bool:
    """It names contracts, or did so before somebody changed its rows: then it keeps the days that a run gave it."""
    return _has_days_of_a_run(invoice) or bool(invoice.get("service_contract")) or _names_contracts(invoice)


def _is_of_a_run(invoice: Document) -> bool:
    """Invoices of service orders name contracts too, but no days from and to."""
    return _has_days_of_a_run(invoice) and _names_contracts(invoice)


def _has_days_of_a_run(invoice: Document) -> bool:
    """Days from and to; subscriptions give them as well, and name themselves."""
    return bool(invoice.from_date) and not invoice.get("subscription")


def _names_contracts(invoice: Document) -> bool:
    return any(row.get("service_contract") for row in invoice.items)


def _foreseen(loaded: LoadedContract, one: PricedCharge | tuple, disabled: set[str]) -> dict:
    contract = loaded.contract
    charge, row = (one.charge, one.row) if isinstance(one, PricedCharge) else one[:2]
    reason = None if isinstance(one, PricedCharge) else explain(one[2])
    if contract["customer"] in disabled:
        reason = explain(refuse("customer_disabled", customer=contract["customer"]))
    return {
        "due_on": charge.due_on,
        "service_contract": contract["name"],
        "title": contract["title"],
        "customer": contract["customer"],
        "company": contract["company"],
        "line_number": charge.line_number,
        "item_code": one.item_code if isinstance(one, PricedCharge) else row["item_code"],
        "what": charge.what,
        "period_start": charge.span.start,
        "period_end": charge.span.end,
        "period": written(charge.span, row["calendar"] or contract["calendar"]),
        "qty": one.qty if isinstance(one, PricedCharge) else None,
        "amount": one.amount if not reason else None,
        "currency": contract["currency"],
        "reason": reason,
    }


def _set_next_billing(days: Sequence[tuple[str, date | None]]) -> None:
    cases = " ".join(["when %s then %s"] * len(days))
    frappe.db.sql(
        f"update `tabService Contract` set next_billing_date = case name {cases} end where name in %s",
        [*(value for pair in days for value in pair), tuple(name for name, _day in days)],
    )
    for name, _day in days:
        frappe.clear_document_cache("Service Contract", name)


def _workers() -> int:
    """How many jobs share a run; settings that were never saved say nothing."""
    wanted = frappe.db.get_single_value("Contract Billing Settings", "workers") or _USUAL_WORKERS
    return min(wanted, _MOST_WORKERS)


def _at_work(run: str, place: int) -> str:
    return f"billing_run:{run}:{place}"
