"""Two processes that read at once, and one that is killed: every touch is there, and once."""

import os
import signal
import subprocess
import sys
import time

import frappe
import makers
import pytest

from crm_ext.marketing_automation.flow import harvest
from crm_ext.marketing_automation.flow.locks import exclusively

READER = """
import sys, time, frappe
frappe.init(sys.argv[1], sites_path="."); frappe.connect()
from crm_ext.marketing_automation.flow import harvest
def checkpoint():
    frappe.db.commit()
    time.sleep(float(sys.argv[3]))
harvest.run(batch=int(sys.argv[2]), checkpoint=checkpoint)
"""


def reader(batch, pause=0.0):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", READER, frappe.local.site, str(batch), str(pause)],
        cwd=os.getcwd(),
    )


@pytest.fixture
def letters():
    """Twelve letters to a lead, committed, and taken away afterwards."""
    harvest.run()
    lead = makers.lead("Parallel Harvest")
    made = [makers.letter(lead).name for _ in range(12)]
    frappe.db.commit()
    yield made
    frappe.db.rollback()
    frappe.db.delete("Touchpoint", {"reference_name": ("in", made)})
    for name in made:
        frappe.delete_doc("Communication", name, force=True)
    frappe.delete_doc("Lead", lead.name, force=True)
    # Other processes have read these documents, so they were committed and must go the same way.
    frappe.db.commit()


def counted(letters):
    frappe.db.rollback()
    return frappe.db.count("Touchpoint", {"reference_name": ("in", letters)})


def test_two_readers_at_once_record_every_touch_once(letters):
    assert [process.wait(120) for process in [reader(3), reader(3)]] == [0, 0]
    assert counted(letters) == 12


def test_a_reader_that_is_killed_is_made_up_for_by_the_next_one(letters):
    process = reader(3, pause=1.5)
    waited = 0
    while not counted(letters) and waited < 60:
        time.sleep(0.2)
        waited += 0.2
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 0 < counted(letters) < 12
    harvest.run(batch=3)
    assert counted(letters) == 12


def test_a_second_reader_leaves_at_once_while_one_is_reading(letters):
    with exclusively("touchpoint harvest") as held:
        assert held
        begun = time.monotonic()
        assert reader(3).wait(60) == 0
        assert time.monotonic() - begun < 30
        assert counted(letters) == 0
