frappe.listview_settings["Reserved Invoice Number"] = {
	hide_name_column: true,

	// Says to whoever looks for a missing number where it is.
	onload(list) {
		const text = __(
			"Billing runs with several jobs reserved these numbers, and no invoice has them. The next run uses them first. Those of a series that is over, last year's, explain its gaps."
		);
		list.$frappe_list.prepend(`<p class="text-muted" style="margin: var(--margin-md)">${text}</p>`);
	},
};
