"""A file of leads with everything its rows are compared with: what would become of each row, and a summary of it."""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import frappe
from frappe.model.document import Document

from crm_ext.compat import LEAD_CAMPAIGN_FIELD, SOURCE_FIELD
from crm_ext.marketing_automation.flow.lead_import_sentences import explain, explain_duplicate
from crm_ext.marketing_automation.queries import lead_import as queries
from crm_ext.marketing_automation.rules.lead_columns import (
    ADDRESS_LINE1,
    ADDRESS_LINE2,
    PINCODE,
    TAX_ID,
    Target,
    check_columns,
)
from crm_ext.marketing_automation.rules.lead_duplicates import (
    Duplicate,
    FileMemory,
    Known,
    Party,
    Sought,
    phone_tail,
    preferred,
)
from crm_ext.marketing_automation.rules.lead_rows import LeadRow, Masters, RefusedRow, read_row, tax_key
from crm_ext.shared.results import Refusal, refuse
from crm_ext.shared.table_files import FileRow, TableFile, open_table
from crm_ext.shared.text import match_key

LARGEST_FILE = 256 * 1024**2
CHUNK = 500
PREVIEW_ROWS = 5

_EXTRA_TARGETS = (
    Target(TAX_ID, "Tax ID"),
    Target(ADDRESS_LINE1, "Address Line 1", length=240),
    Target(ADDRESS_LINE2, "Address Line 2", length=240),
    Target(PINCODE, "Postal Code"),
)


class CannotRead(frappe.ValidationError):
    """The file or its columns are not fit; the message says what to do."""


@dataclass(frozen=True)
class Outcome:
    """What becomes of a row: a refusal, or a lead that is new or the duplicate of another."""

    row: FileRow
    lead: LeadRow | None = None
    refused: RefusedRow | None = None
    duplicate: Duplicate | None = None

    @property
    def kind(self) -> str:
        return "Refused" if self.refused else "Duplicate" if self.duplicate else "New"

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """(code, sentence) for each reason why no lead is made."""
        if self.refused:
            return [(reason.code, explain(reason)) for reason in self.refused.reasons]
        if self.duplicate:
            code = "same_row" if self.duplicate.earlier_row is not None else f"known_{self.duplicate.by}"
            return [(code, explain_duplicate(self.duplicate))]
        return []


class Reading:
    """A file, the meaning of its columns, and the records of the site that its rows are compared with."""

    def __init__(self, doc: Document) -> None:
        self.table = open_file(doc.file)
        self.headings = self.table.headings
        self.targets = targets()
        self.fieldnames = _fieldnames(doc, self.headings)
        if problems := check_columns(self.fieldnames, list(self.targets.values())):
            raise CannotRead(" ".join(explain(problem) for problem in problems))
        self.region = queries.country_code(doc.country or frappe.db.get_default("country"))
        self.masters = Masters(self.targets, self._links(), self.region, doc.country, bool(doc.day_first))
        self.defaults = _defaults(doc)
        self._known = self._known_records()
        self._memory = FileMemory()

    @property
    def unused_columns(self) -> list[str]:
        return [
            heading
            for heading, name in zip(self.headings, self.fieldnames, strict=True)
            if heading and not name
        ]

    @property
    def lead_fieldnames(self) -> list[str]:
        return [*filter(None, self.fieldnames), *self.defaults]

    def chunks(self, skip: int = 0) -> Iterator[list[Outcome]]:
        """What becomes of the rows after the first `skip`, as the site is when each chunk is asked for."""
        rows = islice(self.table.rows(), skip, None)
        while chunk := list(islice(rows, CHUNK)):
            yield self._outcomes(chunk)

    def _outcomes(self, rows: Sequence[FileRow]) -> list[Outcome]:
        read = [read_row(row, self.fieldnames, self.masters) for row in rows]
        leads = [lead for lead in read if isinstance(lead, LeadRow)]
        known = self._refreshed(leads)
        outcomes = []
        for row, lead in zip(rows, read, strict=True):
            if isinstance(lead, RefusedRow):
                outcomes.append(Outcome(row, refused=lead))
            else:
                outcomes.append(
                    Outcome(row, lead, duplicate=known.find(lead) or self._memory.find_or_remember(lead))
                )
        return outcomes

    def _refreshed(self, leads: Sequence[LeadRow]) -> Known:
        """Known records, and those that others have made since the import began."""
        emails = queries.leads_by_email(lead.email for lead in leads if lead.email)
        contents = queries.leads_by_content(lead.content_key for lead in leads if lead.is_anonymous)
        return replace(
            self._known,
            emails=ChainMap(
                {email: Party("Lead", name) for email, name in emails.items()}, self._known.emails
            ),
            contents={key: Party("Lead", name) for key, name in contents.items()},
        )

    def _links(self) -> dict[str, dict[str, str]]:
        links = {}
        for fieldname in filter(None, self.fieldnames):
            target = self.targets[fieldname]
            if target.kind == "Link":
                links[fieldname] = queries.spellings_of_links(target.option, match_key)
            elif target.kind == "Select":
                links[fieldname] = queries.spellings_of_choices(target.choices, match_key)
        return links

    def _known_records(self) -> Known:
        sought = Sought()
        columns = [(index, name) for index, name in enumerate(self.fieldnames) if name in sought.FIELDS]
        for row in self.table.rows():
            for index, name in columns:
                if index < len(row.cells) and row.cells[index]:
                    sought.add(name, row.cells[index])
        if not sought:
            return Known()
        tails = sought.phone_tails
        phones = (
            queries.records_by_phone(lambda text: phone_tail(text) in tails, self.region) if tails else {}
        )
        return Known(
            _preferred(queries.records_by_email(sought.emails)),
            _preferred(phones),
            _preferred(queries.records_by_tax_key(sought.tax_keys, tax_key)),
        )


