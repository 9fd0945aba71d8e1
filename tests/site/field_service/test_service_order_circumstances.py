"""Service orders where things are less plain: other currencies and companies, numbers in both ways, nights, closed days."""

from __future__ import annotations

import frappe
import makers
import pytest
import service_world
from counting import queries_of
from frappe.utils import add_days, flt, get_datetime, nowdate

from crm_ext.api import service_orders as door
from crm_ext.field_service.flow import service_posting, service_report


@pytest.fixture(scope="module")
def committed(site_connection):
    with service_world.committed() as made:
        yield made


@pytest.fixture
def world(site, committed):
    return committed


def seals(world, qty=1, **values):
    return [{"item_code": world.seal, "qty": qty, **values}]


def exchange_rate(source: str, target: str, rate: float) -> None:
    frappe.get_doc(
        {
            "doctype": "Currency Exchange",
            "date": add_days(nowdate(), -5),
            "from_currency": source,
            "to_currency": target,
            "exchange_rate": rate,
        }
    ).insert()


def price(item: str, price_list: str, rate: float) -> None:
    frappe.get_doc(
        {
            "doctype": "Item Price",
            "item_code": item,
            "price_list": price_list,
            "price_list_rate": rate,
            "valid_from": "2020-01-01",
        }
    ).insert()


def price_list(name: str, currency: str = "USD") -> str:
    return (
        frappe.get_doc(
            {
                "doctype": "Price List",
                "price_list_name": name,
                "currency": currency,
                "selling": 1,
                "enabled": 1,
            }
        )
        .insert()
        .name
    )


def close_period(world, *doctypes: str) -> None:
    yesterday = add_days(nowdate(), -1)
    frappe.get_doc(
        {
            "doctype": "Accounting Period",
            "period_name": f"Closed {world.tag}",
            "company": world.company,
            "start_date": yesterday,
            "end_date": yesterday,
            "closed_documents": [{"document_type": doctype, "closed": 1} for doctype in doctypes],
        }
    ).insert()


def live(order) -> dict[str, int]:
    """docstatus of what an order posted, by doctype."""
    return {
        one.document_type: frappe.db.get_value(one.document_type, one.document, "docstatus")
        for one in frappe.get_all(
            "Service Order Posting",
            {"service_order": order.name},
            ["document_type", "document"],
            order_by="name",
        )
    }


def test_an_order_of_a_closed_period_is_not_half_cancelled_and_says_what_to_do(world):
    order = service_world.order(world, parts=seals(world)).submit()
    close_period(world, "Sales Invoice", "Stock Entry")
    frappe.db.savepoint("before_cancel")
    with pytest.raises(frappe.ValidationError, match=r"closed period.*credit note"):
        order.reload().cancel()
    frappe.db.rollback(save_point="before_cancel")
    assert live(order) == {"Stock Entry": 1, "Timesheet": 1, "Sales Invoice": 1}
    assert frappe.db.get_value("Service Order", order.name, "docstatus") == 1


def test_who_leads_service_cancels_without_rights_to_the_ledgers(world):
    motor = {"item_code": world.motor, "qty": 1, "serial_no": world.serials[0]}
    grease = {"item_code": world.grease, "qty": 1, "batch_no": world.batch}
    order = service_world.order(world, parts=[*seals(world), motor, grease]).submit()
    lead = makers.user(f"lead-{world.tag}@example.com", "Maintenance Manager").name
    frappe.set_user(lead)
    frappe.get_doc("Service Order", order.name).cancel()
    frappe.set_user("Administrator")
    assert frappe.db.get_value("Serial No", world.serials[0], "warehouse") == world.van
    assert frappe.db.get_value("Stock Entry", order.stock_entry, "docstatus") == 2
    assert service_world.in_warehouse(world.grease, world.van) == 20


