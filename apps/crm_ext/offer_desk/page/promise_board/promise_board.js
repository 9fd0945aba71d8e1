frappe.pages["promise-board"].on_page_load = async (wrapper) => {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Promises and Holds"), single_column: true });
	await frappe.require(["promise_board.bundle.css", "promise_board.bundle.js"]);
	wrapper.board = new crm_ext.offer_desk.PromiseBoard(page);
	wrapper.board.load();
};

frappe.pages["promise-board"].on_page_show = (wrapper) => wrapper.board?.shown();
