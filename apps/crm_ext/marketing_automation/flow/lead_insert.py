"""Many leads at once, as ERPNext would have inserted each of them.

Names, contacts, links and the search index come out as by `Document.insert` under Frappe's import flag; rows are
written in a statement a table. See `lead_events` for the handlers of other apps.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.desk.notifications import clear_doctype_notifications
from frappe.model.naming import get_default_naming_series, make_autoname, parse_naming_series
from frappe.utils import now_datetime
from frappe.utils.global_search import get_formatted_value

from crm_ext.marketing_automation.flow.lead_events import Listeners
from crm_ext.marketing_automation.queries import lead_import as queries
from crm_ext.marketing_automation.rules.lead_contact import (
    contact_of,
    finish_contact,
    finish_lead,
    phones_from_contact,
    split_full_name,
)

# Of a telephone number: long enough to tell numbers apart, short enough for those without a country code.
_CALL_TAIL = 7
ADDRESS_TYPE = "Office"
_CHILDREN = {"email_ids": "Contact Email", "phone_nos": "Contact Phone", "links": "Dynamic Link"}


class NotInBulk(Exception):
    """These leads cannot be inserted together; one by one they can."""


@dataclass
class Draft:
    """A document in the making: plain values, and a real document as soon as somebody listens."""

    doctype: str
    values: dict[str, Any]
    children: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.values["name"]

    def document(self, is_new: bool) -> Any:
        document = frappe.get_doc({"doctype": self.doctype, **self.values})
        for fieldname, rows in self.children.items():
            for row in rows:
                document.append(fieldname, dict(row))
        document.flags.in_insert = True
        document.flags.ignore_permissions = self.doctype == "Contact"
        if is_new:
            document.set("__islocal", True)
            document._doc_before_save = None
        return document

    def take_over(self, document: Any) -> bool:
        """Values that a listener changed. True where there were any, and then Frappe's own checks have passed."""
        changed = document.get_valid_dict(ignore_virtual=True)
        rows = {
            fieldname: [child.get_valid_dict(ignore_virtual=True) for child in document.get(fieldname) or []]
            for fieldname in self.children
        }
        before = {fieldname: len(children) for fieldname, children in self.children.items()}
        differs = any(changed[name] != value for name, value in self.values.items() if name in changed)
        differs |= any(len(rows[fieldname]) != count for fieldname, count in before.items())
        differs |= any(
            value not in (None, "", 0) and name not in self.values for name, value in changed.items()
        )
        if differs:
            document._validate()
            self.values = dict(document.get_valid_dict(ignore_virtual=True))
            self.children = rows
        return differs


