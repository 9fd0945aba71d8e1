"""What customers answer to quotations, and what follows from it.

An acceptance is recorded first and for itself; the order is made in the same transaction behind a savepoint, so that
an order which ERPNext refuses does not take the customer's word away. One valid acceptance stands for each quotation,
by a unique key; whoever comes second, by a second click or in parallel, is given the first one's answer.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from hashlib import sha256

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime, strip_html

from crm_ext import erpnext_port as port
from crm_ext.crm_ext_core.flow import spelling
from crm_ext.offer_desk.flow import quotation_options as options
from crm_ext.offer_desk.flow import revisions
from crm_ext.offer_desk.flow.quotation_options import Preview
from crm_ext.offer_desk.queries.quotation_options import late_orders_allowed
from crm_ext.self_service.flow import letters, portal_links
from crm_ext.self_service.flow.portal_links import Answerer
from crm_ext.self_service.queries import quotations as queries
from crm_ext.self_service.rules import quotation_answers as rules
from crm_ext.shared.results import Refusal

_AT_ORDER = "before_order"


@dataclass(frozen=True)
class Answered:
    """An answer that stands: the response, and the order if there is one. is_new: this request gave it."""

    response: str
    sales_order: str | None
    is_new: bool


# State


def state(quotation: Document) -> rules.State:
    """Where the quotation stands for its customer today."""
    return _state(
        quotation.name,
        frappe._dict(docstatus=quotation.docstatus, status=quotation.status, valid_till=quotation.valid_till),
        bool(queries.acceptance_of(quotation.name)),
    )


def _state(name: str, known: dict, is_accepted: bool) -> rules.State:
    return rules.state_of(
        rules.Facts(
            docstatus=int(known.docstatus),
            status=known.status,
            valid_till=getdate(known.valid_till) if known.valid_till else None,
            is_accepted=is_accepted,
            replaced_by=revisions.current_of(name),
            late_allowed=late_orders_allowed(),
        ),
        getdate(),
    )


# What customers do


def accept(
    answerer: Answerer,
    person_name: str | None,
    agreed: bool,
    picture: str | None,
    chosen: Collection[str],
    alternatives: Collection[str],
    seen_total: str | None,
) -> Answered:
    """Record the acceptance and make the order. Whoever accepts what was accepted already gets the same answer.

    seen_total: the amount to pay that stood on the page; it is compared with the order's, and never taken.
    Raises a ValidationError that says what to do next; then nothing is recorded.
    """
    signature = _or_throw(rules.signed(person_name, agreed, picture))
    known = queries.locked(answerer.quotation)
    accepted = queries.acceptance_of(answerer.quotation, for_update=True)
    if accepted:
        return Answered(accepted.name, accepted.sales_order, False)
    _require_open(answerer.quotation, known)
    shown = options.preview(answerer.quotation, chosen, alternatives)
    if not rules.is_what_was_seen(seen_total, shown.payable):
        frappe.throw(
            _("The total is now {0}. Please look at the offer again, and accept it if you agree.").format(
                spelling.money(shown.payable, shown.currency)
            )
        )
    response = _record(
        answerer,
        "Accepted",
        person_name=signature.person_name,
        signature=signature.picture,
        currency=shown.currency,
        total=shown.payable,
        promise_date=shown.promise_date,
        choice=json.dumps({"options": sorted(chosen), "alternatives": sorted(alternatives)}),
        offer_fingerprint=_fingerprint(shown),
        acceptance_of=answerer.quotation,
    )
    portal_links.note_use(answerer, "Accepted")
    problem = _order(response)
    response.reload()
    _tell_of_acceptance(answerer, response, problem)
    return Answered(response.name, response.sales_order, True)


def refuse(
    answerer: Answerer, reason: str | None, message: str | None, person_name: str | None = None
) -> Answered:
    """The quotation is lost for this reason, until the desk takes it back. Refusing again changes nothing."""
    text = _or_throw(rules.message_of(message))
    known = queries.locked(answerer.quotation)
    if known.status == "Lost" and known.docstatus == 1:
        earlier = [row for row in queries.responses_to(answerer.quotation) if row.answer == "Refused"]
        return Answered(earlier[0].name if earlier else "", None, False)
    if queries.acceptance_of(answerer.quotation, for_update=True):
        frappe.throw(_("This offer was accepted already. Please ask us if you want to change the order."))
    _require_open(answerer.quotation, known, also=("expired",))
    reasons = [reason] if reason in queries.lost_reasons() else []
    response = _record(
        answerer,
        "Refused",
        person_name=person_name or answerer.person_name,
        message=text,
        lost_reason=reasons[0] if reasons else None,
    )
    quotation = frappe.get_doc("Quotation", answerer.quotation)
    port.lose_quotation(quotation, reasons, text)
    portal_links.note_use(answerer, "Refused")
    letters.tell_desk(
        quotation.owner,
        "Quotation",
        quotation.name,
        _("{0} has refused quotation {1}: {2}").format(
            quotation.customer_name, quotation.name, "; ".join(filter(None, [*reasons, text])) or "–"
        ),
    )
    return Answered(response.name, None, True)


def ask(answerer: Answerer, message: str | None, key: str | None) -> Answered:
    """A question on the quotation's timeline, and a task for its owner. The same key asks once."""
    text = _or_throw(rules.message_of(message, is_needed=True))
    return _once(answerer, "Question", text, key)


