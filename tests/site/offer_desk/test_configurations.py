import json

import frappe
import makers
import pytest
from offer_model_makers import priced_item, published, pump_model, quotation_for

from crm_ext.api import configurator as api
from crm_ext.offer_desk.flow import configurations, offer_models


@pytest.fixture
def mark():
    return frappe.generate_hash(length=6)


@pytest.fixture
def offer(mark):
    """(quotation in the form, version of the model)"""
    group = frappe.get_all("Customer Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    customer = makers.customer(f"Buyer {mark}", customer_group=group)
    _model, version = published(mark)
    quotation = quotation_for(customer.name)
    quotation.run_method("set_missing_values")
    return quotation, version


def form(quotation):
    """What the browser sends of a quotation."""
    return json.loads(frappe.as_json(quotation.as_dict()))


def saved(quotation, version, chosen, key=None, **values):
    return api.save(
        form(quotation),
        version,
        chosen,
        values.pop("inputs", {}),
        key or frappe.generate_hash(length=20),
        **values,
    )


def lines(name):
    return [(row.item_code.split()[0], row.qty, row.rate) for row in frappe.get_doc("Quotation", name).items]


def test_choices_become_lines_at_the_prices_of_erpnext(offer, mark):
    quotation, version = offer
    result = saved(quotation, version, ["STEEL", "M400", "INV", "SEAL"], inputs={"length": 5})
    assert lines(result["quotation"]) == [("STEEL", 1, 180), ("M400", 1, 70), ("INV", 1, 30), ("SEAL", 3, 2)]
    assert result["without_price"] == []
    kept = configurations.lines_of(result["configuration"])
    assert [(line.option_code, int(line.qty), line.uom) for line in kept] == [
        ("STEEL", 1, "Nos"),
        ("M400", 1, "Nos"),
        ("INV", 1, "Nos"),
        ("SEAL", 3, "Nos"),
    ]
    assert (
        frappe.db.get_value("Offer Configuration", result["configuration"], "quotation")
        == result["quotation"]
    )


def test_pricing_rules_and_prices_of_the_customer_stay_in_charge(offer, mark):
    quotation, version = offer
    frappe.get_doc(
        {
            "doctype": "Pricing Rule",
            "title": f"Steel {mark}",
            "apply_on": "Item Code",
            "items": [{"item_code": f"STEEL {mark}"}],
            "selling": 1,
            "rate_or_discount": "Discount Percentage",
            "discount_percentage": 10,
            "company": makers.company(),
            "currency": "USD",
        }
    ).insert()
    frappe.get_doc(
        {
            "doctype": "Item Price",
            "item_code": f"M400 {mark}",
            "price_list": "Standard Selling",
            "customer": quotation.party_name,
            "price_list_rate": 65,
        }
    ).insert()
    running = api.price(form(quotation), version, ["STEEL", "M400"], {})
    assert running["total"] == 227
    result = saved(quotation, version, ["STEEL", "M400"])
    assert lines(result["quotation"]) == [("STEEL", 1, 162), ("M400", 1, 65)]
    assert frappe.db.get_value("Quotation", result["quotation"], "total") == 227


def test_configuring_again_replaces_its_own_lines_and_no_others(offer, mark):
    quotation, version = offer
    priced_item(f"OTHER {mark}", 7)
    quotation.append("items", {"item_code": f"OTHER {mark}", "qty": 2, "price_list_rate": 7, "rate": 7})
    first = saved(quotation, version, ["IRON", "M230"])
    draft = frappe.get_doc("Quotation", first["quotation"])
    draft.append("items", {"item_code": f"OTHER {mark}", "qty": 5})
    draft.save()
    again = saved(draft, version, ["STEEL", "M400"], configuration=first["configuration"])
    assert again["configuration"] == first["configuration"]
    assert lines(first["quotation"]) == [("OTHER", 2, 7), ("STEEL", 1, 180), ("M400", 1, 70), ("OTHER", 5, 7)]


def test_a_double_click_makes_nothing_twice(offer):
    quotation, version = offer
    first = saved(quotation, version, ["IRON", "M230"], key="twice")
    second = saved(quotation, version, ["IRON", "M230"], key="twice")
    assert second == first
    draft = frappe.get_doc("Quotation", first["quotation"])
    third = saved(draft, version, ["IRON", "M400"], key="third", configuration=first["configuration"])
    assert saved(draft, version, ["IRON", "M400"], key="third", configuration=first["configuration"]) == third
    assert lines(first["quotation"]) == [("IRON", 1, 100), ("M400", 1, 70)]
    assert frappe.db.count("Offer Configuration", {"quotation": first["quotation"]}) == 1


@pytest.mark.parametrize(
    ("chosen", "inputs", "sentence"),
    [
        (["STEEL", "M230"], {}, "Steel does not go together with 230 V"),
        (["STEEL"], {}, "Motor: at least 1"),
        (["IRON", "STEEL", "M400"], {}, "Body: at most 1"),
        (["IRON", "M400", "FREE"], {}, "no option FREE"),
        (["IRON", "M400"], {"length": 21}, "at most 20"),
        (["IRON", "M400"], {"length": "NaN"}, "no number"),
        (["IRON", "M400"], {"width": 1}, "no width"),
    ],
)
def test_choices_that_the_browser_should_not_send_are_refused_with_the_reason(
    offer, chosen, inputs, sentence
):
    quotation, version = offer
    with pytest.raises(frappe.ValidationError, match=sentence):
        saved(quotation, version, chosen, inputs=inputs)
    assert not frappe.db.exists("Quotation", {"party_name": quotation.party_name})


def test_states_carry_their_reason_in_words(offer):
    quotation, version = offer
    told = api.answer(form(quotation), version, ["STEEL"], {})["options"]
    assert told["M230"]["status"] == "impossible"
    assert told["M230"]["reason"] == {
        "sentences": ["Steel does not go together with 230 V."],
        "choices": ["Steel"],
    }
    assert told["M400"]["status"] == "forced"
    assert told["INV"]["status"] == "possible"


def test_the_nearest_change_and_the_cheapest_completion(offer):
    quotation, version = offer
    change = api.nearest(form(quotation), version, ["IRON", "M230"], "INV")
    assert change["chosen"] == ["INV", "IRON", "M400"]
    assert (change["dropped"], change["added"]) == (["230 V"], ["400 V", "Inverter"])
    assert api.completion(form(quotation), version, [], {}, "cheapest")["chosen"] == ["IRON", "M230"]
    assert api.completion(form(quotation), version, ["STEEL"], {}, "cheapest")["chosen"] == ["M400", "STEEL"]


def test_the_fastest_completion_takes_what_is_in_stock(offer, mark):
    quotation, version = offer
    for code in ("IRON", "STEEL"):
        frappe.db.set_value("Item", f"{code} {mark}", {"is_stock_item": 1, "lead_time_days": 30})
    frappe.clear_document_cache("Item", f"STEEL {mark}")
    makers.stock(f"STEEL {mark}", 5, 90)
    assert "STEEL" in api.completion(form(quotation), version, [], {}, "fastest")["chosen"]
    promised = api.price(form(quotation), version, ["STEEL", "M400"], {})["promise"]
    assert promised["day"] is not None


def test_the_most_profitable_completion_weighs_cost(offer, mark):
    quotation, version = offer
    for code, cost in (("IRON", 20), ("STEEL", 170), ("M230", 45), ("M400", 10)):
        frappe.db.set_value("Item", f"{code} {mark}", "valuation_rate", cost)
    assert api.completion(form(quotation), version, [], {}, "highest_margin")["chosen"] == ["IRON", "M400"]


def test_an_item_that_is_no_longer_sold_cannot_be_chosen(offer, mark):
    quotation, version = offer
    frappe.db.set_value("Item", f"M400 {mark}", "disabled", 1)
    told = api.answer(form(quotation), version, [], {})["options"]
    assert told["M400"]["status"] == told["STEEL"]["status"] == "impossible"
    assert told["M400"]["reason"]["sentences"] == ["400 V is no longer sold."]
    with pytest.raises(frappe.ValidationError, match="no longer sold"):
        saved(quotation, version, ["STEEL", "M400"])


def test_an_item_without_a_price_is_named(offer, mark):
    quotation, version = offer
    frappe.db.delete("Item Price", {"item_code": f"SEAL {mark}"})
    result = saved(quotation, version, ["IRON", "M230", "SEAL"])
    assert result["without_price"] == [f"SEAL {mark}"]


def test_a_copy_and_an_amendment_have_configurations_of_their_own(offer):
    quotation, version = offer
    result = saved(quotation, version, ["IRON", "M230"])
    original = frappe.get_doc("Quotation", result["quotation"])
    original.submit()
    original.cancel()
    amended = frappe.copy_doc(original)
    amended.amended_from = original.name
    for document in (amended, *amended.get_all_children()):
        document.docstatus = 0
    amended.insert()
    own = {row.offer_configuration for row in frappe.get_doc("Quotation", amended.name).items}
    assert own != {result["configuration"]}
    copy = frappe.get_doc("Offer Configuration", own.pop())
    assert (copy.quotation, copy.copied_from) == (amended.name, result["configuration"])
    assert [line.option_code for line in copy.lines] == ["IRON", "M230"]
    changed = saved(amended.reload(), version, ["IRON", "M400"], configuration=copy.name)
    assert lines(changed["quotation"]) == [("IRON", 1, 100), ("M400", 1, 70)]
    assert lines(original.name) == [("IRON", 1, 100), ("M230", 1, 50)]


def test_configurations_go_with_their_quotation(offer):
    quotation, version = offer
    result = saved(quotation, version, ["IRON", "M230"])
    frappe.delete_doc("Quotation", result["quotation"])
    assert not frappe.db.exists("Offer Configuration", result["configuration"])


def test_a_submitted_quotation_is_not_configured(offer):
    quotation, version = offer
    result = saved(quotation, version, ["IRON", "M230"])
    frappe.get_doc("Quotation", result["quotation"]).submit()
    with pytest.raises(frappe.ValidationError, match="no draft any more"):
        saved(
            frappe.get_doc("Quotation", result["quotation"]),
            version,
            ["IRON", "M400"],
            configuration=result["configuration"],
        )


def test_a_configuration_of_another_quotation_is_not_taken(offer):
    quotation, version = offer
    first = saved(quotation_for(quotation.party_name), version, ["IRON", "M230"])
    second = saved(quotation_for(quotation.party_name), version, ["IRON", "M230"])
    with pytest.raises(frappe.ValidationError, match="another quotation"):
        saved(
            frappe.get_doc("Quotation", second["quotation"]),
            version,
            ["IRON", "M400"],
            configuration=first["configuration"],
        )


def test_payment_terms_come_and_go_with_their_option(offer, mark):
    quotation, _version = offer
    term = frappe.get_doc(
        {"doctype": "Payment Term", "payment_term_name": mark, "invoice_portion": 100, "credit_days": 30}
    ).insert()
    template = frappe.get_doc(
        {
            "doctype": "Payment Terms Template",
            "template_name": f"Thirty days {mark}",
            "terms": [{"payment_term": term.name, "invoice_portion": 100, "credit_days": 30}],
        }
    ).insert()
    model = frappe.get_doc("Offer Model", f"Pump {mark}")
    model.append("groups", {"group_name": "Payment", "at_least": 0, "at_most": 1})
    model.append(
        "options",
        {
            "option_group": "Payment",
            "option_code": "LATER",
            "label": "In thirty days",
            "kind": "Payment Terms",
            "payment_terms_template": template.name,
            "quantity": "1",
        },
    )
    model.save()
    version = offer_models.publish(model.name)
    result = saved(quotation, version, ["IRON", "M230", "LATER"])
    draft = frappe.get_doc("Quotation", result["quotation"])
    assert draft.payment_terms_template == template.name
    assert [row.payment_term for row in draft.payment_schedule] == [mark]
    saved(draft, version, ["IRON", "M230"], configuration=result["configuration"])
    assert not frappe.db.get_value("Quotation", draft.name, "payment_terms_template")


def test_a_quotation_keeps_its_version_and_is_shown_what_changed(offer, mark):
    quotation, version = offer
    result = saved(quotation, version, ["STEEL", "M400", "INV"])
    draft = frappe.get_doc("Quotation", result["quotation"])
    model = frappe.get_doc("Offer Model", f"Pump {mark}")
    model.options = [row for row in model.options if row.option_code != "INV"]
    model.rules = [model.rules[0]]
    model.rules[0].kind = "Requires"
    model.save()
    assert model.status == "Changed"
    assert api.resume(form(draft), result["configuration"])["newer"] is None
    later = offer_models.publish(model.name)
    frappe.db.set_value("Item Price", {"item_code": f"STEEL {mark}"}, "price_list_rate", 200)
    resumed = api.resume(form(draft), result["configuration"])
    assert resumed["version"] == version
    assert {(part["kind"], part["code"], part["what"]) for part in resumed["newer"]["differences"]} == {
        ("Option", "INV", "gone"),
        ("Rule", "R2", "gone"),
        ("Rule", "R1", "changed"),
    }
    assert resumed["price_changes"] == [{"label": f"STEEL {mark}", "before": 180, "now": 200}]
    moved = api.move(form(draft), result["configuration"], later)
    assert moved["version"] == later
    assert "INV" in moved["dropped"]


def test_publishing_freezes_and_counts_on(mark):
    model, version = published(mark)
    assert (model.status, version) == ("Published", f"Pump {mark}-v1")
    assert offer_models.publish(model.name) == version
    model.groups[0].help = "Ask for the medium."
    model.save()
    assert offer_models.publish(model.name) == f"Pump {mark}-v2"
    frozen = frappe.get_doc("Offer Model Version", version)
    frozen.definition = "{}"
    with pytest.raises(frappe.ValidationError, match="not changed"):
        frozen.save()


def test_a_version_that_was_tampered_with_is_not_used(offer):
    quotation, version = offer
    text = frappe.db.get_value("Offer Model Version", version, "definition")
    frappe.db.set_value("Offer Model Version", version, "definition", text.replace("Excludes", "Requires"))
    with pytest.raises(frappe.ValidationError, match="changed after it was published"):
        api.answer(form(quotation), version, [], {})


def test_models_that_contain_themselves_are_refused(mark):
    outer = pump_model(mark)
    offer_models.publish(outer.name)
    inner = frappe.get_doc({"doctype": "Offer Model", "title": f"Inner {mark}"})
    inner.append("groups", {"group_name": "Part", "at_least": 0, "at_most": 1})
    nested = {"option_group": "Part", "kind": "Offer Model", "quantity": "1"}
    inner.append("options", {**nested, "option_code": "PUMP", "label": "Pump", "nested_model": outer.name})
    inner.insert()
    assert offer_models.publish(inner.name)
    outer.reload()
    outer.append(
        "options",
        {
            **nested,
            "option_group": "Extras",
            "option_code": "IN",
            "label": "Inner",
            "nested_model": inner.name,
        },
    )
    with pytest.raises(frappe.ValidationError, match="contain itself"):
        outer.save()


def test_a_nested_model_is_configured_in_place(offer, mark):
    quotation, _version = offer
    station = frappe.get_doc({"doctype": "Offer Model", "title": f"Station {mark}"})
    station.append("groups", {"group_name": "Pump", "at_least": 1, "at_most": 1})
    station.append(
        "options",
        {
            "option_group": "Pump",
            "option_code": "PUMP",
            "label": "Pump",
            "kind": "Offer Model",
            "nested_model": f"Pump {mark}",
            "quantity": "1",
        },
    )
    station.insert()
    version = offer_models.publish(station.name)
    result = saved(
        quotation, version, ["PUMP", "PUMP.IRON", "PUMP.M400", "PUMP.SEAL"], inputs={"PUMP.length": 7}
    )
    assert lines(result["quotation"]) == [("IRON", 1, 100), ("M400", 1, 70), ("SEAL", 4, 2)]


def test_options_are_kept_to_customer_groups_and_what_is_below_them(offer, mark):
    quotation, _version = offer
    model = frappe.get_doc("Offer Model", f"Pump {mark}")
    group = frappe.db.get_value("Customer", quotation.party_name, "customer_group")
    other = frappe.get_all(
        "Customer Group", {"is_group": 0, "name": ("!=", group)}, pluck="name", order_by="lft"
    )[0]
    root = frappe.get_all("Customer Group", pluck="name", order_by="lft", limit=1)[0]
    model.append("limits", {"option_code": "INV", "limited_to": "Customer Group", "limit": other})
    model.append("limits", {"option_code": "SEAL", "limited_to": "Customer Group", "limit": root})
    model.save()
    version = offer_models.publish(model.name)
    told = api.answer(form(quotation), version, [], {})["options"]
    assert told["INV"]["status"] == "impossible"
    assert told["SEAL"]["status"] == "possible"


def test_who_may_not_write_quotations_configures_nothing(offer, mark):
    quotation, version = offer
    makers.user(f"stock-{mark}@example.com", "Stock User")
    frappe.set_user(f"stock-{mark}@example.com")
    for call in (
        lambda: api.models(form(quotation)),
        lambda: api.answer(form(quotation), version, [], {}),
        lambda: saved(quotation, version, ["IRON", "M230"]),
        lambda: api.publish(f"Pump {mark}"),
    ):
        with pytest.raises(frappe.PermissionError):
            call()


def test_margin_is_not_told_to_whom_cost_is_hidden(offer, mark):
    quotation, version = offer
    settings = frappe.get_single("Offer Desk Settings")
    settings.append("cost_viewers", {"role": "Accounts Manager"})
    settings.save()
    makers.user(f"seller-{mark}@example.com", "Sales User")
    frappe.set_user(f"seller-{mark}@example.com")
    with pytest.raises(frappe.PermissionError):
        api.completion(form(quotation), version, [], {}, "highest_margin")
    assert api.begin(form(quotation), version)["sees_cost"] is False


def test_a_quotation_without_configuration_costs_no_query(site, mark):
    customer = makers.customer(f"Plain {mark}")
    priced_item(f"PLAIN {mark}", 3)
    quotation = quotation_for(customer.name)
    quotation.append("items", {"item_code": f"PLAIN {mark}", "qty": 1})
    quotation.insert()
    seen = []
    run = frappe.db.sql
    frappe.db.sql = lambda *args, **kwargs: seen.append(args) or run(*args, **kwargs)
    try:
        configurations.adopt(quotation)
    finally:
        frappe.db.sql = run
    assert seen == []
