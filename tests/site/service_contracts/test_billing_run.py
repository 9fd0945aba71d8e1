"""Contracts become invoices: what is billed, how it is posted, what is set aside, and what comes back."""

from __future__ import annotations

from datetime import date

import frappe
import makers
import pytest
from billing import contract, customer, invoices, monthly, problems, run, service
from counting import queries_of
from frappe.utils import getdate

from crm_ext.service_contracts.flow import billing_run, contract_profit, invoice_numbers
from crm_ext.service_contracts.report.billing_preview import billing_preview

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def item(site):
    return service().name


@pytest.fixture
def buyer(site):
    return customer().name


def test_a_month_in_advance_is_billed_on_its_first_day_and_once_only(buyer, item):
    made = contract(buyer, monthly(item, 120))
    assert run(JANUARY).status == "Done"
    run(JANUARY)
    (invoice,) = invoices(made)
    assert (invoice.docstatus, invoice.net_total, invoice.posting_date) == (1, 120, JANUARY)
    assert (invoice.from_date, invoice.to_date) == (JANUARY, date(2026, 1, 31))
    made.reload()
    assert made.next_billing_date == FEBRUARY


def test_months_that_were_missed_are_billed_on_one_invoice(buyer, item):
    made = contract(buyer, monthly(item, 100), start_date=date(2026, 1, 31), end_date=None)
    run(date(2026, 4, 1))
    (invoice,) = invoices(made)
    spans = [(str(row.period_start), str(row.period_end)) for row in billed(made)]
    assert spans == [("2026-01-31", "2026-02-27"), ("2026-02-28", "2026-03-30"), ("2026-03-31", "2026-04-29")]
    assert [row.rate for row in invoice.items] == [100, 100, 100]


def test_the_persian_month_is_billed_by_its_own_days_and_named_in_its_own_calendar(buyer, item):
    made = contract(buyer, monthly(item), start_date=date(2026, 3, 21), calendar="Jalali", end_date=None)
    run(date(2026, 3, 21))
    (row,) = billed(made)
    assert (row.period_start, row.period_end) == (date(2026, 3, 21), date(2026, 4, 20))
    assert "۱۴۰۵/۰۱/۰۱" in invoices(made)[0].items[0].description


def test_a_line_in_arrears_is_billed_when_its_period_is_over_and_in_part_when_it_ends_early(buyer, item):
    made = contract(buyer, monthly(item, 310, billing_timing="In Arrears"), end_date=date(2026, 1, 20))
    assert made.next_billing_date == date(2026, 1, 21)
    assert not invoices_after(run(date(2026, 1, 20)), made)
    run(date(2026, 1, 21))
    assert invoices(made)[0].net_total == 200
    made.reload()
    assert made.next_billing_date is None


def test_a_free_first_period_is_done_without_an_invoice_and_the_second_one_is_billed(buyer, item):
    made = contract(buyer, monthly(item, free_periods=1))
    run(JANUARY)
    assert not invoices(made)
    assert [row.amount for row in billed(made)] == [0]
    run(FEBRUARY)
    assert [row.amount for row in billed(made)] == [0, 100]


def test_what_happens_once_is_billed_once(buyer, item):
    made = contract(buyer, monthly(item, 500, interval_unit="Once"), end_date=None)
    run(JANUARY)
    run(date(2026, 12, 31))
    assert [invoice.net_total for invoice in invoices(made)] == [500]
    assert made.reload().next_billing_date is None


def test_a_contract_that_goes_on_after_all_is_billed_for_the_rest_of_the_month(buyer, item):
    made = contract(buyer, monthly(item, 310), end_date=date(2026, 1, 20))
    run(JANUARY)
    frappe.db.set_value("Service Contract", made.name, "end_date", date(2026, 1, 31))
    billing_run.refresh_next_billing([made.name])
    run(date(2026, 1, 21))
    assert [(row.period_start.day, row.period_end.day, row.amount) for row in billed(made)] == [
        (1, 20, 200),
        (21, 31, 110),
    ]


