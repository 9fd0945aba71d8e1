"""What CRM Ext asks of Frappe and ERPNext. Live entries only; every path is proved by tests/architecture."""

app_name = "crm_ext"
app_title = "CRM Ext"
app_publisher = "CRM Ext founders"
app_description = "Leads, campaigns and offers tied to ERPNext's stock, invoicing and accounting"
app_email = "hello@crm-ext.example"
app_license = "GPL-3.0-or-later"
required_apps = ["erpnext"]

before_install = "crm_ext.setup.install.before_install"
after_install = "crm_ext.setup.install.after_install"
after_uninstall = "crm_ext.setup.uninstall.after_uninstall"

# Sales Process
setup_wizard_complete = ["crm_ext.setup.sales_process.create"]

doc_events = {
    "Lead": {
        "after_insert": "crm_ext.overrides.lead.after_insert",
        "on_trash": "crm_ext.overrides.lead.on_trash",
        "after_rename": "crm_ext.overrides.lead.after_rename",
    },
    "Contact": {
        "on_trash": "crm_ext.overrides.contact.on_trash",
        "after_rename": "crm_ext.overrides.contact.after_rename",
    },
    "Customer": {
        "after_insert": "crm_ext.overrides.customer.after_insert",
        "on_trash": "crm_ext.overrides.customer.on_trash",
        "before_rename": "crm_ext.overrides.customer.before_rename",
        "after_rename": "crm_ext.overrides.customer.after_rename",
    },
    "Campaign": {
        "on_trash": "crm_ext.overrides.campaign.on_trash",
        "after_rename": "crm_ext.overrides.campaign.after_rename",
    },
    "Company": {"after_rename": "crm_ext.overrides.company.after_rename"},
    "Opportunity": {
        "validate": "crm_ext.overrides.opportunity.validate",
        "on_change": "crm_ext.overrides.opportunity.on_change",
        "on_trash": "crm_ext.overrides.opportunity.on_trash",
        "after_rename": "crm_ext.overrides.opportunity.after_rename",
    },
    "Quotation": {
        "validate": "crm_ext.overrides.quotation.validate",
        "before_submit": "crm_ext.overrides.quotation.before_submit",
        "before_print": "crm_ext.overrides.quotation.before_print",
        "on_update": "crm_ext.overrides.quotation.on_update",
        "on_submit": "crm_ext.overrides.quotation.on_submit",
        "on_update_after_submit": "crm_ext.overrides.quotation.on_update_after_submit",
        "on_cancel": "crm_ext.overrides.quotation.on_cancel",
        "on_trash": "crm_ext.overrides.quotation.on_trash",
        "after_mapping": "crm_ext.overrides.quotation.after_mapping",
    },
    "Sales Order": {
        "validate": "crm_ext.overrides.sales_order.validate",
        "on_submit": "crm_ext.overrides.sales_order.on_submit",
        "on_cancel": "crm_ext.overrides.sales_order.on_cancel",
        "before_submit": "crm_ext.overrides.sales_order.before_submit",
        "before_update_after_submit": "crm_ext.overrides.sales_order.before_update_after_submit",
        "on_update_after_submit": "crm_ext.overrides.sales_order.on_update_after_submit",
        "after_mapping": "crm_ext.overrides.sales_order.after_mapping",
        "on_trash": "crm_ext.overrides.sales_order.on_trash",
    },
    "Payment Entry": {
        "on_submit": "crm_ext.overrides.payment_entry.on_submit",
        "on_cancel": "crm_ext.overrides.payment_entry.on_cancel",
        "on_trash": "crm_ext.overrides.payment_entry.on_trash",
    },
    "Payment Request": {
        "on_payment_authorized": "crm_ext.overrides.payment_request.on_payment_authorized",
    },
    "Issue": {
        "validate": "crm_ext.overrides.issue.validate",
        "before_save": "crm_ext.overrides.issue.before_save",
        "after_insert": "crm_ext.overrides.issue.after_insert",
        "on_update": "crm_ext.overrides.issue.on_update",
        "notify_communication": "crm_ext.overrides.issue.notify_communication",
        "on_trash": "crm_ext.overrides.issue.on_trash",
    },
    "Delivery Note": {
        "on_submit": "crm_ext.overrides.delivery_note.on_submit",
        "before_cancel": "crm_ext.overrides.delivery_note.before_cancel",
        "on_cancel": "crm_ext.overrides.delivery_note.on_cancel",
    },
    "Sales Invoice": {
        "before_insert": "crm_ext.overrides.sales_invoice.before_insert",
        "on_update": "crm_ext.overrides.sales_invoice.on_update",
        "on_submit": "crm_ext.overrides.sales_invoice.on_submit",
        "before_cancel": "crm_ext.overrides.sales_invoice.before_cancel",
        "on_cancel": "crm_ext.overrides.sales_invoice.on_cancel",
        "on_trash": "crm_ext.overrides.sales_invoice.on_trash",
    },
    "Stock Entry": {
        "on_submit": "crm_ext.overrides.stock_entry.on_submit",
        "before_cancel": "crm_ext.overrides.stock_entry.before_cancel",
        "on_cancel": "crm_ext.overrides.stock_entry.on_cancel",
    },
    # Customers' units also come back by these.
    "Purchase Receipt": {
        "on_submit": "crm_ext.overrides.purchase_receipt.on_submit",
        "before_cancel": "crm_ext.overrides.purchase_receipt.before_cancel",
        "on_cancel": "crm_ext.overrides.purchase_receipt.on_cancel",
    },
    "Purchase Invoice": {
        "on_submit": "crm_ext.overrides.purchase_invoice.on_submit",
        "before_cancel": "crm_ext.overrides.purchase_invoice.before_cancel",
        "on_cancel": "crm_ext.overrides.purchase_invoice.on_cancel",
    },
    "Stock Reconciliation": {
        "on_submit": "crm_ext.overrides.stock_reconciliation.on_submit",
        "before_cancel": "crm_ext.overrides.stock_reconciliation.before_cancel",
        "on_cancel": "crm_ext.overrides.stock_reconciliation.on_cancel",
    },
    "Timesheet": {"before_cancel": "crm_ext.overrides.timesheet.before_cancel"},
    "Journal Entry": {"before_cancel": "crm_ext.overrides.journal_entry.before_cancel"},
    "Serial No": {
        "on_update": "crm_ext.overrides.serial_no.on_update",
        "before_rename": "crm_ext.overrides.serial_no.before_rename",
    },
    "Item": {
        "on_update": "crm_ext.overrides.item.on_update",
        "on_trash": "crm_ext.overrides.item.on_trash",
        "before_rename": "crm_ext.overrides.item.before_rename",
        "after_rename": "crm_ext.overrides.item.after_rename",
    },
    "Sales Order Item": {
        "on_submit": "crm_ext.overrides.sales_order_item.on_submit",
        "on_update_after_submit": "crm_ext.overrides.sales_order_item.on_update_after_submit",
    },
    "Offer Desk Settings": {"on_update": "crm_ext.setup.cost_visibility.apply"},
    "Stock Reservation Entry": {
        "before_submit": "crm_ext.overrides.stock_reservation_entry.before_submit",
        "before_update_after_submit": "crm_ext.overrides.stock_reservation_entry.before_update_after_submit",
    },
}

