"""What the seller asks while choosing: states with reasons, quantities, prices, dates, changes, completions. Reads only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from functools import cached_property

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext import erpnext_port
from crm_ext.offer_desk.flow import configurations, offer_models
from crm_ext.offer_desk.flow.configurator_facts import facts_for, promises_for
from crm_ext.offer_desk.flow.configurator_sentences import (
    constraint_in_words,
    reason_in_words,
    refusal_in_words,
    throw,
)
from crm_ext.offer_desk.queries import offer_models as queries
from crm_ext.offer_desk.queries.costs import unit_costs
from crm_ext.offer_desk.rules.configurator import checking, formulas, solving
from crm_ext.offer_desk.rules.configurator.definitions import KINDS_WITH_ITEM, Facts, Model
from crm_ext.offer_desk.rules.configurator.differences import differences
from crm_ext.shared.money import to_decimal
from crm_ext.shared.results import Refusal

CHEAPEST, FASTEST, HIGHEST_MARGIN = "cheapest", "fastest", "highest_margin"
# A rate that ERPNext gave for the same item, quantity, customer, price list and day is good for so many seconds.
_RATE_LIFE = 120
_HEADER = (
    "quotation_to",
    "party_name",
    "company",
    "currency",
    "conversion_rate",
    "selling_price_list",
    "price_list_currency",
    "plc_conversion_rate",
    "transaction_date",
    "order_type",
    "campaign",
    "coupon_code",
    "ignore_pricing_rule",
)


class Desk:
    """One published model before one quotation, saved or not."""

    def __init__(self, quotation: Document, version: str) -> None:
        self.quotation = quotation
        self.version = version
        self.model: Model = offer_models.read_version(version)

    @cached_property
    def facts(self) -> Facts:
        return facts_for(self.model, self.quotation)

    def start(self) -> frozenset[str]:
        """As many of the defaults as can stand together for this customer today."""
        return solving.start(self.model, self.facts)

    def answer(self, chosen: frozenset[str], inputs: Mapping[str, object]) -> dict:
        """States by option, what is still open, quantities; sentences where something cannot be.

        `taken` is what was chosen with all that has to be chosen with it.
        """
        state = solving.state(self.model, self._known(chosen), self.facts)
        taken = chosen | {code for code, found in state.options.items() if found.status == solving.FORCED}
        if state.conflict:
            taken = chosen
        quantities, trouble = self._quantities(taken, inputs)
        broken = checking.broken(self.model, taken, self.facts)
        return {
            "chosen": sorted(chosen),
            "taken": sorted(taken),
            "options": {code: self._state_in_words(code, found) for code, found in state.options.items()},
            "conflict": reason_in_words(self.model, state.conflict) if state.conflict else None,
            "open": list(dict.fromkeys(constraint_in_words(self.model, part) for part in broken)),
            "quantities": {code: str(quantity) for code, quantity in quantities.items()},
            "trouble": trouble,
        }

    def priced(self, chosen: frozenset[str], inputs: Mapping[str, object]) -> dict:
        """The lines that these choices make with ERPNext's rates, their sum before taxes, and the promise for the whole."""
        quantities, trouble = self._quantities(chosen, inputs)
        lines = configurations.lines_for(self.model, self._known(chosen), quantities) if not trouble else ()
        rates = self._rates({(line.item_code, line.uom, line.qty) for line in lines})
        shown = [
            {
                "option": line.option_code,
                "label": line.option_label,
                "group": line.option_group,
                "qty": str(line.qty),
                "uom": line.uom,
                "rate": rates[line.item_code, line.uom, line.qty],
                "amount": float(to_decimal(rates[line.item_code, line.uom, line.qty]) * line.qty),
            }
            for line in lines
        ]
        return {
            "lines": shown,
            "total": sum(line["amount"] for line in shown),
            "currency": self.quotation.currency,
            "promise": self._promise(lines),
            "trouble": trouble,
        }

    def nearest(self, chosen: frozenset[str], wanted: str) -> dict:
        """The nearest valid change that has `wanted` chosen (empty: one that only settles a conflict)."""
        asked = self._known(frozenset({wanted})) if wanted else frozenset()
        change = solving.repair(self.model, self._known(chosen), asked, self.facts)
        if isinstance(change, Refusal):
            alone = solving.state(self.model, frozenset(), self.facts).options.get(wanted)
            reason = reason_in_words(self.model, alone.reason, wanted) if alone and alone.reason else None
            return {"refused": refusal_in_words(change), "reason": reason}
        return {
            "chosen": sorted(change.chosen),
            "dropped": self._labels(change.dropped),
            "added": self._labels(change.added),
        }

    def completion(self, chosen: frozenset[str], inputs: Mapping[str, object], objective: str) -> dict:
        """The best way to decide what is still open; `is_proved` false where a better one may exist."""
        values = checking.read_inputs(self.model, inputs)
        if isinstance(values, Refusal):
            throw(values)
        prices = self._unit_prices()
        if objective == FASTEST:
            found = solving.fastest(
                self.model, self._known(chosen), self._days(), prices, self.facts, inputs=values
            )
        elif objective == HIGHEST_MARGIN:
            margins = self._margins(prices)
            found = solving.complete(
                self.model,
                self._known(chosen),
                margins,
                self.facts,
                inputs=values,
                highest=True,
                leave_extras=True,
            )
        else:
            found = solving.complete(self.model, self._known(chosen), prices, self.facts, inputs=values)
        if isinstance(found, Refusal):
            return {"refused": refusal_in_words(found)}
        return {
            "chosen": sorted(found.chosen),
            "added": self._labels(found.chosen - chosen),
            "dropped": [],
            "is_proved": found.is_proved,
        }

    def unit_prices(self) -> dict[str, float]:
        """Rate of one unit of each option, for its card."""
        return {code: float(price) for code, price in self._unit_prices().items()}

    def described(self) -> dict:
        """The model for the screen."""
        items = queries.items({option.item_code for option in self.model.options if option.item_code})
        options = []
        for option in self.model.options:
            item = items.get(option.item_code)
            options.append(
                {
                    **{
                        name: getattr(option, name)
                        for name in ("code", "label", "group", "kind", "item_code")
                    },
                    "picture": option.picture or (item.image if item else "") or "",
                }
            )
        return {
            "version": self.version,
            "model": self.model.name,
            "title": self.model.title,
            "picture": self.model.picture,
            "groups": [asdict(group) for group in self.model.groups],
            "options": options,
            "inputs": [asdict(number) for number in self.model.inputs],
        }

    def _known(self, chosen: frozenset[str]) -> frozenset[str]:
        unknown = checking.unknown_options(self.model, chosen)
        if unknown:
            frappe.throw(
                _("The offer model has no option {0}. Open the configurator again.").format(
                    ", ".join(unknown[:5])
                )
            )
        return chosen

    def _quantities(
        self, chosen: frozenset[str], inputs: Mapping[str, object]
    ) -> tuple[Mapping[str, Decimal], str | None]:
        """Where quantities cannot be computed yet there are none, and the sentence says why."""
        values = checking.read_inputs(self.model, inputs)
        found = values if isinstance(values, Refusal) else formulas.quantities(self.model, chosen, values)
        return ({}, refusal_in_words(found)) if isinstance(found, Refusal) else (found, None)

    def _state_in_words(self, code: str, state: solving.OptionState) -> dict:
        told: dict = {"status": state.status, "chosen": state.is_chosen}
        if state.reason:
            told["reason"] = reason_in_words(self.model, state.reason, code)
        return told

    def _labels(self, codes: frozenset[str]) -> list[str]:
        return [option.label for option in self.model.options if option.code in codes]

    def _promise(self, lines: tuple[configurations.Line, ...]) -> dict:
        """The day on which the last part can leave; null where that of one part is not known."""
        asked = {line.option_code: (self.model.option[line.option_code], line.qty) for line in lines}
        found = promises_for(asked, self.quotation) if asked and self.quotation.company else {}
        days = [promise.day for promise in found.values()]
        last = max(days, default=None) if None not in days else None
        return {
            "day": last.isoformat() if last else None,
            "unknown": self._labels(
                frozenset(code for code, promise in found.items() if promise.day is None)
            ),
        }

    def _unit_prices(self) -> dict[str, Decimal]:
        sold = {
            option.code: (option.item_code, option.uom or "", Decimal(1))
            for option in self.model.options
            if option.kind in KINDS_WITH_ITEM and option.code not in self.facts.gone
        }
        rates = self._rates(set(sold.values()))
        return {code: to_decimal(rates[asked]) for code, asked in sold.items()}

    def _margins(self, prices: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """Price less cost of one unit, in the quotation's currency; what has no known cost counts as if it cost its price."""
        costs = unit_costs({self.model.option[code].item_code for code in prices}, self.quotation.company)
        factors = queries.conversion_factors(
            (self.model.option[code].item_code, self.model.option[code].uom) for code in prices
        )
        rate = to_decimal(self.quotation.conversion_rate) or Decimal(1)
        margins = {}
        for code, price in prices.items():
            option = self.model.option[code]
            cost = costs.get(option.item_code)
            factor = to_decimal(factors.get((option.item_code, option.uom), 1))
            margins[code] = price - cost * factor / rate if cost is not None else Decimal(0)
        return margins

    def _days(self) -> dict[str, int]:
        """Days from today until one unit of each option can leave."""
        asked = {
            option.code: (option, Decimal(1))
            for option in self.model.options
            if option.kind in KINDS_WITH_ITEM
        }
        found = promises_for(asked, self.quotation, optional=True) if asked else {}
        today = getdate()
        return {code: _days_until(promise.day, today) for code, promise in found.items()}

    def _rates(self, asked: set[tuple[str, str, Decimal]]) -> dict[tuple[str, str, Decimal], float]:
        """ERPNext's rate for (item, unit, quantity), from its own engine; kept for a moment because sellers try much."""
        header = json.dumps({name: str(self.quotation.get(name) or "") for name in _HEADER}, sort_keys=True)
        keys = {
            ask: "crm_ext_offer_rate|" + hashlib.sha256(f"{header}|{ask}".encode()).hexdigest()
            for ask in asked
        }
        found = {ask: frappe.cache.get_value(key) for ask, key in keys.items()}
        missing = sorted(ask for ask, rate in found.items() if rate is None)
        rows = [
            {"item_code": item, "qty": float(qty), **({"uom": unit} if unit else {})}
            for item, unit, qty in missing
        ]
        for ask, line in zip(
            missing, erpnext_port.price_as_lines(self.quotation, rows) if rows else (), strict=True
        ):
            found[ask] = float(line.rate or 0)
            frappe.cache.set_value(keys[ask], found[ask], expires_in_sec=_RATE_LIFE)
        return found


def newer_version(configuration: Document) -> dict | None:
    """What the published version has that the configuration's own has not, and what moving would change; or None."""
    latest = frappe.db.get_value(
        queries.MODEL, configuration.offer_model, ["published_version", "status"], as_dict=True
    )
    if (
        not latest
        or latest.status == offer_models.WITHDRAWN
        or latest.published_version in (None, configuration.model_version)
    ):
        return None
    old = offer_models.read_version(configuration.model_version)
    new = offer_models.read_version(latest.published_version)
    return {
        "version": latest.published_version,
        "differences": [asdict(part) for part in differences(old, new)],
    }


def price_changes(configuration: Document, quotation: Document) -> list[dict]:
    """Lines of the configuration whose rate ERPNext would set otherwise today than it stands in the quotation."""
    rows = [row for row in quotation.items if row.offer_configuration == configuration.name]
    asked = [{"item_code": row.item_code, "qty": row.qty, "uom": row.uom} for row in rows]
    now = erpnext_port.price_as_lines(quotation, asked) if asked else []
    return [
        {"label": row.item_name, "before": row.rate, "now": line.rate}
        for row, line in zip(rows, now, strict=True)
        if abs((row.rate or 0) - (line.rate or 0)) > 10 ** -row.precision("rate")
    ]


def moved(desk: Desk, chosen: frozenset[str]) -> tuple[frozenset[str], list[str]]:
    """Choices of an older version in a newer one: what is gone or no longer fits is dropped and named by its code."""
    there = frozenset(code for code in chosen if code in desk.model.option)
    change = solving.repair(desk.model, there, frozenset(), desk.facts)
    after = frozenset() if isinstance(change, Refusal) else change.chosen
    return after, sorted(chosen - after)


def _days_until(day: date | None, today: date) -> int:
    return solving.NEVER if day is None else max((day - today).days, 0)
