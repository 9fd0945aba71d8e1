frappe.ui.form.on("Planned Visit", {
	refresh(frm) {
		const colours = { Planned: "blue", Ordered: "orange", Done: "green", Skipped: "gray" };
		frm.page.set_indicator(__(frm.doc.status), colours[frm.doc.status]);
		if (!frm.perm[0]?.write) return;
		const act = async (method, args) => {
			await frappe.xcall(`crm_ext.api.maintenance.${method}`, { visits: [frm.doc.name], ...args });
			frm.reload_doc();
		};
		if (frm.doc.status === "Planned") {
			frm.add_custom_button(__("Make the Service Order"), () => act("order_visits"));
			frm.add_custom_button(__("Leave Out"), () =>
				frappe.prompt(
					{ fieldname: "reason", fieldtype: "Data", label: __("Why"), reqd: 1 },
					({ reason }) => act("skip_visits", { reason }),
					__("Leave Out")
				)
			);
		}
		if (frm.doc.status === "Skipped") {
			frm.add_custom_button(__("Plan Again"), () => act("plan_visits_again"));
		}
	},
});