@pytest.mark.parametrize("fields_on_rows", [0, 1])
def test_a_part_with_serial_number_and_batch_leaves_by_one_bundle_and_comes_back(world, fields_on_rows):
    frappe.db.set_single_value("Stock Settings", "use_serial_batch_fields", fields_on_rows)
    valve = makers.item(f"Valve {world.tag}", is_stock_item=1, has_serial_no=1, has_batch_no=1).name
    price(valve, frappe.db.get_single_value("Selling Settings", "selling_price_list"), 50)
    batch = frappe.get_doc({"doctype": "Batch", "batch_id": f"V-{world.tag}", "item": valve}).insert().name
    frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": world.company,
            "set_posting_time": 1,
            "posting_date": add_days(nowdate(), -20),
            "items": [
                {
                    "item_code": valve,
                    "qty": 1,
                    "basic_rate": 20,
                    "t_warehouse": world.van,
                    "use_serial_batch_fields": 1,
                    "serial_no": f"V1-{world.tag}",
                    "batch_no": batch,
                }
            ],
        }
    ).insert().submit()
    part = {"item_code": valve, "qty": 1, "serial_no": f"V1-{world.tag}"}
    order = service_world.order(world, parts=[part]).submit()
    (row,) = frappe.get_doc("Stock Entry", order.stock_entry).items
    bundle = frappe.get_doc("Serial and Batch Bundle", row.serial_and_batch_bundle)
    assert [(one.serial_no, one.batch_no) for one in bundle.entries] == [(f"V1-{world.tag}", batch)]
    assert order.parts_cost == 20
    order.reload().cancel()
    assert frappe.db.get_value("Serial No", f"V1-{world.tag}", "warehouse") == world.van
    assert service_world.in_warehouse(valve, world.van) == 1


def test_parts_of_a_job_that_somebody_else_does_leave_the_other_van(world):
    order = service_world.order(world, parts=seals(world, planned_qty=1))
    other = frappe.get_doc(
        {
            "doctype": "Technician",
            "technician_name": f"Otto {world.tag}",
            "company": world.company,
            "employee": service_world.employee(f"Otto {world.tag}"),
            "van_warehouse": world.store,
        }
    ).insert()
    order.db_set("technician", other.name)
    order.reload().save()
    (problem,) = door.posting(order.name)["problems"]
    assert f"{world.store} has 0" in problem
    order.reload().technician = world.technician
    order.save().submit()
    assert service_world.in_warehouse(world.seal, world.van) == 9


def test_an_order_given_to_another_customer_forgets_where_the_first_one_lives(world):
    order = service_world.order(world, contact_mobile="+1 555 0100", latitude=35.7, longitude=51.4)
    other = makers.customer(f"Next {world.tag}").name
    order.update({"customer": other, "equipment": None, "contact_email": "next@example.com"})
    order.save().reload()
    assert (order.contact_mobile, order.latitude, order.longitude) == (None, 0, 0)
    assert order.contact_email == "next@example.com"


def test_a_unit_of_several_pieces_takes_as_many_out_of_stock(world):
    item = frappe.get_doc("Item", world.seal)
    item.append("uoms", {"uom": "Box", "conversion_factor": 4})
    item.save()
    order = service_world.order(world, parts=seals(world, 2, uom="Box"), times=())
    order.submit()
    assert service_world.in_warehouse(world.seal, world.van) == 2
    assert order.parts_cost == 480


def test_stock_goes_below_nothing_only_where_erpnext_lets_it(world):
    frappe.db.set_value("Item", world.seal, "allow_negative_stock", 1)
    service_world.order(world, parts=seals(world, 11)).submit()
    assert service_world.in_warehouse(world.seal, world.van) == -1
    frappe.db.set_value("Item", world.seal, "allow_negative_stock", 0)
    with pytest.raises(frappe.ValidationError, match=r"1 are needed, and .* has 0"):
        service_world.order(world, parts=seals(world), times=((12, 13),)).submit()


def test_a_customer_with_another_currency_pays_in_it_and_the_ledger_stays_in_the_companys(world):
    exchange_rate("EUR", "USD", 1.25)
    earlier = service_world.order(world, parts=seals(world), times=())
    frappe.db.set_value("Customer", world.customer, "default_currency", "EUR")
    frappe.clear_document_cache("Customer", world.customer)
    account = frappe.get_doc(
        {
            "doctype": "Account",
            "account_name": f"Debtors in EUR {world.tag}",
            "account_type": "Receivable",
            "account_currency": "EUR",
            "company": world.company,
            "parent_account": frappe.db.get_value(
                "Account", makers.account("Asset", "Receivable", world.company), "parent_account"
            ),
        }
    ).insert()
    order = service_world.order(world, parts=seals(world))
    assert (order.currency, order.parts[0].rate, order.times[0].rate) == ("EUR", 80, 64)
    (problem,) = door.posting(order.name)["problems"]
    assert "pays in EUR, but has a receivable account in USD" in problem
    customer = frappe.get_doc("Customer", world.customer)
    customer.append("accounts", {"company": world.company, "account": account.name})
    customer.save()
    order.reload().submit()
    invoice = frappe.get_doc("Sales Invoice", order.sales_invoice)
    assert (invoice.currency, invoice.net_total, invoice.base_net_total) == ("EUR", 208, 260)
    assert order.customer_total == 208 and order.parts_cost == 60
    # An order of before is priced anew and does not take dollars for euros.
    earlier.reload().save()
    assert (earlier.currency, earlier.parts[0].rate) == ("EUR", 80)


