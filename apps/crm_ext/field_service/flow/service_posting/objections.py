"""ERPNext's objections to documents of an order: with the order that they belong to and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext import erpnext_port
from crm_ext.crm_ext_core.flow import spelling


@contextmanager
def said_of_making(order: Document, document: str) -> Iterator[None]:
    """document: its kind in the reader's words, as the beginning of a sentence."""
    try:
        yield
    except erpnext_port.period_errors() as error:
        sentence = _(
            "{0} of {1} cannot be posted on {2}: {3} Choose another Posting Date on the service order."
        )
        sentence = sentence.format(document, order.name, spelling.day(order.posting_date), _plain(error))
        _raise(error, sentence, _("Nothing Was Posted"))
    except frappe.ValidationError as error:
        sentence = _("{0} of {1} cannot be made: {2}").format(document, order.name, _plain(error))
        _raise(error, sentence, _("Nothing Was Posted"))


@contextmanager
def said_of_taking_back(order: Document, document: Document) -> Iterator[None]:
    kind = _(document.doctype)
    try:
        yield
    except erpnext_port.period_errors() as error:
        sentence = _(
            "{0} {1} of {2} stands in a closed period: {3} Ask an accountant to open the period for a moment; or leave the order as it is and correct it by a credit note or a new order."
        )
        sentence = sentence.format(kind, document.name, order.name, _plain(error))
        _raise(error, sentence, _("Nothing Was Cancelled"))
    except frappe.ValidationError as error:
        sentence = _("{0} {1} of {2} cannot be cancelled, and so nothing of the order was: {3}")
        sentence = sentence.format(kind, document.name, order.name, _plain(error))
        _raise(error, sentence, _("Nothing Was Cancelled"))


def _raise(error: Exception, sentence: str, title: str) -> None:
    frappe.clear_last_message()
    frappe.throw(sentence, type(error), title=title)


def _plain(error: Exception) -> str:
    return str(error).strip()
