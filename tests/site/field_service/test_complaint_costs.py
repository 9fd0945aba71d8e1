"""What complaints cost, on whom it lands, and what suppliers are asked to pay: on real stock, time and ledger rows."""

from __future__ import annotations

import complaint_world as world
import counting
import frappe
import makers
import pytest
import service_world
from frappe.utils import add_days, flt, getdate, now_datetime, today

from crm_ext.field_service.flow import complaint_costs, supplier_claims
from crm_ext.field_service.report.cost_of_quality import cost_of_quality


@pytest.fixture
def maker(site):
    return makers.supplier("Maker of Pumps").name


@pytest.fixture
def claim_account(site):
    account = makers.expense_account("Claims against Suppliers").name
    settings = frappe.get_doc("Field Service Settings")
    settings.accounts = []
    settings.append(
        "accounts",
        {"company": makers.company(), "supplier_claim_account": account, "desk_hour_cost": 60},
    )
    settings.supplier_claim_item = makers.item("Claim").name
    settings.flags.ignore_mandatory = True
    settings.save()
    return account


@pytest.fixture
def complaint(maker):
    """A pump of a batch of the maker leaks; a seal of 30 and two hours of 40 mend it."""
    item = makers.item("Leaking Pump", is_stock_item=1, has_batch_no=1, has_serial_no=1, create_new_batch=1)
    batch = frappe.get_doc(
        {"doctype": "Batch", "item": item.name, "batch_id": f"B-{item.name}", "supplier": maker}
    ).insert()
    serial = frappe.get_doc(
        {
            "doctype": "Serial No",
            "serial_no": f"S-{item.name}",
            "item_code": item.name,
            "batch_no": batch.name,
            "company": makers.company(),
        }
    )
    serial.via_stock_ledger = True
    serial.insert()
    customer = makers.customer("Complaining Customer").name
    pump = world.equipment(customer, item_code=item.name, serial_no=serial.name)
    cause = frappe.get_doc({"doctype": "Complaint Cause", "cause_name": "Seal Worn Out Too Soon"}).insert()
    return world.complaint(equipment=pump.name, complaint_cause=cause.name)


@pytest.fixture
def mended(complaint):
    return mend(complaint)


def mend(complaint, qty=1):
    seal = makers.item(f"Seal {frappe.generate_hash(length=6)}", is_stock_item=1).name
    makers.stock(seal, 10, 30)
    order = frappe.get_doc(
        {
            "doctype": "Service Order",
            "title": "Mend the pump",
            "company": complaint.company,
            "customer": complaint.customer,
            "issue": complaint.name,
            "equipment": complaint.equipment,
            "parts": [{"item_code": seal, "qty": qty, "payer": "Supplier"}],
        }
    ).insert()
    used = {"item_code": seal, "qty": qty, "s_warehouse": makers.warehouse()}
    frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Issue",
            "company": complaint.company,
            "service_order": order.name,
            "items": [used],
        }
    ).submit()
    worked = {"activity_type": activity(), "hours": 2, "from_time": now_datetime(), "costing_rate": 40}
    frappe.get_doc(
        {
            "doctype": "Timesheet",
            "company": complaint.company,
            "service_order": order.name,
            "time_logs": [worked],
        }
    ).submit()
    return order


def activity():
    name = "Mending"
    if not frappe.db.exists("Activity Type", name):
        frappe.get_doc({"doctype": "Activity Type", "activity_type": name, "costing_rate": 40}).insert()
    return name


def report(group_by, **filters):
    asked = {
        "company": makers.company(),
        "from_date": add_days(today(), -7),
        "to_date": add_days(today(), 7),
        "group_by": group_by,
    }
    return cost_of_quality.execute(asked | filters)


def row_of(rows, key):
    return next(row for row in rows if row.get("key") == key)


def test_parts_labour_desk_and_credit_notes_land_on_item_batch_supplier_and_cause(
    complaint, mended, maker, claim_account
):
    frappe.get_doc({"doctype": "Complaint Cost", "issue": complaint.name, "minutes": 30}).insert()
    sold = makers.sales_invoice(complaint.customer, makers.item("Goodwill").name, rate=100)
    credit = makers.sales_invoice(
        complaint.customer, "Goodwill", qty=-1, rate=25, is_return=1, return_against=sold.name
    )
    frappe.get_doc(
        {
            "doctype": "Complaint Cost",
            "issue": complaint.name,
            "kind": "Credit Note",
            "sales_invoice": credit.name,
        }
    ).insert()
    equipment = frappe.get_doc("Equipment", complaint.equipment)
    keys = {
        "Item": equipment.item_code,
        "Batch": f"B-{equipment.item_code}",
        "Supplier": maker,
        "Cause": complaint.complaint_cause,
        "Complaint": complaint.name,
    }
    for group_by, key in keys.items():
        row = row_of(report(group_by)[1], key)
        assert (row["parts"], row["labour"], row["desk"], row["credit_notes"]) == (30, 80, 30, 25), group_by
        assert row["net"] == 165
    documents = report("Document", issue=complaint.name)[1]
    assert {row["doctype"] for row in documents} == {
        "Stock Entry",
        "Timesheet",
        "Complaint Cost",
        "Sales Invoice",
    }
    assert sum(row["amount"] for row in documents) == 165


