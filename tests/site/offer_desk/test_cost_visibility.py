"""Whoever may not see cost finds it nowhere: forms, lists, saved and mapped documents, REST, item details, messages."""

import json

import frappe
import makers
import margins
import pytest

from crm_ext.api import margin as api
from crm_ext.offer_desk.flow.margin_guard import BelowFloor
from crm_ext.setup import cost_visibility

HIDDEN = ("valuation_rate", "gross_profit", "lowest_margin", "document_margin", "incoming_rate", "last_purchase_rate")


@pytest.fixture(scope="module")
def hiding(site_connection):
    """Cost is shown to sales managers alone; others may approve. Committed, since it takes seconds, and taken back."""
    frappe.set_user("Administrator")
    settings = frappe.get_doc("Offer Desk Settings")
    before = settings.as_dict()
    margins.floor(
        10,
        cost_viewers=[{"role": "Sales Manager"}],
        margin_approval_limits=[{"role": "Stock Manager", "minimum_margin": 0}],
    )
    frappe.db.commit()
    yield
    frappe.set_user("Administrator")
    frappe.db.rollback()
    settings = frappe.get_doc("Offer Desk Settings")
    settings.update({field: before.get(field) for field in margins.FIELDS})
    settings.save()
    frappe.db.commit()


@pytest.fixture
def hidden(hiding):
    case = margins.case("Hidden")
    case.rep, case.viewer = margins.representative("hidden-rep"), margins.manager("hidden-head")
    case.approver = makers.user("hidden-stock@margin.example", "Sales User", "Stock Manager").name
    return case


def shown(answer) -> str:
    return frappe.as_json(answer)


def costs_in(answer) -> list[str]:
    """Fields with a cost in them, wherever they are in an answer."""
    found = []

    def look(value):
        if isinstance(value, dict):
            found.extend(key for key, held in value.items() if key in HIDDEN and held)
            for held in value.values():
                look(held)
        elif isinstance(value, list):
            for held in value:
                look(held)

    look(json.loads(shown(answer)))
    return found


def form(doctype, name):
    from frappe.desk.form.load import getdoc

    frappe.response.docs = []
    getdoc(doctype, name)
    return frappe.response.docs[0]


def with_cost(quotation):
    """A quotation from before cost was hidden."""
    frappe.db.set_value(
        "Quotation Item", quotation.items[0].name, {"valuation_rate": margins.COST, "gross_profit": 200}
    )
    quotation.reload()
    return quotation


def test_the_form_of_an_older_quotation_shows_cost_to_those_who_may_see_it(hidden):
    quotation = with_cost(margins.offer(hidden))
    frappe.set_user(hidden.rep)
    assert costs_in(form("Quotation", quotation.name)) == []
    frappe.set_user(hidden.viewer)
    assert sorted(costs_in(form("Quotation", quotation.name))) == ["gross_profit", "valuation_rate"]


def test_no_cost_is_written_on_documents_while_it_is_hidden(hidden):
    """Frappe gives out the second of two forbidden fields that a list is asked for."""
    quotation = margins.offer(hidden)
    frappe.set_user(hidden.rep)
    rows = frappe.get_list(
        "Quotation Item",
        filters={"parent": quotation.name},
        fields=["item_code", "valuation_rate", "gross_profit", "valuation_rate"],
        parent_doctype="Quotation",
    )
    assert costs_in(rows) == []


@pytest.mark.parametrize("way", ["saved on the form", "inserted", "over REST", "changed over REST"])
def test_a_document_that_is_saved_comes_back_without_cost(hidden, way):
    from frappe.api import v1
    from frappe.client import insert
    from frappe.desk.form.save import savedocs

    frappe.set_user(hidden.rep)
    values = margins.offers.quotation(hidden.customer, [{"item_code": hidden.item, "rate": 100}]).as_dict()
    if way == "saved on the form":
        frappe.response.docs = []
        savedocs(frappe.as_json({**values, "__islocal": 1, "name": "new-quotation-1"}), "Save")
        answer = frappe.response.docs[0]
    elif way == "inserted":
        answer = insert(values)
    elif way == "over REST":
        frappe.form_dict.data = frappe.as_json(values)
        answer = v1.create_doc("Quotation")
    else:
        name = insert(values)["name"]
        frappe.form_dict.data = frappe.as_json({"terms": "As agreed"})
        answer = v1.update_doc("Quotation", name)
    assert costs_in(answer) == []
    assert answer.get("name")


def test_an_order_made_of_a_quotation_that_somebody_else_made_has_no_cost(hidden):
    from frappe.model.mapper import make_mapped_doc

    quotation = margins.offer(hidden)
    quotation.submit()
    with_cost(quotation)
    frappe.set_user(hidden.rep)
    maker = "erpnext.selling.doctype.quotation.quotation.make_sales_order"
    assert costs_in(make_mapped_doc(maker, quotation.name)) == []