def test_revenue_of_days_to_come_is_deferred_on_the_account_and_days_of_the_line(buyer, item):
    account = liability_account()
    set_deferred_account(account)
    made = contract(buyer, monthly(item, 1200, interval_unit="Year", defer_revenue=1))
    run(JANUARY)
    (invoice,) = invoices(made)
    row = invoice.items[0]
    assert (row.enable_deferred_revenue, row.deferred_revenue_account) == (1, account)
    assert (row.service_start_date, row.service_end_date) == (JANUARY, date(2026, 12, 31))
    assert ledger(invoice)[account] == (0, 1200)


def test_taxes_terms_cost_center_and_the_contract_itself_reach_ledger_and_schedule(buyer, item):
    made = contract(
        buyer, monthly(item), taxes_and_charges=taxes(10), payment_terms_template=terms(30), project=None
    )
    run(JANUARY)
    (invoice,) = invoices(made)
    assert (invoice.net_total, invoice.grand_total) == (100, 110)
    assert invoice.payment_schedule[0].due_date == date(2026, 1, 31)
    rows = frappe.get_all(
        "GL Entry",
        {"voucher_no": invoice.name},
        ["account", "service_contract", "debit", "credit"],
        order_by="name",
    )
    assert len(rows) == 3
    assert {row.service_contract for row in rows} == {made.name}
    assert sum(row.debit - row.credit for row in rows) == 0


def test_contracts_that_are_gathered_share_an_invoice_and_each_keeps_its_rows(buyer, item):
    gathered = {"invoicing": "Gathered per Customer"}
    first, second = (contract(buyer, monthly(item, rate), **gathered) for rate in (100, 200))
    other_terms = contract(buyer, monthly(item, 50), payment_terms_template=terms(10), **gathered)
    alone = contract(buyer, monthly(item, 70))
    run(JANUARY)
    (together,) = invoices(first, second)
    assert {row.service_contract: row.rate for row in together.items} == {first.name: 100, second.name: 200}
    assert together.service_contract is None
    assert {one.net_total for one in invoices(other_terms, alone)} == {50, 70}


def test_profit_of_gathered_contracts_is_what_the_ledger_has_of_each(buyer, item):
    set_deferred_account(liability_account())
    gathered = {"invoicing": "Gathered per Customer", "taxes_and_charges": taxes(19)}
    first = contract(buyer, monthly(item, 100.55), **gathered)
    second = contract(
        buyer,
        monthly(item, 200.1),
        monthly(service().name, 1200, interval_unit="Year", defer_revenue=1),
        **gathered,
    )
    run(JANUARY)
    (together,) = invoices(first, second)
    rows = frappe.get_all(
        "GL Entry", {"voucher_no": together.name}, ["account", "service_contract"], order_by="name"
    )
    # One receivable and one tax for both: they name neither.
    of_both = {row.account for row in rows if not row.service_contract}
    assert of_both == {together.debit_to, together.taxes[0].account_head}
    asked = contract_profit.Request(
        makers.company(), JANUARY, date(2026, 1, 31), contracts=(first.name, second.name)
    )
    found = contract_profit.answer(asked)
    revenue = {line.key: float(line.revenue) for line in found.lines}
    assert revenue == {first.name: 100.55, second.name: 200.1}
    assert contract_profit.ledger_check(asked, found)["difference"] == 0


def test_a_gathered_draft_of_which_one_contract_is_left_names_it_as_a_whole(buyer, item):
    gathered = {"invoicing": "Gathered per Customer", "submit_invoices": 0}
    first, second = (contract(buyer, monthly(item, rate), **gathered) for rate in (100, 200))
    run(JANUARY)
    (draft,) = invoices(first, second)
    draft.items = [row for row in draft.items if row.service_contract == second.name]
    draft.save()
    draft.submit()
    rows = frappe.get_all("GL Entry", {"voucher_no": draft.name}, pluck="service_contract", order_by="name")
    assert set(rows) == {second.name}
    assert first.reload().next_billing_date == JANUARY


