// The pipeline as columns of cards: stages of one process, opportunities with value, age and next step.
import { ask, move } from "./moves";
import { date, days, escape, mark, money, name as isolated, number, percent } from "./words";

const FILTERS = ["company", "process", "owner", "territory", "campaign"];
const REFRESH_DELAY = 2000;

export class PipelineBoard {
	constructor(page) {
		this.page = page;
		this.cards = new Map();
		this.make_filters();
		this.$root = $('<div class="crm-board-frame"></div>').appendTo(page.main);
		this.$status = $('<div class="sr-only" role="status" aria-live="polite"></div>').appendTo(page.main);
		page.set_secondary_action(__("Refresh"), () => this.load(), "refresh");
		page.add_inner_button(__("New Opportunity"), () =>
			frappe.new_doc("Opportunity", { company: this.value_of("company") })
		);
		this.bind();
		this.listen();
	}

	// Filters, remembered for the user on this device

	make_filters() {
		const kept = this.remembered();
		const link = (fieldname, label, options, fallback = "") =>
			this.page.add_field({
				fieldtype: "Link",
				fieldname,
				label,
				options,
				default: kept[fieldname] ?? fallback,
				change: () => this.filters_changed(),
			});
		link("company", __("Company"), "Company", frappe.defaults.get_user_default("Company"));
		link("process", __("Sales Process"), "Sales Process").get_query = () => ({ filters: { enabled: 1 } });
		link("owner", __("Owner"), "User");
		link("territory", __("Territory"), "Territory");
		link("campaign", __("Campaign"), "Campaign");
		this.page.add_field({
			fieldtype: "Check",
			fieldname: "own_currency",
			label: __("Own currency"),
			default: kept.own_currency ? 1 : 0,
			change: () => this.own_currency_changed(),
		});
	}

	value_of(fieldname) {
		return this.page.fields_dict[fieldname].get_value() || "";
	}

	chosen() {
		return Object.fromEntries(FILTERS.map((fieldname) => [fieldname, this.value_of(fieldname)]));
	}

	get storage_key() {
		return `crm_ext.pipeline_board.${frappe.session.user}`;
	}

	remembered() {
		try {
			return JSON.parse(localStorage.getItem(this.storage_key)) || {};
		} catch {
			return {};
		}
	}

	remember() {
		const values = { ...this.chosen(), own_currency: this.value_of("own_currency") };
		localStorage.setItem(this.storage_key, JSON.stringify(values));
	}

	filters_changed() {
		if (JSON.stringify(this.chosen()) === this.shown_for) return;
		this.remember();
		this.load();
	}

	own_currency_changed() {
		this.remember();
		if (this.board) this.show();
	}

	// Loading

	async load() {
		const chosen = this.chosen();
		this.shown_for = JSON.stringify(chosen);
		if (!chosen.company) return this.say(__("Choose a company to see its pipeline."));
		if (!this.board) this.say(__("Loading the pipeline…"), true);
		this.$root.attr("aria-busy", "true");
		try {
			const board = await ask("board", chosen);
			if (this.shown_for !== JSON.stringify(chosen)) return;
			this.board = board;
			this.show();
		} catch {
			this.board = null;
			this.say(__("The pipeline could not be loaded."), false, "reload", __("Try Again"));
		} finally {
			this.$root.removeAttr("aria-busy");
		}
	}

	say(text, loading = false, action = "", label = "") {
		const button = action
			? `<button type="button" class="btn btn-default btn-sm" data-action="${action}">${label}</button>`
			: "";
		const skeleton = loading ? '<div class="crm-board-skeleton" aria-hidden="true"><i></i><i></i><i></i><i></i></div>' : "";
		this.$root.html(`<div class="crm-board-note"><p>${text}</p>${button}</div>${skeleton}`);
	}

	// Drawing

	show() {
		const { board } = this;
		if (!board.process) return this.say(__("No sales process serves this company."), false, "define", __("Define One"));
		if (!board.columns.length)
			return this.say(__("This process serves no opportunities of this company. Choose another."));
		const scrolled = this.$root.find(".crm-board").scrollLeft();
		this.cards.clear();
		const empty = board.columns.every((column) => !column.count);
		this.$root.html(`
			${this.summary(empty)}
			<div class="crm-board" role="group" aria-label="${__("Pipeline of {0}", [escape(board.process)])}">
				${board.columns.map((column) => this.column(column)).join("")}
			</div>
			<p class="crm-board-keys">${__(
				"Keys: arrows walk through the cards, Shift with an arrow moves a card to the next stage, M opens its menu, Enter opens it."
			)}</p>`);
		this.$root.find(".crm-board").scrollLeft(scrolled);
		this.make_reachable(this.focused);
	}