def test_hours_are_booked_in_the_companys_currency_whatever_a_new_document_starts_with(world):
    frappe.defaults.set_user_default("currency", "EUR")
    try:
        order = service_world.order(world).submit()
    finally:
        frappe.defaults.clear_user_default("currency")
    sheet = frappe.get_doc("Timesheet", {"service_order": order.name})
    assert (sheet.currency, sheet.exchange_rate) == ("USD", 1)
    assert sheet.base_total_costing_amount == sheet.total_costing_amount > 0


def test_without_a_rate_of_exchange_the_order_says_which_one_is_missing(world):
    frappe.db.set_single_value("Currency Exchange Settings", "disabled", 1)
    frappe.db.set_value("Customer", world.customer, "default_currency", "SAR")
    frappe.clear_document_cache("Customer", world.customer)
    with pytest.raises(frappe.ValidationError, match="SAR to USD"):
        service_world.order(world, parts=seals(world)).submit()


def test_another_company_posts_to_its_own_accounts_and_refuses_the_first_ones_van(world):
    home = frappe.db.get_value("Company", world.company, ["country"], as_dict=True)
    other = frappe.get_doc(
        {
            "doctype": "Company",
            "company_name": f"Abroad {world.tag}",
            "abbr": f"A{world.tag[:3]}",
            "default_currency": "USD",
            "country": home.country,
            "chart_of_accounts": "Standard",
        }
    ).insert()
    account = makers.expense_account("Warranty", other.name).name
    settings = frappe.get_single("Field Service Settings")
    settings.append("accounts", {"company": other.name, "warranty_account": account})
    settings.save()
    store = frappe.db.get_value(
        "Warehouse", {"company": other.name, "is_group": 0, "warehouse_name": "Stores"}, "name"
    )
    frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": other.name,
            "set_posting_time": 1,
            "posting_date": add_days(nowdate(), -20),
            "items": [{"item_code": world.seal, "qty": 3, "basic_rate": 70, "t_warehouse": store}],
        }
    ).insert().submit()
    equipment = service_world.equipment(
        world, company=other.name, warranty_expires_on=add_days(nowdate(), 9), equipment_name="Abroad"
    )
    order = service_world.order(
        world, parts=seals(world), times=(), company=other.name, equipment=equipment.name
    )
    with pytest.raises(frappe.ValidationError, match=f"{world.van} is a warehouse of {world.company}"):
        order.submit()
    order.reload().parts[0].warehouse = store
    order.save().submit()
    assert service_world.ledger(order.stock_entry)[account] == 70
    assert frappe.db.get_value("Stock Entry", order.stock_entry, "company") == other.name


def test_a_tax_rule_of_the_customer_goes_before_the_companys_template(world):
    def template(title: str, rate: float, **values) -> str:
        head = makers.expense_account(f"{title} {world.tag}", world.company).name
        row = {"charge_type": "On Net Total", "account_head": head, "rate": rate, "description": title}
        made = {"doctype": "Sales Taxes and Charges Template", "title": f"{title} {world.tag}"}
        return frappe.get_doc({**made, "company": world.company, "taxes": [row], **values}).insert().name

    template("Usual", 9, is_default=1)
    own = template("Export", 2)
    frappe.get_doc(
        {
            "doctype": "Tax Rule",
            "tax_type": "Sales",
            "customer": world.customer,
            "company": world.company,
            "sales_tax_template": own,
        }
    ).insert()
    order = service_world.order(world, parts=seals(world)).submit()
    invoice = frappe.get_doc("Sales Invoice", order.sales_invoice)
    assert (invoice.taxes_and_charges, invoice.total_taxes_and_charges) == (own, flt(260 * 0.02, 2))


def test_parts_and_labour_are_priced_by_the_customers_own_price_list(world):
    own = price_list(f"Own {world.tag}")
    price(world.seal, own, 91)
    price(world.labour, own, 66)
    frappe.db.set_value("Customer", world.customer, "default_price_list", own)
    frappe.clear_document_cache("Customer", world.customer)
    order = service_world.order(world, parts=seals(world)).submit()
    assert [(row.rate, row.amount) for row in (*order.parts, *order.times)] == [(91, 91), (66, 132)]
    invoice = frappe.get_doc("Sales Invoice", order.sales_invoice)
    assert (invoice.selling_price_list, invoice.net_total) == (own, 223)


