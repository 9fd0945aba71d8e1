"""What an import of leads reads: fields that can be filled, master records, and whom the site knows already."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import frappe
from frappe import _

from crm_ext.shared.phone import to_e164
from crm_ext.shared.text import literally

BATCH = 5000
_KINDS = (
    "Data",
    "Link",
    "Select",
    "Date",
    "Currency",
    "Float",
    "Percent",
    "Int",
    "Check",
    "Small Text",
    "Text",
)
# Set by ERPNext itself, or meaningless in a file.
_NOT_IMPORTED = {"naming_series", "title", "image", "customer", "disabled", "language"}
# Links whose records people name in their own language.
_TRANSLATED_MASTERS = (
    "Country",
    "Salutation",
    "Gender",
    "Territory",
    "Industry Type",
    "Lead Source",
    "Market Segment",
)


def lead_fields() -> list[dict[str, Any]]:
    """Fields of Lead that a column can fill, as the site has them, custom fields included."""
    return [
        {
            "fieldname": df.fieldname,
            "label": df.label,
            "kind": df.fieldtype,
            "option": df.options if df.fieldtype == "Link" else "",
            "choices": tuple((df.options or "").split("\n")) if df.fieldtype == "Select" else (),
            "length": (df.length or 140) if df.fieldtype == "Data" else 0,
            "required": bool(df.reqd and not df.default),
        }
        for df in frappe.get_meta("Lead").fields
        if df.fieldtype in _KINDS
        and df.fieldname not in _NOT_IMPORTED
        and (df.fieldname == "lead_name" or not (df.read_only or df.is_virtual))
    ]


def spellings_of_links(doctype: str, key: Callable[[str], str]) -> dict[str, str]:
    """Every spelling under which a record of the doctype is understood, as `key` folds it -> its name."""
    spellings: dict[str, str] = {}
    if doctype == "User":
        users = frappe.get_all("User", filters={"enabled": 1}, fields=["name", "full_name"], order_by="name")
        spellings = {key(user.full_name): user.name for user in users if user.full_name}
        return spellings | {key(user.name): user.name for user in users}
    names = frappe.get_all(doctype, pluck="name", order_by="name", limit=0)
    if doctype in _TRANSLATED_MASTERS:
        for language in _languages():
            spellings |= {key(_(name, lang=language)): name for name in names}
    return spellings | {key(name): name for name in names}


def spellings_of_choices(choices: Sequence[str], key: Callable[[str], str]) -> dict[str, str]:
    """The same for the options of a Select."""
    options = [choice for choice in choices if choice]
    spellings = {key(_(option, lang=language)): option for language in _languages() for option in options}
    return spellings | {key(option): option for option in options}


def country_code(country: str | None) -> str | None:
    """ISO code in capitals, as telephone numbers want it."""
    code = country and frappe.db.get_value("Country", country, "code", cache=True)
    return code.upper() if code else None


def creates_contacts() -> bool:
    return bool(frappe.db.get_single_value("CRM Settings", "auto_creation_of_contact"))


def records_by_email(emails: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Lower-case e-mail -> (doctype, name) of leads, contacts and customers that have it."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for batch in _batches(emails):
        rows = frappe.db.sql(
            """select email_id, 'Lead', name from `tabLead` where email_id in %(emails)s
            union all select email_id, 'Contact', parent from `tabContact Email`
                where email_id in %(emails)s and parenttype = 'Contact'
            union all select email_id, 'Customer', name from `tabCustomer` where email_id in %(emails)s""",
            {"emails": batch},
        )
        for email, doctype, name in rows:
            found[email.casefold()].append((doctype, name))
    return found


def leads_by_email(emails: Iterable[str]) -> dict[str, str]:
    """Lower-case e-mail -> lead, for a second look within the transaction that inserts."""
    found = {}
    for batch in _batches(emails):
        for email, name in frappe.db.sql(
            "select email_id, name from `tabLead` where email_id in %s", [batch]
        ):
            found[email.casefold()] = name
    return found


def records_by_phone(
    is_sought: Callable[[str], bool], region: str | None
) -> dict[str, list[tuple[str, str]]]:
    """E.164 number -> (doctype, name). Stored numbers are written in many ways, so each is read once as a stream
    and only those for which `is_sought` (of the raw text) is true are understood in full."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with frappe.db.unbuffered_cursor():
        rows = frappe.db.sql(
            """select 'Lead', name, mobile_no, phone, whatsapp_no from `tabLead`
                where mobile_no != '' or phone != '' or whatsapp_no != ''
            union all select 'Contact', parent, phone, null, null from `tabContact Phone`
                where phone != '' and parenttype = 'Contact'
            union all select 'Customer', name, mobile_no, null, null from `tabCustomer` where mobile_no != ''""",
            as_list=True,
            as_iterator=True,
        )
        for doctype, name, *numbers in rows:
            for number in numbers:
                if number and is_sought(number) and (normal := to_e164(number, region)):
                    found[normal].append((doctype, name))
    return found


