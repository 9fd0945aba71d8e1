// What is in danger, what is promised to whom and when, and what is held until when, with the action beside it.

import { extend, release } from "../offer_desk/hold_dialogs";
import { number } from "../sales_process/words";
import { request_material, tell_customer } from "./actions";
import { day_heading, row_html } from "./rows";

const METHOD = "crm_ext.api.promise_board.";
const SECTIONS = ["danger", "promised", "held"];
const FILTERS = ["company", "warehouse", "item_group", "customer", "days"];
const DAYS = 14;
const DAY_CHOICES = [7, 14, 30, 90, 365];

const day_choices = () =>
	DAY_CHOICES.map((days) => ({ value: String(days), label: __("Next {0} Days", [number(days)]) }));
const titles = () => ({ danger: __("In Danger"), promised: __("Promised"), held: __("Held") });
const nothing = () => ({
	danger: __("Nothing is in danger. Every promise has its stock or its supply in time."),
	promised: __("Nothing is promised within these days."),
	held: __("No offer holds stock."),
});

export class PromiseBoard {
	constructor(page) {
		this.page = page;
		this.section = "danger";
		this.make_filters();
		this.$root = $('<div class="crm-promise-board"></div>').appendTo(page.main);
		this.$status = $('<div class="sr-only" role="status" aria-live="polite"></div>').appendTo(page.main);
		page.set_secondary_action(__("Refresh"), () => this.load(), "refresh");
		this.bind();
	}

	// Filters, remembered for the user on this device

	make_filters() {
		const kept = this.remembered();
		const field = (fieldtype, fieldname, label, options, fallback = "") =>
			this.page.add_field({
				fieldtype,
				fieldname,
				label,
				options,
				default: kept[fieldname] ?? fallback,
				change: () => this.filters_changed(),
			});
		field("Link", "company", __("Company"), "Company", frappe.defaults.get_user_default("Company"));
		field("Link", "warehouse", __("Warehouse"), "Warehouse").get_query = () => ({
			filters: { company: this.value_of("company") },
		});
		field("Link", "item_group", __("Item Group"), "Item Group");
		field("Link", "customer", __("Customer"), "Customer");
		field("Select", "days", __("Days Ahead"), day_choices(), String(DAYS));
	}

	value_of(fieldname) {
		return this.page.fields_dict[fieldname].get_value() ?? "";
	}

	chosen() {
		return Object.fromEntries(FILTERS.map((fieldname) => [fieldname, this.value_of(fieldname)]));
	}

	get storage_key() {
		return `crm_ext.promise_board.${frappe.session.user}`;
	}

	remembered() {
		try {
			return JSON.parse(localStorage.getItem(this.storage_key)) || {};
		} catch {
			return {};
		}
	}

	filters_changed() {
		if (JSON.stringify(this.chosen()) === this.shown_for) return;
		localStorage.setItem(this.storage_key, JSON.stringify(this.chosen()));
		this.load();
	}

	/** The page is shown again, perhaps by a card that names a company. */
	async shown() {
		const company = frappe.route_options?.company;
		frappe.route_options = null;
		if (company && company !== this.value_of("company")) await this.page.fields_dict.company.set_value(company);
		this.load();
	}

	// Loading

	async load() {
		const chosen = this.chosen();
		this.shown_for = JSON.stringify(chosen);
		if (!chosen.company) return this.say(__("Choose a company to see its promises."));
		if (!this.board) this.say(__("Loading the promises…"), { loading: true });
		this.$root.attr("aria-busy", "true");
		try {
			const board = await frappe.xcall(`${METHOD}get_board`, chosen, "GET");
			if (this.shown_for !== JSON.stringify(chosen)) return;
			this.board = board;
			this.show();
		} catch {
			this.board = null;
			this.say(__("The promises could not be loaded."), { again: true });
		} finally {
			this.$root.removeAttr("aria-busy");
		}
	}

	async load_more() {
		const { rows } = this.board.sections[this.section];
		const args = { ...this.chosen(), section: this.section, start: rows.length };
		const more = await frappe.xcall(`${METHOD}get_more`, args, "GET");
		rows.push(...more.rows);
		this.show();
		this.focus_row(args.start);
	}

	say(text, { loading = false, again = false } = {}) {
		const button = again
			? `<button type="button" class="btn btn-default btn-sm" data-action="load">${__("Try Again")}</button>`
			: "";
		const skeleton = loading ? '<div class="crm-promise-skeleton" aria-hidden="true"><i></i><i></i><i></i></div>' : "";
		this.$root.html(`<div class="crm-promise-note"><p>${text}</p>${button}</div>${skeleton}`);
	}

