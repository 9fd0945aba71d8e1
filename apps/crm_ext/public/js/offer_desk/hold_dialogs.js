// Dialogs around holds on stock, for the quotation's form and the warehouse's page.

const METHOD = "crm_ext.api.stock_holds.";

export const ask = (method, args) => frappe.xcall(METHOD + method, args, "GET");
export const tell = (method, args) => frappe.xcall(METHOD + method, args, "POST");

const REASON = { fieldtype: "Small Text", fieldname: "reason", label: __("Reason"), reqd: 1 };

/** @param hold a row with its name, item_name, qty; resolves when the hold is extended. */
export function extend(hold) {
	return dialog({
		title: __("Extend Hold"),
		fields: [
			{ fieldtype: "Int", fieldname: "days", label: __("Days Longer"), reqd: 1, default: 1, non_negative: 1 },
			REASON,
		],
		label: __("Extend Hold"),
		act: ({ days, reason }) => tell("extend", { hold: hold.name, days, reason }),
		done: __("The hold lasts longer now."),
	});
}

export function release(hold) {
	return dialog({
		title: __("Release Stock"),
		fields: [REASON],
		label: __("Release Stock"),
		act: ({ reason }) => tell("release", { hold: hold.name, reason }),
		done: __("The stock is free again."),
	});
}

/** A Sales Manager gives another offer's stock to this quotation. */
export function take_over(rival, quotation) {
	return dialog({
		title: __("Take Over from {0}", [rival.quotation]),
		fields: [
			{
				fieldtype: "HTML",
				fieldname: "words",
				options: `<p>${__("What this quotation lacks is taken from that hold. Whoever made the other offer is told.")}</p>`,
			},
			REASON,
		],
		label: __("Take Over"),
		act: ({ reason }) => tell("take_over", { hold: rival.name, quotation, reason }),
		done: __("The stock is held for this quotation now."),
	});
}

function dialog({ title, fields, label, act, done }) {
	return new Promise((resolve) => {
		const shown = new frappe.ui.Dialog({
			animate: false,
			title,
			fields,
			primary_action_label: label,
			primary_action: async (values) => {
				shown.disable_primary_action();
				try {
					const answer = await act(values);
					shown.hide();
					frappe.show_alert({ message: done, indicator: "green" });
					resolve(answer ?? true);
				} finally {
					shown.enable_primary_action();
				}
			},
		});
		shown.show();
	});
}