	summary(empty) {
		if (empty) {
			return `<div class="crm-board-note"><p>${__("No open opportunities match these filters.")}</p></div>`;
		}
		const sum = (key) => this.board.columns.reduce((total, column) => total + column[key], 0);
		const figures = [
			[__("Process"), escape(this.board.process)],
			[__("Opportunities"), number(sum("count"))],
			[__("Value"), money(sum("value"), this.board.currency)],
			[__("Weighted"), money(sum("weighted_value"), this.board.currency)],
		];
		return `<dl class="crm-board-summary">${figures
			.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`)
			.join("")}</dl>`;
	}

	column(column) {
		const { currency } = this.board;
		const likely = column.probability === null ? "" : ` · <bdi>${percent(column.probability)}</bdi>`;
		return `<section class="crm-column" data-stage="${escape(column.stage)}" aria-label="${escape(column.label)}">
			<header>
				<h3><button type="button" class="btn-reset" data-action="list" data-stage="${escape(column.stage)}"
					title="${escape(__("Open these in the list"))}">${escape(column.label)}
					<span class="crm-count">${number(column.count)}</span></button></h3>
				<p><bdi>${money(column.value, currency)}</bdi>${likely}</p>
				<p class="crm-weighted">${__("Weighted: {0}", [money(column.weighted_value, currency)])}</p>
			</header>
			<ul class="crm-cards" aria-label="${escape(__("Opportunities in {0}", [column.label]))}">
				${column.cards.map((card) => this.card(card, column)).join("")}
			</ul>
			${this.more(column)}
		</section>`;
	}

	more(column) {
		const left = column.count - column.cards.length;
		if (left <= 0) return "";
		const next = Math.min(left, this.board.page_size);
		return `<button type="button" class="btn btn-xs btn-default crm-more" data-action="more"
			data-stage="${escape(column.stage)}">${__("Show {0} more of {1}", [number(next), number(left)])}</button>`;
	}

	card(card, column) {
		this.cards.set(card.name, { card, column });
		const value = this.value_of("own_currency")
			? money(card.own_value, card.currency)
			: money(card.value, this.board.currency);
		return `<li><div class="crm-card ${card.over_limit ? "crm-card-old" : ""}" role="group" tabindex="-1"
			draggable="${Boolean(column.stage)}" data-name="${escape(card.name)}"
			aria-label="${escape([card.party, value].join(", "))}">
			<div class="crm-card-head">
				<a href="${frappe.utils.get_form_link("Opportunity", card.name)}" tabindex="-1"
					draggable="false">${isolated(card.party || card.name)}</a>
				<div class="dropdown">
					<button type="button" class="btn-reset crm-card-menu" data-toggle="dropdown" data-boundary="window"
						aria-haspopup="menu" aria-expanded="false" tabindex="-1"
						aria-label="${escape(__("Actions for {0}", [card.party || card.name]))}">${mark("more")}</button>
					<div class="dropdown-menu dropdown-menu-right" role="menu"></div>
				</div>
			</div>
			<div class="crm-card-figures"><strong>${value}</strong><span>${percent(card.probability)}</span></div>
			<div class="crm-card-line ${card.over_limit ? "crm-late" : ""}">${mark(card.over_limit ? "warning" : "clock")}
				${card.over_limit ? __("{0}, over the limit", [days(card.age_days)]) : days(card.age_days)}</div>
			${this.step_line(card)}
			<div class="crm-card-foot"><span>${escape(card.name)}</span>${this.person(card)}</div>
		</div></li>`;
	}

	step_line(card) {
		if (!card.next_step) return `<div class="crm-card-line crm-card-quiet">${__("No next step")}</div>`;
		const due = card.overdue ? __("overdue since {0}", [date(card.next_step_date)]) : date(card.next_step_date);
		return `<div class="crm-card-line ${card.overdue ? "crm-late" : ""}">${mark(card.overdue ? "warning" : "flag")}
			<span>${isolated(card.next_step)}${due ? ` · ${due}` : ""}</span></div>`;
	}

	person(card) {
		if (!card.owner) return "";
		const name = escape(card.owner_name);
		if (card.owner_image)
			return `<img class="crm-avatar" src="${encodeURI(card.owner_image)}" alt="${name}" title="${name}">`;
		const initials = escape(frappe.get_abbr(card.owner_name));
		return `<span class="crm-avatar" role="img" aria-label="${name}" title="${name}">${initials}</span>`;
	}

	// Acting

	bind() {
		const root = this.$root;
		root.on("click", "[data-action]", (event) => this.act(event.currentTarget.dataset));
		root.on("show.bs.dropdown", ".dropdown", (event) => this.fill_menu($(event.currentTarget)));
		root.on("click", "[data-move]", (event) => {
			this.move(event.currentTarget.dataset.name, event.currentTarget.dataset.move);
		});
		root.on("focusin", ".crm-card", (event) => this.make_reachable(event.currentTarget.dataset.name));
		root.on("keydown", ".crm-card", (event) => this.key(event));
		root.on("dragstart", ".crm-card", (event) => {
			this.dragged = event.currentTarget.dataset.name;
			event.originalEvent.dataTransfer.setData("text/plain", this.dragged);
			event.originalEvent.dataTransfer.effectAllowed = "move";
		});
		root.on("dragover", ".crm-column", (event) => {
			if (!this.dragged || !event.currentTarget.dataset.stage) return;
			event.preventDefault();
			root.find(".crm-column").removeClass("crm-drop");
			event.currentTarget.classList.add("crm-drop");
		});
		root.on("dragend", () => this.end_drag());
		root.on("drop", ".crm-column", (event) => {
			event.preventDefault();
			const name = this.dragged;
			this.end_drag();
			if (name) this.move(name, event.currentTarget.dataset.stage);
		});
	}

	end_drag() {
		this.dragged = null;
		this.$root.find(".crm-column").removeClass("crm-drop");
	}

	act({ action, stage }) {
		const actions = {
			reload: () => this.load(),
			define: () => frappe.new_doc("Sales Process"),
			list: () => this.open_list(stage),
			more: () => this.load_more(stage),
		};
		actions[action]();
	}

	open_list(stage) {
		const known = this.board.columns.map((column) => column.stage).filter(Boolean);
		const in_stage = stage ? ["sales_stage", "=", stage] : ["sales_stage", "not in", known];
		const filters = [...this.board.list_filters, in_stage];
		frappe.route_options = Object.fromEntries(
			filters.map(([field, operator, value]) => [field, operator === "=" ? value : [operator, value]])
		);
		frappe.set_route("List", "Opportunity", "List");
	}

	async load_more(stage) {
		const column = this.board.columns.find((one) => one.stage === stage);
		const chosen = { ...this.chosen(), process: this.board.process };
		const cards = await ask("board_column", { ...chosen, stage, start: column.cards.length });
		const first = cards[0]?.name;
		column.cards.push(...cards);
		this.show();
		if (first) this.focus(first);
	}

	fill_menu($dropdown) {
		const name = $dropdown.closest(".crm-card").attr("data-name");
		const here = this.cards.get(name).column.stage;
		const items = this.board.columns
			.filter((column) => column.stage && column.stage !== here)
			.map(
				(column) => `<button type="button" class="dropdown-item" role="menuitem" data-name="${escape(name)}"
					data-move="${escape(column.stage)}">${__("Move to {0}", [escape(column.label)])}</button>`
			);
		$dropdown.find(".dropdown-menu").html(items.join(""));
	}

	async move(name, stage) {
		const { card, column } = this.cards.get(name);
		if (!stage || column.stage === stage) return;
		const moved = await move(name, stage);
		if (moved) {
			this.$status.text(__("{0} is now in {1}.", [card.party || name, __(stage)]));
			this.focused = name;
			await this.load();
		}
		this.focus(name);
	}

	// Keyboard: one card is reachable by Tab, arrows walk from there

	key(event) {
		const card = event.currentTarget;
		if (event.target !== card && event.key !== "Escape") return;
		const forward = frappe.utils.is_rtl() ? -1 : 1;
		const across = { ArrowRight: forward, ArrowLeft: -forward }[event.key];
		const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		const name = card.dataset.name;
		if (across && event.shiftKey) this.move(name, this.neighbour_stage(name, across));
		else if (across) this.walk_across(card, across);
		else if (down) $(card.parentElement)[down > 0 ? "next" : "prev"]().find(".crm-card").trigger("focus");
		else if (event.key === "Enter") frappe.set_route("Form", "Opportunity", name);
		else if (event.key.toLowerCase() === "m") $(card).find(".crm-card-menu").dropdown("toggle").trigger("focus");
		else if (event.key === "Escape") card.focus();
		else return;
		event.preventDefault();
	}

	neighbour_stage(name, step) {
		const stages = this.board.columns.map((column) => column.stage);
		return stages[stages.indexOf(this.cards.get(name).column.stage) + step];
	}

	walk_across(card, step) {
		const columns = this.$root.find(".crm-column").toArray();
		const place = $(card.parentElement).index();
		let index = columns.indexOf(card.closest(".crm-column")) + step;
		while (columns[index] && !$(columns[index]).find(".crm-card").length) index += step;
		const cards = $(columns[index]).find(".crm-card");
		cards.eq(Math.min(place, cards.length - 1)).trigger("focus");
	}

	make_reachable(name) {
		const all = this.$root.find(".crm-card").attr("tabindex", -1);
		all.find("a, .crm-card-menu").attr("tabindex", -1);
		const found = name ? all.filter(`[data-name="${CSS.escape(name)}"]`) : $();
		const reachable = found.length ? found : all.first();
		reachable.attr("tabindex", 0).find("a, .crm-card-menu").attr("tabindex", 0);
		this.focused = reachable.attr("data-name");
	}

	focus(name) {
		this.$root.find(`.crm-card[data-name="${CSS.escape(name)}"]`).trigger("focus");
	}

	// Changes that others make show up by themselves

	listen() {
		frappe.realtime.doctype_subscribe("Opportunity");
		const reload = frappe.utils.debounce(() => {
			if (frappe.get_route()[0] === "pipeline-board" && !this.dragged && this.board) this.load();
		}, REFRESH_DELAY);
		frappe.realtime.on("list_update", (change) => change.doctype === "Opportunity" && reload());
	}
}
