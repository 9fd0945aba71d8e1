frappe.pages["dispatch-board"].on_page_load = async (wrapper) => {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Dispatch Board"), single_column: true });
	await frappe.require(["dispatch_board.bundle.css", "dispatch_board.bundle.js"]);
	wrapper.board = new crm_ext.dispatch.DispatchBoard(page);
	wrapper.board.shown();
};

frappe.pages["dispatch-board"].on_page_show = (wrapper) => wrapper.board?.shown();
