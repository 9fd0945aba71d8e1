frappe.treeview_settings["Equipment"] = {
	get_tree_nodes: "crm_ext.api.equipment.tree",
	title: __("Tree of Equipment"),
	root_label: __("Equipment"),
	get_tree_root: false,
	show_expand_all: false,
	filters: [{ fieldname: "customer", fieldtype: "Link", options: "Customer", label: __("Customer") }],
	breadcrumb: "Field Service",
	get_label: (node) => frappe.utils.escape_html(node.data.title || node.label),
	// Frappe's own dialog makes groups, which parts of machines are not.
	disable_add_node: true,
	onload: (tree) => tree.make_tree(),
	post_render(tree) {
		if (frappe.model.can_create("Equipment")) {
			tree.page.set_primary_action(__("Add Equipment"), () => frappe.new_doc("Equipment"), "add");
		}
	},
	toolbar: [
		{
			label: __("Open the Record"),
			condition: (node) => !node.is_root && node.data.value,
			click: (node) => frappe.set_route("Form", "Equipment", node.data.value),
		},
		{
			label: __("Add a Part"),
			condition: (node) => !node.is_root && node.data.value && frappe.model.can_create("Equipment"),
			click: (node) => frappe.new_doc("Equipment", { parent_equipment: node.data.value }),
		},
	],
	extend_toolbar: false,
};
