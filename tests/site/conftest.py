"""A connection to the test site for every test, rolled back after each.

`./dev test site` names the bench and the site in CRM_EXT_BENCH and CRM_EXT_TEST_SITE. Each test runs in a transaction
that is rolled back; a test that must commit (for other processes, for background jobs) removes what it made itself, and what
it misses is put back after its file.
"""

from __future__ import annotations

import os
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from snapshot import Snapshot

BENCH = Path(os.environ.get("CRM_EXT_BENCH", Path.home() / "crm-ext-bench"))


def own_site() -> str:
    """The site of this process: where several share the suite out (pytest-xdist: gw0, gw1 …), each has its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        return os.environ["CRM_EXT_TEST_SITES"].split(",")[int(worker.removeprefix("gw"))]
    return os.environ.get("CRM_EXT_TEST_SITE", "crm-ext-test.localhost")


SITE = own_site()
# For the processes that tests start.
os.environ["CRM_EXT_TEST_SITE"] = SITE


@pytest.fixture(scope="session")
def site_connection():
    import frappe

    os.chdir(BENCH / "sites")
    frappe.init(SITE, sites_path=".")
    frappe.connect()
    frappe.flags.mute_emails = True
    frappe.flags.in_test = True
    frappe.local.lang = "en"
    yield frappe
    frappe.db.rollback()
    frappe.destroy()


@pytest.fixture(autouse=True)
def site(site_connection):
    """frappe, connected as Administrator; everything that the test writes is rolled back."""
    frappe = site_connection
    frappe.set_user("Administrator")
    frappe.db.rollback()
    yield frappe
    frappe.set_user("Administrator")
    frappe.db.rollback()
    frappe.local.message_log = []
    # Documents that were read inside the rolled-back transaction would outlive it here and in Redis.
    frappe.local.document_cache = {}
    frappe.cache.delete_keys("document_cache::")


@pytest.fixture(scope="session")
def snapshot(site_connection) -> Snapshot:
    return Snapshot(site_connection.db)


@pytest.fixture(autouse=True, scope="module")
def put_back(site_connection, snapshot):
    """Whatever a file of tests commits, the next one finds the site as it was installed."""
    yield
    if snapshot.restore():
        site_connection.clear_cache()


@pytest.fixture
def outgoing_mail(site, monkeypatch):
    """A site with an account to send from, so that letters come into the queue of e-mails; nothing leaves it."""
    monkeypatch.setitem(site.local.conf, "mute_emails", 0)
    site.db.set_value("Email Account", {"default_outgoing": 1}, "default_outgoing", 0)
    account = {
        "doctype": "Email Account",
        "email_account_name": "Notices",
        "email_id": "shop@notices.test",
        "enable_outgoing": 1,
        "default_outgoing": 1,
        "smtp_server": "localhost",
        "no_smtp_authentication": 1,
    }
    site.get_doc(account).db_insert()
    # Frappe remembers from which account it sends.
    site.local.outgoing_email_account = {}
    site.flags.mute_emails = False
    yield
    site.flags.mute_emails = True
    site.local.outgoing_email_account = {}


@pytest.fixture
def assets(site, monkeypatch):
    """A web server for the style sheets of print formats, as a served site has one."""
    handler = partial(SimpleHTTPRequestHandler, directory=Path.cwd())
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setitem(site.local.conf, "host_name", f"http://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()
