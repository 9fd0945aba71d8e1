"""What every part of the demo load needs to know: the two companies, the calendar of the story, what was made so far."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.model.document import Document

from crm_ext.setup.demo.story import Story
from crm_ext.setup.demo.words import (
    BRANCHES,
    COMPANY,
    COMPANY_ABBREVIATION,
    EXPORT_ABBREVIATION,
    EXPORT_COMPANY,
    Branch,
    Said,
    pick,
)

BRANCH = {branch.code: branch for branch in BRANCHES}


@dataclass(frozen=True)
class Wish:
    """What was asked for when the load began; a resumed load goes on with the same."""

    language: str
    months: int
    seed: int
    until: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class World:
    """`made` remembers documents by (kind, key of the story), so that a later event finds them."""

    wish: Wish
    story: Story
    made: dict[str, str] = field(default_factory=dict)

    def say(self, name: Said, turn: int = 1) -> str:
        return pick(name, self.wish.language, turn)

    @property
    def company(self) -> str:
        return COMPANY.persian if self.wish.language == "fa" else COMPANY.english

    @property
    def export_company(self) -> str:
        return EXPORT_COMPANY.persian if self.wish.language == "fa" else EXPORT_COMPANY.english

    def company_of(self, branch: str) -> str:
        return self.export_company if BRANCH[branch].abroad else self.company

    def currency_of(self, branch: str) -> str:
        return "EUR" if BRANCH[branch].abroad else "IRR"

    def store(self, branch: str) -> str:
        return f"{self.say(BRANCH[branch].city)} - {self.abbreviation(branch)}"

    def cost_center(self, branch: str) -> str:
        return f"{self.say(BRANCH[branch].city)} - {self.abbreviation(branch)}"

    def account(self, title: str, branch: str = "ISF") -> str:
        return f"{title} - {self.abbreviation(branch)}"

    def abbreviation(self, branch: str) -> str:
        return EXPORT_ABBREVIATION if BRANCH[branch].abroad else COMPANY_ABBREVIATION

    def sales_person(self, branch: Branch | str) -> str:
        code = branch if isinstance(branch, str) else branch.code
        return (
            f"{self.say(BRANCH[code].city)} Sales"
            if self.wish.language != "fa"
            else f"فروش {BRANCH[code].city.persian}"
        )

    def date(self, day: int) -> str:
        """The calendar day of a day of the story; its last day is the day the load was asked for."""
        return str(date.fromisoformat(self.wish.until) - timedelta(days=self.story.days - 1 - day))

    def remember(self, kind: str, key: object, name: str) -> None:
        self.made[f"{kind}:{key}"] = name

    def recall(self, kind: str, key: object) -> str | None:
        return self.made.get(f"{kind}:{key}")


def put(doctype: str, **values: Any) -> Document:
    """A new record."""
    return frappe.get_doc({"doctype": doctype, **values}).insert()


def put_once(doctype: str, name: str, **values: Any) -> str:
    """The record of this name, made where it is not there yet."""
    return name if frappe.db.exists(doctype, name) else put(doctype, **values).name


def post(document: Document) -> Document:
    """Insert and submit in one step: the same checks and ledgers as in two, at half the price."""
    document.submit()
    return document
