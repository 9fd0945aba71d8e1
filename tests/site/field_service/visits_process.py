"""What other workers do with due visits, for the tests of what happens at the same moment, or when one is killed."""

from __future__ import annotations

import frappe
import processes


def order(company: str):
    from crm_ext.field_service.flow import maintenance_plans

    return maintenance_plans.order_due_visits(company)


def order_and_die(company: str):
    """Stops after its second order, before that is committed."""
    from crm_ext.field_service.flow import maintenance_plans

    steps = iter((frappe.db.commit, processes.wait_to_be_killed))
    return maintenance_plans.order_due_visits(company, end_step=lambda: next(steps)())


VERBS = {"order": order, "order_and_die": order_and_die}

if __name__ == "__main__":
    processes.take_part(VERBS)
