frappe.listview_settings["Lead Import Row"] = {
	// The name says no more than the row does; the reason needs its place.
	hide_name_column: true,
	get_indicator(doc) {
		const colours = { New: "green", Duplicate: "blue", Refused: "orange" };
		return [__(doc.outcome), colours[doc.outcome], `outcome,=,${doc.outcome}`];
	},
};
