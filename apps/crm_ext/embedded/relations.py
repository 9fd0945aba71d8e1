"""From ERPNext's tables to the relations that the rules work on, all inside DuckDB."""

from __future__ import annotations

import duckdb

# One row a lead: the first document of each stage. A lead's own documents and those of the customer it became count.
_LEAD_JOURNEYS = """
CREATE VIEW lead_journeys AS
WITH parties AS (
    SELECT name AS lead, 'Lead' AS kind, name AS party FROM "tabLead"
    UNION ALL
    SELECT lead_name, 'Customer', name FROM "tabCustomer" WHERE lead_name IS NOT NULL
),
opportunities AS (
    SELECT lead, min(transaction_date) AS day, arg_min(base_opportunity_amount, (transaction_date, name)) AS amount
    FROM parties JOIN "tabOpportunity" ON opportunity_from = kind AND party_name = party
    GROUP BY lead
),
quotations AS (
    SELECT lead, min(transaction_date) AS day, arg_min(base_net_total, (transaction_date, name)) AS amount
    FROM parties JOIN "tabQuotation" ON quotation_to = kind AND party_name = party AND docstatus = 1
    GROUP BY lead
),
orders AS (
    SELECT lead, min(transaction_date) AS day, arg_min(base_net_total, (transaction_date, name)) AS amount
    FROM parties JOIN "tabSales Order" ON kind = 'Customer' AND customer = party AND docstatus = 1
    GROUP BY lead
),
invoices AS (
    SELECT lead, min(posting_date) AS day, arg_min(base_net_total, (posting_date, name)) AS amount,
        arg_min(name, (posting_date, name)) AS invoice
    FROM parties JOIN "tabSales Invoice" ON kind = 'Customer' AND customer = party
        AND docstatus = 1 AND coalesce(is_return, 0) = 0
    GROUP BY lead
),
payments AS (
    SELECT invoices.lead, max(ledger.posting_date) AS day, sum(ledger.credit - ledger.debit) AS amount
    FROM invoices JOIN "tabGL Entry" AS ledger
        ON ledger.against_voucher = invoices.invoice AND ledger.party_type = 'Customer'
        AND ledger.voucher_type = 'Payment Entry' AND coalesce(ledger.is_cancelled, 0) = 0
    GROUP BY invoices.lead
)
SELECT
    leads.name AS lead,
    leads.campaign_name AS campaign,
    leads.creation::DATE AS lead_on,
    opportunities.day AS opportunity_on, opportunities.amount AS opportunity_amount,
    quotations.day AS quotation_on, quotations.amount AS quotation_amount,
    orders.day AS order_on, orders.amount AS order_amount,
    invoices.day AS invoice_on, invoices.amount AS invoice_amount,
    payments.day AS payment_on, payments.amount AS payment_amount
FROM "tabLead" AS leads
LEFT JOIN opportunities ON opportunities.lead = leads.name
LEFT JOIN quotations ON quotations.lead = leads.name
LEFT JOIN orders ON orders.lead = leads.name
LEFT JOIN invoices ON invoices.lead = leads.name
LEFT JOIN payments ON payments.lead = leads.name
"""


def define(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views `lead_journeys` …; the tables of `tables.TABLES` must be there, empty ones included."""
    connection.execute(_LEAD_JOURNEYS)
