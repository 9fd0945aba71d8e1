// The page of a trail: its picture, its totals, and the same documents as a table.

import { ask } from "./ask.js";
import { draw_table, draw_totals } from "./figures.js";
import { draw_picture } from "./picture.js";
import { DOCTYPES } from "./doctypes.js";
import { escape, local_digits } from "./words.js";

// Vouchers that post to the general ledger.
const POSTING = ["Delivery Note", "Sales Invoice", "Payment Entry", "Journal Entry", "Purchase Invoice"];
// Pixels that browsers put on a sheet of A4, upright, within margins.
const SHEET_WIDTH = 690;
const ZOOM = { least: 0.4, most: 1.6, step: 0.2 };

export class TrailPage {
	constructor(page) {
		this.page = page;
		this.zoom = 1;
		this.body = $('<div class="trail-page"></div>').appendTo(page.main);
		this.make_chooser();
		page.add_menu_item(__("Print"), () => this.print());
		page.add_menu_item(__("Read again"), () => this.load());
	}

	make_chooser() {
		const options = DOCTYPES.map((doctype) => ({ value: doctype, label: __(doctype) }));
		const change = () => this.choose();
		this.doctype = this.page.add_field({
			fieldname: "doctype", label: __("Document Type"), fieldtype: "Select", options, change,
		});
		this.name = this.page.add_field({
			fieldname: "name", label: __("Document"), fieldtype: "Link", change,
		});
		for (const field of [this.doctype, this.name]) field.$input.attr("aria-label", field.df.label);
	}

	choose() {
		if (this.is_choosing) return;
		const doctype = this.doctype.get_value();
		if (this.name.df.options !== doctype) {
			this.name.df.options = doctype;
			if (doctype !== this.start.doctype) this.name.set_value("");
		}
		const name = this.name.get_value();
		if (doctype && name && this.key !== `${doctype}/${name}`) frappe.set_route("document-trail", doctype, name);
	}

	/** The fields name what is shown, once it is known that the user may see it: Frappe checks links as they are set. */
	async show_choice() {
		this.name.df.options = this.start.doctype;
		this.is_choosing = true;
		await Promise.all([this.doctype.set_value(this.start.doctype), this.name.set_value(this.start.name)]);
		this.is_choosing = false;
	}

	show() {
		const [, doctype, ...name] = frappe.get_route();
		this.start = { doctype, name: name.join("/") };
		const key = doctype ? `${doctype}/${this.start.name}` : "";
		if (key === this.key) return;
		this.key = key;
		this.load();
	}

	async load() {
		const { doctype, name } = this.start;
		this.page.set_title(doctype ? __("Trail of {0}", [escape(name)]) : __("Document Trail"));
		if (!doctype || !name) {
			this.say(__("Choose a document above to see what led to it and what has come of it."), "status");
			return;
		}
		this.say(__("Reading the trail …"), "status");
		try {
			const trail = await ask("crm_ext.api.trail.get_trail", { doctype, name });
			// Another document may have been chosen while this one was on its way.
			if (this.key !== `${doctype}/${name}`) return;
			this.draw(trail);
			this.show_choice();
		} catch (failure) {
			this.say(failure.message, "alert");
		}
	}

	say(text, role) {
		this.body.html(`<p class="trail-empty" role="${role}">${escape(text)}</p>`);
	}

	draw(trail) {
		this.width = trail.width;
		this.body.empty();
		this.body.append(this.customers(trail), draw_totals(trail), this.remarks(trail));
		if (trail.documents.length === 1) {
			this.body.append(
				`<p class="trail-note">${__("Nothing came before this document, and nothing has come of it yet.")}</p>`
			);
		}
		const frame = $(`<div class="trail-frame" tabindex="-1" role="group"></div>`)
			.attr("aria-label", __("Picture of the trail"))
			.append(draw_picture(trail, (document) => this.menu_of(document)));
		const table = $(`<details class="trail-details"><summary>${escape(__("The same as a table"))}</summary></details>`);
		this.body.append(this.tools(frame), frame, table.append(draw_table(trail)));
		this.apply_zoom(frame);
		frame.find(".trail-start").get(0)?.scrollIntoView({ block: "nearest", inline: "center" });
	}

