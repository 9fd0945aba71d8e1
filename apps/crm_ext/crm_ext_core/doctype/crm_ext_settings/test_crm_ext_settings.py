# Copyright (c) 2026, CRM Ext founders and Contributors
# See license.txt

# import frappe
from frappe.tests.utils import FrappeTestCase


class TestCRMExtSettings(FrappeTestCase):
    pass