def test_of_gathered_contracts_the_one_that_cannot_be_posted_is_set_aside_and_the_others_are_billed(
    buyer, item
):
    gathered = {"invoicing": "Gathered per Customer"}
    good = contract(buyer, monthly(item, 100), **gathered)
    bad_item = service().name
    bad = contract(buyer, monthly(bad_item, 200), **gathered)
    frappe.db.set_value("Item", bad_item, "disabled", 1)
    frappe.clear_document_cache("Item", bad_item)
    done = run(JANUARY)
    assert set(problems(done)) == {bad.name}
    assert invoices(good)[0].net_total == 100
    assert not billed(bad)


def test_a_draft_keeps_its_period_and_gives_it_back_when_it_is_deleted(buyer, item):
    made = contract(buyer, monthly(item), submit_invoices=0)
    run(JANUARY)
    run(JANUARY)
    (draft,) = invoices(made)
    assert draft.docstatus == 0
    draft.delete()
    assert made.reload().next_billing_date == JANUARY
    run(JANUARY)
    assert len(invoices(made)) == 1


def test_a_row_taken_out_of_a_draft_is_billed_by_the_next_run(buyer, item):
    made = contract(buyer, monthly(item, 100), monthly(service().name, 200), submit_invoices=0)
    run(JANUARY)
    (draft,) = invoices(made)
    draft.remove(draft.items[1])
    draft.save()
    assert made.reload().next_billing_date == JANUARY
    run(JANUARY)
    assert sorted(invoice.net_total for invoice in invoices(made)) == [100, 200]


def test_a_cancelled_invoice_gives_its_periods_back_and_is_not_amended(buyer, item):
    made = contract(buyer, monthly(item))
    run(JANUARY)
    (first,) = invoices(made)
    first.cancel()
    assert made.reload().next_billing_date == JANUARY
    amended = frappe.copy_doc(first)
    amended.update({"amended_from": first.name, "docstatus": 0})
    with pytest.raises(frappe.ValidationError, match="are free again"):
        amended.insert()
    run(JANUARY)
    (second,) = invoices(made)
    assert second.name != first.name
    assert second.docstatus == 1


def test_what_cannot_be_billed_is_set_aside_with_a_sentence_and_the_rest_goes_on(buyer, item):
    disabled = customer()
    of_disabled = contract(disabled.name, monthly(item))
    disabled.db_set("disabled", 1)
    no_price = contract(buyer, monthly(service().name, price_source="Price List", rate=0))
    set_deferred_account(liability_account())
    no_account = contract(buyer, monthly(item, defer_revenue=1, interval_unit="Year"))
    no_rate = contract(buyer, monthly(item), currency="SAR")
    good = contract(buyer, monthly(item))
    frappe.db.set_single_value("Currency Exchange Settings", "disabled", 1)
    set_deferred_account(None)
    done = run(JANUARY)
    assert done.status == "Done with Problems"
    told = problems(done)
    assert "disabled" in told[of_disabled.name]
    assert "has no price" in told[no_price.name]
    assert "no account for deferred revenue" in told[no_account.name]
    assert "no exchange rate from SAR to USD" in told[no_rate.name]
    assert good.name not in told
    assert invoices(good)[0].net_total == 100
    assert not invoices(of_disabled, no_price, no_account, no_rate)
    assert no_price.reload().billing_problem == told[no_price.name]
    assert no_price.next_billing_date == JANUARY
    assert (done.contracts_done, done.invoices, done.set_aside) == (5, 1, 4)


