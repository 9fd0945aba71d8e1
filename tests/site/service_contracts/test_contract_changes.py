"""Contracts through their life on real documents: refusals, amendments, rest, end, renewal, and what is credited."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import billing
import frappe
import makers
import pytest
from frappe.utils import getdate

from crm_ext.api import service_contracts as api
from crm_ext.service_contracts.flow import contract_nights, contract_view, contracts, entitlements, renewals
from crm_ext.service_contracts.flow.contracts import reading
from crm_ext.service_contracts.queries import contracts as queries
from crm_ext.service_contracts.rules.pricing import index_factor

# Contracts of this year: the site knows its fiscal year, and changes are made to contracts that run.
YEAR = date.today().year
START, YEAR_END = date(YEAR, 1, 1), date(YEAR, 12, 31)


def a_contract(customer: str, *lines: dict, **values):
    return billing.contract(customer, *lines, **{"start_date": START, "end_date": YEAR_END, **values})


YEAR_DAYS = (YEAR_END - START).days + 1


@pytest.fixture
def customer(site):
    return billing.customer().name


@pytest.fixture
def item(site):
    return billing.service().name


def yearly(item: str, rate: float = 1200, **values) -> dict:
    return billing.monthly(item, rate, interval_unit="Year", **values)


def equipment(customer: str, **values):
    return frappe.get_doc(
        {
            "doctype": "Equipment", "equipment_name": "Pump", "customer": customer, "company": makers.company(),
            "origin": "Not Sold by Us", **values,
        }
    ).insert()  # fmt: skip


def bill(contract) -> list:
    """Everything of the contract until its end, as the billing run does it."""
    billing.run(contract.end_date or YEAR_END, posting_date=getdate(), service_contract=contract.name)
    return billing.invoices(contract)


def paid(contract) -> Decimal:
    """What the contract earns by the ledger: invoices less credit notes, without taxes."""
    income = frappe.get_all(
        "Account", {"company": makers.company(), "root_type": "Income"}, pluck="name", order_by="name"
    )
    rows = frappe.get_all(
        "GL Entry",
        filters={"service_contract": contract.name, "is_cancelled": 0, "account": ("in", income)},
        fields=["credit", "debit"],
        order_by="name",
    )
    return sum((Decimal(str(row.credit)) - Decimal(str(row.debit)) for row in rows), Decimal(0))


def set_deferred_account() -> None:
    company = makers.company()
    account = {
        "doctype": "Account",
        "account_name": f"Deferred {frappe.generate_hash(length=5)}",
        "company": company,
        "parent_account": frappe.db.get_value("Account", makers.account("Liability"), "parent_account"),
    }
    deferred = frappe.get_doc(account).insert().name
    frappe.db.set_value("Company", company, "default_deferred_revenue_account", deferred)
    frappe.clear_document_cache("Company", company)


def recognise(invoice: str, until: date) -> None:
    """What ERPNext's nightly accounting of deferred revenue books of an invoice by a day."""
    book = frappe.get_attr("erpnext.accounts.deferred_revenue.book_deferred_income_or_expense")
    book(frappe.get_doc("Sales Invoice", invoice), None, until)


# Refusals


def test_lines_are_numbered_and_a_copied_line_gets_a_number_of_its_own(customer, item):
    other = billing.service().name
    contract = a_contract(
        customer,
        billing.monthly(item, line_number=4),
        billing.monthly(other, line_number=4),
        billing.monthly(billing.service().name),
    )
    assert [row.line_number for row in contract.lines] == [4, 5, 6]


def test_everything_that_is_wrong_is_said_at_once_with_what_to_do(customer, item):
    stranger = equipment(billing.customer("Other").name).name
    with pytest.raises(frappe.ValidationError) as refused:
        a_contract(
            customer,
            billing.monthly(item, equipment=stranger),
            billing.monthly(item, equipment=stranger, start_date=date(YEAR + 1, 2, 1)),
            billing.monthly(billing.service().name, rate=0),
        )
    said = str(refused.value)
    assert "does not belong to customer" in said
    assert "outside of the contract" in said
    assert "Line 3 has no rate" in said
    assert said.count("Choose") >= 2


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"end_date": date(YEAR - 1, 12, 31)}, "before it starts"),
        ({"currency": "EUR"}, ""),
        ({"renewal": "Automatic", "end_date": None}, "without an end is not renewed"),
    ],
)
def test_contracts_are_refused_in_sentences(customer, item, values, sentence):
    if not sentence:
        assert a_contract(customer, billing.monthly(item), **values).status == "Active"
        return
    with pytest.raises(frappe.ValidationError, match=sentence):
        a_contract(customer, billing.monthly(item), **values)


