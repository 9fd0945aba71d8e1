"""What a renewal offers and leaves behind: prices of the contract's currency and unit, and no notice of the time before."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import billing
import frappe
import pytest
from frappe.utils import getdate

from crm_ext.service_contracts.flow import contracts, renewals
from crm_ext.service_contracts.queries import contracts as queries


@pytest.fixture
def customer(site):
    return billing.customer().name


def to_end_soon(customer: str, *lines: dict, **values):
    today = getdate()
    days = {"start_date": today - timedelta(days=300), "end_date": today + timedelta(days=40)}
    return billing.contract(customer, *lines, **{"renewal_months": 12, **days, **values})


def price_list(currency: str, **prices: float) -> str:
    values = {"price_list_name": f"Service {frappe.generate_hash(length=6)}", "currency": currency}
    made = frappe.get_doc({"doctype": "Price List", "selling": 1, **values}).insert().name
    for item_code, rate in prices.items():
        values = {"item_code": item_code, "price_list": made, "price_list_rate": rate}
        frappe.get_doc({"doctype": "Item Price", **values}).insert()
    return made


def test_an_offer_of_list_prices_is_in_the_currency_and_unit_of_the_contract(customer):
    item = billing.service(uoms=[{"uom": "Box", "conversion_factor": 12}]).name
    for source, target, rate in (("USD", "EUR", 0.8), ("EUR", "USD", 1.25)):
        values = {"from_currency": source, "to_currency": target, "exchange_rate": rate}
        frappe.get_doc({"doctype": "Currency Exchange", **values, "date": getdate()}).insert()
    setting = "allow_multi_currency_invoices_against_single_party_account"
    frappe.db.set_single_value("Accounts Settings", setting, 1)
    contract = to_end_soon(
        customer,
        billing.monthly(item, 0, price_source="Price List", uom="Box", discount_percentage=50),
        currency="EUR",
        selling_price_list=price_list("USD", **{item: 100}),
    )
    quotation = renewals.offer_renewal(contract.name, change=Decimal(10))
    (row,) = quotation.items
    assert (quotation.currency, row.uom, row.rate, row.amount) == ("EUR", "Box", 528, 528)
    contract = renewals.renew_as_offered(contract.name)
    assert contract.lines[-1].rate == 528


def test_nothing_is_offered_without_a_price(customer):
    line = billing.monthly(billing.service().name, 0, price_source="Price List")
    contract = to_end_soon(customer, line, selling_price_list=price_list("USD"))
    with pytest.raises(frappe.ValidationError, match="Line 1 has no price"):
        renewals.offer_renewal(contract.name, change=Decimal(0))
    assert not frappe.db.exists("Quotation", {"party_name": customer})


def test_nothing_is_offered_while_the_index_of_the_last_day_is_not_known(customer):
    start = getdate() - timedelta(days=300)
    clause = frappe.get_doc(
        {
            "doctype": "Index Clause",
            "clause_name": f"Wages {frappe.generate_hash(length=5)}",
            "method": "Table",
            "months_between": 6,
            "values": [{"valid_from": start, "value": 100}],
        }
    ).insert()
    contract = to_end_soon(customer, billing.monthly(billing.service().name, index_clause=clause.name))
    with pytest.raises(frappe.ValidationError, match=f"{clause.name} has no value for"):
        renewals.offer_renewal(contract.name, change=Decimal(0))


def test_notice_counts_for_the_time_before_the_renewal_and_not_for_the_next_end(customer):
    today = getdate()
    line = billing.monthly(billing.service().name)
    contract = to_end_soon(customer, line, renewal="Automatic", notice_days=30, remind_days=14)
    contracts.give_notice(contract.name, on=today, reason="Too dear")
    contract = renewals.renew(contract.name, reason="Cheaper now")
    assert contract.notice_given_on is None
    fields = [
        field["field"]
        for change in frappe.parse_json(contract.versions[-1].changes)
        for field in change["fields"]
    ]
    assert fields == ["end_date", "notice_given_on"]
    end = getdate(contract.end_date)
    assert contract.name in [row.name for row in queries.to_remind(end - timedelta(days=40))]
    assert contract.name in [row.name for row in queries.to_renew(end)]
