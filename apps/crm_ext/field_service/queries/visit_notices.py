"""What customers are to be told about visits, and what they were told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import frappe


def due(now: datetime, since: datetime, orders: Collection[str] | None = None) -> list[dict]:
    """Visits about which something is to be told: {service_order, step, window_start, window_end, left_at, told}.

    A window that is to come and is another than the one told last; somebody who is on the way and was not yet told of
    today; work that was finished. told: how many windows were told before. since: what changed earlier is left alone, so
    that old visits are not told of. orders: only these.
    """
    return frappe.db.sql(
        """
        SELECT visit.name AS service_order, visit.window_start, visit.window_end, visit.left_at,
            CASE
                WHEN visit.docstatus = 1 OR visit.status = 'Work Done' THEN 'Done'
                WHEN visit.status = 'On the Way' THEN 'On the Way'
                ELSE 'Window'
            END AS step,
            (SELECT COUNT(*) FROM `tabVisit Notice` told
                WHERE told.service_order = visit.name AND told.step = 'Window') AS told
        FROM `tabService Order` visit
        WHERE visit.modified >= %(since)s AND visit.docstatus < 2
            AND (%(any_order)s OR visit.name IN %(orders)s)
            AND CASE
                WHEN visit.docstatus = 1 OR visit.status = 'Work Done' THEN
                    visit.finished_at IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM `tabVisit Notice` told
                        WHERE told.service_order = visit.name AND told.step = 'Done')
                WHEN visit.status = 'On the Way' THEN
                    visit.left_at IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM `tabVisit Notice` told
                        WHERE told.service_order = visit.name AND told.step = 'On the Way'
                            AND DATE(told.creation) = DATE(%(now)s))
                WHEN visit.status IN ('Open', 'Planned') THEN
                    visit.window_start > %(now)s AND NOT EXISTS (
                        SELECT 1 FROM `tabVisit Notice` told
                        WHERE told.service_order = visit.name AND told.step = 'Window'
                            AND told.window_start <=> visit.window_start AND told.window_end <=> visit.window_end
                            AND NOT EXISTS (
                                SELECT 1 FROM `tabVisit Notice` later
                                WHERE later.service_order = told.service_order AND later.step = 'Window'
                                    AND later.creation > told.creation))
                ELSE FALSE
            END
        ORDER BY visit.name
        """,
        {
            "now": now,
            "since": since,
            "any_order": orders is None,
            "orders": tuple(orders or ("",)),
        },
        as_dict=True,
    )


def facts(service_order: str) -> dict | None:
    """What a notice says, and to whom.

    {name, title, status, docstatus, technician, planned_start, left_at, result, customer, customer_name, email,
    mobile_no, language, is_muted}.
    """
    rows = frappe.db.sql(
        """
        SELECT visit.name, visit.title, visit.status, visit.docstatus, technician.technician_name AS technician,
            visit.planned_start, visit.left_at, visit.result, visit.customer, visit.customer_name,
            visit.window_start, visit.window_end,
            COALESCE(NULLIF(visit.contact_email, ''), NULLIF(contact.email_id, ''), customer.email_id) AS email,
            COALESCE(NULLIF(visit.contact_mobile, ''), NULLIF(contact.mobile_no, ''), customer.mobile_no) AS mobile_no,
            COALESCE(NULLIF(login.language, ''), customer.language) AS language,
            customer.mute_service_letters AS is_muted
        FROM `tabService Order` visit
        JOIN `tabCustomer` customer ON customer.name = visit.customer
        LEFT JOIN `tabContact` contact ON contact.name = visit.contact_person
        LEFT JOIN `tabTechnician` technician ON technician.name = visit.technician
        LEFT JOIN `tabUser` login ON login.email
            = COALESCE(NULLIF(visit.contact_email, ''), NULLIF(contact.email_id, ''), customer.email_id)
        WHERE visit.name = %s
        """,
        [service_order],
        as_dict=True,
    )
    return rows[0] if rows else None


def last_place(technician: str, before: datetime) -> dict | None:
    """{latitude, longitude} where the technician last worked on that day; the base where nowhere."""
    start = before.replace(hour=0, minute=0, second=0, microsecond=0)
    order = frappe.qb.DocType("Service Order")
    rows = (
        frappe.qb.from_(order)
        .select(order.latitude, order.longitude)
        .where(
            (order.technician == technician)
            & (order.finished_at >= start)
            & (order.finished_at <= before)
            & (order.docstatus < 2)
            & ((order.latitude != 0) | (order.longitude != 0))
        )
        .orderby(order.finished_at, order=frappe.qb.desc)
        .limit(1)
        .run(as_dict=True)
    )
    if rows:
        return rows[0]
    return frappe.db.get_value("Technician", technician, ["latitude", "longitude"], as_dict=True)


def place_of(service_order: str) -> dict:
    """{technician, latitude, longitude, equipment, customer_address, name}."""
    return frappe.db.get_value(
        "Service Order",
        service_order,
        ["name", "technician", "latitude", "longitude", "equipment", "customer_address"],
        as_dict=True,
    )