def test_lists_leave_cost_out(hidden):
    makers.stock(hidden.item, 1, margins.COST)
    frappe.set_user(hidden.rep)
    items = frappe.get_list("Item", filters={"name": hidden.item}, fields=["name", "valuation_rate"])
    assert [list(row) for row in items] == [["name"]]
    bins = frappe.get_list("Bin", filters={"item_code": hidden.item}, fields=["actual_qty", "valuation_rate"])
    assert [list(row) for row in bins] == [["actual_qty"]]


@pytest.mark.parametrize("function", ["get_item_details", "get_valuation_rate"])
def test_the_desk_is_told_an_items_price_without_its_cost(hidden, function):
    method = f"erpnext.stock.get_item_details.{function}"
    called = frappe.get_attr(frappe.override_whitelisted_method(method))
    arguments = {"item_code": hidden.item, "company": makers.company(), "warehouse": makers.warehouse()}
    if function == "get_item_details":
        details = {
            **arguments,
            "doctype": "Quotation",
            "customer": hidden.customer.name,
            "currency": "USD",
            "conversion_rate": 1,
            "price_list": "Standard Selling",
            "plc_conversion_rate": 1,
            "transaction_date": frappe.utils.today(),
            "qty": 1,
        }
        arguments = {"args": frappe.as_json(details)}
    assert called(**arguments)["valuation_rate"] == margins.COST
    frappe.set_user(hidden.rep)
    assert costs_in(called(**arguments)) == []


def test_the_margin_section_says_words_and_no_cost(hidden):
    quotation = margins.offer(hidden, rate=85)
    frappe.set_user(hidden.rep)
    state = api.state("Quotation", quotation.name)
    assert (state["status"], state["total"]) == ("below", None)
    assert set(state["lines"][0]) == {"row", "idx", "item_code", "item_name", "status"}
    assert "800" not in shown(state) and "5.88" not in shown(state)
    frappe.set_user(hidden.viewer)
    assert api.state("Quotation", quotation.name)["lines"][0]["cost"] == 800


def test_the_refusal_names_the_line_and_no_figure(hidden):
    quotation = margins.offer(hidden, rate=85)
    frappe.set_user(hidden.rep)
    with pytest.raises(BelowFloor) as refusal:
        quotation.reload().submit()
    assert f"Row 1: {hidden.item}" in str(refusal.value)
    assert "%" not in str(refusal.value)


def test_an_approval_is_asked_for_and_given_without_showing_the_margin(hidden):
    quotation = margins.offer(hidden, rate=85)
    frappe.set_user(hidden.rep)
    answer = api.ask("Quotation", quotation.name, "New market")
    assert costs_in(answer) == []
    assert costs_in(form("Margin Approval", answer["name"])) == []
    frappe.set_user(hidden.approver)
    assert costs_in(api.decide(answer["name"], "Approved")) == []
    frappe.set_user(hidden.viewer)
    assert sorted(costs_in(form("Margin Approval", answer["name"]))) == ["document_margin", "lowest_margin"]


def test_floors_are_no_business_of_those_who_may_not_see_cost(hidden):
    """Who knows the floor and where it is reached knows the cost."""
    frappe.set_user(hidden.rep)
    assert not frappe.has_permission("Margin Floor", "read")
    assert not frappe.has_permission("Offer Desk Settings", "read")


def test_only_the_administrator_of_the_system_decides_who_sees_cost(hidden):
    frappe.set_user(hidden.viewer)
    settings = frappe.get_doc("Offer Desk Settings")
    settings.append("cost_viewers", {"role": "Sales User"})
    settings.save()
    assert [row.role for row in frappe.get_doc("Offer Desk Settings").cost_viewers] == ["Sales Manager"]


def test_strangers_are_told_the_same_of_what_is_not_theirs_and_what_is_not_there(hidden):
    quotation = margins.offer(hidden)
    stranger = makers.user("stranger@margin.example", "Stock User").name
    frappe.set_user(stranger)
    refusals = []
    for name in (quotation.name, "SAL-QTN-NONE"):
        with pytest.raises(frappe.PermissionError) as refusal:
            api.state("Quotation", name)
        refusals.append(str(refusal.value).replace(name, ""))
    assert refusals[0] == refusals[1]


def test_showing_cost_to_all_again_leaves_nothing_behind(hiding):
    def rights():
        setters = frappe.get_all("Property Setter", {"property": "permlevel"}, pluck="name", order_by="name")
        rows = frappe.get_all(
            "Custom DocPerm",
            {"parent": ("in", cost_visibility.DOCUMENTS)},
            ["parent", "role", "permlevel", "read"],
            order_by="parent, role, permlevel",
        )
        return setters, rows

    hidden_rights = rights()
    margins.settings()
    setters, rows = rights()
    assert not [name for name in hidden_rights[0] if name in setters]
    assert not [row for row in rows if row.permlevel == cost_visibility.LEVEL]
    margins.settings(cost_viewers=[{"role": "Sales Manager"}])
    assert rights() == hidden_rights
    frappe.db.rollback()
    frappe.clear_cache()