def test_the_footer_says_what_the_ledger_says(complaint, mended):
    _, _, message, _, _ = report("Item", issue=complaint.name)
    assert "Parts: $ 30.00 in the stock ledger, $ 30.00 in the general ledger, difference $ 0.00" in message
    assert "$ 80.00 are not in the ledger" in message


def test_more_complaints_cost_no_more_statements(complaint, mended):
    report("Supplier")
    few = counting.queries_of(lambda: report("Supplier"))
    for _ in range(3):
        mend(world.complaint(equipment=complaint.equipment))
    report("Supplier")
    assert counting.queries_of(lambda: report("Supplier")) == few


def test_documents_that_cost_nothing_are_left_out_and_stop_no_report(complaint, mended):
    frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": complaint.company,
            "service_order": mended.name,
            "items": [
                {
                    "item_code": mended.parts[0].item_code,
                    "qty": 1,
                    "t_warehouse": makers.warehouse(),
                    "basic_rate": 0,
                    "allow_zero_valuation_rate": 1,
                }
            ],
        }
    ).submit()
    # No cost of an hour is set for the company.
    frappe.get_doc({"doctype": "Complaint Cost", "issue": complaint.name, "minutes": 30}).insert()
    free = world.complaint(equipment=complaint.equipment)
    frappe.get_doc({"doctype": "Complaint Cost", "issue": free.name, "minutes": 30}).insert()
    documents = report("Document")[1]
    assert sorted(row["amount"] for row in documents if row["issue"] == complaint.name) == [30, 80]
    assert free.name not in {row["issue"] for row in documents}
    assert free.name not in {row.get("key") for row in report("Complaint")[1]}


def test_a_credit_note_is_borne_by_one_complaint(complaint, claim_account):
    sold = makers.sales_invoice(complaint.customer, makers.item("Goodwill").name, rate=100)
    credit = makers.sales_invoice(
        complaint.customer, "Goodwill", qty=-1, rate=25, is_return=1, return_against=sold.name
    )
    cost = {"doctype": "Complaint Cost", "kind": "Credit Note", "sales_invoice": credit.name}
    frappe.get_doc({**cost, "issue": complaint.name}).insert()
    other = world.complaint(equipment=complaint.equipment)
    with pytest.raises(frappe.UniqueValidationError):
        frappe.get_doc({**cost, "issue": other.name}).insert()


def test_what_a_service_order_posts_is_the_cost_of_its_complaint_and_the_claim_on_the_supplier(maker):
    made = service_world.world()
    issue = world.complaint(equipment=made.equipment)
    by_hand = {"payer": "Supplier", "supplier": maker, "decided_by_hand": 1, "decision_reason": "Bad batch"}
    part = {"item_code": made.seal, "qty": 2, "return_warehouse": made.store, **by_hand}
    order = service_world.order(
        made, parts=[part, {"item_code": made.grease, "qty": 1, "batch_no": made.batch}]
    )
    order.issue = issue.name
    order.save().submit()
    row = row_of(report("Complaint", issue=issue.name)[1], issue.name)
    assert (row["parts"], row["labour"] + row["travel"], row["total"]) == (124, 60, 184)
    assert "difference $ 0.00" in report("Complaint", issue=issue.name)[2]
    claim = supplier_claims.make_from("Issue", issue.name)
    assert [(line.item_code, line.qty, line.amount) for line in claim.lines] == [(made.seal, 2, 120)]
    claim.update({"post_as": "Journal Entry"})
    claim.insert().submit()
    assert ledger("Journal Entry", claim.journal_entry, made.accounts["supplier_claim_account"]) == -120
    assert ledger("Stock Entry", order.stock_entry, made.accounts["supplier_claim_account"]) == 120


# Claims against suppliers


def ledger(doctype, name, account):
    rows = frappe.get_all(
        "GL Entry",
        {"voucher_type": doctype, "voucher_no": name, "account": account, "is_cancelled": 0},
        ["debit", "credit"],
        order_by="name",
    )
    return sum(flt(row.debit) - flt(row.credit) for row in rows)


