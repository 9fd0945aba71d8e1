frappe.ui.form.on("Maintenance Plan", {
	setup(frm) {
		frm.set_query("equipment", () => ({
			filters: { status: "In Use", ...(frm.doc.company ? { company: frm.doc.company } : {}) },
		}));
		frm.set_query("service_contract", () => ({
			filters: { docstatus: 1, status: ["in", ["Active", "Upcoming", "Suspended"]] },
		}));
	},
	refresh(frm) {
		if (frm.is_new()) {
			frm.set_intro(__("When this is saved, the visits of the time ahead are planned."), "blue");
			return;
		}
		const colours = { Active: "green", Paused: "orange", Ended: "gray" };
		frm.page.set_indicator(__(frm.doc.status), colours[frm.doc.status]);
		if (frm.doc.problem) frm.set_intro(frm.doc.problem, "orange");
		frm.add_custom_button(__("Planned Visits"), () =>
			frappe.set_route("List", "Planned Visit", "List", { maintenance_plan: frm.doc.name })
		);
		if (!frm.perm[0]?.write) return;
		frm.add_custom_button(__("Plan Now"), async () => {
			const done = await frappe.xcall("crm_ext.api.maintenance.plan_now", { plan: frm.doc.name });
			frappe.show_alert({
				message: __("{0} new visits, {1} on another day, {2} taken away.", [done.new, done.moved, done.gone]),
				indicator: "green",
			});
			frm.reload_doc();
		});
	},
});
