"""What other processes do with claims against suppliers, for the tests of what happens at the same moment."""

from __future__ import annotations

import processes


def submit(claim: str) -> str:
    import frappe

    document = frappe.get_doc("Supplier Claim", claim)
    document.submit()
    return document.purchase_invoice or document.journal_entry


def refuse(claim: str) -> str:
    from crm_ext.field_service.flow import supplier_claims

    supplier_claims.refuse(claim, "Wrong use")
    return "Refused"


if __name__ == "__main__":
    processes.take_part({"submit": submit, "refuse": refuse})
