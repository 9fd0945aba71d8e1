"""From ERPNext's tables to the relations that the rules work on, all inside DuckDB."""

from __future__ import annotations

from datetime import date

import duckdb

from crm_ext.shared.calendars import Period

# One row a lead: the first document of each stage. A lead's own documents and those of the customer it became count.
_LEAD_JOURNEYS = """
CREATE VIEW lead_journeys AS
WITH parties AS (
    SELECT name AS lead, 'Lead' AS kind, name AS party FROM "tabLead"
    UNION ALL
    SELECT lead_name, 'Customer', name FROM "tabCustomer" WHERE lead_name IS NOT NULL
),
opportunities AS (
    -- ERPNext fills base_opportunity_amount on its form only.
    SELECT lead, min(transaction_date) AS day, arg_min(
        coalesce(nullif(base_total, 0), opportunity_amount * coalesce(nullif(conversion_rate, 0), 1)),
        (transaction_date, name)
    ) AS amount
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


# Who is meant by a lead or a customer: a lead that became a customer is that customer.
_PARTIES = """
CREATE TABLE lead_party AS
SELECT leads.name AS lead, coalesce(min(customers.name), leads.name) AS party
FROM "tabLead" AS leads LEFT JOIN "tabCustomer" AS customers ON customers.lead_name = leads.name
GROUP BY leads.name
"""

# Touchpoints where the app wrote them; else what plain ERPNext knows: campaigns on leads and opportunities.
_TOUCHES = """
CREATE TABLE touches AS
SELECT coalesce(touch.customer, lead_party.party) AS party, touch.campaign, touch.occurred_at
FROM "tabTouchpoint" AS touch LEFT JOIN lead_party USING (lead)
WHERE touch.campaign IS NOT NULL
UNION ALL
SELECT lead_party.party, leads.campaign_name, leads.creation
FROM "tabLead" AS leads JOIN lead_party ON lead_party.lead = leads.name
WHERE leads.campaign_name IS NOT NULL AND NOT EXISTS (FROM "tabTouchpoint")
UNION ALL
SELECT coalesce(lead_party.party, party_name), campaign, transaction_date::TIMESTAMP
FROM "tabOpportunity" LEFT JOIN lead_party ON opportunity_from = 'Lead' AND lead_party.lead = party_name
WHERE campaign IS NOT NULL AND NOT EXISTS (FROM "tabTouchpoint")
"""

_ORIGINS = """
CREATE TABLE origins AS
SELECT party, arg_min(campaign, (recorded, first_touch)) AS campaign FROM (
    SELECT customer AS party, campaign, first_touch_at AS first_touch, 0 AS recorded FROM "tabCustomer Origin"
    UNION ALL
    SELECT lead_party.party, leads.campaign_name, leads.creation, 1
    FROM "tabLead" AS leads JOIN lead_party ON lead_party.lead = leads.name
) WHERE campaign IS NOT NULL GROUP BY party
"""

# Ledger rows of the period that are income, cost of goods, bad debt or other expense. Closing entries would empty the
# income accounts again and are left out, as in ERPNext's own profit and loss statement.
_LEDGER = """
CREATE TABLE ledger AS
SELECT entry.company, entry.voucher_type, entry.voucher_no, entry.posting_date, entry.campaign,
    entry.credit - entry.debit AS amount,
    account.root_type = 'Income' AS is_income,
    coalesce(account.account_type = 'Cost of Goods Sold', false) AS is_cost,
    coalesce(entry.account = company.write_off_account, false) AS is_bad_debt
FROM "tabGL Entry" AS entry
JOIN "tabAccount" AS account ON account.name = entry.account
LEFT JOIN "tabCompany" AS company ON company.name = entry.company
WHERE coalesce(entry.is_cancelled, 0) = 0
    AND entry.voucher_type <> 'Period Closing Voucher'
    AND account.root_type IN ('Income', 'Expense')
    AND entry.posting_date BETWEEN $start AND $end
"""

# A voucher's customer, the campaign written on it, and the order that decided it.
_VOUCHERS = """
CREATE TABLE sales_voucher AS
WITH ordered AS (
    SELECT item.parent, item.delivery_note, min(orders.transaction_date) AS ordered_on
    FROM "tabSales Invoice Item" AS item JOIN "tabSales Order" AS orders ON orders.name = item.sales_order
    GROUP BY ALL
),
ledger_party AS (
    SELECT voucher_type, voucher_no, min(party) AS party FROM "tabGL Entry"
    WHERE party_type = 'Customer' GROUP BY ALL
)
SELECT 'Sales Invoice' AS voucher_type, name AS voucher_no, customer AS party, campaign, is_return = 1 AS is_return,
    base_discount_amount AS discount, (SELECT min(ordered_on) FROM ordered WHERE parent = name) AS ordered_on
