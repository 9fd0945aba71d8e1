"""The facts by which it is decided where customers came from, for many customers at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import frappe

from crm_ext.compat import CAMPAIGN_FIELD, LEAD_CAMPAIGN_FIELD, SOURCE_FIELD


def first_touches(customers: Sequence[str]) -> list[frappe._dict]:
    """The earliest touch of each customer and the earliest with a campaign, up to the day of the first invoice.

    Rows: customer, occurred_at, channel, campaign, is_first, is_first_with_campaign. Touches of the customer, of the
    lead that the customer was, and of the customer's contacts count.
    """
    return frappe.db.sql(
        """WITH bought AS (
                SELECT customer, MIN(posting_date) AS first_day FROM `tabSales Invoice`
                WHERE docstatus = 1 AND is_return = 0 AND customer IN %(customers)s GROUP BY customer),
            touched AS (
                SELECT customer, name FROM `tabTouchpoint` WHERE customer IN %(customers)s
                UNION
                SELECT customer.name, touch.name FROM `tabCustomer` AS customer
                    JOIN `tabTouchpoint` AS touch ON touch.lead = customer.lead_name
                    WHERE customer.name IN %(customers)s
                UNION
                SELECT link.link_name, touch.name FROM `tabDynamic Link` AS link
                    JOIN `tabTouchpoint` AS touch ON touch.contact = link.parent
                    WHERE link.parenttype = 'Contact' AND link.link_doctype = 'Customer'
                        AND link.link_name IN %(customers)s),
            ranked AS (
                SELECT touched.customer, touch.occurred_at, touch.channel, touch.campaign,
                    ROW_NUMBER() OVER (PARTITION BY touched.customer
                        ORDER BY touch.occurred_at, touch.name) = 1 AS is_first,
                    touch.campaign IS NOT NULL AND ROW_NUMBER() OVER (
                        PARTITION BY touched.customer, touch.campaign IS NOT NULL
                        ORDER BY touch.occurred_at, touch.name) = 1 AS is_first_with_campaign
                FROM touched
                JOIN `tabTouchpoint` AS touch ON touch.name = touched.name
                LEFT JOIN bought ON bought.customer = touched.customer
                WHERE bought.first_day IS NULL OR touch.occurred_at < bought.first_day + INTERVAL 1 DAY)
            SELECT * FROM ranked WHERE is_first OR is_first_with_campaign""",
        {"customers": list(customers)},
        as_dict=True,
    )


def leads_of(customers: Sequence[str]) -> list[frappe._dict]:
    """customer, name, creation, campaign and source of the lead that each customer was."""
    return frappe.db.sql(
        f"""SELECT customer.name AS customer, lead.name, lead.creation,
                lead.`{LEAD_CAMPAIGN_FIELD}` AS campaign, lead.`{SOURCE_FIELD}` AS source
            FROM `tabCustomer` AS customer JOIN `tabLead` AS lead ON lead.name = customer.lead_name
            WHERE customer.name IN %(customers)s""",
        {"customers": list(customers)},
        as_dict=True,
    )


def first_invoices(customers: Sequence[str]) -> list[frappe._dict]:
    """customer, posting_date and campaign of the first submitted invoice of each customer."""
    return frappe.db.sql(
        f"""SELECT customer, posting_date, campaign FROM (
                SELECT customer, posting_date, NULLIF(`{CAMPAIGN_FIELD}`, '') AS campaign,
                    ROW_NUMBER() OVER (PARTITION BY customer ORDER BY posting_date, posting_time, name) AS place
                FROM `tabSales Invoice`
                WHERE docstatus = 1 AND is_return = 0 AND customer IN %(customers)s) AS ranked
            WHERE place = 1""",
        {"customers": list(customers)},
        as_dict=True,
    )


def standing(customers: Sequence[str]) -> list[frappe._dict]:
    return frappe.get_all(
        "Customer Origin",
        filters={"name": ("in", list(customers))},
        fields=["customer", "first_touch_at", "channel", "campaign", "source", "lead"],
        order_by="name",
    )


# Whose origin may have changed, in the order of change; rows as those of touch_sources: ripe_at, name, and customers.


def touched_customers(position: tuple[datetime, str], now: datetime, limit: int) -> list[frappe._dict]:
    """New touches with the customers whom they concern."""
    at, name = position
    return frappe.db.sql(
        """SELECT touch.name, touch.ripe_at, COALESCE(NULLIF(touch.customer, ''), of_lead.name, link.link_name) AS customer
            FROM (
                SELECT name, modified AS ripe_at, customer, lead, contact FROM `tabTouchpoint`
                WHERE modified >= %(at)s AND (modified > %(at)s OR name > %(name)s) AND modified <= %(now)s
                ORDER BY modified, name LIMIT %(limit)s) AS touch
            LEFT JOIN `tabCustomer` AS of_lead ON of_lead.lead_name = touch.lead
            LEFT JOIN `tabDynamic Link` AS link ON link.parent = touch.contact
                AND link.parenttype = 'Contact' AND link.link_doctype = 'Customer'
            ORDER BY touch.ripe_at, touch.name""",
        {"at": at, "name": name, "now": now, "limit": limit},
        as_dict=True,
    )


def changed_customers(position: tuple[datetime, str], now: datetime, limit: int) -> list[frappe._dict]:
    """Customers that were made or changed."""
    at, name = position
    return frappe.db.sql(
        """SELECT name, modified AS ripe_at, name AS customer FROM `tabCustomer`
            WHERE modified >= %(at)s AND (modified > %(at)s OR name > %(name)s) AND modified <= %(now)s
            ORDER BY modified, name LIMIT %(limit)s""",
        {"at": at, "name": name, "now": now, "limit": limit},
        as_dict=True,
    )


def first_invoiced(position: tuple[datetime, str], now: datetime, limit: int) -> list[frappe._dict]:
    """Customers with an invoice that carries a campaign, as it is submitted."""
    at, name = position
    return frappe.db.sql(
        f"""SELECT name, modified AS ripe_at, customer FROM `tabSales Invoice`
            WHERE modified >= %(at)s AND (modified > %(at)s OR name > %(name)s) AND modified <= %(now)s
                AND docstatus = 1 AND `{CAMPAIGN_FIELD}` <> ''
            ORDER BY modified, name LIMIT %(limit)s""",
        {"at": at, "name": name, "now": now, "limit": limit},
        as_dict=True,
    )