def test_the_currency_is_that_of_the_customers_account_where_it_is_not_the_companys(customer, item):
    account = frappe.get_doc(
        {
            "doctype": "Account", "account_name": f"Debtors EUR {frappe.generate_hash(length=5)}",
            "parent_account": frappe.db.get_value("Account", makers.account("Asset", "Receivable"), "parent_account"),
            "company": makers.company(), "account_type": "Receivable", "account_currency": "EUR",
        }
    ).insert()  # fmt: skip
    document = frappe.get_doc("Customer", customer)
    document.default_currency = "EUR"
    document.append("accounts", {"company": makers.company(), "account": account.name})
    document.save()
    with pytest.raises(frappe.ValidationError, match="kept in EUR"):
        a_contract(customer, billing.monthly(item))


def test_revenue_is_not_deferred_into_closed_books(customer, item):
    frappe.db.set_value(
        "Company", makers.company(), "default_deferred_revenue_account", makers.account("Liability")
    )
    frappe.clear_document_cache("Company", makers.company())
    frappe.db.set_single_value("Accounts Settings", "acc_frozen_upto", date(YEAR, 1, 31))
    with pytest.raises(frappe.ValidationError, match="the books are closed until"):
        a_contract(customer, billing.monthly(item, defer_revenue=1))
    frappe.clear_document_cache("Company", makers.company())


def test_an_index_table_with_a_hole_is_refused(site):
    clause = {
        "doctype": "Index Clause", "clause_name": "Prices", "method": "Table", "months_between": 12,
        "values": [{"valid_from": date(YEAR, 1, 1), "value": 100}, {"valid_from": date(YEAR + 1, 6, 1), "value": 104}],
    }  # fmt: skip
    with pytest.raises(frappe.ValidationError, match="a step would find no value"):
        frappe.get_doc(clause).insert()
    clause["values"].insert(1, {"valid_from": date(YEAR + 1, 1, 1), "value": 102})
    assert frappe.get_doc(clause).insert().name == "Prices"


def test_lines_of_a_contract_in_force_are_changed_by_amendment_only(customer, item):
    contract = a_contract(customer, billing.monthly(item))
    contract.lines[0].rate = 1
    with pytest.raises(frappe.ValidationError):
        contract.save()


def test_a_contract_that_was_billed_is_not_cancelled(customer, item):
    contract = a_contract(customer, billing.monthly(item))
    bill(contract)
    with pytest.raises(frappe.ValidationError, match="end the contract before its time"):
        contract.reload().cancel()


# Amendments


def test_an_amendment_keeps_what_was_billed_and_credits_what_lies_beyond(customer, item):
    contract = a_contract(customer, yearly(item, YEAR_DAYS))
    bill(contract)
    old = contract.lines[0].name
    contract = contracts.amend(
        contract.name,
        effective_from=date(YEAR, 7, 2),
        reason="Second shift",
        changed={old: {"rate": 2 * YEAR_DAYS}},
    )
    before, after = contract.lines
    assert (before.name, getdate(before.end_date), before.rate) == (old, date(YEAR, 7, 1), YEAR_DAYS)
    assert (after.line_number, after.version, after.replaces, after.rate) == (1, 2, old, 2 * YEAR_DAYS)
    days = (date(YEAR, 7, 2) - START).days
    assert paid(contract) == days
    bill(contract)
    assert paid(contract) == days + 2 * (YEAR_DAYS - days)


