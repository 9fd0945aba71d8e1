// What the configurator asks the server.

const PATH = "crm_ext.api.configurator.";

/** Calls with the quotation as it stands in the form. */
export function asking(frm) {
	return (method, args = {}) => frappe.xcall(PATH + method, { quotation: frm.doc, ...args });
}

/** Runs `work` so that only the answer to the last question counts; resolves to undefined for the others. */
export function latest(work) {
	let asked = 0;
	return async (...args) => {
		asked += 1;
		const mine = asked;
		const answer = await work(...args);
		return mine === asked ? answer : undefined;
	};
}
