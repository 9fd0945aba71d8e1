frappe.listview_settings["Supplier Claim"] = {
	get_indicator({ status }) {
		const colours = { Draft: "gray", Claimed: "orange", Settled: "green", Refused: "red", Cancelled: "gray" };
		return [__(status), colours[status], `status,=,${status}`];
	},
};
