frappe.treeview_settings["Equipment"] = {
	get_tree_nodes: "crm_ext.api.equipment.tree",
	title: __("Tree of Equipment"),
	root_label: __("Equipment"),
	get_tree_root: false,
	show_expand_all: false,
	filters: [{ fieldname: "customer", fieldtype: "Link", options: "Customer", label: __("Customer") }],
	breadcrumb: "Field Service",
	get_label: (node) => frappe.utils.escape_html(node.data.title || node.label),
	onload: (tree) => tree.make_tree(),
	toolbar: [
		{
			label: __("Open"),
			condition: (node) => !node.is_root,
			click: (node) => frappe.set_route("Form", "Equipment", node.data.value),
		},
	],
	extend_toolbar: false,
};
