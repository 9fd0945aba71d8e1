// Publishing freezes a version for the sellers; the form goes on being edited.

frappe.ui.form.on("Offer Model", {
	refresh(frm) {
		show_status(frm);
		offer_groups(frm);
		if (frm.is_new() || !frm.perm[0]?.write) return;
		if (frm.doc.status !== "Published") {
			frm.add_custom_button(__("Publish"), () => act(frm, "publish", __("Published."))).addClass("btn-primary");
		}
		if (["Published", "Changed"].includes(frm.doc.status)) {
			frm.add_custom_button(__("Withdraw"), () => {
				frappe.confirm(__("Sellers will no longer find this model. Quotations keep what they have. Withdraw it?"), () =>
					act(frm, "withdraw", __("Withdrawn."))
				);
			});
		}
	},
});

frappe.ui.form.on("Offer Model Group", {
	group_name: (frm) => offer_groups(frm),
	groups_remove: (frm) => offer_groups(frm),
});

frappe.ui.form.on("Offer Model Option", {
	item_code(frm, doctype, name) {
		const row = locals[doctype][name];
		if (row.item_code && !row.label) frappe.model.set_value(doctype, name, "label", row.item_code);
	},
});

async function act(frm, method, message) {
	if (frm.is_dirty()) await frm.save();
	await frappe.xcall(`crm_ext.api.configurator.${method}`, { offer_model: frm.doc.name });
	await frm.reload_doc();
	frappe.show_alert({ message, indicator: "green" });
}

function show_status(frm) {
	const colors = { Draft: "gray", Published: "green", Changed: "orange", Withdrawn: "red" };
	if (!frm.is_new()) frm.page.set_indicator(__(frm.doc.status), colors[frm.doc.status]);
	if (frm.doc.status === "Changed") {
		frm.set_intro(__("Sellers go on with version {0} until you publish again.", [frm.doc.version_number]), "orange");
	}
}

function offer_groups(frm) {
	const names = (frm.doc.groups || []).map((row) => row.group_name).filter(Boolean);
	frm.fields_dict.options.grid.update_docfield_property("option_group", "options", names);
	frm.set_query("item_code", "options", () => ({
		query: "erpnext.controllers.queries.item_query",
		filters: { is_sales_item: 1, has_variants: 0 },
	}));
	frm.set_query("limited_to", "limits", () => ({ filters: { name: ["in", ["Customer Group", "Territory"]] } }));
}