def records_by_tax_key(keys: set[str], key: Callable[[str], str]) -> dict[str, list[tuple[str, str]]]:
    """Tax key -> customers that have the number and leads that were imported with it."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    if not keys:
        return found
    for name, tax_id in frappe.db.sql("select name, tax_id from `tabCustomer` where tax_id != ''"):
        if key(tax_id) in keys:
            found[key(tax_id)].append(("Customer", name))
    for batch in _batches(keys):
        rows = frappe.db.sql(
            """select imported.tax_key, lead.name from `tabLead Import Row` imported
            join `tabLead` lead on lead.name = imported.lead where imported.tax_key in %s""",
            [batch],
        )
        for tax_key, name in rows:
            found[tax_key].append(("Lead", name))
    return found


def leads_by_content(keys: Iterable[str]) -> dict[str, str]:
    """Content digest -> the lead that was imported from such a row and still exists."""
    found = {}
    for batch in _batches(keys):
        rows = frappe.db.sql(
            """select imported.content_key, lead.name from `tabLead Import Row` imported
            join `tabLead` lead on lead.name = imported.lead where imported.content_key in %s""",
            [batch],
        )
        found.update(rows)
    return found


def contact_name_use(names: Sequence[str]) -> list[tuple[str, bool, int]]:
    """For each wanted name: what the database's collation makes of it, whether a contact has it, and the highest
    number that was added to it so far. Two names with the same first value are the same to the database."""
    if not names:
        return []
    wanted = frappe.db.sql(
        """select wanted.position, hex(weight_string(wanted.name)), contact.name is not null
        from json_table(%s, '$[*]' columns (position for ordinality,
            name varchar(140) character set utf8mb4 collate utf8mb4_unicode_ci path '$')) wanted
        left join `tabContact` contact on contact.name = wanted.name order by wanted.position""",
        [json.dumps(list(names))],
    )
    uses = Counter(weight for _position, weight, _exists in wanted)
    taken = [names[position - 1] for position, weight, exists in wanted if exists or uses[weight] > 1]
    highest = _highest_numbers(taken)
    return [(weight, bool(exists), highest.get(weight, 0)) for _position, weight, exists in wanted]


def _highest_numbers(taken: Sequence[str]) -> dict[str, int]:
    """By collation key of a name, the highest number that a contact has behind it."""
    highest: dict[str, int] = {}
    for batch in _batches(dict.fromkeys(taken), 200):
        contact = frappe.qb.DocType("Contact")
        query = frappe.qb.from_(contact).select(contact.name)
        prefixes = [contact.name.like(literally(name) + "-%") for name in batch]
        condition = prefixes[0]
        for prefix in prefixes[1:]:
            condition = condition | prefix
        numbered = [row[0] for row in query.where(condition).run() if row[0].rpartition("-")[2].isdecimal()]
        for name, weight in zip(
            numbered, collation_keys([name.rpartition("-")[0] for name in numbered]), strict=True
        ):
            highest[weight] = max(highest.get(weight, 0), int(name.rpartition("-")[2]))
    return highest


def free_names(doctype: str, names: Sequence[str]) -> list[bool]:
    """Whether each name is free: no record of the doctype has it, and none before it in the list."""
    found = frappe.get_all(doctype, filters={"name": ("in", list(names))}, pluck="name", order_by="name")
    taken = set(collation_keys(found))
    free = []
    for key in collation_keys(names):
        free.append(key not in taken)
        taken.add(key)
    return free


def places_of_leads(leads: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Lead -> what its address takes from it."""
    fields = ["name", "title", "city", "state", "country"]
    rows = frappe.get_all("Lead", filters={"name": ("in", list(leads))}, fields=fields, order_by="name")
    return {row.pop("name"): row for row in rows}


def collation_keys(names: Sequence[str]) -> list[str]:
    """What the database compares when it compares names."""
    if not names:
        return []
    rows = frappe.db.sql(
        """select hex(weight_string(wanted.name)) from json_table(%s, '$[*]' columns (position for ordinality,
            name varchar(140) character set utf8mb4 collate utf8mb4_unicode_ci path '$')) wanted
        order by wanted.position""",
        [json.dumps(list(names))],
    )
    return [row[0] for row in rows]


def users_by_email(emails: Iterable[str]) -> dict[str, str]:
    """Lower-case e-mail -> user; of several the one that was changed last, as Frappe finds it."""
    found: dict[str, str] = {}
    for batch in _batches(emails):
        rows = frappe.get_all(
            "User", filters={"email": ["in", batch]}, fields=["email", "name"], order_by="modified asc"
        )
        found |= {row.email.casefold(): row.name for row in rows}
    return found


def calls_ending_in(tails: Iterable[str], length: int) -> list[dict[str, str]]:
    """Call logs whose caller or called number ends in one of the tails, each `length` characters long."""
    calls = []
    for batch in _batches(tails):
        calls += frappe.db.sql(
            """select name, `from` as caller, `to` as called from `tabCall Log`
            where right(`from`, %(length)s) in %(tails)s or right(`to`, %(length)s) in %(tails)s order by creation""",
            {"tails": batch, "length": length},
            as_dict=True,
        )
    return calls


def refused_rows(lead_import: str) -> Iterator[dict[str, Any]]:
    """Rows of an import that were refused, in the order of the file."""
    start = -1
    while True:
        rows = frappe.get_all(
            "Lead Import Row",
            filters={"lead_import": lead_import, "outcome": "Refused", "file_row": [">", start]},
            fields=["file_row", "reason", "cells"],
            order_by="file_row asc",
            limit=BATCH,
        )
        if not rows:
            return
        yield from rows
        start = rows[-1].file_row


def counts_by_reason(lead_import: str) -> list[dict[str, Any]]:
    return frappe.db.sql(
        """select outcome, reason_code, count(*) as number_of_rows, min(reason) as example from `tabLead Import Row`
        where lead_import = %s and outcome != 'New' group by outcome, reason_code order by number_of_rows desc""",
        [lead_import],
        as_dict=True,
    )


def _languages() -> tuple[str, ...]:
    return tuple(dict.fromkeys((frappe.local.lang or "en", "fa", "en")))


def _batches(values: Iterable[str], size: int = BATCH) -> Iterator[list[str]]:
    values = list(values)
    for start in range(0, len(values), size):
        yield values[start : start + size]
