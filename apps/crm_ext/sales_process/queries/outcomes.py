"""Reads how opportunities ended: who was invoiced, and by which stages they came."""

from __future__ import annotations

import frappe

# An opportunity is won by a submitted invoice: along quotation and order, or directly. ERPNext keeps no link from a
# direct order or invoice to the opportunity, so there the customer, the company, an item and the time must agree, and
# the line must not come from somebody else's quotation.
_INVOICED = """
    select quotation.opportunity as opportunity
    from `tabQuotation` quotation
    join `tabSales Order Item` ordered on ordered.prevdoc_docname = quotation.name and ordered.docstatus = 1
    join `tabSales Invoice Item` billed on billed.sales_order = ordered.parent and billed.docstatus = 1
    join `tabSales Invoice` invoice on invoice.name = billed.parent and invoice.is_return = 0
    where quotation.docstatus = 1 and quotation.opportunity is not null
    union
    select offered.prevdoc_docname
    from `tabQuotation Item` offered
    join `tabSales Order Item` ordered on ordered.prevdoc_docname = offered.parent and ordered.docstatus = 1
    join `tabSales Invoice Item` billed on billed.sales_order = ordered.parent and billed.docstatus = 1
    join `tabSales Invoice` invoice on invoice.name = billed.parent and invoice.is_return = 0
    where offered.docstatus = 1 and offered.prevdoc_doctype = 'Opportunity'
    union
    select wanted.parent
    from (
        select name as opportunity, party_name as customer
        from `tabOpportunity` where opportunity_from = 'Customer'
        union
        select opportunity_name, name from `tabCustomer` where opportunity_name is not null
        union
        select opportunity.name, customer.name
        from `tabOpportunity` opportunity
        join `tabCustomer` customer on customer.lead_name = opportunity.party_name
        where opportunity.opportunity_from = 'Lead'
    ) party
    join `tabOpportunity` opportunity on opportunity.name = party.opportunity
    join `tabOpportunity Item` wanted on wanted.parent = opportunity.name
    join `tabSales Invoice` invoice on invoice.customer = party.customer
        and invoice.company = opportunity.company and invoice.docstatus = 1 and invoice.is_return = 0
        and invoice.posting_date between opportunity.transaction_date
            and date_add(opportunity.transaction_date, interval %(horizon_days)s day)
    join `tabSales Invoice Item` billed on billed.parent = invoice.name and billed.item_code = wanted.item_code
    left join `tabSales Order Item` ordered on ordered.name = billed.so_detail
    where opportunity.status not in ('Lost', 'Closed') and ifnull(ordered.prevdoc_docname, '') = ''
"""


def by_stage(horizon_days: int) -> list[dict]:
    """Opportunities that were ever in a stage, counted by type, company, stage, date, and how they ended.

    One query over all opportunities. horizon_days: how long after the opportunity a direct invoice still counts.
    """
    return frappe.db.sql(
        """
        select opportunity.opportunity_type, opportunity.company, passed.sales_stage, opportunity.transaction_date,
            opportunity.status in ('Lost', 'Closed') as given_up,
            invoiced.opportunity is not null as won,
            count(*) as opportunities
        from (
            select distinct parent, sales_stage from `tabStage Passage`
            where parenttype = 'Opportunity Progress' and sales_stage is not null
        ) passed
        join `tabOpportunity` opportunity on opportunity.name = passed.parent
        left join ("""
        + _INVOICED
        + """) invoiced on invoiced.opportunity = opportunity.name
        group by opportunity.opportunity_type, opportunity.company, passed.sales_stage, opportunity.transaction_date,
            given_up, won
        """,
        {"horizon_days": horizon_days},
        as_dict=True,
    )
