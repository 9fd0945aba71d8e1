// "From Template": offer templates that fit the customer and the season, and the quotation filled from one.

import { escape, name } from "../sales_process/words";
import { part } from "./panel";

part(["Quotation"], (frm) => {
	if (frm.doc.docstatus !== 0 || !frm.has_perm("write") || !frappe.model.can_read("Offer Template")) return;
	frm.add_custom_button(__("Offer Template"), () => suggest(frm), __("Get Items From"));
});

async function suggest(frm) {
	if (!frm.doc.party_name || !frm.doc.company) {
		frappe.msgprint(__("Choose the customer and the company first: templates are suggested for them."));
		return;
	}
	const templates = await frappe.xcall("crm_ext.api.offer_templates.suggest", { quotation: frm.doc });
	const dialog = new frappe.ui.Dialog({ animate: false, title: __("From Template"), fields: [{ fieldtype: "HTML", fieldname: "list" }] });
	const list = $(templates.length ? drawn(templates) : nothing()).appendTo(dialog.fields_dict.list.$wrapper);
	list.on("click", "button[data-template]", async (event) => {
		dialog.hide();
		await fill(frm, event.currentTarget.dataset.template);
	});
	dialog.show();
}

const drawn = (templates) =>
	`<ul class="crm-templates">${templates
		.map(
			(template) => `<li><button type="button" class="btn btn-default" data-template="${escape(template.name)}">
				${name(template.name)}<small class="text-muted">${escape(reasons(template))}</small></button></li>`
		)
		.join("")}</ul>`;

function reasons({ by, customer_group, territory, season }) {
	const words = {
		customer_grade: __("for this grade"),
		customer_group: customer_group,
		territory: territory,
		season: season && __(season),
		month: __("for this time of year"),
	};
	return by.length ? by.map((cause) => words[cause]).join(" · ") : __("for everybody");
}

const nothing = () => `<div class="text-muted">${escape(__("No template fits this customer and this day."))}
	${frappe.model.can_create("Offer Template") ? escape(__("Make one in the list of Offer Templates.")) : ""}</div>`;

async function fill(frm, template) {
	frappe.dom.freeze(__("Filling in …"));
	try {
		const { quotation, models } = await frappe.xcall("crm_ext.api.offer_templates.fill", { quotation: frm.doc, template });
		frappe.model.sync(quotation);
		frm.dirty();
		frm.refresh();
		frappe.show_alert({ message: __("Filled from {0}.", [escape(template)]), indicator: "green" });
		if (models.length) offer_to_configure(frm, models);
	} finally {
		frappe.dom.unfreeze();
	}
}

function offer_to_configure(frm, models) {
	const question = __("Left to configure: {0}. Open the configurator now?", [models.map(escape).join(", ")]);
	frappe.confirm(question, async () => {
		await frappe.require(["offer_configurator.bundle.css", "offer_configurator.bundle.js"]);
		crm_ext.offer_desk.configure(frm);
	});
}
