"""A real Chromium on the test site, served for the length of the run with a background worker and socket.io.

`./dev test browser` names the bench, the site and the browser in CRM_EXT_BENCH, CRM_EXT_TEST_SITE and CRM_EXT_CHROMIUM.

- `page`, `persian_page`, `phone_page`: the desk, logged in as a user with the roles of `@pytest.mark.roles("Sales User")`
- `desk(*roles, language="en", phone=False)`: further users in the same test
- `records.insert({...})`: committed documents that are gone after the test; `records.remember(doctype, name)` for those
  that the browser made
- `screenshot("name")`: for docs/images when CRM_EXT_SCREENSHOTS=1, else to a temporary folder
- `accessible(page, within=".selector")`: fails on violations of WCAG 2.2 AA

What the browser commits is seen at once: the connection of the tests reads committed data.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

BENCH = Path(os.environ.get("CRM_EXT_BENCH", Path.home() / "crm-ext-bench"))
SITE = os.environ.get("CRM_EXT_TEST_SITE", "crm-ext-test.localhost")
REPOSITORY = Path(__file__).resolve().parents[2]
PASSWORD = "desk-of-the-browser-tests"
# Milliseconds: the server, the worker and the browser share two cores, at times with more.
PATIENCE = 90_000
DEFAULT_ROLES = ("Sales User", "Sales Manager")
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Browsers know *.localhost by themselves, but ask the resolver when a proxy is set.
    "--host-resolver-rules=MAP *.localhost 127.0.0.1",
]


def pytest_configure(config):
    config.addinivalue_line("markers", "roles(*names): roles of the user whose desk `page` shows")


@pytest.fixture(scope="session")
def site_connection():
    import frappe

    os.chdir(BENCH / "sites")
    frappe.init(SITE, sites_path=".")
    frappe.connect()
    frappe.flags.mute_emails = True
    frappe.db.sql("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
    frappe.db.commit()
    yield frappe
    frappe.destroy()


@pytest.fixture
def site(site_connection):
    """frappe, connected as Administrator, for making and checking what the browser works on."""
    frappe = site_connection
    frappe.set_user("Administrator")
    yield frappe
    frappe.db.rollback()


@pytest.fixture(scope="session")
def server(site_connection) -> Iterator[str]:
    """The site's address; its web server, worker and socket.io run until the last test is over."""
    port = free_port()
    frappe_command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe"]
    socketio_port = str(site_connection.conf.socketio_port or 9000)
    commands = {
        "web": [*frappe_command, "--site", SITE, "serve", "--port", str(port), "--noreload"],
        "worker": [*frappe_command, "worker", "--queue", "short,default,long"],
        "socketio": [
            "node",
            "--require",
            str(REPOSITORY / "devtools" / "inside" / "localhost.js"),
            str(BENCH / "apps" / "frappe" / "socketio.js"),
        ],
    }
    # DEV_SERVER tells pages the port of socket.io, CI leaves out the debugger that would catch their errors.
    env = {**os.environ, "CI": "1", "DEV_SERVER": "1", "FRAPPE_SOCKETIO_PORT": socketio_port}
    logs = BENCH / "logs"
    started = []
    try:
        for name, command in commands.items():
            with (logs / f"browser-tests-{name}.log").open("wb") as log:
                started.append(
                    subprocess.Popen(
                        command, cwd=BENCH / "sites", env=env, stdout=log, stderr=log, start_new_session=True
                    )
                )
        wait_until_served(port, started[0], logs / "browser-tests-web.log")
        yield f"http://{SITE}:{port}"
    finally:
        for process in reversed(started):
            stop(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_served(port: int, web: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/method/ping", headers={"Host": SITE})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and web.poll() is None:
        try:
            with opener.open(request, timeout=30):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"The web server of the test site did not start:\n{log.read_text()[-3000:]}")


def stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CRM_EXT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def desk(browser, server, site) -> Iterator[Callable]:
    """Opens the desk as a user with these roles: `desk("Sales User", language="fa", phone=True)` returns its page.

    Each page has a list `console_errors`.
    """
    contexts = []

    def open_desk(*roles: str, language: str = "en", phone: bool = False):
        user = user_with(site, roles or DEFAULT_ROLES, language)
        context = browser.new_context(base_url=server, locale=language, **(PHONE if phone else DESKTOP))
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        log_in(page, user)
        page.console_errors = []
        page.on("pageerror", lambda error: page.console_errors.append(error.stack or str(error)))
        page.on(
            "console", lambda message: page.console_errors.append(message.text) if message.type == "error" else None
        )
        page.goto("/app")
        page.wait_for_function("window.frappe && frappe.boot && frappe.get_route && frappe.get_route().length > 0 && frappe.workspace !== null")
        return page

    yield open_desk
    for context in contexts:
        context.close()


def log_in(page, user: str) -> None:
    """By a request of the page itself: Playwright's own requests do not know *.localhost."""
    page.goto("/login")
    status = page.evaluate(
        """async ([usr, pwd]) => (await fetch("/api/method/login", {
            method: "POST",
            headers: {"Content-Type": "application/json", "X-Frappe-CSRF-Token": "None"},
            body: JSON.stringify({usr, pwd}),
        })).status""",
        [user, PASSWORD],
    )
    assert status == 200, f"{user} could not log in: {status}"


def user_with(frappe, roles: tuple[str, ...], language: str) -> str:
    """A user with exactly these roles, made once for the site; committed."""
    from frappe.utils.password import update_password

    name = f"{'-'.join(re.sub(r'[^a-z]+', '-', role.lower()) for role in sorted(roles))}-{language}@browser.test"
    if not frappe.db.exists("User", name):
        user = frappe.get_doc(
            {
                "doctype": "User",
                "email": name,
                "first_name": " and ".join(sorted(roles)),
                "language": language,
                "send_welcome_email": 0,
                "roles": [{"role": role} for role in roles],
            }
        ).insert()
        update_password(user.name, PASSWORD)
        frappe.db.commit()
    return name


def roles_of(request) -> tuple[str, ...]:
    marker = request.node.get_closest_marker("roles")
    return marker.args if marker else DEFAULT_ROLES


@pytest.fixture
def page(desk, request):
    """The desk in English, 1440 by 900."""
    return desk(*roles_of(request))


@pytest.fixture
def persian_page(desk, request):
    """The desk in Persian, right to left."""
    return desk(*roles_of(request), language="fa")


@pytest.fixture
def phone_page(desk, request):
    """The desk in English on a phone, 390 by 844."""
    return desk(*roles_of(request), phone=True)


class Records:
    """Committed documents that leave with the test, the last made first."""

    def __init__(self, frappe):
        self.frappe = frappe
        self.made: list[tuple[str, str]] = []

    def insert(self, values: dict, *, submit: bool = False):
        document = self.frappe.get_doc(values).insert()
        self.remember(document.doctype, document.name)
        if submit:
            document.submit()
        self.frappe.db.commit()
        return document

    def remember(self, doctype: str, name: str) -> None:
        """Something that the browser made: it is removed like the rest."""
        self.made.append((doctype, name))

    def remove_all(self) -> None:
        for doctype, name in reversed(self.made):
            if not self.frappe.db.exists(doctype, name):
                continue
            document = self.frappe.get_doc(doctype, name)
            if document.docstatus == 1:
                document.cancel()
            self.frappe.delete_doc(doctype, name, force=True, delete_permanently=True)
            # The next document gets the same number, and must not find the ledger rows of this one.
            for ledger in ("GL Entry", "Payment Ledger Entry", "Stock Ledger Entry"):
                self.frappe.db.delete(ledger, {"voucher_type": doctype, "voucher_no": name})
        self.frappe.db.commit()


@pytest.fixture
def records(site) -> Iterator[Records]:
    kept = Records(site)
    yield kept
    site.db.rollback()
    site.set_user("Administrator")
    kept.remove_all()


@pytest.fixture
def screenshot(request, tmp_path) -> Callable:
    """`screenshot("campaign_plan", page)` or `screenshot("panel", page.locator(".panel"))` saves a PNG, returns its path."""
    for_documents = os.environ.get("CRM_EXT_SCREENSHOTS") == "1"
    folder = REPOSITORY / "docs" / "images" if for_documents else tmp_path

    def save(name: str, what=None) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        subject = what or request.getfixturevalue("page")
        owner = getattr(subject, "page", subject)
        owner.evaluate("document.fonts.ready")
        subject.screenshot(path=path, animations="disabled")
        return path

    return save


@pytest.fixture
def accessible() -> Callable:
    """`accessible(page, within=".crm-ext-trail")`: fails with the violations of WCAG 2.2 AA inside the selector."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page, within: str | None = None) -> None:
        options = {"runOnly": {"type": "tag", "values": WCAG_2_2_AA}, "resultTypes": ["violations"]}
        found = Axe().run(page, context=within, options=options).response["violations"]
        report = [
            f"{violation['id']}: {violation['help']}: {node['html'][:200]}"
            for violation in found
            for node in violation["nodes"]
        ]
        assert not report, "\n".join(report)

    return check


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Keeps a picture of every open page of a failed test in tests/browser/screenshots."""
    outcome = yield
    if call.when != "call" or not outcome.get_result().failed:
        return
    folder = REPOSITORY / "tests" / "browser" / "screenshots"
    for name in ("page", "persian_page", "phone_page"):
        if name in item.funcargs:
            folder.mkdir(exist_ok=True)
            item.funcargs[name].screenshot(path=folder / f"{item.name}-{name}.png")
