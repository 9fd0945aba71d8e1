"""Two months of the demo company, loaded once for this file in a transaction that is rolled back at the end."""

import pytest

MONTHS = 2


def quietly():
    """Stands where a real load commits."""


@pytest.fixture(scope="module")
def demo(site_connection):
    """The load with its report; frappe stays in the transaction until the last test of this file."""
    from crm_ext.setup.demo.load import Load, make_wish

    frappe = site_connection
    frappe.set_user("Administrator")
    frappe.db.rollback()
    load = Load(make_wish("both", MONTHS, None, 1384), keep=quietly)
    assert load.done == -1, "the test site has a demo company already; these tests need one without"
    load.report = load.run()
    yield load
    frappe.db.rollback()
    frappe.clear_cache()
    assert not frappe.db.exists("Company", load.world.company), "the load has committed something"


@pytest.fixture(autouse=True)
def site(site_connection, demo):
    """Instead of the fixture of all site tests, which would roll the load back after the first test."""
    return site_connection


def documents(frappe, doctype, demo, fields, **filters):
    return frappe.get_all(
        doctype,
        filters={"company": ["in", demo.report["companies"]], "docstatus": 1, **filters},
        fields=fields,
        order_by="creation",
    )


def test_the_trial_balance_of_each_company_balances(site, demo):
    for company in demo.report["companies"]:
        rows = site.get_all(
            "GL Entry",
            filters={"company": company, "is_cancelled": 0},
            fields=["debit", "credit"],
            order_by="name",
        )
        assert rows
        assert sum(row.debit for row in rows) == pytest.approx(sum(row.credit for row in rows), abs=1)


def test_every_voucher_balances_for_itself(site, demo):
    totals = {}
    for row in site.get_all(
        "GL Entry",
        filters={"company": ["in", demo.report["companies"]], "is_cancelled": 0},
        fields=["voucher_no", "debit", "credit"],
        order_by="name",
    ):
        totals[row.voucher_no] = totals.get(row.voucher_no, 0) + row.debit - row.credit
    assert {voucher: rest for voucher, rest in totals.items() if abs(rest) > 1} == {}


def test_no_store_holds_less_than_nothing(site, demo):
    stores = site.get_all(
        "Warehouse", filters={"company": ["in", demo.report["companies"]]}, pluck="name", order_by="name"
    )
    held = site.get_all(
        "Bin",
        filters={"warehouse": ["in", stores]},
        fields=["item_code", "warehouse", "actual_qty"],
        order_by="name",
    )
    assert held
    assert [row for row in held if row.actual_qty < 0] == []
    ledger = site.get_all(
        "Stock Ledger Entry",
        filters={"warehouse": ["in", stores], "qty_after_transaction": ["<", 0]},
        pluck="name",
        order_by="name",
    )
    assert ledger == []


def test_the_ledger_holds_the_receivable_of_every_invoice(site, demo):
    invoices = documents(
        site, "Sales Invoice", demo, ["name", "debit_to", "base_grand_total", "base_rounded_total"]
    )
    assert invoices
    for invoice in invoices:
        posted = site.get_all(
            "GL Entry",
            filters={"voucher_no": invoice.name, "account": invoice.debit_to, "is_cancelled": 0},
            fields=["debit", "credit"],
            order_by="name",
        )
        amount = sum(row.debit - row.credit for row in posted)
        assert amount == pytest.approx(invoice.base_rounded_total or invoice.base_grand_total, abs=1)


def test_service_was_billed_posted_and_planned(site, demo):
    company = demo.world.company
    billed = site.get_all("Billed Period", pluck="sales_invoice", order_by="name")
    assert billed and all(site.db.get_value("Sales Invoice", name, "docstatus") == 1 for name in billed)
    done = site.get_all(
        "Service Order",
        {"company": company, "docstatus": 1},
        ["name", "timesheet", "status"],
        order_by="name",
    )
    assert done and all(order.timesheet and order.status == "Completed" for order in done)
    planned = site.get_all(
        "Service Order", {"company": company, "docstatus": 0}, pluck="technician", order_by="name"
    )
    assert len({technician for technician in planned if technician}) > 1
    assert site.db.exists("Issue", {"status": "Resolved", "equipment": ("is", "set")})


def test_a_missed_time_was_given_back_and_both_reports_show_it(site, demo):
    from crm_ext.field_service.report.cost_of_quality import cost_of_quality
    from crm_ext.service_contracts.flow import contract_profit

    of_contract = {"what": "Service Credit", "service_contract": demo.world.recall("contract", 0)}
    (given,) = site.get_all("Billed Period", of_contract, ["*"], order_by="name")
    note = site.get_doc("Sales Invoice", given.sales_invoice)
    assert note.company == demo.world.company and note.docstatus == 1 and note.net_total == given.amount < 0
    asked = {"company": note.company, "from_date": demo.world.date(0), "to_date": demo.wish.until}
    rows = cost_of_quality.execute({**asked, "group_by": "Complaint"})[1]
    shown = {
        row["key"]: row["service_credits"]
        for row in rows
        if row["service_credits"] and not row.get("is_total")
    }
    assert shown == {given.issue: -given.amount}
    earned = contract_profit.of_contract(given.service_contract, site.utils.getdate(demo.wish.until))
    assert float(earned.penalties) == -given.amount


def test_from_every_invoice_of_goods_the_way_leads_back_to_an_opportunity(site, demo):
    of_service = {"service_contract": ("is", "not set"), "service_order": ("is", "not set")}
    for invoice in documents(site, "Sales Invoice", demo, ["name"], is_return=0, **of_service):
        row = site.get_all(
            "Sales Invoice Item",
            filters={"parent": invoice.name},
            fields=["sales_order", "delivery_note"],
            order_by="idx",
            limit=1,
        )[0]
        assert row.delivery_note
        quotation = site.db.get_value("Sales Order Item", {"parent": row.sales_order}, "prevdoc_docname")
        opportunity = site.db.get_value("Quotation Item", {"parent": quotation}, "prevdoc_docname")
        assert site.db.exists("Opportunity", opportunity)