def test_what_was_in_the_way_is_forgotten_when_it_is_billed(buyer):
    item = service().name
    made = contract(buyer, monthly(item, price_source="Price List", rate=0))
    run(JANUARY)
    assert made.reload().billing_problem
    price(item, 80)
    run(JANUARY)
    assert made.reload().billing_problem is None
    assert invoices(made)[0].net_total == 80


def test_nothing_is_billed_into_a_closed_period_or_below_frozen_accounts(buyer, item):
    made = contract(buyer, monthly(item))
    closed = frappe.get_doc(
        {
            "doctype": "Accounting Period",
            "period_name": "January",
            "company": makers.company(),
            "start_date": JANUARY,
            "end_date": date(2026, 1, 31),
            "closed_documents": [{"document_type": "Sales Invoice", "closed": 1}],
        }
    ).insert()
    assert "An accounting period is closed" in problems(run(JANUARY))[made.name]
    frappe.delete_doc("Accounting Period", closed.name)
    frappe.db.set_single_value("Accounts Settings", "acc_frozen_upto", date(2026, 1, 31))
    frappe.db.set_single_value("Accounts Settings", "frozen_accounts_modifier", "Technician")
    assert "before" in problems(run(JANUARY))[made.name]
    run(JANUARY, posting_date=FEBRUARY)
    assert invoices(made)[0].posting_date == FEBRUARY


def test_a_contract_whose_billing_is_stopped_is_left_alone(buyer, item):
    made = contract(buyer, monthly(item), billing_stopped=1)
    assert run(JANUARY).contracts == 0
    assert not billed(made)


def test_visits_beyond_the_entitlement_are_billed_after_their_period_also_those_told_late(buyer, item):
    line = monthly(item, kind="Prepaid Visits", visits_included=2, overage_rate=40)
    made = contract(buyer, line)
    run(JANUARY)
    draw(made, date(2026, 1, 10), beyond=3)
    run(date(2026, 1, 31))
    assert [row.what for row in billed(made)] == ["Period"]
    run(FEBRUARY)
    draw(made, date(2026, 1, 30), beyond=1)
    run(MARCH)
    overage = [(row.quantity, row.amount) for row in billed(made) if row.what == "Overage"]
    assert overage == [(3, 120), (1, 40)]


def test_a_meter_bills_what_it_counted_beyond_the_units_included(buyer, item):
    machine = equipment(buyer)
    line = {
        "kind": "Metered",
        "equipment": machine,
        "meter": "Hours",
        "included_units": 100,
        "overage_rate": 2,
    }
    made = contract(buyer, monthly(item, 50, **line))
    run(JANUARY)
    done = run(FEBRUARY)
    assert "has no reading" in problems(done)[made.name]
    assert [row.what for row in billed(made)] == ["Period", "Period"]
    read_meter(machine, ("2025-12-31 18:00:00", 0), ("2026-01-31 18:00:00", 150))
    assert not problems(run(FEBRUARY))
    (usage,) = [row for row in billed(made) if row.what == "Usage"]
    assert (usage.quantity, usage.amount) == (50, 100)


def test_another_currency_is_posted_at_the_rate_of_the_day(buyer, item):
    frappe.get_doc(
        {
            "doctype": "Currency Exchange",
            "from_currency": "EUR",
            "to_currency": "USD",
            "exchange_rate": 1.25,
            "date": JANUARY,
        }
    ).insert()
    setting = "allow_multi_currency_invoices_against_single_party_account"
    frappe.db.set_single_value("Accounts Settings", setting, 1)
    made = contract(buyer, monthly(item, 80), currency="EUR")
    assert not problems(run(JANUARY))
    (invoice,) = invoices(made)
    assert (invoice.net_total, invoice.base_net_total) == (80, 100)