# What lead import runs for many leads at once instead of an event for each.
crm_ext_batch_events = {"crm_ext.overrides.lead.after_insert": "crm_ext.overrides.lead.after_insert_many"}

# Touchpoints are facts about other documents and never a reason to keep them; what goes with whom is decided on_trash.
ignore_links_on_delete = [
    "Touchpoint",
    "Customer Origin",
    "Enquiry",
    "Portal Cart",
    "Catalogue Entry",
    "Order Notice",
    "Notice Preference",
    "Lead Import Row",
    "Stock Hold",
    "Item Affinity",
    "Item Suggestion",
    "Offer Production",
    "Quotation Revision",
    "Portal Link",
    "Service Link",
    "Quotation Response",
    "Promise Record",
    "Van Refill",
    "Billing Run",
    "Billing Problem",
    "Billed Period",
    "Solution Confirmation",
    "Complaint Letter",
    "Fired Escalation",
    "Dispatch Plan Stop",
    "Dispatch Plan Job Left",
]

override_whitelisted_methods = {
    "erpnext.stock.get_item_details.get_item_details": "crm_ext.api.item_details.get_item_details",
    "erpnext.stock.get_item_details.get_valuation_rate": "crm_ext.api.item_details.get_valuation_rate",
    "erpnext.support.doctype.issue.issue.set_status": "crm_ext.api.complaints.set_status",
    "erpnext.support.doctype.issue.issue.set_multiple_status": "crm_ext.api.complaints.set_multiple_status",
}

jinja = {"methods": ["crm_ext.api.click.tracked_link"]}

# Self Service
page_renderer = [
    "crm_ext.overrides.portal_page.PortalPage",
    "crm_ext.overrides.technician_worker.TechnicianWorker",
]
portal_menu_items = [{"title": "Customer Portal", "route": "/portal", "role": "Customer"}]
get_website_user_home_page = "crm_ext.overrides.website.home_page"
website_route_rules = [
    {"from_route": "/portal/quotations/<path:name>", "to_route": "portal/quotation"},
    {"from_route": "/portal/catalogue/<path:name>", "to_route": "portal/catalogue_item"},
    {"from_route": "/portal/orders/<path:name>", "to_route": "portal/order"},
    {"from_route": "/portal/invoices/<path:name>", "to_route": "portal/invoice"},
    {"from_route": "/portal/payments/<path:name>", "to_route": "portal/payment"},
    {"from_route": "/portal/equipment/<path:name>", "to_route": "portal/equipment_unit"},
    {"from_route": "/portal/contracts/<path:name>", "to_route": "portal/contract"},
    {"from_route": "/portal/service/new", "to_route": "portal/service_new"},
    {"from_route": "/portal/service/<path:name>", "to_route": "portal/service_request"},
    {"from_route": "/portal/visits/<path:name>", "to_route": "portal/visit"},
    {"from_route": "/offer/<token>", "to_route": "offer/quotation"},
    {"from_route": "/visit/<token>", "to_route": "visit/visit"},
    {"from_route": "/solved/<token>", "to_route": "solved/answer"},
]

