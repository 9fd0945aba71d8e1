frappe.ui.form.on("Dispatch Plan", {
	refresh(frm) {
		frm.disable_save();
		frm.page.set_indicator(__(frm.doc.status), frm.doc.status === "Applied" ? "green" : "gray");
		if (frm.doc.status === "Applied" && frappe.model.can_write("Service Order")) {
			frm.add_custom_button(__("Revert"), () => ask_to_revert(frm));
		}
	},
});

function ask_to_revert(frm) {
	frappe.confirm(
		__(
			"Give each job of this plan back the technician and the time it had before? Jobs that somebody changed since stay as they are."
		),
		() =>
			frappe
				.call({
					method: "crm_ext.api.dispatch.revert",
					args: { plan: frm.doc.name },
					freeze: true,
				})
				.then(({ message }) => {
					tell_what_stays(message);
					frm.reload_doc();
				})
	);
}

function tell_what_stays(stays) {
	const orders = Object.entries(stays);
	if (!orders.length) {
		frappe.show_alert({ message: __("The plan has been reverted."), indicator: "green" });
		return;
	}
	const rows = orders.map(
		([order, why]) =>
			`<li>${frappe.utils.get_form_link("Service Order", order, true)}: ${frappe.utils.escape_html(why)}</li>`
	);
	frappe.msgprint({ title: __("These jobs stay as they are"), message: `<ul>${rows.join("")}</ul>` });
}
