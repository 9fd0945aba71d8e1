// "Create → Service Order" on what asks for a job.
(() => {
	const is_ready = {
		"Warranty Claim": (doc) => doc.status !== "Closed" && doc.status !== "Cancelled",
		"Service Contract": (doc) => doc.docstatus === 1,
	};

	async function make(frm) {
		const { message } = await frappe.call({
			method: "crm_ext.api.service_orders.make_from",
			type: "GET",
			args: { source_doctype: frm.doctype, source_name: frm.doc.name },
			freeze: true,
		});
		const [order] = frappe.model.sync(message);
		frappe.set_route("Form", order.doctype, order.name);
	}

	for (const doctype of Object.keys(is_ready)) {
		frappe.ui.form.on(doctype, {
			refresh(frm) {
				if (frm.is_new() || !is_ready[doctype](frm.doc) || !frappe.model.can_create("Service Order")) return;
				frm.add_custom_button(__("Service Order"), () => make(frm), __("Create"));
			},
		});
	}
})();
