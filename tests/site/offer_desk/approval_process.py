"""A decision on an approval, for the test of several at the same moment."""

from __future__ import annotations

import processes


def decide(approval: str, verdict: str):
    from crm_ext.api import margin

    return margin.decide(approval, verdict, "Together")["status"]


if __name__ == "__main__":
    processes.take_part({"decide": decide})