def test_the_timeline_says_what_changed_from_when_and_why(customer, item):
    contract = a_contract(customer, billing.monthly(item, rate=100, visits_included=2))
    added = billing.service().name
    contracts.amend(
        contract.name,
        effective_from=date(YEAR, 5, 1),
        reason="Second shift",
        changed={contract.lines[0].name: {"visits_included": 4, "rate": 150}},
        added=[{"item_code": added, "rate": 10, "interval_unit": "Month"}],
        until=date(YEAR + 1, 12, 31),
    )
    versions = contract_view.view(frappe.get_doc("Service Contract", contract.name))["versions"]
    assert [version["what"] for version in versions] == ["Amended", "Concluded"]
    assert (versions[0]["reason"], versions[0]["effective_from"]) == ("Second shift", date(YEAR, 5, 1))
    said = versions[0]["changes"]
    assert any("Rate per Period from 100" in change for change in said)
    assert any("Visits Included per Period from 2 to 4" in change for change in said)
    assert any("Line 2" in change and "was added" in change for change in said)
    assert any("Until from" in change for change in said)


def test_what_an_amendment_cannot_change_is_refused_and_not_passed_over(customer, item):
    contract = a_contract(customer, billing.monthly(item, 100))
    changed = {contract.lines[0].name: {"rate": 120, "interval_unit": "Year"}}
    with pytest.raises(frappe.ValidationError, match="its item, unit and period stay as they are"):
        contracts.amend(
            contract.name, effective_from=date(YEAR, 7, 1), reason="Yearly from now on", changed=changed
        )


def test_a_refused_amendment_leaves_nothing_behind(customer, item):
    contract = a_contract(customer, yearly(item, pro_rata=0))
    bill(contract)
    row = contract.lines[0].name
    for change in (
        {"changed": {row: {"rate": 5}}},
        {"ended": [row]},
        {"changed": {row: {"rate": contract.lines[0].rate}}},
        {"added": [{"item_code": item, "rate": 5, "interval_unit": "Year"}]},
    ):
        with pytest.raises(frappe.ValidationError):
            contracts.amend(contract.name, effective_from=date(YEAR, 3, 10), reason="Try", **change)
    assert frappe.db.get_value("Service Contract", contract.name, "version") == 1
    assert frappe.db.count("Service Contract Line", {"parent": contract.name}) == 1
    assert paid(contract) == 1200


def test_days_that_were_credited_are_paid_again_when_the_contract_goes_on_after_all(customer, item):
    contract = a_contract(customer, yearly(item, 1200), end_date=date(YEAR + 1, 12, 31))
    bill(contract)

    def end_on(month: int, day: int) -> Decimal:
        until = date(YEAR + 1, month, day)
        contracts.amend(contract.name, effective_from=START, reason="New date", until=until)
        bill(contract.reload())
        return paid(contract)

    year = Decimal(1200) / (date(YEAR + 1, 12, 31) - YEAR_END).days
    days = (date(YEAR + 1, 6, 30) - YEAR_END).days
    assert end_on(6, 30) == 1200 + round(year * days, 2)
    assert end_on(9, 30) == 1200 + round(year * (days + 92), 2)
    assert end_on(12, 31) == 2400
    standing = frappe.get_all("Sales Invoice", {"customer": customer, "docstatus": 1}, pluck="is_return")
    assert standing == [0]
    said = [change for row in contract_view.view(contract)["versions"] for change in row["changes"]]
    assert sum("was cancelled" in change for change in said) == 2


def test_a_renewal_takes_back_what_an_earlier_end_credited_and_keeps_other_credits(customer, item):
    contract = a_contract(customer, yearly(item, YEAR_DAYS))
    bill(contract)
    contracts.suspend(contract.name, first_day=date(YEAR, 3, 1), reason="Overhaul")
    contracts.resume(contract.name, on=date(YEAR, 3, 11))
    contracts.amend(
        contract.name, effective_from=START, reason="Cut", until=date(YEAR, 12, 31) - timedelta(days=31)
    )
    assert paid(contract) == YEAR_DAYS - 10 - 31
    renewals.renew(contract.name)
    assert paid(contract) == YEAR_DAYS - 10


