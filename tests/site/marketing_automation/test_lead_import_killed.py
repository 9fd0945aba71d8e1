"""A real process is killed in the middle of an import and started again: every row is imported exactly once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import frappe
import pytest

ROWS = 2600
WORKER = """
import sys
import frappe
frappe.init(sys.argv[1], sites_path=".")
frappe.connect()
frappe.set_user("Administrator")
print("ready", flush=True)
from crm_ext.marketing_automation.flow import lead_import
lead_import.run(sys.argv[2])
frappe.destroy()
"""


@pytest.fixture
def committed_import(site):
    """An import of a file with two thousand new people and some duplicates and refusals among them, really stored."""
    tag = frappe.generate_hash(length=8)
    contacts = frappe.db.get_single_value("CRM Settings", "auto_creation_of_contact")
    frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", 1)
    lines = ["First Name,Email,Mobile No"]
    for number in range(ROWS):
        email = f"{tag}{number - 1 if number % 10 == 9 else number}@killed.test"
        lines.append(f"{tag},{'broken' if number % 10 == 5 else email},")
    lines.append(f"{tag},,")
    content = "\n".join(lines)
    file = frappe.get_doc(
        {"doctype": "File", "file_name": f"{tag}.csv", "content": content, "is_private": 1}
    ).insert()
    doc = frappe.get_doc(
        {"doctype": "Lead Import", "title": tag, "file": file.file_url, "status": "Draft"}
    ).insert()
    doc.db_set("status", "Running")
    frappe.db.commit()
    yield doc, tag
    remove(doc, tag, contacts)


def remove(doc, tag, contacts):
    frappe.db.rollback()
    for doctype in ("Contact", "Lead"):
        names = frappe.get_all(doctype, {"first_name": tag}, pluck="name", order_by="name")
        for child in ("Contact Email", "Contact Phone", "Dynamic Link"):
            frappe.db.delete(child, {"parent": ("in", names), "parenttype": doctype})
        frappe.db.delete("Touchpoint", {"lead": ("in", names)})
        frappe.db.delete(doctype, {"name": ("in", names)})
    frappe.db.set_value("Lead Import", doc.name, "status", "Done")
    frappe.delete_doc("Lead Import", doc.name, force=True)
    frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", contacts)
    frappe.db.commit()


def worker(doc):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", WORKER, frappe.local.site, doc.name]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    )


def status(doc):
    frappe.db.commit()
    return frappe.db.get_value("Lead Import", doc.name, ["status", "processed_rows"])


def assert_every_row_once(doc, tag):
    rows = frappe.get_all(
        "Lead Import Row", {"lead_import": doc.name}, ["file_row", "outcome", "lead"], order_by="file_row"
    )
    assert [row.file_row for row in rows] == list(range(2, ROWS + 3))
    new = [row.lead for row in rows if row.outcome == "New"]
    leads = frappe.get_all("Lead", {"first_name": tag}, ["name", "email_id"], order_by="name")
    assert len(new) == len(set(new)) == len(leads) == len({lead.email_id for lead in leads})
    assert set(new) == {lead.name for lead in leads}
    links = frappe.get_all(
        "Dynamic Link",
        {"link_name": ("in", new), "parenttype": "Contact"},
        pluck="link_name",
        order_by="name",
    )
    assert sorted(links) == sorted(new), "each lead has its contact"
    after = frappe.get_doc("Lead Import", doc.name)
    assert Counter(row.outcome for row in rows) == {
        "New": after.new_leads, "Duplicate": after.duplicates, "Refused": after.refused_rows,
    }  # fmt: skip


def test_a_killed_import_goes_on_with_the_next_row(committed_import):
    doc, tag = committed_import
    chance = random.Random(tag)
    kills = 0
    for _attempt in range(3):
        process = worker(doc)
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        time.sleep(chance.uniform(0.3, 1.6))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.communicate()
    assert kills, "the file is long enough to be interrupted"
    last = worker(doc)
    _out, errors = last.communicate(timeout=120)
    assert last.returncode == 0, errors
    assert status(doc) == ("Done with Refusals", ROWS + 1)
    assert_every_row_once(doc, tag)


def test_of_two_workers_at_the_same_import_one_does_it(committed_import):
    doc, tag = committed_import
    workers = [worker(doc), worker(doc)]
    for process in workers:
        _out, errors = process.communicate(timeout=180)
        assert process.returncode == 0, errors
    assert status(doc) == ("Done with Refusals", ROWS + 1)
    assert_every_row_once(doc, tag)