def ask_for_renewal(answerer: Answerer, key: str | None) -> Answered:
    """The customer wants an offer that has expired or was replaced to be made anew."""
    return _once(answerer, "Renewal Wanted", _("Please renew this offer."), key)


def ask_for_item(answerer: Answerer, item_name: str, key: str | None) -> Answered:
    """The customer wants something that was suggested beside the lines."""
    return _once(answerer, "Item Wanted", _("Please add to the offer: {0}").format(item_name), key)


def _once(answerer: Answerer, answer: str, text: str, key: str | None) -> Answered:
    request_key = sha256(f"{answerer.quotation}|{answer}|{key or text}".encode()).hexdigest()
    queries.locked(answerer.quotation)
    earlier = queries.response_with_key(request_key, for_update=True)
    if earlier:
        return Answered(earlier, None, False)
    response = _record(
        answerer, answer, person_name=answerer.person_name, message=text, request_key=request_key
    )
    quotation = frappe.get_doc("Quotation", answerer.quotation)
    _put_on_timeline(answerer, quotation, text)
    portal_links.note_use(answerer, "Asked")
    letters.tell_desk(
        quotation.owner,
        "Quotation",
        quotation.name,
        _("{0} asks about quotation {1}: {2}").format(quotation.customer_name, quotation.name, text),
    )
    return Answered(response.name, None, True)


# What follows at the desk


def place_order(response: str) -> str | None:
    """Try again to make the order of an acceptance; gives its name, or None where ERPNext still refuses it."""
    accepted = frappe.get_doc("Quotation Response", response)
    queries.locked(accepted.quotation)
    if not accepted.acceptance_of:
        frappe.throw(_("This answer was taken back. The customer can answer anew."))
    if not accepted.sales_order:
        _order(accepted)
        accepted.reload()
    return accepted.sales_order


def take_back(quotation: Document) -> None:
    """The customer may answer anew: a refusal is undone, an acceptance without an order no longer stands."""
    queries.locked(quotation.name)
    accepted = queries.acceptance_of(quotation.name, for_update=True)
    if accepted and accepted.sales_order:
        frappe.throw(_("An order was made of this acceptance. Cancel the order instead."))
    if accepted:
        _withdraw(accepted.name)
    for row in queries.responses_to(quotation.name):
        if row.answer == "Refused" and not row.is_withdrawn:
            _withdraw(row.name)
    if quotation.status == "Lost":
        port.reopen_quotation(quotation)


def order_submitted(order: Document) -> None:
    """The desk's own order of an accepted quotation settles the acceptance, too. Free for orders without quotations."""
    quotations = sorted({row.prevdoc_docname for row in order.items if row.get("prevdoc_docname")})
    if not quotations:
        return
    for response in queries.acceptances_waiting_for(quotations):
        frappe.db.set_value(
            "Quotation Response", response, {"sales_order": order.name, "order_problem": None}
        )


def order_cancelled(order: Document) -> None:
    """The acceptance that the order came from is over; the quotation may be accepted anew."""
    if any(row.get("prevdoc_docname") for row in order.items):
        response = queries.acceptance_with_order(order.name)
        if response:
            _withdraw(response)


def _withdraw(response: str) -> None:
    frappe.db.set_value("Quotation Response", response, {"is_withdrawn": 1, "acceptance_of": None})


# Parts


def _require_open(quotation: str, known: dict, also: Collection[str] = ()) -> None:
    standing = _state(quotation, known, is_accepted=False)
    if standing == "open" or standing in also:
        return
    sentences = {
        "ordered": _("An order was already made of this offer."),
        "refused": _("This offer was refused. Please ask us if you want it after all."),
        "expired": _("This offer is no longer valid. Please ask us to renew it."),
        "replaced": _("A newer offer has taken the place of this one. Please answer that one."),
        "withdrawn": _("This offer was withdrawn. Please ask us for a new one."),
    }
    frappe.throw(sentences[standing])


