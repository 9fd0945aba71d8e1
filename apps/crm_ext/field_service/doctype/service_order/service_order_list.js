// Colours say at a glance what the words say: who waits, who is out, what is done.
const STATUS_COLOURS = {
	Open: "orange",
	Planned: "blue",
	"On the Way": "cyan",
	"In Progress": "purple",
	"Work Done": "yellow",
	Completed: "green",
	Cancelled: "gray",
};

frappe.listview_settings["Service Order"] = Object.assign(frappe.listview_settings["Service Order"] || {}, {
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,
	// Who comes says more in a narrow list than the number, which the search finds anyway.
	hide_name_column: true,
	get_indicator: (order) => [__(order.status), STATUS_COLOURS[order.status], `status,=,${order.status}`],
});