def test_the_preview_says_twelve_months_ahead_what_will_be_billed_and_saves_nothing(buyer, item):
    made = contract(buyer, monthly(item, 100), monthly(service().name, price_source="Price List", rate=0))
    run(JANUARY)
    before = frappe.db.count("Billed Period")
    rows = billing_run.preview(contract=made.name, today=FEBRUARY)
    known = [row for row in rows if row["amount"] is not None]
    # January was set aside with the line that has no price.
    assert len(known) == 12
    assert {row["amount"] for row in known} == {100}
    assert all("has no price" in row["reason"] for row in rows if row["amount"] is None)
    assert frappe.db.count("Billed Period") == before


def test_the_report_sums_the_months_ahead_and_opens_their_lines(buyer, item):
    contract(buyer, monthly(item, 100), monthly(service().name, 50), start_date=getdate(), end_date=None)
    _columns, rows, _message, chart = billing_preview.execute({"customer": buyer, "months": 2})
    months = [row for row in rows if row["indent"] == 0]
    assert [row["amount"] for row in months] == [150, 150]
    assert chart["data"]["datasets"][0]["values"] == [150, 150]
    lines = [row for row in rows if row.get("parent") == months[0]["name"]]
    assert sorted(row["amount"] for row in lines) == [50, 100]


def test_a_run_that_is_stopped_bills_nothing_more_until_it_is_begun_again(buyer, item):
    made = contract(buyer, monthly(item))
    stopped = frappe.get_doc({"doctype": "Billing Run", "up_to": JANUARY, "posting_date": JANUARY}).insert()
    billing_run.begin(stopped.name)
    billing_run.stop(stopped.name)
    billing_run.work(stopped.name, commits=False)
    assert not billed(made)
    billing_run.begin(stopped.name)
    billing_run.work(stopped.name, commits=False)
    assert len(invoices(made)) == 1


def test_a_run_with_nothing_due_asks_the_database_a_handful_of_times_however_many_contracts_there_are(
    buyer, item
):
    for _ in range(3):
        contract(buyer, monthly(item), start_date=date(2026, 6, 1))
    document = frappe.get_doc(
        {"doctype": "Billing Run", "up_to": date(2025, 1, 1), "posting_date": JANUARY}
    ).insert()
    frappe.db.set_value("Billing Run", document.name, "status", "Queued")
    assert queries_of(lambda: billing_run.work(document.name, commits=False)) <= 15


def test_the_progress_of_a_run_tells_what_it_made_and_what_it_set_aside(buyer, item):
    good = contract(buyer, monthly(item, 100))
    bad = contract(buyer, monthly(service().name, price_source="Price List", rate=0))
    done = run(JANUARY)
    told = billing_run.progress(done.name)
    figures = ("status", "contracts", "contracts_done", "invoices", "set_aside", "at_work")
    assert [told[figure] for figure in figures] == ["Done with Problems", 2, 2, 1, 1, False]
    (invoice,) = invoices(good)
    assert [(row.name, row.grand_total) for row in told["latest"]] == [(invoice.name, invoice.grand_total)]
    assert billing_run.invoices_of(done.name) == [invoice.name]
    (problem,) = told["problems"]
    assert (problem.service_contract, problem.line_number) == (bad.name, 1)
    assert "has no price" in problem.reason


def test_numbers_that_wait_are_told_until_they_are_used(site):
    before = invoice_numbers.waiting()
    values = {"series": "OTHER-", "number": 7, "holder": "a process of old"}
    frappe.get_doc({"doctype": "Reserved Invoice Number", **values}).insert()
    assert invoice_numbers.waiting() == before + 1


def test_one_contract_is_billed_at_once_from_its_form(buyer, item):
    made = contract(buyer, monthly(item), end_date=date(2026, 1, 31))
    result = billing_run.bill_now(made.name)
    assert result["problem"] is None
    assert result["invoices"] == [invoices(made)[0].name]


def test_the_night_starts_a_run_by_the_settings_and_never_beside_one_that_is_open(buyer, item):
    contract(buyer, monthly(item))
    frappe.db.set_single_value("Contract Billing Settings", {"bill_daily": 1, "days_ahead": 3})
    before = frappe.db.count("Billing Run", {"is_nightly": 1})
    billing_run.queue_nightly()
    billing_run.queue_nightly()
    assert frappe.db.count("Billing Run", {"is_nightly": 1}) == before + 1


