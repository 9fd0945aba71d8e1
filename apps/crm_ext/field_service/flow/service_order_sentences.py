"""Refusals about service orders, as sentences that say what to do next."""

from __future__ import annotations

from decimal import Decimal
from typing import NoReturn

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.shared.results import Refusal


def throw(refusal: Refusal, order: Document) -> NoReturn:
    frappe.throw(sentence(refusal, order), title=_("Service Order"))


def sentence(refusal: Refusal, order: Document) -> str:
    values = refusal.values
    for family in (_of_order, _of_times, _of_serial_numbers, _of_parts, _of_accounts):
        if text := family(refusal.code, values, order):
            return text
    raise KeyError(refusal.code)


def _of_order(code: str, values, order: Document) -> str | None:
    match code:
        case "status_unknown":
            return _(
                "{0} is no status that a service order can be set to. Reload the page and choose again."
            ).format(values["status"])
        case "order_completed":
            return _("Service order {0} is completed. Cancel and amend it to change what was done.").format(
                order.name
            )
        case "order_cancelled":
            return _("Service order {0} was cancelled. Ask the dispatcher for a new one.").format(order.name)
        case "technician_missing":
            return _("Service order {0} has no technician yet. Choose one first.").format(order.name)
        case "result_missing":
            return _("Say what came of it: choose a Result for {0}.").format(order.name)
        case "tasks_missing":
            return _(
                "These tasks are mandatory and not done yet: {0}. Do them, or note what was found."
            ).format(_(", ").join(values["tasks"]))
        case "posting_date_in_future":
            return _("{0} has not come yet. Choose today or an earlier day as Posting Date.").format(
                spelling.day(values["day"])
            )
        case "equipment_of_other_customer":
            return _(
                "{0} stands at another customer's place, {1}. Correct the equipment or the customer."
            ).format(values["equipment"], values["owner"])
        case "contract_of_other_customer":
            return _("Contract {0} is with {1}. Correct the contract or the customer.").format(
                values["contract"], values["partner"]
            )
        case "made_already":
            return _("Service order {0} was made of {1} already. Go on there, or cancel it first.").format(
                values["other"], values["source"]
            )
    return None


def _of_times(code: str, values, order: Document) -> str | None:
    match code:
        case "time_missing":
            return _("Work and travel, row {0}: enter both From and Until.").format(values["row"])
        case "time_does_not_exist":
            return _(
                "Work and travel, row {0}: {1} never was; clocks went forward in that hour. Correct the time."
            ).format(values["row"], spelling.moment(values["moment"]))
        case "ends_before_start":
            return _("Work and travel, row {0}: Until must be later than From.").format(values["row"])
        case "time_too_long":
            return _(
                "Work and travel, row {0}: more than 24 hours in one go. Correct it or enter several rows."
            ).format(values["row"])
        case "times_overlap":
            return _(
                "Work and travel: rows {0} and {1} overlap, and {2} cannot be in both. Correct one of them."
            ).format(values["other"], values["row"], values["person"] or _("one technician"))
        case "time_in_future":
            return _(
                "Work and travel, row {0} ends on {1}, which is still to come. Correct the time; the clock of the phone may be wrong."
            ).format(values["row"], spelling.moment(values["moment"]))
        case "employee_missing":
            return _(
                "Technician {0} has no employee, so the hours cannot be booked. Enter the Employee on the technician."
            ).format(values["technician"])
        case "item_of_time_missing":
            return _(
                "The customer pays for {0}, but Field Service Settings name no item for it. Enter it there."
            ).format(_(values["what"]))
        case "activity_missing":
            return _(
                "Row {0}: choose an Activity Type, or set the usual one in Field Service Settings."
            ).format(values["row"])
        case "hours_taken":
            return _(
                "Work and travel, row {0}: {1} has a timesheet for the same hours already ({2}). Correct the times of this order, or that timesheet."
            ).format(values["row"], values["person"], values["timesheet"])
        case "time_not_understood":
            return _("{0} is not a time. Enter it again.").format(values["told"])
    return None