def _record(answerer: Answerer, answer: str, **values) -> Document:
    party = frappe.db.get_value(
        "Quotation", answerer.quotation, ["quotation_to", "party_name", "company"], as_dict=True
    )
    request = getattr(frappe.local, "request", None)
    response = frappe.get_doc(
        {
            "doctype": "Quotation Response",
            "quotation": answerer.quotation,
            "answer": answer,
            "answered_at": now_datetime(),
            "customer": party.party_name if party.quotation_to == "Customer" else None,
            "company": party.company,
            "user": None if answerer.user == "Guest" else answerer.user,
            "portal_link": answerer.portal_link,
            "ip_address": frappe.local.request_ip,
            "browser": str(request.user_agent)[:500] if request else None,
            **values,
        }
    )
    # The customer was let in by a login or a link; customers have no rights to doctypes.
    return response.insert(ignore_permissions=True)


def _order(response: Document) -> str | None:
    """Make and submit the order; the sentence of ERPNext's refusal, or None where the order stands.

    In the customer's own name, without asking for rights that customers do not have: all that ERPNext checks by role,
    such as going beyond a limit, is then checked for somebody without any.
    """
    choice = json.loads(response.choice)
    messages = list(frappe.local.message_log)
    frappe.db.savepoint(_AT_ORDER)
    try:
        chosen, alternatives = choice["options"], choice["alternatives"]
        # The right to this quotation was checked when its customer was let in.
        order = options.make_order(response.quotation, chosen, alternatives, ignore_permissions=True)
        # As above.
        order.flags.ignore_permissions = True
        order.insert()
        order.submit()
        problem = None
    except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
        # The database has thrown the whole transaction away: there is nothing left to stand for itself.
        raise
    except Exception as refused:
        frappe.db.rollback(save_point=_AT_ORDER)
        if not isinstance(refused, frappe.ValidationError):
            frappe.log_error("No order could be made of an accepted quotation")
            problem = _("Something unexpected happened; the Error Log says what.")
        else:
            problem = strip_html(str(refused)) or type(refused).__name__
        frappe.db.set_value("Quotation Response", response.name, "order_problem", problem)
    # What ERPNext says to its users is not for customers.
    frappe.local.message_log = messages
    return problem


def _tell_of_acceptance(answerer: Answerer, response: Document, problem: str | None) -> None:
    quotation = frappe.get_doc("Quotation", response.quotation)
    total = spelling.money(response.total, response.currency)
    if problem:
        text = _("{0} has accepted quotation {1} ({2}), but the order could not be made: {3}").format(
            response.person_name, quotation.name, total, problem
        )
        letters.tell_desk(quotation.owner, "Quotation", quotation.name, text)
    else:
        text = _("{0} has accepted quotation {1}: order {2}, {3}").format(
            response.person_name, quotation.name, response.sales_order, total
        )
        letters.tell_desk(quotation.owner, "Sales Order", response.sales_order, text)
    if answerer.email:
        letters.mail(
            [answerer.email],
            _("You have accepted quotation {0}").format(quotation.name),
            _("Thank you. {0} accepted quotation {1} for {2}. We will keep you informed.").format(
                frappe.utils.escape_html(response.person_name), quotation.name, total
            ),
            "Quotation",
            quotation.name,
        )


def _put_on_timeline(answerer: Answerer, quotation: Document, text: str) -> None:
    communication = frappe.get_doc(
        {
            "doctype": "Communication",
            "communication_type": "Communication",
            "communication_medium": "Other",
            "sent_or_received": "Received",
            "subject": _("Question about quotation {0}").format(quotation.name),
            "content": frappe.utils.escape_html(text).replace("\n", "<br>"),
            "sender": answerer.email,
            "sender_full_name": answerer.person_name or quotation.customer_name,
            "reference_doctype": "Quotation",
            "reference_name": quotation.name,
        }
    )
    # The customer was let in to this quotation.
    communication.insert(ignore_permissions=True)


def _fingerprint(shown: Preview) -> str:
    return sha256(json.dumps(asdict(shown), default=str, sort_keys=True).encode()).hexdigest()


def _or_throw(result):
    if not isinstance(result, Refusal):
        return result
    sentences = {
        "name_missing": _("Please type your name."),
        "name_too_long": _("Please type a shorter name, {0} letters at most."),
        "not_agreed": _("Please tick that you accept the offer."),
        "signature_unreadable": _("The signature could not be read. Please clear it and draw it again."),
        "signature_too_large": _("The signature is too large. Please clear it and draw it again."),
        "message_missing": _("Please type your message."),
        "message_too_long": _("Please type a shorter message, {0} letters at most."),
    }
    frappe.throw(sentences[result.code].format(result.values.get("longest")))
