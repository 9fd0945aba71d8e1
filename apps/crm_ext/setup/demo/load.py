"""Loads the demo company: `bench --site <site> execute crm_ext.setup.demo.load.load_demo`.

The history is worked out first (`story.py`), then made month by month of real documents. Each step is committed
together with the marker that says it is done, so that a load which was stopped goes on where it stood, and a load
that is finished does nothing when it is asked for again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import nowdate
from frappe.utils.synchronization import filelock

from crm_ext.setup.demo import books, catalogue, company, marketing, people, sales, supply, wrap_up
from crm_ext.setup.demo.story import tell
from crm_ext.setup.demo.world import Wish, World

MARKER = "crm_ext_demo"
LANGUAGES = ("both", "en", "fa")
# In months; what the marker remembers of a longer one would not fit into its 64 kB.
LONGEST_HISTORY = 24
HANDLERS = {**books.HANDLERS, **marketing.HANDLERS, **sales.HANDLERS, **supply.HANDLERS}


def load_demo(
    language: str = "both", months: int = 18, until: str | None = None, seed: int = 1384
) -> dict[str, Any]:
    """The demo company with its history; a second call changes nothing.

    language: 'en', 'fa', or 'both' (names take turns). months: of thirty days each, ending on `until` (ISO date, today
    where none is given). seed: another number tells another story. Returns what was loaded: state ('loaded' or 'was
    loaded'), companies, period, number of documents by doctype, seconds, users, users of
    the portal and, once only, their common password.
    """
    frappe.only_for("System Manager")
    with filelock("crm_ext_demo"):
        # Each step is kept as soon as it is complete: a load takes minutes and may be stopped.
        return Load(make_wish(language, int(months), until, int(seed)), keep=frappe.db.commit).run()


def make_wish(language: str, months: int, until: str | None, seed: int) -> Wish:
    last = date.fromisoformat(until) if until else date.fromisoformat(nowdate())
    if language not in LANGUAGES:
        frappe.throw(_("The demo company speaks 'en', 'fa' or 'both', not {0}.").format(language))
    if not 1 <= months <= LONGEST_HISTORY:
        frappe.throw(
            _("The demo company's history can be 1 to {0} months long, not {1}.").format(
                LONGEST_HISTORY, months
            )
        )
    if last > date.fromisoformat(nowdate()):
        frappe.throw(
            _("The demo company's history cannot end after today; choose an earlier day than {0}.").format(
                last
            )
        )
    return Wish(language, months, seed, str(last))


class Load:
    """One load. `keep` makes a step last; a test passes a function that does nothing and rolls all back."""

    def __init__(self, wish: Wish, keep: Callable[[], None]) -> None:
        marker = read_marker()
        self.wish = Wish(**marker["wish"]) if marker else wish
        self.done: int = marker["done"] if marker else -1
        self.keep = keep
        self.world = World(
            self.wish, tell(self.wish.months, self.wish.seed), marker["made"] if marker else {}
        )

    @property
    def steps(self) -> int:
        """The setting up, a step for each month, and what follows from them."""
        return self.wish.months + 2

    def run(self) -> dict[str, Any]:
        started = time.monotonic()
        if self.done >= self.steps - 1:
            return self._report("was loaded", started, None)
        with story_time():
            if self.done < 0:
                self._prepare()
            for chunk in range(self.done, self.wish.months):
                self._live_through(chunk)
            _tell_progress(self.steps - 1, self.steps, _("Reading touchpoints and closing the books"))
            frappe.flags.current_date = None
            wrap_up.run(self.world, self.keep)
            # Told by the load that ends, so that one that is stopped does not take the password with it.
            password = people.set_password(self.world)
            self._mark(self.steps - 1)
        return self._report("loaded", started, password)

    def _prepare(self) -> None:
        """Step 0: everything that stands before the first document of the history."""
        if not read_marker():
            self._refuse_a_stranger()
            self._mark(-1)
        _tell_progress(0, self.steps, _("Setting up the demo company"))
        company.create(self.world)
        people.create_users(self.world)
        catalogue.create(self.world)
        people.create(self.world)
        frappe.flags.current_date = self.world.date(0)
        books.open_books(self.world)
        self._mark(0)

    def _refuse_a_stranger(self) -> None:
        for name in (self.world.company, self.world.export_company):
            if frappe.db.exists("Company", name):
                frappe.throw(
                    _("A company named {0} is there already; the demo company needs this name.").format(name)
                )

    def _live_through(self, chunk: int) -> None:
        _tell_progress(
            chunk + 1, self.steps, _("Living through month {0} of {1}").format(chunk + 1, self.wish.months)
        )
        for event in self.world.story.chunk(chunk):
            # Documents are created on their day of the story, and reports that read the creation date tell the same.
            frappe.flags.current_date = self.world.date(event.day)
            HANDLERS[event.kind](self.world, event)
            frappe.local.message_log = []
        self._mark(chunk + 1)

    def _mark(self, done: int) -> None:
        self.done = done
        write_marker({"wish": self.wish.as_dict(), "done": done, "made": self.world.made})
        self.keep()

    def _report(self, state: str, started: float, password: str | None) -> dict[str, Any]:
        companies = (self.world.company, self.world.export_company)
        return {
            "state": state,
            "companies": list(companies),
            "from": self.world.date(0),
            "until": self.wish.until,
            "documents": _count_documents(companies),
            "seconds": round(time.monotonic() - started, 1),
            "users": [people.user(code) for code, *_rest in people.USERS],
            "portal_users": [people.buyer(login) for login, *_rest in people.BUYERS],
            "password": password,
        }


@contextmanager
def story_time() -> Iterator[None]:
    """Quiet, in English and with an administrator's rights while the story is made; the site's own state afterwards.

    Whoever asked was found to be a System Manager; the documents belong to many trades, and no one person has them all.
    """
    user = frappe.session.user
    before = (frappe.flags.mute_emails, frappe.flags.current_date, frappe.local.lang)
    frappe.set_user("Administrator")
    frappe.flags.mute_emails, frappe.local.lang = True, "en"
    try:
        yield
    finally:
        frappe.set_user(user)
        frappe.flags.mute_emails, frappe.flags.current_date, frappe.local.lang = before


def _count_documents(companies: tuple[str, ...]) -> dict[str, int]:
    counted = (
        "Lead", "Opportunity", "Quotation", "Sales Order", "Delivery Note", "Sales Invoice", "Payment Entry",
        "Purchase Order", "Purchase Receipt", "Purchase Invoice", "Stock Entry", "Journal Entry", "GL Entry",
    )  # fmt: skip
    return {doctype: frappe.db.count(doctype, {"company": ["in", companies]}) for doctype in counted}


def read_marker() -> dict[str, Any] | None:
    text = frappe.db.get_value("DefaultValue", {"parent": MARKER, "defkey": "state"}, "defvalue")
    return json.loads(text) if text else None


def write_marker(state: dict[str, Any]) -> None:
    frappe.defaults.set_default("state", json.dumps(state, ensure_ascii=False), MARKER)


def _tell_progress(step: int, steps: int, what: str) -> None:
    frappe.publish_progress(100 * step / steps, title=_("Demo company"), description=what)
    print(f"{step:>3}/{steps}  {what}", flush=True)