def test_usage_that_was_billed_is_not_billed_again_by_a_change_from_an_earlier_day(customer, item):
    first, second = date(YEAR - 1, 1, 1), date(YEAR - 1, 2, 1)
    machine = equipment(customer).name
    meter = {"doctype": "Equipment Meter", "equipment": machine, "meter_name": "Hours", "uom": "Hour"}
    meter = frappe.get_doc(meter).insert().name
    for day, typed in ((first, "0"), (second, "150")):
        read = {"read_on": f"{day - timedelta(days=1)} 18:00:00", "typed": typed}
        frappe.get_doc({"doctype": "Meter Reading", "equipment_meter": meter, **read}).insert()
    line = billing.monthly(item, 10, kind="Metered", equipment=machine, meter="Hours", overage_rate=2)
    contract = a_contract(customer, line, start_date=first)

    def bill_until_february() -> Decimal:
        billing.run(second, posting_date=getdate(), service_contract=contract.name)
        return paid(contract)

    assert bill_until_february() == 20 + 300
    row = contract.lines[0].name
    changed = {row: {"overage_rate": 3}}
    for change in ({"changed": changed}, {"ended": [row]}):
        with pytest.raises(frappe.ValidationError, match="is billed already"):
            contracts.amend(contract.name, effective_from=date(YEAR - 1, 1, 15), reason="Dearer", **change)
    contracts.amend(contract.name, effective_from=second, reason="Dearer", changed=changed)
    assert bill_until_february() == 20 + 300


def test_a_period_is_credited_again_after_an_earlier_one_of_its_credit_notes_was_cancelled(customer, item):
    contract = a_contract(customer, yearly(item, rate=YEAR_DAYS))
    bill(contract)
    notes = []
    for month in (3, 5):
        contracts.suspend(contract.name, first_day=date(YEAR, month, 1), reason="Overhaul")
        contracts.resume(contract.name, on=date(YEAR, month, 11))
        notes.append(frappe.get_last_doc("Sales Invoice", {"customer": customer, "is_return": 1}).name)
    frappe.get_doc("Sales Invoice", notes[0]).cancel()
    contracts.terminate(contract.name, on=date(YEAR, 11, 30), reason="Plant sold")
    assert paid(contract) == YEAR_DAYS - 31 - 20


# Rest


def test_what_was_paid_for_days_off_is_credited_when_the_contract_goes_on(customer, item):
    contract = a_contract(customer, yearly(item, rate=YEAR_DAYS))
    bill(contract)
    contract = contracts.suspend(contract.name, first_day=date(YEAR, 8, 1), reason="Overhaul")
    assert (
        contract_nights.status_on(
            date(YEAR, 8, 1),
            docstatus=1,
            start=START,
            end=YEAR_END,
            terminated_on=None,
            suspensions=queries.suspensions_of([contract.name])[contract.name],
        )
        == "Suspended"
    )
    with pytest.raises(frappe.ValidationError, match="is suspended from"):
        contracts.suspend(contract.name, first_day=date(YEAR, 9, 1), reason="Again")
    contract = contracts.resume(contract.name, on=date(YEAR, 8, 11))
    assert paid(contract) == YEAR_DAYS - 10


# End


def test_an_early_end_credits_exactly_what_was_paid_beyond_it_and_can_be_taken_back(customer, item):
    contract = a_contract(customer, yearly(item, rate=YEAR_DAYS), billing.monthly(billing.service().name, 31))
    bill(contract)
    full = paid(contract)
    contract = contracts.terminate(contract.name, on=date(YEAR, 10, 20), reason="Plant sold")
    months = Decimal(31) * 9 + Decimal(20)
    assert paid(contract) == (date(YEAR, 10, 21) - START).days + months
    returns = frappe.get_all(
        "Sales Invoice",
        {"service_contract": contract.name, "is_return": 1, "docstatus": 1},
        pluck="return_against",
    )
    assert returns and all(returns)
    with pytest.raises(frappe.ValidationError, match=r"Terminated|ends before its time"):
        contracts.terminate(contract.name, on=date(YEAR, 10, 21), reason="Once more")
    contract = contracts.take_back_termination(contract.name, reason="Sale fell through")
    assert (contract.terminated_on, paid(contract)) == (None, full)
    contract = contracts.terminate(contract.name, on=date(YEAR, 10, 20), reason="Sold after all")
    assert paid(contract) == (date(YEAR, 10, 21) - START).days + months