def test_an_order_given_to_another_customer_takes_their_prices_and_keeps_typed_rates(world):
    dealers = price_list(f"Dealers {world.tag}")
    price(world.seal, dealers, 70)
    price(world.motor, dealers, 350)
    price(world.labour, dealers, 50)
    dealer = makers.customer(f"Dealer {world.tag}", default_price_list=dealers).name
    typed = {"item_code": world.motor, "qty": 1, "rate": 444, "serial_no": world.serials[0]}
    order = service_world.order(world, parts=[*seals(world), typed])
    assert [row.rate for row in (*order.parts, *order.times)] == [100, 444, 80]
    order.reload().update({"customer": dealer, "equipment": None})
    order.save().reload().submit()
    assert [row.rate for row in (*order.parts, *order.times)] == [70, 444, 50]
    assert frappe.db.get_value("Sales Invoice", order.sales_invoice, "net_total") == 70 + 444 + 100


def test_a_sister_company_is_invoiced_as_an_internal_customer(world):
    sister = frappe.get_doc(
        {
            "doctype": "Company",
            "company_name": f"Sister {world.tag}",
            "abbr": f"S{world.tag[:3]}",
            "default_currency": "USD",
            "country": frappe.get_cached_value("Company", world.company, "country"),
        }
    ).insert()
    customer = frappe.get_doc("Customer", world.customer)
    customer.update({"is_internal_customer": 1, "represents_company": sister.name})
    customer.append("companies", {"company": world.company})
    customer.save()
    order = service_world.order(world, parts=seals(world)).submit()
    invoice = frappe.get_doc("Sales Invoice", order.sales_invoice)
    assert (invoice.docstatus, invoice.represents_company, invoice.net_total) == (1, sister.name, 260)


def test_hours_that_stand_elsewhere_already_are_told_before_submitting(world):
    first = service_world.order(world).submit()
    second = service_world.order(world, times=((10, 12),))
    (problem,) = door.posting(second.name)["problems"]
    assert "timesheet for the same hours" in problem and first.timesheet in problem
    frappe.db.set_single_value("Projects Settings", "ignore_employee_time_overlap", 1)
    frappe.clear_document_cache("Projects Settings", "Projects Settings")
    assert door.posting(second.name)["problems"] == []
    assert frappe.get_doc("Service Order", second.name).submit().docstatus == 1


def test_hours_without_a_cost_are_booked_and_said_to_cost_nothing(world):
    service_world.settings(world, labour_in_ledger=1)
    frappe.db.set_value("Technician", world.technician, "cost_per_hour", 0)
    order = service_world.order(world)
    (hint,) = door.posting(order.name)["hints"]
    assert world.technician in hint and world.activity in hint
    order.submit()
    assert (order.labour_cost, order.journal_entry) == (0, None)
    frappe.get_doc(
        {
            "doctype": "Activity Cost",
            "employee": world.employee,
            "activity_type": world.activity,
            "costing_rate": 25,
        }
    ).insert()
    paid = service_world.order(world, times=((12, 14),))
    assert door.posting(paid.name)["hints"] == []
    assert paid.submit().labour_cost == 50


def test_a_night_is_one_piece_of_work_and_is_posted_on_the_day_it_ends(world):
    order = service_world.order(world, times=())
    order.append(
        "times",
        {
            "what": "Work",
            "from_time": get_datetime(f"{add_days(nowdate(), -2)} 22:00:00"),
            "to_time": get_datetime(f"{add_days(nowdate(), -1)} 02:30:00"),
        },
    )
    order.save().submit()
    assert order.times[0].hours == 4.5
    assert str(order.posting_date) == add_days(nowdate(), -1)
    sheet = frappe.get_doc("Timesheet", order.timesheet)
    assert (str(sheet.start_date), str(sheet.end_date)) == (add_days(nowdate(), -2), add_days(nowdate(), -1))
    assert sheet.total_hours == 4.5


def test_what_submitting_posts_is_shown_before_and_opened_after(world):
    service_world.contract(world, hours_included=1, visits_included=2)
    order = service_world.order(world, parts=seals(world, 2, return_warehouse=world.store))
    told = door.posting(order.name)
    assert [(one["doctype"], one["says"]) for one in told["documents"]] == [
        ("Service Contract", "Visits drawn: 1"),
        ("Service Contract", "Hours drawn: 1"),
        ("Stock Entry", f"From {world.van}: 2 × Seal {world.tag}"),
        ("Stock Entry", f"Old parts to {world.store}: 2 × Seal {world.tag}"),
        ("Timesheet", f"Hours of {world.technician}: 2"),
        ("Sales Invoice", f"{frappe.utils.fmt_money(280, currency='USD')} before taxes"),
    ]
    assert told["problems"] == [] and not live(order)
    order.submit()
    opened = [(one["doctype"], one["name"]) for one in door.posting(order.name)["documents"]]
    assert [doctype for doctype, _name in opened] == [
        "Stock Entry",
        "Stock Entry",
        "Timesheet",
        "Sales Invoice",
    ]
    assert {order.stock_entry, order.timesheet, order.sales_invoice} <= {name for _doctype, name in opened}