update_website_context = ["crm_ext.overrides.website.update_website_context"]

scheduler_events = {
    "cron": {
        "*/5 * * * *": [
            "crm_ext.marketing_automation.flow.enquiries.work_off",
            "crm_ext.marketing_automation.flow.harvest.run",
            "crm_ext.self_service.flow.order_notices.send_waiting",
            "crm_ext.offer_desk.flow.stock_holds.expire_due",
            "crm_ext.field_service.flow.visit_notices.tell",
            "crm_ext.field_service.flow.complaint_letters.send_waiting",
            "crm_ext.field_service.flow.escalations.fire_due",
        ],
    },
    "hourly": [
        "crm_ext.offer_desk.flow.stock_holds.warn_owners",
        "crm_ext.field_service.flow.complaints.follow_up",
    ],
    "hourly_long": ["crm_ext.marketing_automation.flow.campaign_extract.refresh"],
    "daily": [
        "crm_ext.marketing_automation.flow.campaign_plans.refresh_statuses",
        "crm_ext.self_service.flow.payment_promises.judge_all",
    ],
    "daily_long": [
        "crm_ext.service_contracts.flow.billing_run.bill_nightly",
        "crm_ext.self_service.flow.catalogue.refresh_all_entries",
        "crm_ext.marketing_automation.flow.harvest.run_nightly",
        "crm_ext.marketing_automation.flow.campaign_extract.reconcile",
        "crm_ext.marketing_automation.flow.enquiries.retry_failed",
        "crm_ext.marketing_automation.flow.enquiries.clear_old_spam",
        "crm_ext.sales_process.flow.reconciliation.reconcile",
        "crm_ext.sales_process.flow.calibration.calibrate",
        "crm_ext.offer_desk.flow.stock_holds.reconcile",
        "crm_ext.offer_desk.flow.affinities.learn",
        "crm_ext.field_service.flow.maintenance_plans.nightly",
        "crm_ext.field_service.flow.van_refill.nightly",
        "crm_ext.service_contracts.flow.contract_nights.run_nightly",
    ],
}

override_doctype_dashboards = {
    "Campaign": "crm_ext.overrides.campaign.get_dashboard",
    "Customer": "crm_ext.overrides.customer.get_dashboard",
    "Project": "crm_ext.overrides.project.get_dashboard",
    "Quotation": "crm_ext.overrides.quotation.get_dashboard",
    "Sales Order": "crm_ext.overrides.sales_order.get_dashboard",
    "Serial No": "crm_ext.overrides.serial_no.get_dashboard",
}

# The trail's panel stands on every form of the chain.
_TRAIL = "public/js/document_trail_form.js"
_RECEIVABLES = "public/js/receivables_form.js"
_OFFER_DESK = "public/js/offer_desk_form.js"
_SERVICE_ORDER_SOURCES = "public/js/service_order_sources.js"

app_include_js = "persian_desk.bundle.js"
app_include_css = "persian_desk.bundle.css"
extend_bootinfo = "crm_ext.overrides.boot.extend"

doctype_list_js = {
    "Item": "public/js/item_list.js",
    "Lead": "public/js/lead_list.js",
    "Service Order": "public/js/service_order_list.js",
}

doctype_js = {
    "Contact": "public/js/journey.js",
    "Customer": ["public/js/journey.js", _RECEIVABLES],
    "Campaign": ["public/js/campaign.js", _TRAIL],
    "Campaign Plan": _TRAIL,
    "Technician": "public/js/van_refill.js",
    "Lead": ["public/js/journey.js", _TRAIL],
    "Prospect": _TRAIL,
    "Opportunity": ["public/js/opportunity.js", _TRAIL, _OFFER_DESK],
    "Quotation": [_TRAIL, _OFFER_DESK],
    "Sales Order": [_TRAIL, _OFFER_DESK],
    "Service Contract": [_SERVICE_ORDER_SOURCES, _TRAIL],
    "Warranty Claim": _SERVICE_ORDER_SOURCES,
    "Issue": ["public/js/issue_form.js", _TRAIL],
    "Service Order": _TRAIL,
    "Stock Entry": _TRAIL,
    "Timesheet": _TRAIL,
    "Delivery Note": _TRAIL,
    "Sales Invoice": [_TRAIL, _RECEIVABLES],
    "POS Invoice": _TRAIL,
    "Payment Request": _TRAIL,
    "Dunning": ["public/js/dunning.js", _TRAIL],
    "Payment Entry": _TRAIL,
    "Journal Entry": _TRAIL,
    "Purchase Invoice": _TRAIL,
}