def test_an_early_end_whose_credit_was_paid_out_is_not_taken_back_behind_the_accountants_back(customer, item):
    contract = a_contract(customer, yearly(item, rate=YEAR_DAYS))
    bill(contract)
    contracts.terminate(contract.name, on=date(YEAR, 10, 20), reason="Plant sold")
    note = frappe.get_last_doc("Sales Invoice", {"customer": customer, "is_return": 1})
    of_customer = {
        "account": note.debit_to,
        "party_type": "Customer",
        "party": customer,
        "debit_in_account_currency": -note.grand_total,
        "reference_type": "Sales Invoice",
        "reference_name": note.name,
    }
    cash = {
        "account": makers.account("Asset", "Cash"),
        "credit_in_account_currency": -note.grand_total,
    }
    journal = frappe.get_doc(
        {
            "doctype": "Journal Entry",
            "company": makers.company(),
            "posting_date": getdate(),
            "accounts": [of_customer, cash],
        }
    ).submit()
    with pytest.raises(frappe.ValidationError, match=f"{note.name} .* {journal.name}"):
        contracts.take_back_termination(contract.name, reason="Sale fell through")
    journal.reload().cancel()
    contract = contracts.take_back_termination(contract.name, reason="Sale fell through")
    assert (contract.terminated_on, paid(contract)) == (None, YEAR_DAYS)


def test_who_leads_service_ends_contracts_without_a_right_to_invoices(site, customer, item):
    contract = a_contract(customer, yearly(item, YEAR_DAYS))
    bill(contract)
    lead = makers.user(f"lead-{frappe.generate_hash(length=6)}@example.com", "Maintenance Manager")
    clerk = makers.user(f"clerk-{frappe.generate_hash(length=6)}@example.com", "Sales User")
    frappe.set_user(clerk.name)
    with pytest.raises(frappe.PermissionError):
        api.terminate(contract.name, str(date(YEAR, 10, 20)), "Not mine to end")
    frappe.set_user(lead.name)
    api.terminate(contract.name, str(date(YEAR, 10, 20)), "Plant sold")
    frappe.set_user("Administrator")
    assert paid(contract) == (date(YEAR, 10, 21) - START).days


def test_a_row_is_credited_again_after_a_first_credit(customer, item):
    contract = a_contract(customer, yearly(item, rate=YEAR_DAYS, qty=2))
    bill(contract)
    contracts.suspend(contract.name, first_day=date(YEAR, 8, 1), reason="Overhaul")
    contracts.resume(contract.name, on=date(YEAR, 8, 11))
    contract = contracts.terminate(contract.name, on=date(YEAR, 11, 30), reason="Sold")
    assert paid(contract) == 2 * (YEAR_DAYS - 10 - 31)


def test_an_end_before_a_deferred_period_is_over_stops_its_deferral(customer, item):
    set_deferred_account()
    contract = a_contract(customer, yearly(item, defer_revenue=1))
    (invoice,) = bill(contract)
    contracts.terminate(contract.name, on=date(YEAR, 9, 30), reason="Sold")
    assert frappe.db.get_value("Sales Invoice Item", invoice.items[0].name, "service_stop_date") == date(
        YEAR, 9, 30
    )


def test_an_early_end_that_is_taken_back_leaves_deferral_and_suspension_as_they_were(customer, item):
    set_deferred_account()
    contract = a_contract(customer, yearly(item, YEAR_DAYS, defer_revenue=1))
    (invoice,) = bill(contract)
    contracts.suspend(contract.name, first_day=date(YEAR, 9, 1), reason="Overhaul")
    contracts.terminate(contract.name, on=date(YEAR, 9, 30), reason="Sold")
    contract = contracts.take_back_termination(contract.name, reason="Sale fell through")
    assert frappe.db.get_value("Sales Invoice Item", invoice.items[0].name, "service_stop_date") is None
    assert [row.to_date for row in contract.suspensions] == [None]
    contracts.resume(contract.name, on=date(YEAR, 10, 11))
    credit = frappe.get_all(
        "Sales Invoice", {"customer": customer, "is_return": 1, "docstatus": 1}, pluck="net_total"
    )
    assert credit == [-40]