def _of_serial_numbers(code: str, values, order: Document) -> str | None:
    match code:
        case "serial_numbers_missing":
            return _(
                "Parts, row {0}: {1} is used {3} times but has {2} serial numbers. Enter one serial number for each piece."
            ).format(values["row"], values["item"], values["told"], _count(values["wanted"]))
        case "serial_number_unknown":
            return _("Parts, row {0}: there is no serial number {1}. Read it again from the part.").format(
                values["row"], values["serial_no"]
            )
        case "serial_number_twice":
            return _("Parts, row {0}: serial number {1} is on this order twice. Take one out.").format(
                values["row"], values["serial_no"]
            )
        case "serial_number_of_other_item":
            return _("Parts, row {0}: serial number {1} is a {2} and not a {3}. Correct the item.").format(
                values["row"], values["serial_no"], values["other"], values["item"]
            )
        case "serial_number_of_customer":
            return _(
                "Parts, row {0}: serial number {1} belongs to {2} already. Read the number on the part that was installed."
            ).format(values["row"], values["serial_no"], values["customer"])
        case "serial_number_elsewhere":
            return _(
                "Parts, row {0}: serial number {1} is not in {2} but in {3}. Correct the warehouse, or move it by a stock entry first."
            ).format(
                values["row"], values["serial_no"], values["warehouse"], values["place"] or _("no warehouse")
            )
    return None


def _of_parts(code: str, values, order: Document) -> str | None:
    match code:
        case "warehouse_missing":
            return _(
                "Parts, row {0}: choose the warehouse that {1} was taken from, or set the technician's van."
            ).format(values["row"], values["item"])
        case "warehouse_of_other_company":
            return _(
                "Parts, row {0}: {1} is a warehouse of {2}, and this order belongs to {3}. Choose a warehouse of {3}."
            ).format(values["row"], values["warehouse"], values["owner"], values["company"])
        case "batch_missing":
            return _("Parts, row {0}: choose the batch of {1}.").format(values["row"], values["item"])
        case "batch_of_other_item":
            return _("Parts, row {0}: batch {1} is of {2} and not of {3}. Choose another batch.").format(
                values["row"], values["batch"], values["other"], values["item"]
            )
        case "parts_not_there":
            there = _("{0}: {1} are needed, and {2} has {3}.").format(
                values["item"], _count(values["wanted"]), values["warehouse"], _count(values["there"])
            )
            if not values["elsewhere"]:
                return _("{0} No other warehouse has any. Book the receipt of the parts first.").format(there)
            places = [_("{0} ({1})").format(place, _count(qty)) for place, qty in values["elsewhere"]]
            return _(
                "{0} There are some in {1}. Move them by a stock entry, or correct the warehouse."
            ).format(there, _(", ").join(places))
        case "price_missing":
            return _(
                "The customer pays row {0}, but {1} has no price. Enter a rate on the line, or a price in the customer's price list."
            ).format(values["row"], values["item"])
    return None


def _of_accounts(code: str, values, order: Document) -> str | None:
    match code:
        case "currency_of_account":
            return _(
                "{0} pays in {1}, but has a receivable account in {2}. Give the customer an account in {1}, or allow invoices in several currencies against one account in Accounts Settings."
            ).format(values["customer"], values["currency"], values["account_currency"])
        case "cost_account_missing":
            return _(
                "{0} has no account for cost of goods sold in {1}. Set the Default Expense Account of the item or of the company."
            ).format(values["item"], values["company"])
        case "account_missing":
            label = frappe.get_meta("Field Service Account").get_label(values["field"])
            return _(
                "Field Service Settings name no account for {0} in {1}. Enter it there, then submit again."
            ).format(_(label), values["company"])
    return None


def _count(quantity: Decimal | float) -> str:
    return f"{float(quantity):.12g}"