	/** The whole picture on the width of a sheet, and the table with it. */
	print() {
		const stage = this.body.find(".trail-stage");
		const details = this.body.find("details");
		const was_open = details.prop("open");
		stage.css("zoom", Math.min(1, SHEET_WIDTH / this.width));
		details.prop("open", true);
		window.print();
		details.prop("open", was_open);
		stage.css("zoom", this.zoom);
	}

	customers(trail) {
		const list = $('<div class="trail-customers"></div>');
		for (const customer of trail.customers) {
			const link = `<a href="${frappe.utils.get_form_link("Customer", customer.name)}">${escape(customer.title)}</a>`;
			const origin = customer.campaign ? __("first came by the campaign {0}", [customer.campaign]) : "";
			list.append(`<p>${escape(__("Customer"))} ${link}${origin ? ` – ${escape(origin)}` : ""}</p>`);
		}
		return list;
	}

	remarks(trail) {
		const list = $('<div class="trail-more"></div>');
		for (const more of trail.more) {
			$('<button type="button" class="btn btn-default btn-xs"></button>')
				.text(__("{0} more: {1}", [local_digits(more.count), __(more.doctype)]))
				.on("click", () => this.open_rest(more))
				.appendTo(list);
		}
		if (trail.stopped) {
			const words = __("The case is larger than one picture. Open the trail of one of the documents at its edge to go on.");
			list.append(`<p class="trail-note">${escape(words)}</p>`);
		}
		return list;
	}

	open_rest({ doctype, filters, of }) {
		if (filters) frappe.set_route("List", doctype, "List", filters);
		else frappe.set_route("Form", of[0].doctype, of[0].name);
	}

	tools(frame) {
		const bar = $('<div class="trail-tools"></div>');
		const legend = [
			["follows", __("came of it")],
			["return", __("return")],
			["amendment", __("amended")],
			["hidden", __("steps you may not see")],
		].map(
			([kind, text]) =>
				`<li><svg width="34" height="10" aria-hidden="true"><path class="trail-line trail-line-${kind}" d="M1 5H33"/></svg>${escape(text)}</li>`
		);
		bar.append(`<ul class="trail-legend" aria-label="${escape(__("Lines"))}">${legend.join("")}</ul>`);
		const zoom = (label, text, change) =>
			$('<button type="button" class="btn btn-default btn-xs"></button>')
				.text(text)
				.attr("aria-label", label)
				.attr("title", label)
				.on("click", () => {
					this.zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, change(this.zoom)));
					this.apply_zoom(frame);
				});
		return bar.append(
			$('<div class="trail-zoom"></div>').append(
				zoom(__("Smaller"), "−", (now) => now - ZOOM.step),
				zoom(__("Whole width"), "↔", () => frame.width() / this.width),
				zoom(__("Larger"), "+", (now) => now + ZOOM.step)
			)
		);
	}

	apply_zoom(frame) {
		frame.find(".trail-stage").css("zoom", this.zoom);
	}

	menu_of(document) {
		if (document.deleted) return [];
		const entries = [];
		const is_start = document.doctype === this.start.doctype && document.name === this.start.name;
		if (!is_start) {
			const open = () => frappe.set_route("document-trail", document.doctype, document.name);
			entries.push({ label: __("Trail from here"), action: open });
		}
		if (POSTING.includes(document.doctype) && document.docstatus > 0) {
			entries.push({ label: __("Ledger rows"), action: () => open_ledger(document) });
		}
		return entries;
	}
}

function open_ledger(document) {
	frappe.route_options = {
		company: document.company,
		voucher_no: document.name,
		from_date: document.date,
		to_date: frappe.datetime.get_today() > document.date ? frappe.datetime.get_today() : document.date,
		categorize_by: "",
		show_cancelled_entries: document.cancelled ? 1 : 0,
	};
	frappe.set_route("query-report", "General Ledger");
}
