// ERPNext's Campaign: from the name of a campaign to its plan.
frappe.ui.form.on("Campaign", {
	refresh(frm) {
		if (frm.is_new() || !frappe.model.can_create("Campaign Plan")) return;
		frm.add_custom_button(__("Plan this campaign"), () =>
			frappe.new_doc("Campaign Plan", {
				campaign: frm.doc.name,
				title: frm.doc.campaign_name,
				goal: frm.doc.description,
			})
		);
	},
});