@pytest.fixture
def claim(claim_account, maker):
    """A seal of 30 for which the maker is to pay; the row of the service order is what may be claimed once."""
    seal = makers.item("Claimed Seal").name
    pump = world.equipment(makers.customer("Complaining Customer").name)
    issue = world.complaint(equipment=pump.name)
    order = frappe.get_doc(
        {
            "doctype": "Service Order",
            "title": "Mend the pump",
            "company": issue.company,
            "customer": issue.customer,
            "issue": issue.name,
            "parts": [{"item_code": seal, "qty": 1}],
        }
    ).insert()
    line = {"kind": "Part", "item_code": seal, "qty": 1, "rate": 30, "source_row": order.parts[0].name}
    return frappe.get_doc(
        {
            "doctype": "Supplier Claim",
            "supplier": maker,
            "company": issue.company,
            "currency": frappe.get_cached_value("Company", issue.company, "default_currency"),
            "issue": issue.name,
            "service_order": order.name,
            "lines": [line],
        }
    )


def test_a_claim_asks_the_supplier_of_the_batch_for_the_cost_of_the_parts(
    mended, maker, complaint, claim_account
):
    frappe.db.set_value("Service Order", mended.name, "docstatus", 1)
    claim = supplier_claims.make_from("Service Order", mended.name).insert()
    assert (claim.supplier, claim.issue, claim.total) == (maker, complaint.name, 30)
    assert claim.batch_no and claim.item_code
    claim.submit()
    assert supplier_claims.make_from("Service Order", mended.name).lines == []


@pytest.mark.parametrize(
    ("post_as", "doctype"), [("Debit Note", "Purchase Invoice"), ("Journal Entry", "Journal Entry")]
)
def test_a_claim_posts_one_document_and_cancelling_takes_it_back(claim, claim_account, post_as, doctype):
    claim.post_as = post_as
    claim.insert().submit()
    name = claim.purchase_invoice or claim.journal_entry
    assert frappe.db.get_value(doctype, name, "docstatus") == 1
    assert ledger(doctype, name, claim_account) == -30
    supplier_claims.post(claim)
    assert (claim.purchase_invoice or claim.journal_entry) == name
    claim.reload().cancel()
    assert frappe.db.get_value(doctype, name, "docstatus") == 2
    assert ledger(doctype, name, claim_account) == 0
    assert claim.status == "Cancelled"


def test_nothing_is_claimed_twice(claim):
    second = frappe.copy_doc(claim)
    claim.insert().submit()
    with pytest.raises(frappe.ValidationError, match="claimed already"):
        second.insert().submit()
    # And if nobody had looked, the database would not have it.
    with pytest.raises(Exception, match="Duplicate entry"):
        frappe.db.set_value("Supplier Claim Line", second.lines[0].name, "claim_key", claim.lines[0].claim_key)


def test_a_refused_claim_leaves_the_cost_with_us_and_may_be_made_anew(claim, claim_account):
    again = frappe.copy_doc(claim)
    claim.insert().submit()
    assert complaint_costs.of_issue(claim.issue).claimed == 30
    supplier_claims.refuse(claim.name, "Wrong use")
    assert ledger("Purchase Invoice", claim.purchase_invoice, claim_account) == 0
    assert complaint_costs.of_issue(claim.issue).claimed == 0
    with pytest.raises(frappe.ValidationError, match="can be settled or refused"):
        supplier_claims.settle(claim.name)
    again.insert().submit()
    assert again.purchase_invoice != claim.purchase_invoice


def test_a_settled_claim_is_what_the_supplier_took_over(claim):
    claim.insert().submit()
    supplier_claims.settle(claim.name)
    assert complaint_costs.of_issue(claim.issue).recovered == 30
    assert getdate(frappe.db.get_value("Supplier Claim", claim.name, "ended_on")) == getdate()


def test_a_claim_that_the_supplier_paid_is_neither_refused_nor_cancelled(claim):
    claim.post_as = "Debit Note"
    claim.insert().submit()
    of_supplier = {
        "account": makers.account("Liability", "Payable"),
        "party_type": "Supplier",
        "party": claim.supplier,
        "credit_in_account_currency": 30,
        "reference_type": "Purchase Invoice",
        "reference_name": claim.purchase_invoice,
    }
    cash = {"account": makers.account("Asset", "Cash"), "debit_in_account_currency": 30}
    journal = frappe.get_doc(
        {
            "doctype": "Journal Entry",
            "company": claim.company,
            "posting_date": today(),
            "accounts": [of_supplier, cash],
        }
    ).submit()
    frappe.db.savepoint("paid")
    for verb in (lambda: supplier_claims.refuse(claim.name, "Wrong use"), claim.reload().cancel):
        with pytest.raises(frappe.ValidationError, match=journal.name):
            verb()
        frappe.db.rollback(save_point="paid")
    supplier_claims.settle(claim.name)
    assert frappe.db.get_value("Purchase Invoice", claim.purchase_invoice, "docstatus") == 1


def test_a_claim_without_an_account_says_where_to_name_it(claim):
    frappe.db.delete("Field Service Account", {"parent": "Field Service Settings"})
    frappe.clear_document_cache("Field Service Settings", "Field Service Settings")
    with pytest.raises(frappe.ValidationError, match="Name the account for claims"):
        claim.insert().submit()
