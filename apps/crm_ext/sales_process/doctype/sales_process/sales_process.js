frappe.ui.form.on("Sales Process", {
	refresh(frm) {
		show_observed_probabilities(frm);
	},
});

// "64 % from 118 opportunities; definition says 50 %", one line a stage.
function show_observed_probabilities(frm) {
	const lines = (frm.doc.stages || [])
		.filter((row) => row.observations)
		.map((row) => {
			const stage = frappe.utils.escape_html(__(row.sales_stage));
			const text = __("{0} % from {1} opportunities; definition says {2} %", [
				format_number(row.calibrated_probability, null, 1),
				row.observations,
				format_number(row.probability, null, 1),
			]);
			return `<li><strong>${stage}</strong>: ${text}</li>`;
		});
	const empty = `<p class="text-muted">${__(
		"No opportunity of this process has been decided yet, so the defined probabilities apply."
	)}</p>`;
	frm.get_field("calibration_summary").$wrapper.html(lines.length ? `<ul>${lines.join("")}</ul>` : empty);
}
