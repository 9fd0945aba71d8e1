"""Runs in a bench's Python, from its sites folder: company.py SITE YEAR. Sets up "Test Pumps" as a person in the wizard would."""

import sys

import frappe

site, year = sys.argv[1], int(sys.argv[2])
frappe.init(site, sites_path=".")
frappe.connect()
frappe.flags.mute_emails = True

from frappe.desk.page.setup_wizard.setup_wizard import setup_complete  # noqa: E402 - needs a connected site

answer = setup_complete(
    {
        "language": "English",
        "country": "United States",
        "currency": "USD",
        "timezone": "America/New_York",
        "full_name": "Administrator",
        "email": "admin@example.com",
        "password": "admin",
        "company_name": "Test Pumps",
        "company_abbr": "TP",
        "chart_of_accounts": "Standard",
        "fy_start_date": f"{year}-01-01",
        "fy_end_date": f"{year}-12-31",
        "bank_account": "Test Bank",
    }
)
assert answer.get("status") == "ok", answer

# The wizard makes the year it is told and no other; history and plans need those around it.
for other in (year - 2, year - 1, year + 1):
    if not frappe.db.exists("Fiscal Year", str(other)):
        frappe.get_doc(
            {
                "doctype": "Fiscal Year",
                "year": str(other),
                "year_start_date": f"{other}-01-01",
                "year_end_date": f"{other}-12-31",
            }
        ).insert()
frappe.db.commit()
frappe.destroy()
