"""The configurator on the desk: offer models, and choosing in one of them for a quotation."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.offer_desk.flow import configurations as configurations_flow
from crm_ext.offer_desk.flow import configuring, offer_models
from crm_ext.offer_desk.queries import offer_models as queries
from crm_ext.offer_desk.queries.cost_sight import may_see_cost

_LONGEST_KEY = 64


def require_offer(quotation: dict | str) -> Document:
    """The quotation as it stands in the form, saved or not, if the user may write it and read offer models."""
    frappe.has_permission(queries.MODEL, "read", throw=True)
    posted = frappe.parse_json(quotation)
    if not isinstance(posted, dict) or posted.get("doctype") != "Quotation":
        frappe.throw(_("Only a quotation can be configured."), frappe.PermissionError)
    name = posted.get("name")
    if name and frappe.db.exists("Quotation", name):
        frappe.has_permission("Quotation", "write", name, throw=True)
    else:
        frappe.has_permission("Quotation", "create", throw=True)
    return frappe.get_doc(posted)


def require_desk(quotation: dict | str, version: str) -> configuring.Desk:
    """A version of a model that the user may read, before a quotation that the user may write."""
    offer = require_offer(quotation)
    require_version(version)
    return configuring.Desk(offer, version)


def require_version(version: str) -> None:
    """The same answer for a version that is not there and for one of a model that is not the user's."""
    model = frappe.db.get_value(queries.VERSION, version, "offer_model")
    if not model or not frappe.has_permission(queries.MODEL, "read", model):
        frappe.throw(
            _("This version of the offer model is no longer there. Configure the offer with the present one.")
        )


def require_own_configuration(quotation: dict | str, configuration: str) -> Document:
    """A configuration of the quotation that the user may write."""
    offer = require_offer(quotation)
    if queries.configurations({configuration}).get(configuration) != offer.name:
        frappe.throw(_("This configuration belongs to another quotation. Open the configurator again."))
    return offer


@frappe.whitelist(methods=["POST"])
def models(quotation: dict | str) -> dict:
    """Offer models for the quotation's company today, and the configurations that the quotation has already."""
    offer = require_offer(quotation)
    readable = set(frappe.get_list(queries.MODEL, pluck="name", order_by="name", limit=0))
    return {
        "models": [model for model in queries.offered(offer.company, getdate()) if model.name in readable],
        "configurations": queries.configurations_of(offer.name) if offer.name else [],
    }


@frappe.whitelist(methods=["POST"])
def begin(quotation: dict | str, version: str) -> dict:
    """The model for the screen, with the defaults chosen and answered."""
    desk = require_desk(quotation, version)
    return _opened(desk, desk.start(), {})


@frappe.whitelist(methods=["POST"])
def resume(quotation: dict | str, configuration: str) -> dict:
    """A configuration of the quotation with its own version; and what a later version has, and prices, that changed."""
    offer = require_own_configuration(quotation, configuration)
    document = frappe.get_doc(queries.CONFIGURATION, configuration)
    require_version(document.model_version)
    chosen, inputs = configurations_flow.choice_of(document)
    opened = _opened(configuring.Desk(offer, document.model_version), chosen, inputs)
    newer = configuring.newer_version(document)
    return {**opened, "newer": newer, "price_changes": configuring.price_changes(document, offer)}


@frappe.whitelist(methods=["POST"])
def move(quotation: dict | str, configuration: str, version: str) -> dict:
    """A configuration's choices in another version of its model; what does not fit is dropped and named. Nothing is saved."""
    offer = require_own_configuration(quotation, configuration)
    require_version(version)
    document = frappe.get_doc(queries.CONFIGURATION, configuration)
    if frappe.db.get_value(queries.VERSION, version, "offer_model") != document.offer_model:
        frappe.throw(_("That is a version of another offer model. Open the configurator again."))
    desk = configuring.Desk(offer, version)
    chosen, inputs = configurations_flow.choice_of(document)
    known = {number.code for number in desk.model.inputs}
    after, dropped = configuring.moved(desk, chosen)
    return {
        **_opened(desk, after, {code: inputs[code] for code in inputs if code in known}),
        "dropped": dropped,
    }


