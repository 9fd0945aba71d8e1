"""The life of a Lead Import: headings are read, rows are checked, then imported; killed at any moment, it goes on exactly.

Every chunk is one transaction: its leads, what became of each of its rows, and how far the import is. So a run that is
started again finds the rows before as they were left and goes on with the next.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime, strip_html

from crm_ext import erpnext_port
from crm_ext.marketing_automation.flow import touchpoints
from crm_ext.marketing_automation.flow.lead_events import Listeners, listeners
from crm_ext.marketing_automation.flow.lead_import_sentences import explain
from crm_ext.marketing_automation.flow.lead_insert import LeadWriter, insert_one
from crm_ext.marketing_automation.flow.lead_reading import (
    CannotRead,
    Outcome,
    Reading,
    Summary,
    open_file,
    targets,
)
from crm_ext.marketing_automation.flow.locks import exclusively
from crm_ext.marketing_automation.queries import lead_import as queries
from crm_ext.marketing_automation.rules.lead_columns import guess_columns, template_headings
from crm_ext.marketing_automation.rules.lead_duplicates import Party
from crm_ext.marketing_automation.rules.lead_rows import RefusedRow, tax_key
from crm_ext.marketing_automation.rules.touchpoints import Touch
from crm_ext.shared.results import refuse
from crm_ext.shared.table_files import csv_line

ROW_COLUMNS = (
    "name", "owner", "creation", "modified", "modified_by", "docstatus", "idx", "lead_import", "file_row", "outcome",
    "lead", "party_type", "party", "reason_code", "reason", "cells", "tax_key", "content_key",
)  # fmt: skip
Step = Callable[[], None]
_LOCK = "lead_import"
_LOCK_WAIT = 3600
_JOB_TIMEOUT = 6 * 3600


def read_headings(doc: Document) -> None:
    """When the file or the meaning of its columns is another, what was found before is forgotten; new columns are
    guessed."""
    before = doc.get_doc_before_save()
    if before and before.status == "Running":
        frappe.throw(_("This import is running. Wait until it is done or cancel it."))
    other_file = not before or before.file != doc.file
    if not other_file and not _settings_changed(doc, before):
        return
    if before and before.processed_rows:
        frappe.throw(_("Rows of this file are imported already. Make a new import for other settings."))
    if other_file:
        _guess_columns(doc)
    doc.update({"status": "Draft", "result": None, "error": None})


def begin_check(name: str) -> None:
    """Queues the check."""
    _require_open(name)
    _settle(name, status="Checking", error=None)
    _enqueue(check, name)


def begin(name: str) -> None:
    """Queues the import; also continues one that was killed, failed or cancelled."""
    _require_open(name)
    _settle(name, status="Running", error=None)
    _enqueue(run, name)


def cancel(name: str) -> None:
    """Stops a running import after its present chunk. What is imported stays; starting it again goes on."""
    _settle(name, status="Cancelled")


def check(name: str, end_step: Step | None = None) -> None:
    """Validates every row and keeps what an import would do; writes nothing else. For a background job."""
    end_step = end_step or _commit
    doc = frappe.get_doc("Lead Import", name)
    frappe.set_user_lang(frappe.session.user)
    try:
        reading = Reading(doc)
        summary = Summary(reading.fieldnames)
        for chunk in reading.chunks():
            for outcome in chunk:
                summary.add(outcome)
    except CannotRead as problem:
        _settle(name, status="Failed", error=str(problem))
        return end_step()
    one_by_one = listeners(reading.lead_fieldnames, not doc.mute_notifications).one_by_one_because
    result = {**summary.as_dict(), "headings": reading.headings, "unused_columns": reading.unused_columns}
    _settle(
        name,
        status="Checked",
        error=None,
        result=json.dumps({**result, "one_by_one_because": one_by_one}),
        total_rows=summary.total,
        new_leads=summary.counts["New"],
        duplicates=summary.counts["Duplicate"],
        refused_rows=summary.counts["Refused"],
    )
    end_step()


def run(name: str, end_step: Step | None = None) -> None:
    """Imports the rows that are not imported yet. For a background job.

    Started twice at once, the second waits for the first and then finds nothing to do.
    end_step: called when a chunk is whole; commits unless the caller has another use for it.
    """
    end_step = end_step or _commit
    with exclusively(_LOCK, wait=_LOCK_WAIT) as held:
        doc = frappe.get_doc("Lead Import", name)
        if not held or doc.status != "Running":
            return
        frappe.set_user_lang(frappe.session.user)
        flags = frappe.flags.in_import, frappe.flags.mute_emails
        frappe.flags.in_import, frappe.flags.mute_emails = True, bool(doc.mute_notifications)
        try:
            _import_rows(doc, end_step)
        except CannotRead as problem:
            frappe.db.rollback()
            _settle(name, status="Failed", error=str(problem))
        except Exception:
            frappe.db.rollback()
            log = frappe.log_error(title="Lead Import", reference_doctype="Lead Import", reference_name=name)
            message = _("The import stopped at an error, see Error Log {0}. Start it again to go on.").format(
                log.name
            )
            _settle(name, status="Failed", error=message)
        finally:
            frappe.flags.in_import, frappe.flags.mute_emails = flags
        end_step()


def forget_rows(doc: Document) -> None:
    """With the import goes the record of its rows; the leads stay."""
    if doc.status == "Running":
        frappe.throw(_("This import is running. Cancel it first."))
    frappe.db.delete("Lead Import Row", {"lead_import": doc.name})


def choices_of_columns() -> list[dict[str, str]]:
    """Fields that a column can be mapped to, as the form offers them."""
    return [{"value": target.fieldname, "label": _(target.label)} for target in targets().values()]


def progress(name: str) -> dict[str, str | int | bool]:
    """How far the import is, and whether any process works on imports: one that was killed says 'Running' for ever."""
    fields = ["status", "processed_rows", "total_rows", "new_leads", "duplicates", "refused_rows"]
    with exclusively(_LOCK) as free:
        return {**frappe.db.get_value("Lead Import", name, fields, as_dict=True), "at_work": not free}


def template(language: str) -> str:
    """An empty file to fill in, as CSV that spreadsheet programs open as UTF-8."""
    return "\ufeff" + csv_line(template_headings(language))


# Importing


def _import_rows(doc: Document, end_step: Step) -> None:
    reading = Reading(doc)
    told = listeners(reading.lead_fieldnames, not doc.mute_notifications)
    frappe.has_permission("Lead", "create", throw=True)
    erpnext_port.require_company_not_being_deleted(reading.defaults.get("company"))
    counts = {"New": doc.new_leads, "Duplicate": doc.duplicates, "Refused": doc.refused_rows}
    if not doc.processed_rows:
        counts = dict.fromkeys(counts, 0)
    # With a channel the import records the first touch itself; the harvest of new leads is to leave it.
    flags = {"made_of_enquiry": True} if doc.channel else {}
    writer = LeadWriter(told, queries.creates_contacts(), flags)
    processed = doc.processed_rows
    for chunk in reading.chunks(skip=processed):
        chunk = _insert_leads(chunk, reading, writer, told)
        _record_touches(doc, chunk)
        _record_rows(doc, chunk)
        processed += len(chunk)
        for outcome, _lead in chunk:
            counts[outcome.kind] += 1
        _settle(
            doc.name,
            processed_rows=processed,
            total_rows=max(processed, doc.total_rows),
            new_leads=counts["New"],
            duplicates=counts["Duplicate"],
            refused_rows=counts["Refused"],
        )
        end_step()
        if frappe.db.get_value("Lead Import", doc.name, "status") != "Running":
            return
    _finish(doc, counts["Refused"], reading.headings)


def _insert_leads(
    outcomes: Sequence[Outcome], reading: Reading, writer: LeadWriter, told: Listeners
) -> list[tuple[Outcome, str | None]]:
    """Each outcome with the lead that was made of it; a row that the site did not accept becomes a refused one."""
    new = [outcome for outcome in outcomes if outcome.kind == "New"]
    values = [reading.defaults | outcome.lead.values for outcome in new]
    made = None
    if new and not told.one_by_one_because:
        made = _insert_together(new, values, writer)
    if made is None:
        made = [_insert_alone(outcome, lead, writer) for outcome, lead in zip(new, values, strict=True)]
    results = iter(made)
    return [next(results) if outcome.kind == "New" else (outcome, None) for outcome in outcomes]


def _insert_together(
    outcomes: Sequence[Outcome], values: Sequence[dict[str, Any]], writer: LeadWriter
) -> list[tuple[Outcome, str]] | None:
    """None where anything at all is in the way: then each row is tried alone, and only the culprit is refused."""
    frappe.db.savepoint("lead_chunk")
    try:
        names = writer.insert(values)
        rows = zip(outcomes, names, strict=True)
        writer.insert_addresses({name: row.lead.address for row, name in rows if row.lead.address})
        return list(zip(outcomes, names, strict=True))
    except Exception:
        frappe.db.rollback(save_point="lead_chunk")
        frappe.clear_messages()
        frappe.log_error(title="Lead Import: a chunk goes one by one")
        return None


def _insert_alone(outcome: Outcome, values: dict[str, Any], writer: LeadWriter) -> tuple[Outcome, str | None]:
    frappe.db.savepoint("lead_row")
    try:
        name = insert_one(values, writer.flags)
        writer.insert_addresses({name: outcome.lead.address} if outcome.lead.address else {})
        return outcome, name
    except Exception as problem:
        frappe.db.rollback(save_point="lead_row")
        frappe.clear_messages()
        reason = refuse("refused_by_site", value=strip_html(str(problem)) or type(problem).__name__)
        return Outcome(outcome.row, refused=RefusedRow(outcome.row.number, (reason,))), None


def _record_touches(doc: Document, results: Iterable[tuple[Outcome, str | None]]) -> None:
    if not doc.channel:
        return
    occurred_at = datetime.combine(doc.touched_on, time()) if doc.touched_on else now_datetime()
    touches = []
    for outcome, lead in results:
        if lead:
            party, activity, reference = Party("Lead", lead), "Lead Created", ("Lead", lead)
        elif outcome.duplicate and outcome.duplicate.party and doc.duplicate_policy == "Add Touchpoint":
            party, activity, reference = outcome.duplicate.party, "Other", ("Lead Import", doc.name)
        else:
            continue
        touches.append(
            Touch(
                occurred_at=get_datetime(occurred_at),
                channel=doc.channel,
                activity=activity,
                campaign=doc.campaign,
                company=doc.company,
                reference_doctype=reference[0],
                reference_name=reference[1],
                **{party.doctype.lower(): party.name},
            )
        )
    touchpoints.record(touches)


def _record_rows(doc: Document, results: Sequence[tuple[Outcome, str | None]]) -> None:
    stamp, user = now_datetime(), frappe.session.user
    rows = []
    for outcome, lead in results:
        party = outcome.duplicate.party if outcome.duplicate else None
        reasons = outcome.reasons
        anonymous = outcome.lead and lead and outcome.lead.is_anonymous
        rows += [
            f"{doc.name}-{outcome.row.number}", doc.owner, stamp, stamp, user, 0, 0, doc.name, outcome.row.number,
            outcome.kind, lead, party and party.doctype, party and party.name,
            reasons[0][0] if reasons else None, " ".join(sentence for _code, sentence in reasons) or None,
            None if lead else json.dumps(outcome.row.cells, ensure_ascii=False),
            tax_key(outcome.lead.tax_id) if lead and outcome.lead.tax_id else None,
            outcome.lead.content_key if anonymous else None,
        ]  # fmt: skip
    keys = [outcome.lead.content_key for outcome, lead in results if lead and outcome.lead.is_anonymous]
    _release_content_keys(keys)
    one = "(" + ", ".join(["%s"] * len(ROW_COLUMNS)) + ")"
    columns = ", ".join(f"`{column}`" for column in ROW_COLUMNS)
    frappe.db.sql(
        f"insert into `tabLead Import Row` ({columns}) values " + ", ".join([one] * len(results)), rows
    )


def _release_content_keys(keys: Sequence[str]) -> None:
    """Keys of rows whose lead was deleted since, so that the row may be imported anew."""
    if keys:
        frappe.db.sql("update `tabLead Import Row` set content_key = null where content_key in %s", [keys])


def _finish(doc: Document, refused: int, headings: Sequence[str]) -> None:
    refused_file = _write_refused(doc, headings) if refused else None
    reasons = queries.counts_by_reason(doc.name)
    result = frappe.parse_json(doc.result or "{}")
    result["reasons"] = [
        {"outcome": row.outcome, "code": row.reason_code, "rows": row.number_of_rows, "example": row.example}
        for row in reasons
    ]
    status = "Done with Refusals" if refused else "Done"
    _settle(doc.name, status=status, error=None, refused_file=refused_file, result=json.dumps(result))


def _write_refused(doc: Document, headings: Sequence[str]) -> str:
    """A private CSV file of the refused rows, each with its reason; corrected, it can be imported."""
    file_name = f"{doc.name}-refused-{frappe.generate_hash(length=6)}.csv"
    path = Path(frappe.get_site_path("private", "files", file_name))
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.write(csv_line([*headings, _("Row"), _("Reason")]))
        for row in queries.refused_rows(doc.name):
            cells = json.loads(row.cells)
            padded = [*cells, *[""] * (len(headings) - len(cells))]
            stream.write(csv_line([*padded, str(row.file_row), row.reason]))
    record = {
        "doctype": "File",
        "file_name": file_name,
        "file_url": f"/private/files/{file_name}",
        "is_private": 1,
        "attached_to_doctype": "Lead Import",
        "attached_to_name": doc.name,
    }
    # Whoever may run the import may have its refused rows.
    return frappe.get_doc(record).insert(ignore_permissions=True).file_url


# The document


def _guess_columns(doc: Document) -> None:
    _require_own_file(doc)
    try:
        table = open_file(doc.file)
    except CannotRead as problem:
        frappe.throw(str(problem), CannotRead)
    sample = next((row.cells for row in table.rows() if not row.fault), ())
    guesses = guess_columns(table.headings, list(targets().values()))
    doc.set("columns", [])
    for index, (heading, guess) in enumerate(zip(table.headings, guesses, strict=True)):
        value = sample[index] if index < len(sample) else ""
        doc.append("columns", {"heading": heading[:140], "target": guess, "sample": value[:140]})


def _require_own_file(doc: Document) -> None:
    """A private file of somebody else is not read by naming its address."""
    names = frappe.get_all("File", filters={"file_url": doc.file}, pluck="name", order_by="creation desc")
    if not any(frappe.get_doc("File", name).is_downloadable() for name in names):
        frappe.throw(explain(refuse("file_not_yours")))


def _settings_changed(doc: Document, before: Document) -> bool:
    settings = (
        "day_first",
        "campaign",
        "source",
        "lead_owner",
        "company",
        "territory",
        "country",
        "duplicate_policy",
    )
    mappings = [[column.target or "" for column in version.columns] for version in (doc, before)]
    return mappings[0] != mappings[1] or any(doc.get(name) != before.get(name) for name in settings)


def _require_open(name: str) -> None:
    """Not while another process works on it. A status left by a killed process does not count."""
    with exclusively(_LOCK) as free:
        status = frappe.db.get_value("Lead Import", name, "status", for_update=True)
        if status in ("Done", "Done with Refusals"):
            frappe.throw(_("This file is imported. Make a new import for another file."))
        if status == "Running" and not free:
            frappe.throw(_("This import is running already."))


def _enqueue(job: Any, name: str) -> None:
    """Not deduplicated: the queue takes a job whose worker was killed for one at work for minutes. A second one does no harm."""
    frappe.enqueue(
        f"{job.__module__}.{job.__name__}",
        queue="long",
        timeout=_JOB_TIMEOUT,
        enqueue_after_commit=True,
        name=name,
    )


def _settle(name: str, **values: Any) -> None:
    """Values that the import itself sets, beside the form and its validation."""
    frappe.db.set_value("Lead Import", name, values)
    frappe.publish_realtime("lead_import", doctype="Lead Import", docname=name, after_commit=True)


def _commit() -> None:
    # One transaction a step: a killed import goes on after the last step, and the form shows how far it is.
    frappe.db.commit()
