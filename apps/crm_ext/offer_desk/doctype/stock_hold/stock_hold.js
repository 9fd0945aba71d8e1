frappe.ui.form.on("Stock Hold", {
	async refresh(frm) {
		if (frm.doc.status !== "Active") return;
		await frappe.require(["offer_desk.bundle.css", "offer_desk.bundle.js"]);
		const { extend, release } = crm_ext.offer_desk.holds;
		frm.add_custom_button(__("Extend Hold"), () => extend(frm.doc).then(() => frm.reload_doc()));
		frm.add_custom_button(__("Release Stock"), () => release(frm.doc).then(() => frm.reload_doc()));
	},
});
