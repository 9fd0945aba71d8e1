frappe.listview_settings["Billing Run"] = {
	get_indicator(run) {
		const colour = {
			Draft: "gray",
			Queued: "blue",
			Running: "blue",
			Done: "green",
			"Done with Problems": "orange",
			Stopped: "red",
		}[run.status];
		return [__(run.status), colour, `status,=,${run.status}`];
	},
};