def test_a_suspension_that_was_over_when_the_contract_ended_stays_over(customer, item):
    contract = a_contract(customer, yearly(item, YEAR_DAYS))
    bill(contract)
    contracts.suspend(contract.name, first_day=date(YEAR, 9, 1), reason="Overhaul")
    contracts.resume(contract.name, on=date(YEAR, 10, 1))
    contracts.terminate(contract.name, on=date(YEAR, 9, 30), reason="Sold")
    contract = contracts.take_back_termination(contract.name, reason="Sale fell through")
    assert [getdate(row.to_date) for row in contract.suspensions] == [date(YEAR, 9, 30)]
    assert paid(contract) == YEAR_DAYS - 30


def test_days_off_that_were_left_out_of_a_bill_meanwhile_are_not_credited_again(customer, item):
    contract = a_contract(customer, billing.monthly(item, 930, billing_timing="In Arrears"))
    contracts.suspend(contract.name, first_day=date(YEAR, 9, 10), reason="Overhaul")
    contracts.terminate(contract.name, on=date(YEAR, 9, 30), reason="Sold")
    bill(contract)
    contract = contracts.take_back_termination(contract.name, reason="Sale fell through")
    assert [
        (getdate(row.from_date), row.to_date and getdate(row.to_date)) for row in contract.suspensions
    ] == [
        (date(YEAR, 9, 10), date(YEAR, 9, 30)),
        (date(YEAR, 10, 1), None),
    ]
    contracts.resume(contract.name, on=date(YEAR, 10, 11))
    bill(contract.reload())
    assert paid(contract) == 9 * 930 + 9 * 31 + 21 * 30


def test_what_erpnext_recognised_at_an_early_end_is_not_recognised_once_more_when_that_is_taken_back(
    customer, item
):
    set_deferred_account()
    contract = a_contract(customer, yearly(item, 1200, defer_revenue=1))
    (invoice,) = bill(contract)
    contracts.terminate(contract.name, on=date(YEAR, 3, 31), reason="Sold")
    recognise(invoice.name, until=date(YEAR, 4, 30))
    contracts.take_back_termination(contract.name, reason="Sale fell through")
    assert paid(contract) == 1200
    recognise(invoice.name, until=date(YEAR, 6, 30))
    assert paid(contract) == 1200


def test_drafts_of_later_days_stand_in_the_way_of_an_early_end(customer, item):
    contract = a_contract(customer, yearly(item), submit_invoices=0)
    (draft,) = bill(contract)
    with pytest.raises(frappe.ValidationError, match=f"{draft.name} of a later day is still a draft"):
        contracts.terminate(contract.name, on=date(YEAR, 6, 30), reason="Sold")


def test_notice_keeps_a_contract_from_renewing_itself(customer, item):
    today = getdate()
    contract = a_contract(
        customer, billing.monthly(item), renewal="Automatic", start_date=today - timedelta(days=300),
        end_date=today + timedelta(days=10),
    )  # fmt: skip
    contracts.give_notice(contract.name, on=today, reason="Too dear")
    assert contract.name not in [row.name for row in queries.to_renew(today)]
    contracts.withdraw_notice(contract.name, reason="Cheaper now")
    assert contract.name in [row.name for row in queries.to_renew(today)]


# Renewal and nights


def test_a_renewal_prolongs_the_contract_and_the_lines_that_end_with_it(customer, item):
    contract = a_contract(customer, billing.monthly(item, end_date=YEAR_END), renewal="Automatic")
    contract = renewals.renew(contract.name)
    assert (getdate(contract.end_date), getdate(contract.lines[0].end_date)) == (
        date(YEAR + 1, 12, 31),
        date(YEAR + 1, 12, 31),
    )
    assert [version.what for version in contract.versions] == ["Concluded", "Renewed"]


def test_a_fee_and_an_hours_bank_that_are_paid_once_are_not_billed_again_at_a_renewal(customer, item):
    once = {"interval_unit": "Once", "qty": 10, "end_date": YEAR_END}
    bank = billing.monthly(billing.service().name, 50, kind="Prepaid Hours", **once)
    contract = a_contract(customer, billing.monthly(item, 500, interval_unit="Once"), bank)
    bill(contract)
    contract = renewals.renew(contract.name).reload()
    assert contract.next_billing_date is None
    bill(contract)
    assert paid(contract) == 1000
    left = entitlements.entitlement_for(
        customer=customer, company=contract.company, on=date(YEAR + 1, 3, 1), item_code=bank["item_code"]
    )
    assert left.hours_left == 10


