frappe.pages["pipeline-board"].on_page_load = async (wrapper) => {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Pipeline Board"), single_column: true });
	await frappe.require(["sales_process.bundle.css", "sales_process.bundle.js"]);
	wrapper.board = new crm_ext.sales_process.PipelineBoard(page);
	wrapper.board.load();
};

frappe.pages["pipeline-board"].on_page_show = (wrapper) => wrapper.board?.load();
