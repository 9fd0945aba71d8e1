"""Lead capture: what strangers send is kept at the door and becomes a lead, or a note on a known one, behind it.

At the door every post costs the same, whoever is known here, so that neither the answer nor its time tells anything.
The record of the post is the queue: a worker that is killed leaves it waiting, and the next one takes it up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import frappe
from frappe import _

from crm_ext.compat import LEAD_CAMPAIGN_FIELD, SOURCE_FIELD
from crm_ext.marketing_automation.flow import signing, touchpoints
from crm_ext.marketing_automation.flow.locks import exclusively
from crm_ext.marketing_automation.queries import campaigns, channels, enquiries, parties
from crm_ext.marketing_automation.rules import enquiries as rules
from crm_ext.marketing_automation.rules.channels import channel_of_utm_medium
from crm_ext.marketing_automation.rules.harvest import Acquaintance, Who, people
from crm_ext.marketing_automation.rules.touchpoints import Touch
from crm_ext.shared.results import Refusal

RECEIVED, LEAD_CREATED, KNOWN_PARTY = "Received", "Lead Created", "Known Party"
SUSPECTED_SPAM, FAILED = "Suspected Spam", "Failed"
_BATCH = 50
_WAIT_SECONDS = 20
_SPAM_KEPT_DAYS = 90


def receive(
    values: Mapping[str, str | None],
    token: str | None = None,
    trap: str | None = None,
    request_id: str | None = None,
) -> dict[str, str]:
    """Keep a post; returns the sentences for the fields that must be corrected, none where it was taken.

    A repeat changes nothing. Machines get the same answer, and their post waits among the suspected spam.
    A signed-in user (a company's own server with an API key) needs no token.
    """
    company = channels.default_company()
    enquiry = rules.read_form(values, enquiries.region_of(company))
    if isinstance(enquiry, Refusal):
        return _corrections(enquiry)
    seconds = signing.seconds_since_opening(token)
    is_trusted = frappe.session.user != "Guest" and not (trap or "").strip()
    suspected = not is_trusted and rules.looks_like_a_machine(trap, seconds)
    # A token is unique to one opening of the form, so it serves as the request's id.
    if _keep(
        enquiry,
        company,
        SUSPECTED_SPAM if suspected else RECEIVED,
        request_id or (token if seconds else None),
    ):
        if not suspected:
            _call_worker()
    return {}


def release(name: str) -> None:
    """Somebody looked: it is no spam, or the cause of the failure is gone."""
    frappe.db.set_value(
        "Enquiry", {"name": name, "status": ("in", (SUSPECTED_SPAM, FAILED))}, "status", RECEIVED
    )
    _call_worker()


def work_off(statuses: Sequence[str] = (RECEIVED,), checkpoint: Callable[[], None] | None = None) -> int:
    """Make leads and notes of what waits, one transaction each; returns how many were worked off.

    checkpoint: called after each, by default a commit.
    """
    checkpoint = checkpoint or _commit
    done = 0
    with exclusively("enquiries", _WAIT_SECONDS) as held, _as_service():
        while held and (batch := enquiries.waiting(statuses, _BATCH)):
            for row in batch:
                done += _work_safely(row, checkpoint)
            if statuses != (RECEIVED,):
                break  # those that failed again would come again
    return done


def retry_failed() -> int:
    return work_off((RECEIVED, FAILED))


def clear_old_spam() -> None:
    """What nobody released for three months was spam indeed."""
    long_ago = frappe.utils.add_days(frappe.utils.now_datetime(), -_SPAM_KEPT_DAYS)
    frappe.db.delete("Enquiry", {"status": SUSPECTED_SPAM, "received_at": ("<", long_ago)})


@contextmanager
def _as_service() -> Iterator[None]:
    """Leads are made as Administrator: the guest who wrote may not, and ERPNext saves the lead's contact as the caller.

    Nothing of the enquiry but its cleaned texts reaches the documents.
    """
    user = frappe.session.user
    frappe.set_user("Administrator")
    try:
        yield
    finally:
        frappe.set_user(user)


def _keep(enquiry: rules.Enquiry, company: str | None, status: str, request_id: str | None) -> bool:
    """Insert the record; False where it is there already. The key decides, also between two posts at one moment."""
    now = frappe.utils.now_datetime()
    window = int(now.timestamp()) // rules.REPEAT_WINDOW_SECONDS
    if not request_id and frappe.db.exists("Enquiry", rules.enquiry_key(enquiry, None, window - 1)):
        return False
    values = {field: getattr(enquiry, field) for field in enquiry.__dataclass_fields__}
    values |= {"name": rules.enquiry_key(enquiry, request_id, window), "status": status, "received_at": now}
    user = frappe.session.user
    values |= {"company": company, "owner": user, "modified_by": user, "creation": now, "modified": now}
    columns = ", ".join(f"`{column}`" for column in values)
    places = ", ".join(["%s"] * len(values))
    frappe.db.sql(
        f"INSERT INTO `tabEnquiry` ({columns}) VALUES ({places}) ON DUPLICATE KEY UPDATE name = `tabEnquiry`.name",
        list(values.values()),
    )
    return frappe.db._cursor.rowcount == 1


def _call_worker() -> None:
    frappe.enqueue(
        "crm_ext.marketing_automation.flow.enquiries.work_off", queue="short", enqueue_after_commit=True
    )


def _work_safely(row: frappe._dict, checkpoint: Callable[[], None]) -> bool:
    frappe.db.savepoint("enquiry")
    try:
        _work(row)
    except Exception as error:
        frappe.db.rollback(save_point="enquiry")
        frappe.clear_last_message()
        failure = frappe.utils.strip_html(str(error)) or type(error).__name__
        _settle(row.name, FAILED, {"failure": failure})
        checkpoint()
        return False
    checkpoint()
    return True


def _work(row: frappe._dict) -> None:
    campaign = campaigns.campaigns_meant([row.utm_campaign or ""]).get(campaigns.folded(row.utm_campaign))
    if row.utm_campaign and not campaign:
        _count_unknown(row.utm_campaign)
    known = _who_is_it(row)
    if known:
        _add_note(known, row, campaign)
        _settle(row.name, KNOWN_PARTY, _parties(known) | {"campaign": campaign})
    else:
        known = _make_lead(row, campaign)
        _settle(row.name, LEAD_CREATED, _parties(known) | {"campaign": campaign})
    touchpoints.record([_touch(row, known, campaign)])


def _who_is_it(row: frappe._dict) -> Who | None:
    phones = rules.spellings_of(row.phone) if row.phone else ()
    of_contacts = parties.links_of_contacts(enquiries.contacts_by(row.email, phones))
    lead = enquiries.lead_by(row.email, phones)
    links = [("Lead", lead)] if lead else []
    links += [("Contact", contact) for contact in of_contacts]
    if not links:
        return None
    leads = {name for found in of_contacts.values() for kind, name in found if kind == "Lead"} | {lead} - {
        None
    }
    customers = {name for found in of_contacts.values() for kind, name in found if kind == "Customer"}
    pairs = parties.lead_and_customer_pairs(leads, customers)
    return people(
        links, (), Acquaintance(of_contacts, {customer: lead for lead, customer in pairs}, dict(pairs))
    )[0]


def _make_lead(row: frappe._dict, campaign: str | None) -> Who:
    lead = frappe.get_doc(
        {
            "doctype": "Lead",
            "lead_name": row.person_name,
            "company_name": row.organization,
            "email_id": row.email,
            "mobile_no": row.phone,
            "city": row.city,
            "company": row.company,
            # Not left out: ERPNext would make the service user the owner.
            "lead_owner": "",
            LEAD_CAMPAIGN_FIELD: campaign,
            SOURCE_FIELD: enquiries.lead_source_called(row.utm_source),
        }
    )
    lead.append(
        "notes", {"note": _note(row, campaign), "added_by": "Administrator", "added_on": row.received_at}
    )
    lead.flags.made_of_enquiry = True
    lead.insert()
    return Who(lead.name, lead.contact_doc.name if lead.contact_doc else None, None)


def _add_note(known: Who, row: frappe._dict, campaign: str | None) -> None:
    doctype, name = next(
        (doctype, name)
        for doctype, name in (("Customer", known.customer), ("Lead", known.lead), ("Contact", known.contact))
        if name
    )
    frappe.get_doc(doctype, name).add_comment("Comment", _note(row, campaign))


def _note(row: frappe._dict, campaign: str | None) -> str:
    """HTML for the timeline; every word of the stranger escaped."""
    lines = [_("Enquiry through the website"), *_written(row)]
    if row.utm_campaign and not campaign:
        lines.append(
            _(
                "The web address named the campaign {0}, which no Campaign has. Choose the one that is meant in Unknown Campaign."
            ).format(row.utm_campaign)
        )
    return "<br>".join(frappe.utils.escape_html(line) for line in lines)


def _written(row: frappe._dict) -> list[str]:
    labelled = (
        (_("Name"), row.person_name),
        (_("Organization"), row.organization),
        (_("E-mail"), row.email),
        (_("Phone"), row.phone),
        (_("City"), row.city),
    )
    return [f"{label}: {value}" for label, value in labelled if value] + (row.message or "").splitlines()


def _touch(row: frappe._dict, who: Who, campaign: str | None) -> Touch:
    return Touch(
        occurred_at=row.received_at,
        channel=channel_of_utm_medium(row.utm_medium),
        activity="Enquiry",
        campaign=campaign,
        company=row.company,
        reference_doctype="Enquiry",
        reference_name=row.name,
        utm_source=row.utm_source,
        utm_medium=row.utm_medium,
        utm_campaign=row.utm_campaign,
        utm_content=row.utm_content,
        **_parties(who),
    )


def _parties(who: Who) -> dict[str, str | None]:
    return {"lead": who.lead, "contact": who.contact, "customer": who.customer}


def _settle(name: str, status: str, values: dict) -> None:
    frappe.db.set_value("Enquiry", name, {"failure": None} | values | {"status": status})


def _count_unknown(utm_campaign: str) -> None:
    now, user = frappe.utils.now_datetime(), frappe.session.user
    frappe.db.sql(
        """INSERT INTO `tabUnknown Campaign`
            (name, utm_campaign, owner, creation, modified, modified_by, first_seen_at, last_seen_at, enquiries)
            VALUES (%(text)s, %(text)s, %(user)s, %(now)s, %(now)s, %(user)s, %(now)s, %(now)s, 1)
            ON DUPLICATE KEY UPDATE enquiries = enquiries + 1, last_seen_at = %(now)s""",
        {"text": utm_campaign, "user": user, "now": now},
    )


def _corrections(problem: Refusal) -> dict[str, str]:
    sentences = {
        "missing": _("Please write your name."),
        "too_long": _("This is too long. Please shorten it."),
        "email_not_understood": _("This is no complete e-mail address. Please write it as name@example.com."),
        "phone_not_understood": _(
            "This is no complete telephone number. Please write it with its area code."
        ),
        "no_way_to_answer": _("Please give an e-mail address or a telephone number, so that we can answer."),
    }
    return {field: sentences[code] for field, code in problem.values["errors"].items()}


def _commit() -> None:
    # Each enquiry for itself: one that fails must not take others along.
    frappe.db.commit()
