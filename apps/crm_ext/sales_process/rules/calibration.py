"""How likely an opportunity in a stage ends in an invoice: the definition's guess, corrected by what happened."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from crm_ext.shared.money import rounded


@dataclass(frozen=True)
class Outcomes:
    """Of the opportunities that were ever in a stage and are decided: how many there are and how many were invoiced."""

    resolved: int
    won: int


def calibrated_probability(default: Decimal, outcomes: Outcomes, prior_weight: Decimal) -> Decimal:
    """Percent, two digits: the posterior mean of a beta-binomial model.

    The defined probability p (percent) is believed as if it had been seen in `prior_weight` = m opportunities, so the
    prior is Beta(m·p, m·(1-p)); after k of n were won its mean is (m·p + k) / (m + n). With few observations the
    definition speaks, with many the observations do. Gelman, Carlin, Stern, Dunson, Vehtari, Rubin: Bayesian Data
    Analysis, 3rd edition, section 2.4. With m = 0 and nothing observed the definition stands.
    """
    weight = prior_weight + outcomes.resolved
    if weight <= 0:
        return rounded(default, 2)
    return rounded((prior_weight * default + 100 * outcomes.won) / weight, 2)
