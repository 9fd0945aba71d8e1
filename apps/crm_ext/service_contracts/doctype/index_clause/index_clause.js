frappe.ui.form.on("Index Clause", {
	refresh(frm) {
		frm.set_intro(
			frm.doc.method === "Table"
				? __("At every step the rate changes by the percentage by which the index has changed since the step before.")
				: __("At every step the rate changes by the same percentage.")
		);
	},
	method(frm) {
		frm.trigger("refresh");
	},
});
