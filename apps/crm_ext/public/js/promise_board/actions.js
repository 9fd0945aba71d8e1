// What the warehouse does about a promise in danger: order the goods, fetch them from elsewhere, tell the customer.

import { date } from "../sales_process/words";
import { quantity } from "../offer_desk/hold_words";

/** A new Material Request for what a promise lacks; `from` is the warehouse to fetch it from, if there is one. */
export function request_material(row, company, today, from = "") {
	const wanted_by = row.promised > today ? row.promised : today;
	frappe.model.with_doctype("Material Request", () => {
		const request = frappe.model.get_new_doc("Material Request");
		Object.assign(request, {
			company,
			material_request_type: from ? "Material Transfer" : "Purchase",
			schedule_date: wanted_by,
			set_from_warehouse: from,
		});
		request.items = [];
		Object.assign(frappe.model.add_child(request, "items"), {
			item_code: row.item_code,
			item_name: row.item_name,
			description: row.item_name,
			qty: row.missing || row.qty,
			uom: row.stock_uom,
			stock_uom: row.stock_uom,
			conversion_factor: 1,
			warehouse: row.warehouse,
			from_warehouse: from,
			schedule_date: wanted_by,
			sales_order: row.sales_order,
		});
		frappe.set_route("Form", "Material Request", request.name);
	});
}

/** A new mail to the customer that says how things stand; nothing is sent before its writer does so. */
export function tell_customer(row) {
	const goods = quantity(row.qty, row.stock_uom);
	// What should be here already gives no day that a customer could rely on.
	const words = row.ready_on && row.danger !== "supply_overdue"
		? __("{0} of {1} of your order {2} will be ready on {3}.", [goods, row.item_name, row.sales_order, date(row.ready_on)])
		: __("{0} of {1} of your order {2} will be late. We will tell you the new day as soon as we know it.", [
				goods,
				row.item_name,
				row.sales_order,
		  ]);
	const subject = __("Your order {0}", [row.sales_order]);
	// Frappe's mail dialog asks for the sender's account; who may not read accounts writes with a mail program.
	if (!frappe.model.can_read("Email Account")) {
		const parts = new URLSearchParams({ subject, body: words }).toString().replaceAll("+", "%20");
		window.location.href = `mailto:${encodeURIComponent(row.email)}?${parts}`;
		return;
	}
	new frappe.views.CommunicationComposer({
		doc: { doctype: "Sales Order", name: row.sales_order },
		subject,
		recipients: row.email,
		message: `<p>${frappe.utils.escape_html(words)}</p>`,
	});
}