def test_all_that_stands_in_the_way_is_told_at_once(world):
    order = service_world.order(world, parts=seals(world, 99), result="")
    order.tasks[0].is_done = 0
    order.save()
    problems = " ".join(door.posting(order.name)["problems"])
    for sentence in ("choose a Result", "not done yet", "99 are needed"):
        assert sentence in problems


def test_why_somebody_pays_is_said_in_the_readers_language_and_an_earlier_sentence_as_it_was(world):
    equipment = service_world.equipment(world, warranty_expires_on="2099-05-04")
    secret = {"decided_by_hand": 1, "payer": "Ourselves", "decision_reason": "They were about to leave us"}
    order = service_world.order(
        world, parts=[*seals(world), *seals(world, **secret)], equipment=equipment.name
    )
    frappe.db.set_value("Service Order Time", order.times[0].name, "payer_reason", "Said once")
    before = frappe.local.lang
    try:
        told = {}
        for frappe.local.lang in ("en", "fa"):
            sent = frappe.get_doc("Service Order", order.name).as_dict()
            told[frappe.local.lang] = [row["why"] for row in (*sent["parts"], *sent["times"])]
            told[frappe.local.lang].append(frappe.get_print("Service Order", order.name, "Service Report"))
    finally:
        frappe.local.lang = before
    english, persian = told["en"], told["fa"]
    assert "warranty until" in english[0] and "2099" in english[0] and english[0] in english[3]
    assert "۱۴۷۸/۰۲/۱۵" in persian[0] and persian[0] in persian[3]
    # What was decided by hand has a reason for colleagues and not for the customer's copy.
    assert english[1] == "They were about to leave us" and english[1] not in english[3]
    assert english[2] == persian[2] == "Said once"


def test_the_customer_reads_who_pays_in_the_portal(world):
    contract = service_world.contract(world, parts_percent=80)
    order = service_world.order(world, parts=seals(world)).submit()
    part, time = service_report.who_pays(order.name)
    assert part["what"] == f"Seal {world.tag}"
    assert [payer["who"] for payer in part["payers"]] == ["Contract 80%", "Customer 20%"]
    assert all(contract.name in payer["why"] for payer in (*part["payers"], *time["payers"]))
    assert [payer["who"] for payer in time["payers"]] == ["Contract"]


def test_statements_of_a_submit_grow_with_parts_no_faster_than_erpnexts_own_documents(world):
    receipt = {"doctype": "Stock Entry", "stock_entry_type": "Material Receipt", "company": world.company}
    line = {"item_code": world.seal, "qty": 100, "basic_rate": 60, "t_warehouse": world.van}
    receipt |= {"set_posting_time": 1, "posting_date": add_days(nowdate(), -20), "items": [line]}
    frappe.get_doc(receipt).insert().submit()

    def erpnexts_own(count: int) -> int:
        entry = frappe.get_doc(
            {
                "doctype": "Stock Entry",
                "stock_entry_type": "Material Issue",
                "company": world.company,
                "items": [{"item_code": world.seal, "qty": 1, "s_warehouse": world.van}] * count,
            }
        )
        invoice = frappe.get_doc(
            {
                "doctype": "Sales Invoice",
                "customer": world.customer,
                "company": world.company,
                "due_date": nowdate(),
                "items": [{"item_code": world.seal, "qty": 1, "rate": 100}] * count,
            }
        )
        return queries_of(lambda: (entry.insert().submit(), invoice.insert().submit()))

    def ours(count: int, hour: int) -> int:
        order = service_world.order(world, parts=seals(world) * count, times=((hour, hour + 1),))
        return queries_of(order.submit)

    ours(1, 6), erpnexts_own(1)  # caches are filled
    own = erpnexts_own(9) - erpnexts_own(1)
    added = ours(9, 10) - ours(1, 8)
    assert added <= own, f"eight more parts: {added} statements, ERPNext's own documents {own}"


def test_a_preview_takes_the_same_statements_for_one_part_and_for_many(world):
    orders = [service_world.order(world, parts=seals(world) * count) for count in (1, 9)]
    documents = [frappe.get_doc("Service Order", order.name) for order in orders]
    for document in documents:
        service_posting.preview(document)
    one, many = (queries_of(lambda each=each: service_posting.preview(each)) for each in documents)
    assert one == many
