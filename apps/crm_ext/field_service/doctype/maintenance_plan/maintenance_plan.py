# Copyright (c) 2026, CRM Ext founders and contributors
# For license information, please see license.txt

# import frappe
from frappe.model.document import Document


class MaintenancePlan(Document):
	pass