def test_an_ordered_offer_renews_the_contract_at_its_rates_and_its_order_bills_nothing(customer, item):
    contract = a_contract(customer, billing.monthly(item, rate=100), renewal="On Offer")
    quotation = renewals.offer_renewal(contract.name, change=Decimal("7.5"))
    assert [row.rate for row in quotation.items] == [107.5]
    assert renewals.offer_renewal(contract.name, change=Decimal(20)).name == quotation.name
    quotation.submit()
    order = frappe.get_attr("erpnext.selling.doctype.quotation.quotation.make_sales_order")(quotation.name)
    order.delivery_date = getdate() + timedelta(days=9)
    order.insert().submit()
    assert contract.name in [row.name for row in queries.with_accepted_offer()]
    contract = renewals.renew_as_offered(contract.name)
    assert [(row.rate, row.version) for row in contract.lines] == [(100, 1), (107.5, 2)]
    assert getdate(contract.lines[1].start_date) == date(YEAR + 1, 1, 1)
    assert frappe.db.get_value("Sales Order", order.name, "status") == "Closed"


def test_an_offer_may_come_after_the_end_but_not_after_an_early_one(customer, item):
    contract = a_contract(
        customer,
        billing.monthly(item),
        start_date=getdate() - timedelta(days=90),
        end_date=getdate() - timedelta(days=1),
    )
    assert contract.status == "Expired"
    renewals.offer_renewal(contract.name, change=Decimal(0))
    assert renewals.renew_as_offered(contract.name).status == "Active"
    contracts.terminate(contract.name, on=getdate(), reason="Sold")
    with pytest.raises(frappe.ValidationError, match="ends before its time"):
        renewals.offer_renewal(contract.name)


def test_a_contract_that_has_ended_is_followed_by_a_new_one(customer, item):
    contract = a_contract(customer, billing.monthly(item), end_date=date(YEAR, 6, 30))
    new = frappe.get_doc("Service Contract", renewals.follow_up(contract.name).name)
    assert (new.docstatus, new.renewed_from, getdate(new.start_date)) == (0, contract.name, date(YEAR, 7, 1))
    assert [row.line_number for row in new.lines] == [1]


def test_a_new_contract_after_the_end_goes_on_at_the_price_that_the_index_clause_has_reached(customer, item):
    clause = {
        "doctype": "Index Clause",
        "clause_name": f"Rise {frappe.generate_hash(length=5)}",
        "percentage": 10,
    }
    clause = frappe.get_doc({**clause, "method": "Fixed Percentage", "months_between": 6}).insert()
    contract = a_contract(customer, billing.monthly(item, 100, index_clause=clause.name))
    old = reading.priced_lines(contract)[contract.lines[0].name]
    new = frappe.get_doc("Service Contract", renewals.follow_up(contract.name).name)
    line = reading.priced_lines(new)[new.lines[0].name]
    assert index_factor(line, line.start) == index_factor(old, line.start) == Decimal("1.21")


def test_the_night_brings_statuses_and_one_reminder(customer, item):
    today = getdate()
    contract = a_contract(
        customer, billing.monthly(item), start_date=today - timedelta(days=300), end_date=today + timedelta(days=40),
        renewal="On Offer", notice_days=30, remind_days=14, responsible="Administrator",
    )  # fmt: skip
    for _night in range(2):
        contract_nights.remind(today)
    tasks = frappe.get_all(
        "ToDo", {"reference_name": contract.name}, ["date", "allocated_to"], order_by="name"
    )
    assert [(task.date, task.allocated_to) for task in tasks] == [
        (today + timedelta(days=9), "Administrator")
    ]
    late = queries.with_other_status(today + timedelta(days=41), "", 100_000)
    assert contract.name in [row.name for row in late]


def test_the_night_looks_only_at_contracts_that_a_day_has_changed(customer, item):
    contract = a_contract(
        customer, billing.monthly(item), start_date=getdate() - timedelta(days=3), end_date=None
    )
    assert contract.name not in [row.name for row in queries.with_other_status(getdate(), "", 100_000)]
