frappe.ui.form.on("Enquiry", {
	refresh(frm) {
		const labels = { "Suspected Spam": __("This Is No Spam"), Failed: __("Try Again") };
		const label = labels[frm.doc.status];
		if (!label) return;
		frm.add_custom_button(label, async () => {
			await frappe.xcall("crm_ext.api.capture.release", { enquiry: frm.doc.name });
			frappe.show_alert({ message: __("The enquiry is being worked off."), indicator: "green" });
			setTimeout(() => frm.reload_doc(), 2000);
		});
	},
});
