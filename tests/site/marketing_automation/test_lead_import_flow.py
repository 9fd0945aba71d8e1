"""A file becomes leads: checked, shown, imported once, with every refused row in a file of its own."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import frappe
import pytest

from crm_ext.marketing_automation.flow import lead_import
from crm_ext.shared.results import Refusal

HEADINGS = "First Name,Last Name,Organization Name,Email,Mobile No,Tax ID,City,Qualified On"
ROWS = (
    "Sara,Hosseini,Blue Pumps,sara@import.test,09339990001,,Tehran,1405/08/30",
    "علي,كاظمي,شرکت پمپ,ali@import.test,۰۹۳۳۹۹۹۰۰۰۲,IR-7700391,تبریز,2026-11-21",
    "Sara,Again,,SARA@import.test,,,,",
    'Evil,=HYPERLINK("http://x"),,,,,,',
    "Bad,Mail,,not-an-address,12,,,31/02/2026",
    ",,,nobody@import.test,,,,",
    "Nameless Twin,,,,,,Shiraz,",
)


@pytest.fixture
def import_of(site):
    frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", 1)

    def make(*rows, headings=HEADINGS, **values):
        content = "\n".join((headings, *rows))
        file = frappe.get_doc(
            {"doctype": "File", "file_name": "leads.csv", "content": content, "is_private": 1}
        ).insert()
        doc = {"doctype": "Lead Import", "title": "Fair", "file": file.file_url, "country": "Iran", **values}
        return frappe.get_doc(doc).insert()

    return make


def finished(doc):
    frappe.db.set_value("Lead Import", doc.name, "status", "Running")
    lead_import.run(doc.name, end_step=lambda: None)
    return frappe.get_doc("Lead Import", doc.name)


def checked(doc):
    lead_import.check(doc.name, end_step=lambda: None)
    return frappe.get_doc("Lead Import", doc.name)


def rows_of(doc, *fields):
    return frappe.get_all(
        "Lead Import Row", {"lead_import": doc.name}, list(fields), order_by="file_row", as_list=True
    )


def counts(doc):
    return doc.new_leads, doc.duplicates, doc.refused_rows


def test_columns_are_guessed_when_the_file_is_attached(import_of):
    doc = import_of(*ROWS)
    assert [(column.heading, column.target, column.sample) for column in doc.columns][:2] == [
        ("First Name", "first_name", "Sara"),
        ("Last Name", "last_name", "Hosseini"),
    ]
    assert [column.target for column in doc.columns][-3:] == ["tax_id", "city", "qualified_on"]


def test_a_check_shows_what_would_happen_and_writes_no_lead(import_of):
    before = frappe.db.count("Lead")
    doc = checked(import_of(*ROWS))
    assert (doc.status, doc.total_rows, counts(doc)) == ("Checked", 7, (3, 1, 3))
    result = json.loads(doc.result)
    assert [row["row"] for row in result["rows"]["Refused"]] == [5, 6, 7]
    assert {reason["code"] for reason in result["reasons"]} == {
        "same_row", "formula_in_cell", "email_not_valid", "phone_not_understood", "date_does_not_exist", "name_missing",
    }  # fmt: skip
    assert frappe.db.count("Lead") == before
    assert frappe.db.count("Lead Import Row", {"lead_import": doc.name}) == 0


def test_an_import_makes_leads_contacts_and_a_file_of_refused_rows(import_of):
    doc = finished(import_of(*ROWS, source="Campaign"))
    assert (doc.status, counts(doc)) == ("Done with Refusals", (3, 1, 3))
    ali = frappe.get_all(
        "Lead", {"email_id": "ali@import.test"},
        ["lead_name", "mobile_no", "qualified_on", "source", "country", "title"], order_by="name",
    )[0]  # fmt: skip
    assert (ali.lead_name, ali.mobile_no, str(ali.qualified_on)) == (
        "علی کاظمی",
        "+989339990002",
        "2026-11-21",
    )
    assert (ali.source, ali.country, ali.title) == ("Campaign", "Iran", "شرکت پمپ")
    assert frappe.db.exists("Contact", {"email_id": "ali@import.test", "mobile_no": "+989339990002"})
    sara = frappe.get_all("Lead", {"email_id": "sara@import.test"}, pluck="qualified_on", order_by="name")
    assert [str(day) for day in sara] == ["2026-11-21"], "the Jalali date is the same day"
    file = frappe.get_doc("File", {"file_url": doc.refused_file})
    assert file.is_private
    lines = list(csv.reader(Path(file.get_full_path()).read_text(encoding="utf-8-sig").splitlines()))
    assert lines[0][-2:] == ["Row", "Reason"]
    assert [line[-2] for line in lines[1:]] == ["5", "6", "7"]
    assert lines[1][1] == '\'=HYPERLINK("http://x")', "opened in a spreadsheet program it stays text"
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)
    assert all(line[-1] for line in lines[1:])


def test_every_row_of_the_file_is_accounted_for(import_of):
    doc = finished(import_of(*ROWS))
    outcomes = [outcome for (outcome,) in rows_of(doc, "outcome")]
    assert outcomes == ["New", "New", "Duplicate", "Refused", "Refused", "Refused", "New"]


def test_the_same_file_again_changes_nothing(import_of):
    finished(import_of(*ROWS))
    before = frappe.db.count("Lead"), frappe.db.count("Contact"), frappe.db.count("Dynamic Link")
    again = finished(import_of(*ROWS))
    assert counts(again) == (0, 4, 3)
    assert (frappe.db.count("Lead"), frappe.db.count("Contact"), frappe.db.count("Dynamic Link")) == before


def test_a_finished_import_cannot_be_started_again(import_of):
    doc = finished(import_of(*ROWS))
    with pytest.raises(frappe.ValidationError, match="This file is imported"):
        lead_import.begin(doc.name)


def test_a_row_without_any_number_comes_back_after_its_lead_was_deleted(import_of):
    finished(import_of("Solo,,,,,,Yazd,"))
    frappe.delete_doc("Lead", frappe.db.get_value("Lead", {"first_name": "Solo"}))
    assert counts(finished(import_of("Solo,,,,,,Yazd,"))) == (1, 0, 0)


def test_known_people_are_found_however_their_numbers_were_written(import_of):
    customer = frappe.get_doc(
        {"doctype": "Customer", "customer_name": "Known Ltd", "tax_id": "IR 99 1"}
    ).insert()
    frappe.get_doc({"doctype": "Lead", "first_name": "Old", "mobile_no": "0912 555 (0001)"}).insert()
    contact = frappe.get_doc({"doctype": "Contact", "first_name": "Card"})
    contact.append("phone_nos", {"phone": "0098 912 555 0002"})
    contact.append("email_ids", {"email_id": "Card@Import.Test"})
    contact.insert()
    doc = finished(
        import_of(
            "A,,,,+989125550001,,,",
            "B,,,,09125550002,,,",
            "C,,,card@import.test,,,,",
            "D,,,,,ir-991,,",
            "E,,,,09125550009,,,",
        )
    )
    found = rows_of(doc, "outcome", "party_type", "reason_code")
    # ERPNext made a contact of the old lead; the lead goes before it.
    assert found == (
        ("Duplicate", "Lead", "known_phone"),
        ("Duplicate", "Contact", "known_phone"),
        ("Duplicate", "Contact", "known_email"),
        ("Duplicate", "Customer", "known_tax_id"),
        ("New", None, None),
    )
    assert rows_of(doc, "party")[3] == (customer.name,)


def test_an_address_is_made_and_linked_to_its_lead(import_of):
    doc = finished(
        import_of(
            "Sara,Valiasr 12,Tehran,19395", headings="First Name,Address,City,Postal Code", country="Iran"
        )
    )
    lead = rows_of(doc, "lead")[0][0]
    address = frappe.get_doc(
        "Address", frappe.db.get_value("Dynamic Link", {"link_name": lead, "parenttype": "Address"}, "parent")
    )
    assert (address.address_line1, address.city, address.country, address.pincode) == (
        "Valiasr 12",
        "Tehran",
        "Iran",
        "19395",
    )


def test_imported_leads_get_a_touchpoint_and_known_ones_too_where_that_is_chosen(import_of):
    campaign = frappe.get_doc({"doctype": "Campaign", "campaign_name": "Fair of imports"}).insert().name
    doc = finished(
        import_of(
            *ROWS[:2],
            campaign=campaign,
            channel="Event",
            touched_on="2026-10-01",
            duplicate_policy="Add Touchpoint",
        )
    )
    leads = [lead for (lead,) in rows_of(doc, "lead")]
    touches = frappe.get_all(
        "Touchpoint", {"lead": ("in", leads)}, ["lead", "channel", "campaign"], order_by="lead"
    )
    assert [(touch.lead, touch.channel, touch.campaign) for touch in touches] == [
        (lead, "Event", campaign) for lead in leads
    ]
    finished(
        import_of(
            *ROWS[:2],
            campaign=campaign,
            channel="Event",
            touched_on="2026-10-02",
            duplicate_policy="Add Touchpoint",
        )
    )
    assert frappe.db.count("Touchpoint", {"lead": ("in", leads)}) == 4


def test_an_unknown_campaign_refuses_its_rows_only(import_of):
    doc = finished(import_of("Sara,Atlantis", "Ali,", headings="First Name,Campaign"))
    assert rows_of(doc, "outcome", "reason_code") == (("Refused", "unknown_link"), ("New", None))


@pytest.mark.parametrize(
    ("headings", "rows", "sentence"),
    [
        ("Email,Mobile", ["a@b.com,0912"], "No column is mapped to a name"),
        ("Shoe size,Colour", ["42,red"], "No column is mapped to a name"),
    ],
)
def test_wrong_columns_are_told_in_a_sentence(import_of, headings, rows, sentence):
    doc = checked(import_of(*rows, headings=headings))
    assert doc.status == "Failed"
    assert sentence in doc.error


def test_a_file_that_is_no_table_is_refused_when_it_is_attached(site):
    file = frappe.get_doc(
        {"doctype": "File", "file_name": "x.csv", "content": "%PDF-1.7 x", "is_private": 1}
    ).insert()
    with pytest.raises(frappe.ValidationError, match="no table"):
        frappe.get_doc({"doctype": "Lead Import", "title": "x", "file": file.file_url}).insert()


def test_the_private_file_of_somebody_else_is_not_read(import_of):
    file = frappe.get_doc(
        {"doctype": "File", "file_name": "secret.csv", "content": "Name\nBoss\n", "is_private": 1}
    ).insert()
    frappe.set_user(sales_user())
    with pytest.raises(frappe.ValidationError, match="Attach the file to this document"):
        frappe.get_doc({"doctype": "Lead Import", "title": "x", "file": file.file_url}).insert()


def sales_user():
    email = "import.seller@example.com"
    if not frappe.db.exists("User", email):
        user = {"doctype": "User", "email": email, "first_name": "Seller", "send_welcome_email": 0}
        frappe.get_doc({**user, "roles": [{"role": "Sales User"}]}).insert()
    return email


def test_the_settings_of_an_import_stand_still_once_rows_are_imported(import_of):
    doc = finished(import_of(*ROWS))
    doc.territory = "Rest Of The World"
    with pytest.raises(frappe.ValidationError, match="imported already"):
        doc.save()


def test_the_number_of_queries_does_not_grow_with_the_rows_of_a_chunk(import_of):
    def queries_for(count, prefix):
        doc = import_of(
            *(
                f"P{n},,,{prefix}{n}@import.test,0912{n + 2_000_000 + len(prefix) * 1000},,,"
                for n in range(count)
            )
        )
        statements = []
        original = frappe.db._cursor.execute
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                type(frappe.db._cursor),
                "execute",
                lambda self, query, *a, **k: (statements.append(query), execute(self, query, *a, **k))[1],
            )
            execute = original.__func__
            finished(doc)
        return len(statements)

    queries_for(3, "warm")
    assert abs(queries_for(20, "few") - queries_for(200, "many")) <= 2


def test_every_refusal_has_its_sentence():
    from crm_ext.marketing_automation.flow import lead_import_sentences as sentences
    from crm_ext.marketing_automation.rules import lead_columns, lead_rows
    from crm_ext.shared import calendars, table_files

    written = "".join(
        Path(module.__file__).read_text() for module in (lead_columns, lead_rows, calendars, table_files)
    )
    codes = set(re.findall(r'refuse\(\s*"(\w+)"', written)) | {"undecodable", "malformed"}
    known = set(sentences._row_sentences("en")) | set(sentences._file_sentences("en"))
    assert codes <= known
    for code in known:
        place = {
            "label": "Email",
            "value": "x",
            "length": 3,
            "size": 1,
            "largest": 2,
            "fieldname": "email_id",
        }
        assert "{" not in sentences.explain(Refusal(code, place))


def test_strangers_learn_nothing_and_start_nothing(import_of):
    from crm_ext.api import lead_import as doors

    doc = import_of(*ROWS)
    frappe.set_user(sales_user())
    refusals = []
    for name in (doc.name, "LEAD-IMPORT-0000-00000"):
        for door in (doors.check, doors.start, doors.cancel, doors.progress):
            with pytest.raises((frappe.PermissionError, frappe.DoesNotExistError)) as refusal:
                door(name)
            refusals.append((door.__name__, refusal.type))
    half = len(refusals) // 2
    assert refusals[:half] == refusals[half:], "not yours and not there look the same"


def test_the_template_is_a_file_that_can_be_imported(import_of):
    doc = import_of("سارا", headings=lead_import.template("fa").strip().lstrip("\ufeff"))
    assert all(column.target for column in doc.columns)
