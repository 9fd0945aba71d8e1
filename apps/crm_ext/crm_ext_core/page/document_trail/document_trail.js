frappe.pages["document-trail"].on_page_load = async (wrapper) => {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Document Trail"), single_column: true });
	await frappe.require(["document_trail.bundle.css", "document_trail.bundle.js"]);
	wrapper.trail = new crm_ext.document_trail.TrailPage(page);
	wrapper.trail.show();
};

frappe.pages["document-trail"].on_page_show = (wrapper) => wrapper.trail?.show();