	// Drawing

	show() {
		this.$root.html(`
			<div class="crm-promise-tabs" role="tablist" aria-label="${__("Promises and Holds")}">
				${SECTIONS.map((section) => this.tab(section)).join("")}
			</div>
			<div id="crm-promise-panel" role="tabpanel" aria-labelledby="crm-promise-tab-${this.section}">${this.panel()}</div>
			<p class="crm-promise-keys">${__(
				"Keys: arrows walk through the rows, Enter opens the document, Tab reaches the actions of a row."
			)}</p>`);
	}

	tab(section) {
		const is_chosen = section === this.section;
		return `<button type="button" role="tab" id="crm-promise-tab-${section}" data-section="${section}"
			aria-selected="${is_chosen}" aria-controls="crm-promise-panel" tabindex="${is_chosen ? 0 : -1}">
			${titles()[section]} <span class="crm-promise-count">${number(this.board.sections[section].count)}</span></button>`;
	}

	panel() {
		const { rows, count } = this.board.sections[this.section];
		if (!rows.length) return `<div class="crm-promise-note"><p>${nothing()[this.section]}</p></div>`;
		const cut = this.board.is_cut
			? `<p class="crm-promise-note">${__("There is more than one page can judge. Choose fewer days or a warehouse.")}</p>`
			: "";
		const more =
			count > rows.length
				? `<button type="button" class="btn btn-default btn-sm" data-action="more">${__("Show More ({0} left)", [
						number(count - rows.length),
				  ])}</button>`
				: "";
		return `${cut}${this.groups(rows)}${more}`;
	}

	groups(rows) {
		const by_day = new Map();
		rows.forEach((row, index) => {
			const day = (row.promised || row.expires_at).slice(0, 10);
			if (!by_day.has(day)) by_day.set(day, []);
			by_day.get(day).push(row_html(row, index, this.board));
		});
		return [...by_day]
			.map(
				([day, items]) =>
					`<h3>${day_heading(day, this.board.today)}</h3><ul class="crm-promise-rows">${items.join("")}</ul>`
			)
			.join("");
	}

	// Acting

	bind() {
		this.$root.on("click", "[role=tab]", (event) => this.choose(event.currentTarget.dataset.section));
		this.$root.on("click", "[data-action]", (event) => this.act(event.currentTarget));
		this.$root.on("keydown", "[role=tab]", (event) => this.walk_tabs(event));
		this.$root.on("keydown", ".crm-promise-row", (event) => this.walk_rows(event));
	}

	choose(section) {
		this.section = section;
		this.show();
		this.$root.find(`#crm-promise-tab-${section}`).trigger("focus");
	}

	walk_tabs(event) {
		const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
		if (!step) return;
		event.preventDefault();
		const forward = frappe.utils.is_rtl() ? -step : step;
		const place = SECTIONS.indexOf(this.section) + forward;
		this.choose(SECTIONS[(place + SECTIONS.length) % SECTIONS.length]);
	}

	walk_rows(event) {
		if (event.target !== event.currentTarget) return;
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		const index = Number(event.currentTarget.dataset.index);
		if (step) {
			event.preventDefault();
			this.focus_row(index + step);
		} else if (event.key === "Enter") {
			const row = this.row(index);
			if (row.sales_order) frappe.set_route("Form", "Sales Order", row.sales_order);
			else if (row.may_change) frappe.set_route("Form", "Quotation", row.quotation);
		}
	}

	focus_row(index) {
		const rows = this.$root.find(".crm-promise-row");
		const next = rows.get(index);
		if (!next) return;
		rows.attr("tabindex", -1);
		$(next).attr("tabindex", 0).trigger("focus");
	}

	row(index) {
		return this.board.sections[this.section].rows[index];
	}

	act(button) {
		const row = this.row(Number($(button).closest(".crm-promise-row").data("index")));
		const then_load = (done) => done.then(() => this.load());
		const actions = {
			load: () => this.load(),
			more: () => this.load_more(),
			extend: () => then_load(extend({ ...row, name: row.key })),
			release: () => then_load(release({ ...row, name: row.key })),
			request: () => request_material(row, this.value_of("company"), this.board.today),
			transfer: () => request_material(row, this.value_of("company"), this.board.today, row.elsewhere),
			tell: () => tell_customer(row),
		};
		actions[button.dataset.action]();
	}
}