@frappe.whitelist(methods=["POST"])
def answer(quotation: dict | str, version: str, chosen: list | str, inputs: dict | str) -> dict:
    """States of all options with reasons, quantities, and what is still open."""
    desk = require_desk(quotation, version)
    return desk.answer(_codes(chosen), _inputs(inputs))


@frappe.whitelist(methods=["POST"])
def price(quotation: dict | str, version: str, chosen: list | str, inputs: dict | str) -> dict:
    """Lines with ERPNext's rates, their sum, and the promise date of the whole."""
    desk = require_desk(quotation, version)
    return desk.priced(_codes(chosen), _inputs(inputs))


@frappe.whitelist(methods=["POST"])
def option_prices(quotation: dict | str, version: str) -> dict[str, float]:
    """Rate of one unit of each option that is an item."""
    desk = require_desk(quotation, version)
    return desk.unit_prices()


@frappe.whitelist(methods=["POST"])
def nearest(quotation: dict | str, version: str, chosen: list | str, wanted: str = "") -> dict:
    """The nearest valid change after which the wanted option is chosen; nothing is saved."""
    desk = require_desk(quotation, version)
    return desk.nearest(_codes(chosen), wanted)


@frappe.whitelist(methods=["POST"])
def completion(
    quotation: dict | str, version: str, chosen: list | str, inputs: dict | str, objective: str
) -> dict:
    """The cheapest, fastest or most profitable way to decide what is open; the last one only for who may see cost."""
    desk = require_desk(quotation, version)
    if objective not in (configuring.CHEAPEST, configuring.FASTEST, configuring.HIGHEST_MARGIN):
        frappe.throw(_("Choose the cheapest, the fastest or the most profitable completion."))
    if objective == configuring.HIGHEST_MARGIN and not may_see_cost():
        frappe.throw(_("You may not see what goods cost."), frappe.PermissionError)
    return desk.completion(_codes(chosen), _inputs(inputs), objective)


@frappe.whitelist(methods=["POST"])
def save(
    quotation: dict | str,
    version: str,
    chosen: list | str,
    inputs: dict | str,
    key: str,
    configuration: str | None = None,
) -> dict:
    """Put the configured lines into the quotation; the same key twice puts them in once."""
    offer = require_offer(quotation)
    require_version(version)
    if not key or len(key) > _LONGEST_KEY:
        frappe.throw(_("Open the configurator again."))
    return configurations_flow.save(
        offer, version, _codes(chosen), _inputs(inputs), configuration=configuration or None, request_key=key
    )


@frappe.whitelist(methods=["POST"])
def publish(offer_model: str) -> str:
    """Returns the name of the version; publishing twice does it once."""
    frappe.has_permission(queries.MODEL, "write", offer_model, throw=True)
    return offer_models.publish(offer_model)


@frappe.whitelist(methods=["POST"])
def withdraw(offer_model: str) -> str:
    """Returns the new status."""
    frappe.has_permission(queries.MODEL, "write", offer_model, throw=True)
    return offer_models.withdraw(offer_model)


def _opened(desk: configuring.Desk, chosen: frozenset[str], inputs: dict) -> dict:
    return {
        **desk.described(),
        "inputs_given": inputs,
        "answer": desk.answer(chosen.intersection(desk.model.option), inputs),
        "sees_cost": may_see_cost(),
    }


def _codes(chosen: list | str) -> frozenset[str]:
    return frozenset(str(code) for code in frappe.parse_json(chosen) or ())


def _inputs(inputs: dict | str) -> dict:
    return dict(frappe.parse_json(inputs) or {})
