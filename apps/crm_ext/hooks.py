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
before_uninstall = "crm_ext.setup.uninstall.before_uninstall"
after_uninstall = "crm_ext.setup.uninstall.after_uninstall"

# Sales Process
setup_wizard_complete = ["crm_ext.setup.sales_process.create"]

doc_events = {
    "Opportunity": {
        "validate": "crm_ext.overrides.opportunity.validate",
        "on_change": "crm_ext.overrides.opportunity.on_change",
        "on_trash": "crm_ext.overrides.opportunity.on_trash",
        "after_rename": "crm_ext.overrides.opportunity.after_rename",
    },
}

scheduler_events = {
    "daily_long": [
        "crm_ext.sales_process.flow.reconciliation.reconcile",
        "crm_ext.sales_process.flow.calibration.calibrate",
    ],
}