def test_a_run_that_is_done_is_not_begun_again(buyer, item):
    done = run(JANUARY)
    with pytest.raises(frappe.ValidationError, match="is done"):
        billing_run.begin(done.name)


def billed(made) -> list:
    return frappe.get_all(
        "Billed Period",
        filters={"service_contract": made.name},
        fields=["what", "period_start", "period_end", "quantity", "amount", "sales_invoice"],
        order_by="period_start, what desc, amount desc",
    )


def invoices_after(_run, *made) -> list:
    return invoices(*made)


def ledger(invoice) -> dict[str, tuple[float, float]]:
    rows = frappe.get_all(
        "GL Entry", {"voucher_no": invoice.name}, ["account", "debit", "credit"], order_by="name"
    )
    return {row.account: (row.debit, row.credit) for row in rows}


def liability_account() -> str:
    parent = frappe.db.get_value("Account", makers.account("Liability"), "parent_account")
    values = {
        "account_name": f"Deferred {frappe.generate_hash(length=5)}",
        "parent_account": parent,
        "company": makers.company(),
    }
    return frappe.get_doc({"doctype": "Account", **values}).insert().name


def set_deferred_account(account: str | None) -> None:
    frappe.db.set_value("Company", makers.company(), "default_deferred_revenue_account", account)
    frappe.clear_document_cache("Company", makers.company())


def taxes(rate: float) -> str:
    row = {
        "charge_type": "On Net Total",
        "account_head": makers.account("Liability", "Tax"),
        "description": "Tax",
        "rate": rate,
    }
    values = {
        "title": f"Tax {frappe.generate_hash(length=5)}",
        "company": makers.company(),
        "taxes": [row],
    }
    return frappe.get_doc({"doctype": "Sales Taxes and Charges Template", **values}).insert().name


def terms(days: int) -> str:
    row = {
        "invoice_portion": 100,
        "credit_days": days,
        "due_date_based_on": "Day(s) after invoice date",
    }
    values = {"template_name": f"{days} days {frappe.generate_hash(length=5)}", "terms": [row]}
    return frappe.get_doc({"doctype": "Payment Terms Template", **values}).insert().name


def price(item_code: str, rate: float) -> None:
    values = {
        "item_code": item_code,
        "price_list": frappe.db.get_single_value("Selling Settings", "selling_price_list"),
        "price_list_rate": rate,
        "valid_from": date(2025, 1, 1),
    }
    frappe.get_doc({"doctype": "Item Price", **values}).insert()


def draw(made, used_on: date, beyond: float) -> None:
    line = made.lines[0]
    values = {
        "service_contract": made.name,
        "contract_line": line.name,
        "line_number": line.line_number,
        "used_on": used_on,
        "unit": "Visit",
        "quantity": beyond,
        "beyond": beyond,
        "source_type": "Customer",
        "source": made.customer,
        "use_key": frappe.generate_hash(length=20),
    }
    frappe.get_doc({"doctype": "Entitlement Use", **values}).insert()


def equipment(customer: str) -> str:
    values = {"equipment_name": "Compressor", "customer": customer, "company": makers.company()}
    machine = frappe.get_doc({"doctype": "Equipment", **values}).insert().name
    frappe.get_doc(
        {"doctype": "Equipment Meter", "equipment": machine, "meter_name": "Hours", "uom": "Hour"}
    ).insert()
    return machine


def read_meter(machine: str, *readings: tuple[str, float]) -> None:
    meter = frappe.db.get_value("Equipment Meter", {"equipment": machine})
    for read_on, value in readings:
        frappe.get_doc(
            {"doctype": "Meter Reading", "equipment_meter": meter, "read_on": read_on, "typed": str(value)}
        ).insert()