FROM "tabSales Invoice"
UNION ALL
SELECT 'Delivery Note', name, customer, campaign, false, 0,
    (SELECT min(ordered_on) FROM ordered WHERE delivery_note = name)
FROM "tabDelivery Note"
UNION ALL
SELECT voucher_type, voucher_no, party, NULL, false, 0, NULL
FROM ledger_party WHERE voucher_type NOT IN ('Sales Invoice', 'Delivery Note')
"""

_RESULTS = """
CREATE TABLE results AS
SELECT ledger.voucher_no AS voucher, voucher.party, ledger.company, ledger.posting_date,
    least(coalesce(any_value(voucher.ordered_on), ledger.posting_date), ledger.posting_date) AS decided_on,
    any_value(voucher.campaign) AS campaign_on_document,
    coalesce(sum(amount) FILTER (is_income), 0) AS revenue,
    -coalesce(sum(amount) FILTER (is_cost), 0) AS cost_of_goods,
    0::DECIMAL(21, 9) AS discount,
    0::DECIMAL(21, 9) AS discount_outside_income,
    coalesce(any_value(voucher.discount), 0) AS discount_on_documents,
    CASE WHEN any_value(voucher.is_return) THEN -coalesce(sum(amount) FILTER (is_income), 0) ELSE 0 END AS returns,
    -coalesce(sum(amount) FILTER (is_bad_debt), 0) AS bad_debt
FROM ledger LEFT JOIN sales_voucher AS voucher USING (voucher_type, voucher_no)
WHERE is_income OR is_bad_debt OR (is_cost AND (voucher.voucher_no IS NOT NULL OR ledger.campaign IS NULL))
GROUP BY ledger.voucher_type, ledger.voucher_no, voucher.party, ledger.company, ledger.posting_date
"""

_SPENDING = """
CREATE TABLE spending AS
SELECT ledger.company, ledger.campaign, ledger.posting_date, -sum(amount) AS amount, is_cost AS from_stock
FROM ledger LEFT JOIN sales_voucher AS voucher USING (voucher_type, voucher_no)
WHERE ledger.campaign IS NOT NULL AND NOT is_income AND NOT is_bad_debt
    AND (NOT is_cost OR voucher.voucher_no IS NULL)
GROUP BY ALL
"""

# Documents that belong to no company in the source belong to the only one there is, or to the first.
_COUNTS = """
CREATE TABLE counts AS
SELECT coalesce(company, (SELECT min(company) FROM ledger)) AS company, campaign, kind, count(*) AS number FROM (
    SELECT company, campaign, occurred_at::DATE AS day, 'touches' AS kind FROM "tabTouchpoint"
    UNION ALL SELECT company, campaign_name, creation::DATE, 'leads' FROM "tabLead"
    UNION ALL SELECT company, campaign, transaction_date, 'opportunities' FROM "tabOpportunity"
    UNION ALL SELECT company, campaign, transaction_date, 'quotations' FROM "tabQuotation" WHERE docstatus = 1
    UNION ALL SELECT company, campaign, transaction_date, 'orders' FROM "tabSales Order" WHERE docstatus = 1
) WHERE day BETWEEN $start AND $end GROUP BY ALL
"""

_BUDGETS = """
CREATE TABLE budgets AS
SELECT company, campaign, sum(total_budget) AS amount FROM "tabCampaign Plan" WHERE docstatus = 1 GROUP BY ALL
"""


def newest_posting(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The last day on which anything was posted."""
    return connection.execute(
        'SELECT max(posting_date) FROM "tabGL Entry" WHERE coalesce(is_cancelled, 0) = 0'
    ).fetchone()[0]


def define(connection: duckdb.DuckDBPyConnection, period: Period) -> None:
    """Make the relations that the rules read; the tables of `tables.TABLES` must be there, empty ones included."""
    days = {"start": period.start, "end": period.end}
    for statement in (_PARTIES, _TOUCHES, _ORIGINS, _LEDGER, _VOUCHERS, _RESULTS, _SPENDING, _COUNTS, _BUDGETS):
        connection.execute(statement, days if "$start" in statement else None)
    connection.execute(_LEAD_JOURNEYS)
