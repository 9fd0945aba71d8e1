"""Offer templates: suggested by segment and season, and filled into quotations that ERPNext prices."""

from __future__ import annotations

import frappe
import makers
import offers
import pytest
from frappe.utils import add_days, getdate

from crm_ext.api import offer_templates as api
from crm_ext.offer_desk.flow import offer_templates
from crm_ext.shared.calendars import SEASONS, season_of


def template(title, **values):
    return frappe.get_doc({"doctype": "Offer Template", "title": title, **values}).insert()


@pytest.fixture
def customer(site):
    for code, price in (("Pump T", 1000), ("Pump T Plus", 1300), ("Gauge T", 120)):
        offers.priced_item(code, price)
    frappe.db.set_value("Offer Template", {"disabled": 0}, "disabled", 1)
    return makers.customer("Template Customer", customer_group="Commercial", territory="Rest Of The World")


def draft(customer):
    return offers.quotation(customer, [])


@pytest.fixture
def full(customer):
    return template(
        "Full T",
        validity_days=12,
        letter="<p>Dear {{ customer_name }}</p>",
        items=[
            {"item_code": "Pump T", "qty": 2},
            {"item_code": "Pump T Plus", "qty": 2, "is_alternative": 1},
        ],
        options=[{"item_code": "Gauge T", "qty": 1, "option_group": "Extra"}],
    )


def test_templates_that_fit_come_best_first(customer):
    now, other = season_of(getdate()), next(season for season in SEASONS if season != season_of(getdate()))
    template("Everybody T")
    template("Root T", customer_group="All Customer Groups")
    template("Group T", customer_group="Commercial")
    template("Group and Season T", customer_group="Commercial", season=now)
    template("Other Group T", customer_group="Government")
    template("Other Season T", season=other)
    template("Past T", valid_until=add_days(getdate(), -1))
    template("Off T", disabled=1)
    names = [row["name"] for row in offer_templates.suggest(draft(customer))]
    assert names == ["Group and Season T", "Group T", "Root T", "Everybody T"]


def test_a_quotation_filled_from_a_template_has_todays_prices(customer, full):
    offer = draft(customer)
    frappe.db.set_value("Item Price", {"item_code": "Pump T"}, "price_list_rate", 1100)
    offer_templates.fill(offer, full)
    offer.insert()
    assert [(row.item_code, row.rate, row.is_alternative) for row in offer.items] == [
        ("Pump T", 1100, 0),
        ("Pump T Plus", 1300, 1),
    ]
    assert (offer.grand_total, offer.quotation_options[0].rate) == (2200, 120)
    assert getdate(offer.valid_till) == add_days(getdate(), 12)
    assert "Dear Template Customer" in offer.offer_letter and offer.offer_template == "Full T"


def test_filling_twice_adds_nothing(customer, full):
    offer = draft(customer)
    offer_templates.fill(offer, full)
    offer.insert()
    offer_templates.fill(offer, full)
    assert (len(offer.items), len(offer.quotation_options)) == (2, 1)


def test_what_stands_in_the_quotation_stays(customer, full):
    offer = offers.quotation(customer, [{"item_code": "Gauge T", "qty": 5}])
    offer_templates.fill(offer, full)
    assert [(row.item_code, row.qty) for row in offer.items] == [
        ("Gauge T", 5),
        ("Pump T", 2),
        ("Pump T Plus", 2),
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"valid_from": "2026-02-01", "valid_until": "2026-01-01"},
        {"from_month": "March"},
        {"items": [{"item_code": "Pump T", "qty": 0}]},
        {"items": [{"item_code": "Pump T", "qty": 1, "is_alternative": 1}]},
        {"letter": "Dear {{ customer_name"},
    ],
)
def test_a_template_that_makes_no_sense_is_not_saved(customer, values):
    with pytest.raises(frappe.ValidationError):
        template("Nonsense T", **values)


def test_who_may_not_write_quotations_fills_none(customer, full):
    makers.user("stock-t@example.com", "Stock User")
    values = draft(customer).as_dict()
    frappe.set_user("stock-t@example.com")
    for call in (lambda: api.suggest(values), lambda: api.fill(values, full.name)):
        with pytest.raises(frappe.PermissionError):
            call()


def test_a_filled_quotation_tells_no_cost_to_whom_it_is_hidden(customer, full):
    offers.priced_item("Valued T", 50, is_stock_item=1)
    makers.stock("Valued T", 1, 30)
    full.append("items", {"item_code": "Valued T", "qty": 1})
    full.save()
    settings = frappe.get_doc("Offer Desk Settings")
    settings.set("cost_viewers", [{"role": "Accounts Manager"}])
    settings.save()
    makers.user("blind-t@example.com", "Sales User")
    frappe.set_user("blind-t@example.com")
    filled = api.fill(draft(customer).as_dict(), full.name)["quotation"]
    row = next(row for row in filled["items"] if row["item_code"] == "Valued T")
    assert row["rate"] == 50 and not row["valuation_rate"] and not row["gross_profit"]