def test_campaign_spending_stands_in_the_ledger_under_its_campaign(site, demo):
    spending = documents(
        site, "Purchase Invoice", demo, ["name", "campaign", "net_total"], campaign=["is", "set"]
    )
    assert spending
    for bill in spending:
        booked = site.get_all(
            "GL Entry",
            filters={
                "voucher_no": bill.name,
                "campaign": bill.campaign,
                "debit": [">", 0],
                "is_cancelled": 0,
            },
            pluck="debit",
            order_by="name",
        )
        assert sum(booked) >= bill.net_total


def test_each_campaign_was_planned_and_approved(site, demo):
    plans = site.get_all(
        "Campaign Plan",
        filters={"company": demo.world.company},
        fields=["docstatus", "campaign", "project"],
        order_by="name",
    )
    assert plans
    assert all(plan.docstatus == 1 and plan.campaign and plan.project for plan in plans)


def test_leads_of_campaigns_have_touchpoints(site, demo):
    leads = site.get_all(
        "Lead",
        filters={"company": demo.world.company, "campaign_name": ["is", "set"]},
        pluck="name",
        order_by="name",
    )
    touched = set(
        site.get_all(
            "Touchpoint", filters={"lead": ["in", leads]}, pluck="lead", distinct=True, order_by="lead"
        )
    )
    assert set(leads) == touched


def test_documents_carry_the_days_of_the_story_and_none_lies_in_the_future(site, demo):
    first, last = demo.world.date(0), demo.wish.until
    for doctype, field in (("Sales Invoice", "posting_date"), ("Sales Order", "transaction_date")):
        days = [str(row[field]) for row in documents(site, doctype, demo, [field])]
        assert first <= min(days) and max(days) <= last
    created = [
        str(day.date())
        for day in site.get_all(
            "Lead", filters={"company": demo.world.company}, pluck="creation", order_by="name"
        )
    ]
    assert first <= min(created) and max(created) <= last
    assert len(set(created)) > 5


def test_persian_names_come_back_letter_by_letter(site, demo):
    from crm_ext.setup.demo.words import LAST_NAMES
    from crm_ext.shared.text import clean_name

    surnames = {said.persian for said in LAST_NAMES} | {said.english for said in LAST_NAMES}
    stored = site.get_all("Lead", filters={"company": demo.world.company}, pluck="last_name", order_by="name")
    assert any("ی" in name for name in stored)
    assert set(stored) <= surnames
    assert all(name == clean_name(name) for name in stored)
    customers = site.get_all("Customer", pluck="customer_name", order_by="name")
    assert any("تأسیسات" in name for name in customers)


def test_the_second_company_keeps_its_books_in_euro(site, demo):
    assert site.get_cached_value("Company", demo.world.export_company, "default_currency") == "EUR"
    assert site.db.count("GL Entry", {"company": demo.world.export_company}) > 0


def test_a_second_load_finds_the_first_and_changes_nothing(site, demo):
    from crm_ext.setup.demo.load import Load, make_wish

    again = Load(make_wish("fa", 5, None, 7), keep=quietly).run()
    assert again["state"] == "was loaded"
    assert again["documents"] == demo.report["documents"]
    assert again["password"] is None


def test_a_load_that_was_stopped_goes_on_where_it_stood(site, demo):
    from crm_ext.setup.demo.load import Load, make_wish, read_marker, write_marker

    write_marker({**read_marker(), "done": MONTHS})
    resumed = Load(make_wish("both", MONTHS, None, 1384), keep=quietly).run()
    assert resumed["state"] == "loaded"
    assert resumed["documents"] == demo.report["documents"]
    assert resumed["password"], "whoever ends a load is told how to log in"
    demo.report["password"] = resumed["password"]


@pytest.mark.parametrize(
    ("language", "months", "until", "says"),
    [
        ("de", 2, None, "speaks"),
        ("en", 0, None, "months long"),
        ("en", 2, "2999-01-01", "cannot end after today"),
    ],
)
def test_what_cannot_be_loaded_is_refused_with_a_sentence(site, language, months, until, says):
    from crm_ext.setup.demo.load import load_demo

    with pytest.raises(site.ValidationError, match=says):
        load_demo(language=language, months=months, until=until)


def test_only_a_system_manager_may_load_it(site):
    from crm_ext.setup.demo.load import load_demo

    site.set_user("Guest")
    site.flags.in_test = False  # Frappe asks nobody for a role while it tests itself.
    try:
        with pytest.raises(site.PermissionError):
            load_demo()
    finally:
        site.flags.in_test = True
        site.set_user("Administrator")


def test_the_users_of_the_demo_company_can_log_in_with_the_password_that_was_told(site, demo):
    from frappe.utils.password import check_password

    assert demo.report["password"]
    for user in demo.report["users"]:
        assert check_password(user, demo.report["password"]) == user
        assert site.get_roles(user)


def test_its_users_see_the_figures_of_their_work(site, demo):
    """A representative reads the pipeline and an accountant the invoices; neither needs an administrator."""
    try:
        for user, doctype in (
            ("sales", "Opportunity"),
            ("accounts", "Sales Invoice"),
            ("store", "Delivery Note"),
        ):
            site.set_user(f"{user}@ravan-garma.example")
            assert site.get_list(doctype, filters={"company": demo.world.company}, limit=1), (user, doctype)
    finally:
        site.set_user("Administrator")
