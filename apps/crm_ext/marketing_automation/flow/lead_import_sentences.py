"""What an import of leads says to people: each refusal and each duplicate in one sentence that tells what to do."""

from __future__ import annotations

from functools import lru_cache

import frappe
from frappe import _

from crm_ext.marketing_automation.rules.lead_duplicates import Duplicate
from crm_ext.shared.results import Refusal


def explain(refusal: Refusal) -> str:
    """The sentence of a refusal, in the language of the user."""
    values = refusal.values
    extra = values.get("length") or values.get("choices") or (values.get("doctype") and _(values["doctype"]))
    places = (_(values["label"]) if "label" in values else "", values.get("value", ""), extra or "")
    if refusal.code in _file_sentences(frappe.local.lang):
        return _explain_file(refusal)
    return _row_sentences(frappe.local.lang)[refusal.code].format(*places)


def explain_duplicate(duplicate: Duplicate) -> str:
    if duplicate.earlier_row is not None:
        return _("The same as row {0} of this file.").format(duplicate.earlier_row)
    party = duplicate.party
    sentence = {
        "email": _("Known by the e-mail {0}: {1} {2}."),
        "phone": _("Known by the telephone number {0}: {1} {2}."),
        "tax_id": _("Known by the tax number {0}: {1} {2}."),
        "content": _("A row with the same content was imported before: {1} {2}."),
    }[duplicate.by]
    return sentence.format(duplicate.value, _(party.doctype), party.name)


def _explain_file(refusal: Refusal) -> str:
    values = refusal.values
    megabytes = [round(values.get(name, 0) / 1024**2) for name in ("size", "largest")]
    places = (_label_of(values["fieldname"]), "") if "fieldname" in values else (values.get("label", ""), "")
    places = megabytes if "size" in values else places
    return _file_sentences(frappe.local.lang)[refusal.code].format(*places)


def _label_of(fieldname: str) -> str:
    return _(frappe.get_meta("Lead").get_label(fieldname) or fieldname)


@lru_cache(maxsize=8)
def _file_sentences(language: str) -> dict[str, str]:
    return {
        "file_missing": _("The file is not there any more. Attach it again."),
        "file_not_yours": _(
            "Attach the file to this document by the button; a link to another file is not taken."
        ),
        "file_too_large": _(
            "The file has {0} MB; {1} MB are the most. Divide it and import the parts one after the other."
        ),
        "file_empty": _(
            "The file is empty. Put headings into the first row and one lead into each row below."
        ),
        "file_is_old_excel": _(
            "This is an Excel file of the old kind (.xls). Save it as .xlsx or as CSV and attach that."
        ),
        "file_is_damaged": _(
            "The file cannot be read. Open it in a spreadsheet program, save it as CSV (UTF-8) and attach that."
        ),
        "file_is_no_table": _("This is no table. Attach a CSV or XLSX file with headings in the first row."),
        "columns_changed": _(
            "The columns of the file are not those of this document. Attach the file again."
        ),
        "no_name_column": _(
            "No column is mapped to a name. Map one to First Name, Full Name or Organization Name."
        ),
        "column_twice": _("{0} is mapped to two columns. Leave it with one of them."),
        "column_unknown": _(
            "{0} is no field of a lead on this site. Choose another field or leave the column out."
        ),
        "column_missing": _("This site demands {0} for every lead. Map a column to it."),
    }


@lru_cache(maxsize=8)
def _row_sentences(language: str) -> dict[str, str]:
    return {
        "undecodable": _(
            "The row is written in another encoding than the rest of the file. Type its special letters anew and save as UTF-8."
        ),
        "malformed": _("The quotation marks of the row do not match. Correct them in the file."),
        "too_many_cells": _(
            "The row has more cells than the file has headings. Put text that holds the delimiter into quotation marks."
        ),
        "name_missing": _("Neither a person nor an organisation is named. Fill in one of them."),
        "full_name_too_long": _("The name is longer than {2} letters. Shorten it."),
        "address_incomplete": _(
            "An address needs a street, a city and a country. Fill them in or leave the address empty."
        ),
        "formula_in_cell": _(
            "{0}: {1} begins like a formula and is not stored. Write it without the sign at its beginning."
        ),
        "markup_in_cell": _("{0}: {1} holds a < or >. Write it without them."),
        "too_long": _("{0} is longer than {2} letters. Shorten it."),
        "email_not_valid": _("{0}: {1} is no e-mail address. Correct it or leave the cell empty."),
        "phone_not_understood": _(
            "{0}: {1} is no telephone number. Write one number with its country code, or choose the country in the import."
        ),
        "unknown_link": _("{0}: {1} is not there. Correct it, or create the {2} first."),
        "unknown_choice": _("{0}: {1} is none of the choices: {2}."),
        "date_not_understood": _("{0}: {1} is no date. Write year-month-day, Gregorian or Jalali."),
        "date_does_not_exist": _("{0}: {1} is not in the calendar. Correct the day or the month."),
        "number_not_understood": _("{0}: {1} is no number."),
        "number_negative": _("{0}: {1} is below zero."),
        "yes_no_not_understood": _("{0}: {1} is neither yes nor no."),
        "required_missing": _("{0} is missing; this site demands it for every lead."),
        "refused_by_site": _("Not accepted by the site: {1}"),
    }
