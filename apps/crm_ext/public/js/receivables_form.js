// What is under way about an invoice or a customer: promises, objections and reported transfers, each a link to itself.
frappe.provide("crm_ext.receivables");

// The file runs once for each of these doctypes that is opened.
if (!crm_ext.receivables.forms) {
	crm_ext.receivables.forms = ["Sales Invoice", "Customer"];
	crm_ext.receivables.words = {
		"Portal Payment": (matter) => __("Transfer of {0} reported", [matter.figure]),
		"Promise to Pay": (matter) =>
			matter.status === "Broken"
				? __("Promise of {0} for {1} was broken", [matter.figure, matter.date])
				: __("Promise of {0} for {1}", [matter.figure, matter.date]),
		Issue: (matter) => __("Objection since {0}", [matter.date]),
	};

	crm_ext.receivables.show = async (frm) => {
		const name = frm.doc.name;
		const { message: matters } = await frappe.call({
			method: "crm_ext.api.receivables.matters",
			type: "GET",
			args: { doctype: frm.doctype, name },
		});
		if (frm.doc.name !== name || !matters.length) return;
		const list = $("<ul class='list-unstyled mb-0 crm-ext-receivables'></ul>");
		for (const matter of matters) {
			const figure = matter.currency ? format_currency(matter.amount, matter.currency) : "";
			const date = matter.day ? crm_ext.receivables.date(matter.day) : "";
			const words = crm_ext.receivables.words[matter.doctype]({ ...matter, figure, date });
			const link = $(frappe.utils.get_form_link(matter.doctype, matter.name, true, words));
			// Messages of forms show links as plain text.
			$("<li></li>").append(link.css("text-decoration", "underline")).appendTo(list);
		}
		const heading = $("<strong></strong>").text(__("Under Way with the Customer"));
		frm.layout.show_message($("<div></div>").append(heading, list).html(), "blue", true);
	};

	// Jalali for readers of Persian, else as the user has set.
	crm_ext.receivables.date = (day) =>
		frappe.boot.lang.startsWith("fa")
			? new Intl.DateTimeFormat("fa-IR-u-ca-persian", { dateStyle: "short" }).format(new Date(`${day}T12:00`))
			: frappe.datetime.str_to_user(day);

	for (const doctype of crm_ext.receivables.forms) {
		frappe.ui.form.on(doctype, {
			refresh(frm) {
				if (!frm.is_new()) crm_ext.receivables.show(frm);
			},
		});
	}
}