@dataclass
class Summary:
    """What a check found. fieldnames: what each column of the file means."""

    fieldnames: Sequence[str]
    total: int = 0
    counts: Counter = field(default_factory=Counter)
    reasons: Counter = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"New": [], "Duplicate": [], "Refused": []}
    )

    def add(self, outcome: Outcome) -> None:
        self.total += 1
        self.counts[outcome.kind] += 1
        reasons = outcome.reasons
        for code, sentence in reasons:
            self.reasons[outcome.kind, code] += 1
            self.examples.setdefault(code, sentence)
        shown = self.rows[outcome.kind]
        if len(shown) < PREVIEW_ROWS:
            text = " ".join(sentence for _code, sentence in reasons)
            shown.append({"row": outcome.row.number, "cells": self._cells(outcome), "reason": text})

    def _cells(self, outcome: Outcome) -> list[str]:
        """By column: what would be stored, or what stands in the file where the row is refused."""
        lead = outcome.lead
        if not lead:
            return list(outcome.row.cells)
        values = {**lead.values, **lead.address, TAX_ID: lead.tax_id}
        return [str(values.get(fieldname) or "") if fieldname else "" for fieldname in self.fieldnames]

    def as_dict(self) -> dict[str, Any]:
        reasons = [
            {"outcome": kind, "code": code, "rows": count, "example": self.examples[code]}
            for (kind, code), count in self.reasons.most_common()
        ]
        return {"reasons": reasons, "rows": self.rows}


def open_file(file_url: str) -> TableFile:
    """The table in an attached file. Raises `CannotRead`."""
    name = frappe.db.get_value("File", {"file_url": file_url}, order_by="creation desc")
    path = Path(frappe.get_doc("File", name).get_full_path()) if name else None
    if not path or not path.exists():
        raise CannotRead(explain(refuse("file_missing")))
    table = open_table(path, LARGEST_FILE)
    if isinstance(table, Refusal):
        raise CannotRead(explain(table))
    return table


def targets() -> dict[str, Target]:
    """Everything that a column can be mapped to on this site, by fieldname."""
    fields = [Target(**values) for values in queries.lead_fields()]
    known = {target.fieldname for target in fields}
    fields += [target for target in _EXTRA_TARGETS if target.fieldname not in known]
    return {target.fieldname: target for target in fields}


def _fieldnames(doc: Document, headings: Sequence[str]) -> list[str]:
    mapping = [column.target or "" for column in doc.columns]
    if len(mapping) != len(headings):
        raise CannotRead(explain(refuse("columns_changed")))
    return mapping


def _defaults(doc: Document) -> dict[str, Any]:
    """What every lead of the import gets that does not say otherwise."""
    values = {
        LEAD_CAMPAIGN_FIELD: doc.campaign,
        SOURCE_FIELD: doc.source,
        "lead_owner": doc.lead_owner,
        "company": doc.company,
        "territory": doc.territory,
        "country": doc.country,
    }
    return {fieldname: value for fieldname, value in values.items() if value}


def _preferred(records: dict[str, list[tuple[str, str]]]) -> dict[str, Party]:
    return {key: preferred(Party(*record) for record in found) for key, found in records.items()}
