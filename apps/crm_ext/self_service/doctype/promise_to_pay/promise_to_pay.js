// Copyright (c) 2026, CRM Ext founders and contributors
// For license information, please see license.txt

// frappe.ui.form.on("Promise to Pay", {
// 	refresh(frm) {

// 	},
// });