class LeadWriter:
    """Inserts leads of one import; what is the same for all of them is asked once."""

    def __init__(
        self, listeners: Listeners, with_contacts: bool, flags: Mapping[str, Any] | None = None
    ) -> None:
        """flags: put on every lead that a listener is shown."""
        self.listeners = listeners
        self.flags = flags or {}
        self.with_contacts = with_contacts
        self.templates = {
            doctype: _template(doctype) for doctype in ("Lead", "Contact", "Address", *_CHILDREN.values())
        }
        self.columns = {doctype: _columns(doctype) for doctype in self.templates}
        series = self.templates["Lead"].get("naming_series") or get_default_naming_series("Lead")
        self.templates["Lead"]["naming_series"] = series

    def insert(self, leads: Sequence[Mapping[str, Any]]) -> list[str]:
        """Inserts the leads and gives their names in the same order. Nothing is committed.

        leads: values by fieldname, links already in the spelling of their record. Raises `NotInBulk` where the
        naming series depends on a value of the lead.
        """
        moment = now_datetime()
        drafts = [self._draft("Lead", values, moment, index) for index, values in enumerate(leads)]
        contacts = self._insert_contacts(drafts, moment) if self.with_contacts else []
        for draft in drafts:
            split_full_name(draft.values)
        self._tell_before("before_insert", drafts)
        self._name_leads(drafts)
        self._tell_before("before_validate", drafts)
        for draft in drafts:
            finish_lead(draft.values)
        self._tell_before("validate", drafts)
        self._tell_before("before_save", drafts)
        # The contact writes its numbers back to the lead, beside the document that listeners see.
        numbers = [phones_from_contact(contact.values, contact.children["phone_nos"]) for contact in contacts]
        rows = [
            draft.values | number for draft, number in zip(drafts, numbers or [{}] * len(drafts), strict=True)
        ]
        self._write("Lead", rows)
        self._link_contacts(drafts, contacts, moment)
        for draft, number in zip(drafts, numbers, strict=False):
            for _field in number:
                self._tell_after("before_change", [draft])
                self._tell_after("on_change", [draft])
        for event in ("after_insert", "on_update", "on_change"):
            self._tell_after(event, drafts)
        _announce(contacts)
        _announce(drafts)
        return [draft.name for draft in drafts]

    def insert_addresses(self, addresses: Mapping[str, Mapping[str, str]]) -> None:
        """Addresses of leads that are inserted, by lead; city, state and country are those of the lead."""
        if not addresses:
            return
        places = queries.places_of_leads(list(addresses))
        values = {lead: _address_values(places[lead], address) for lead, address in addresses.items()}
        names = [f"{address['address_title'].strip()}-{_(ADDRESS_TYPE)}" for address in values.values()]
        free = queries.free_names("Address", names)
        together = not self.listeners.addresses_one_by_one
        drafts = [
            self._address(lead, address, name, index)
            for index, ((lead, address), name, is_free) in enumerate(
                zip(values.items(), names, free, strict=True)
            )
            if together and is_free
        ]
        self._write("Address", [draft.values for draft in drafts])
        self._write_children("links", drafts)
        _announce(drafts)
        # A name that is taken gets a number from a series of its own.
        for (lead, address), is_free in zip(values.items(), free, strict=True):
            if not (together and is_free):
                insert_address(lead, address)

    def _address(self, lead: str, values: Mapping[str, Any], name: str, index: int) -> Draft:
        draft = self._draft("Address", {**values, "name": name}, now_datetime(), index)
        link = {"link_doctype": "Lead", "link_name": lead, "link_title": values["address_title"]}
        draft.children = {"links": self._children("links", [link], draft)}
        return draft

    # Contacts

    def _insert_contacts(self, leads: Sequence[Draft], moment: datetime) -> list[Draft]:
        contacts = []
        for index, lead in enumerate(leads):
            made = contact_of(lead.values)
            contact = self._draft("Contact", made.values, moment, index)
            contact.children = {
                "email_ids": self._children("email_ids", made.emails, contact),
                "phone_nos": self._children("phone_nos", made.phones, contact),
                "links": [],
            }
            contacts.append(contact)
        self._tell_before("before_insert", contacts)
        self._tell_before("before_naming", contacts)
        _name_contacts(contacts)
        self._tell_before("before_validate", contacts)
        for contact in contacts:
            finish_contact(contact.values, contact.children["email_ids"], contact.children["phone_nos"])
        users = queries.users_by_email(
            contact.values["email_id"] for contact in contacts if contact.values["email_id"]
        )
        for contact in contacts:
            contact.values["user"] = contact.values.get("user") or users.get(
                contact.values["email_id"].casefold()
            )
        self._tell_before("validate", contacts)
        self._tell_before("before_save", contacts)
        self._write("Contact", [contact.values for contact in contacts])
        for fieldname in ("email_ids", "phone_nos"):
            self._write_children(fieldname, contacts)
        _link_calls(contacts)
        for event in ("after_insert", "on_update", "on_change"):
            self._tell_after(event, contacts)
        return contacts

    def _link_contacts(self, leads: Sequence[Draft], contacts: Sequence[Draft], moment: datetime) -> None:
        """The second save of each contact, in which ERPNext links it to its lead."""
        for lead, contact in zip(leads, contacts, strict=False):
            link = {"link_doctype": "Lead", "link_name": lead.name, "link_title": lead.values["title"]}
            contact.children["links"] += self._children("links", [link], contact)
        for event in ("before_validate", "validate", "before_save"):
            for contact, document in self._tell_before(event, contacts):
                if contact.take_over(document):
                    document.db_update()
        self._write_children("links", contacts)
        for event in ("on_update", "on_change"):
            self._tell_after(event, contacts)

    # Names

    def _name_leads(self, drafts: Sequence[Draft]) -> None:
        self._tell_before("before_naming", drafts)
        by_series: dict[str, list[Draft]] = {}
        for draft in drafts:
            by_series.setdefault(draft.values["naming_series"], []).append(draft)
        for series, named in by_series.items():
            for draft, name in zip(named, _next_names(series, len(named)), strict=True):
                draft.values["name"] = name

    # Rows

    def _draft(self, doctype: str, values: Mapping[str, Any], moment: datetime, index: int) -> Draft:
        # A microsecond apart, so that lists ordered by time keep the order of the file.
        stamp = moment + timedelta(microseconds=index)
        return Draft(doctype, {**self.templates[doctype], **values, "creation": stamp, "modified": stamp})

    def _children(
        self, fieldname: str, rows: Iterable[Mapping[str, Any]], parent: Draft
    ) -> list[dict[str, Any]]:
        return [
            {
                **self.templates[_CHILDREN[fieldname]],
                **row,
                "creation": parent.values["creation"],
                "modified": parent.values["modified"],
                "name": make_autoname("hash"),
                "idx": index,
                "parentfield": fieldname,
                "parenttype": parent.doctype,
            }
            for index, row in enumerate(rows, start=1)
        ]

    def _write_children(self, fieldname: str, parents: Sequence[Draft]) -> None:
        rows = [{**row, "parent": parent.name} for parent in parents for row in parent.children[fieldname]]
        self._write(_CHILDREN[fieldname], rows)

    def _write(self, doctype: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        columns = self.columns[doctype]
        one = "(" + ", ".join(["%s"] * len(columns)) + ")"
        statement = f"insert into `tab{doctype}` ({', '.join(f'`{column}`' for column in columns)}) values "
        frappe.db.sql(
            statement + ", ".join([one] * len(rows)), [row.get(column) for row in rows for column in columns]
        )

    # Listeners

    def _tell_before(self, event: str, drafts: Sequence[Draft]) -> list[tuple[Draft, Any]]:
        """Listeners that may still change the document, or refuse it by raising."""
        if not drafts or not self.listeners.listen_to(drafts[0].doctype, event):
            return []
        told = [(draft, self._document(draft, is_new=True)) for draft in drafts]
        self.listeners.tell(drafts[0].doctype, event, [document for _draft, document in told])
        for draft, document in told:
            draft.take_over(document)
        return told

    def _tell_after(self, event: str, drafts: Sequence[Draft]) -> None:
        if drafts and self.listeners.listen_to(drafts[0].doctype, event):
            self.listeners.tell(
                drafts[0].doctype, event, [self._document(draft, is_new=False) for draft in drafts]
            )

    def _document(self, draft: Draft, is_new: bool) -> Any:
        document = draft.document(is_new)
        document.flags.update(self.flags)
        return document


def insert_one(values: Mapping[str, Any], flags: Mapping[str, Any] | None = None) -> str:
    """The same by Frappe itself, for what cannot be had in bulk."""
    lead = frappe.new_doc("Lead")
    lead.update(values)
    lead.flags.update(flags or {})
    lead.insert()
    return lead.name


def insert_address(lead: str, values: Mapping[str, Any]) -> str:
    """An address by Frappe itself, linked to its lead."""
    address = frappe.new_doc("Address")
    address.update(values)
    address.append("links", {"link_doctype": "Lead", "link_name": lead})
    # Whoever may create the lead may say where it is.
    address.insert(ignore_permissions=True)
    return address.name


def _template(doctype: str) -> dict[str, Any]:
    """What a new document of the doctype begins with: defaults of the site and of its user."""
    values = frappe.new_doc(doctype).get_valid_dict(ignore_virtual=True)
    values.update(owner=frappe.session.user, modified_by=frappe.session.user, docstatus=0, idx=0)
    return dict(values)


def _columns(doctype: str) -> list[str]:
    return list(frappe.get_meta(doctype).get_valid_columns())


def _next_names(series: str, count: int) -> list[str]:
    """The next `count` names of a naming series, taken in one step; the series stays locked until the commit."""
    parts = f"{series}.#####".split(".") if "#" not in series else series.split(".")
    fields = frappe.get_meta("Lead").get_valid_columns()
    if any(
        part in fields or part.startswith("{") or part in frappe.get_hooks("naming_series_variables")
        for part in parts
    ):
        raise NotInBulk(series)
    counter: list[tuple[str, int]] = []

    def remember(prefix: str, digits: int) -> str:
        counter.append((prefix, digits))
        return "\0"

    pattern = parse_naming_series(parts, number_generator=remember)
    if len(counter) != 1:
        raise NotInBulk(series)
    prefix, digits = counter[0]
    last = _advance_series(prefix, count)
    return [pattern.replace("\0", str(number).zfill(digits)) for number in range(last - count + 1, last + 1)]


def _advance_series(prefix: str, count: int) -> int:
    current = frappe.db.sql("select `current` from `tabSeries` where `name` = %s for update", [prefix])
    if current:
        frappe.db.sql("update `tabSeries` set `current` = `current` + %s where `name` = %s", [count, prefix])
        return (current[0][0] or 0) + count
    frappe.db.sql("insert into `tabSeries` (`name`, `current`) values (%s, %s)", [prefix, count])
    return count


def _name_contacts(contacts: Sequence[Draft]) -> None:
    """Full name, with the next free number added where the name is taken: on the site or earlier in the chunk."""
    wanted = [_plain_name(contact) for contact in contacts]
    uses = queries.contact_name_use(wanted)
    stems = dict(
        zip(wanted, queries.collation_keys([name.rpartition("-")[0] for name in wanted]), strict=True)
    )
    marks = dict(zip("-0123456789", queries.collation_keys(list("-0123456789")), strict=True))
    taken: set[str] = set()
    highest: dict[str, int] = {}
    for contact, name, (key, exists, number) in zip(contacts, wanted, uses, strict=True):
        if exists or key in taken:
            number = max(highest.get(key, 0), number) + 1
            highest[key] = number
            # Keys of a collation are made letter by letter.
            key += "".join(marks[mark] for mark in f"-{number}")
            contact.values["name"] = f"{name}-{number}"
        else:
            contact.values["name"] = name
            if (end := name.rpartition("-")[2]).isdecimal():
                highest[stems[name]] = max(highest.get(stems[name], 0), int(end))
        taken.add(key)


def _plain_name(contact: Draft) -> str:
    values = contact.values
    parts = (values.get("first_name"), values.get("middle_name"), values.get("last_name"))
    return " ".join(part.strip() for part in parts if part) or values.get("company_name") or ""


def _link_calls(contacts: Sequence[Draft]) -> None:
    """Calls made or received before the contact existed are linked to it, as ERPNext does for each new contact."""
    numbers: dict[str, list[tuple[str, str]]] = {}
    for contact in contacts:
        for row in contact.children["phone_nos"]:
            number = row["phone"].lstrip("+").lstrip("0")
            if number:
                numbers.setdefault(number[-_CALL_TAIL:], []).append((number, contact.name))
    for call in queries.calls_ending_in(numbers, _CALL_TAIL):
        ends = [text for text in (call["caller"], call["called"]) if text]
        found = [
            name
            for end in ends
            for number, name in numbers.get(end[-_CALL_TAIL:], [])
            if end.endswith(number)
        ]
        _link_call(call["name"], list(dict.fromkeys(found)))


def _link_call(call: str, contacts: Sequence[str]) -> None:
    """Few calls wait for a contact, and other apps listen to them; so each is a document."""
    document = frappe.get_doc("Call Log", call)
    linked = {link.link_name for link in document.links if link.link_doctype == "Contact"}
    for contact in contacts:
        if contact not in linked:
            document.add_link(link_type="Contact", link_name=contact)
    if contacts and set(contacts) - linked:
        # The importing user may create leads; ERPNext links calls beside their permissions too.
        document.save(ignore_permissions=True)


def _address_values(place: Mapping[str, Any], address: Mapping[str, str]) -> dict[str, Any]:
    values = {**place, **address, "address_type": ADDRESS_TYPE}
    return {**values, "address_title": values.pop("title")}


def _announce(drafts: Sequence[Draft]) -> None:
    """After the commit: open lists reload, and the search index gets what Frappe would have queued."""
    if not drafts:
        return
    entries = _search_entries(drafts)
    frappe.db.after_commit.add(lambda: _queue_for_search(entries))
    message = {"doctype": drafts[-1].doctype, "name": drafts[-1].name, "user": frappe.session.user}
    frappe.publish_realtime("list_update", message, after_commit=True)
    clear_doctype_notifications(drafts[-1].doctype)


def _search_entries(drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    if not drafts:
        return []
    meta = frappe.get_meta(drafts[0].doctype)
    fields, title = meta.get_global_search_fields(), meta.get_title_field()
    entries = []
    for draft in drafts:
        content = [
            get_formatted_value(draft.values[df.fieldname], df)
            for df in fields
            if draft.values.get(df.fieldname)
        ]
        if content and not draft.values.get("disabled"):
            entries.append(
                {
                    "doctype": draft.doctype,
                    "name": draft.name,
                    "content": " ||| ".join(content),
                    "published": 0,
                    "title": (draft.values.get(title) or "")[: int(frappe.db.VARCHAR_LEN)],
                    "route": None,
                }
            )
    return entries


def _queue_for_search(entries: Sequence[Mapping[str, Any]]) -> None:
    if frappe.local.conf.get("disable_global_search") or not entries:
        return
    queue = frappe.cache.make_key("global_search_queue")
    pipeline = frappe.cache.pipeline()
    for entry in entries:
        pipeline.lpush(queue, json.dumps(entry))
    pipeline.execute()
