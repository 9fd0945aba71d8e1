// The dispatch board: technicians and time, the jobs that wait, and what is done with both.

import { Card } from "./card";
import { check } from "./checks";
import { day_html, place_now } from "./day";
import { Drag } from "./drag";
import { bar_html, first_shown, frame_html, note_html, read_route, skeleton_html } from "./frame";
import { plain } from "./jobs";
import { Keys } from "./keys";
import { map_html, RouteMap } from "./map";
import { is_movable, length_of, Model } from "./model";
import { ask, Moves, tell } from "./moves";
import { ask_what_happened } from "./happened_dialog";
import { choose_place } from "./place_dialog";
import { Proposal } from "./proposal";
import { print_sheet } from "./sheet";
import { add_days, DAY, parse, snapped, span_text, STEP, write } from "./times";
import { chosen_jobs, waiting_frame, waiting_rows } from "./waiting";
import { week_html } from "./week";
import { jobs_text, listed, mark } from "./words";

const ROUTE = "dispatch-board";
const LIVE_DOCTYPES = ["Service Order", "Technician"];
// What planning tells when many jobs change at once.
const CHANGED = "crm_ext_dispatch_changed";
const REFRESH_DELAY = 1500; // Milliseconds between somebody's change and our look at it.
const CHECK_DELAY = 300; // Milliseconds that a job hovers before the server is asked.
const MINUTE = 60 * 1000;
// The width at which the style sheet folds the waiting jobs.
const NARROW = matchMedia("(max-width: 599px)");
const TIP_OFFSET = 64; // Pixels below the pointer: under the picture of the job that is dragged.
const REMEMBERED = ["company", "technician", "skill", "search", "waiting_skill", "priority", "customer", "due", "sort"];

export class DispatchBoard {
	constructor(page) {
		this.page = page;
		this.filters = this.remembered();
		// On a phone the day comes first; elsewhere the list stands beside it, and nothing is folded.
		this.is_folded = true;
		this.$root = $(`<div class="crm-dispatch">${frame_html()}</div>`).appendTo(page.main);
		this.root = this.$root[0];
		this.tip = $('<div class="crm-dispatch-tip" aria-hidden="true" hidden></div>').appendTo(document.body)[0];
		this.moves = new Moves((said, name) => this.changed(said, name));
		this.card = new Card({
			move: (job) => this.open_dialog(job),
			unassign: (job) => this.unassign(job),
			fix: (job) => this.toggle_fixed(job),
			unfix: (job) => this.toggle_fixed(job),
		});
		this.keys = new Keys(this, this.root);
		this.drag = new Drag(this.root, this.drag_listener());
		this.make_page();
		this.bind();
		this.listen();
	}

	// Page, filters, address

	make_page() {
		const select = (fieldname, label) =>
			this.page.add_field({ fieldtype: "Select", fieldname, label, options: [], change: () => this.filter_changed(fieldname) });
		select("company", __("Company"));
		select("technician", __("Technician"));
		select("skill", __("Skill"));
		this.page.set_secondary_action(__("Refresh"), () => this.load(), "refresh");
		this.page.add_menu_item(__("Print the Day Sheet"), () => this.print());
		this.page.add_menu_item(__("Service Orders"), () => frappe.set_route("List", "Service Order", "List"));
		if (frappe.model.can_read("Dispatch Settings"))
			this.page.add_menu_item(__("Dispatch Settings"), () => frappe.set_route("Form", "Dispatch Settings"));
	}

	get storage_key() {
		return `crm_ext.dispatch_board.${frappe.session.user}`;
	}

	remembered() {
		try {
			return JSON.parse(localStorage.getItem(this.storage_key)) || {};
		} catch {
			return {};
		}
	}

	remember() {
		const kept = Object.fromEntries(REMEMBERED.map((key) => [key, this.filters[key] || ""]));
		localStorage.setItem(this.storage_key, JSON.stringify(kept));
	}

	filter_changed(fieldname) {
		if (this.is_filling) return;
		const value = this.page.fields_dict[fieldname].get_value() || "";
		if (value === (this.filters[fieldname] || "")) return;
		this.filters[fieldname] = value;
		this.remember();
		if (fieldname === "company") this.load();
		else this.draw();
	}

	/** What can be chosen is known once the board is there. */
	async fill_filters() {
		const { model } = this;
		const skills = [...new Set(model.technicians.flatMap((one) => one.skills))].sort();
		const options = {
			company: model.companies,
			technician: ["", ...model.technicians.map((one) => one.name)],
			skill: ["", ...skills],
		};
		this.filters.company = model.company;
		this.is_filling = true;
		for (const [fieldname, values] of Object.entries(options)) {
			const field = this.page.fields_dict[fieldname];
			field.df.options = values.map((value) => ({ value, label: value || (fieldname === "skill" ? __("Any skill") : __("All technicians")) }));
			field.set_options?.();
			if (!values.includes(this.filters[fieldname] || "")) this.filters[fieldname] = values[0] || "";
			await field.set_value(this.filters[fieldname] || "");
		}
		this.is_filling = false;
		$(this.page.fields_dict.company.wrapper).toggle(model.companies.length > 1);
	}

	/** The page is shown: the address says which day and how. */
	shown() {
		const asked = frappe.route_options || {};
		frappe.route_options = null;
		if (asked.company) this.filters.company = asked.company;
		if (asked.technician !== undefined) this.filters.technician = asked.technician;
		const { view, day } = read_route(frappe.get_route(), this.today());
		this.view = view;
		this.day = first_shown(view, day);
		this.load();
	}

	today() {
		return write(this.model ? this.model.now() : parse(frappe.datetime.now_datetime())).slice(0, 10);
	}

	go(view, day) {
		frappe.set_route(ROUTE, view, day);
	}

	chosen_day() {
		return this.day;
	}

	get may_plan() {
		return Boolean(this.model?.may_plan) && !this.proposal;
	}

	technicians() {
		const { technician, skill } = this.filters;
		const model = this.proposal?.shown || this.model;
		return model.technicians
			.filter((one) => !technician || one.name === technician)
			.filter((one) => !skill || one.skills.includes(skill))
			.filter((one) => one.status === "Active" || model.jobs_of(one.name).length);
	}

	// Loading

	async load() {
		const asked = { company: this.filters.company || "", first_day: this.day, days: this.view === "week" ? 7 : 1 };
		const key = JSON.stringify(asked);
		this.asked = key;
		if (!this.model) this.main.innerHTML = skeleton_html();
		this.root.setAttribute("aria-busy", "true");
		try {
			const answer = await ask("get_board", asked);
			if (this.asked !== key) return;
			this.proposal = null;
			this.model = new Model(answer);
			this.checked = new Map();
			await this.fill_filters();
			this.draw();
		} catch (error) {
			if (this.asked !== key) return;
			console.error(error);
			this.model = null;
			this.part("waiting").innerHTML = "";
			this.main.innerHTML = note_html(__("The board could not be loaded."), "load", __("Try Again"));
		} finally {
			this.root.removeAttribute("aria-busy");
		}
	}

	/** After a change of our own: the board anew, what happened said, and the focus where it was. */
	async changed(said, name) {
		await this.load();
		this.say(said);
		this.focus(name);
	}

	/** Others' changes show up by themselves, unless something is in the user's hands. */
	listen() {
		LIVE_DOCTYPES.forEach((doctype) => frappe.realtime.doctype_subscribe(doctype));
		const reload = frappe.utils.debounce(() => this.reload_for_others(), REFRESH_DELAY);
		frappe.realtime.on("list_update", (change) => LIVE_DOCTYPES.includes(change.doctype) && reload());
		frappe.realtime.on(CHANGED, reload);
		setInterval(() => this.model && place_now(this.root, this.model), MINUTE);
		NARROW.addEventListener("change", () => this.draw());
	}

	reload_for_others() {
		if (frappe.get_route()[0] !== ROUTE || !this.model || this.is_planning) return;
		if (this.drag.active || this.keys.carried || this.card.element || cur_dialog) return setTimeout(() => this.reload_for_others(), REFRESH_DELAY);
		if (this.proposal) return this.say(__("Somebody changed a job meanwhile. Discard the proposal and plan again."));
		this.load();
	}

	// Drawing

	part(name) {
		return this.root.querySelector(`.crm-dispatch-${name}`);
	}

	get main() {
		return this.part("main");
	}

	draw() {
		const model = this.proposal?.shown || this.model;
		if (!model) return;
		const kept = this.kept_place();
		const state = { view: this.view, day: this.day, days: model.days, today: this.today() };
		this.part("bar").innerHTML = bar_html({ ...state, may_plan: this.may_plan && model.technicians.length, is_busy: this.is_planning });
		this.part("proposal-place").innerHTML = this.proposal?.html() || "";
		this.part("waiting").innerHTML = waiting_frame(model, this.filters, this.is_folded);
		this.part("waiting").classList.toggle("crm-dispatch-folded", this.is_folded);
		this.draw_waiting();
		this.draw_main(model);
		this.show_undo();
		this.restore_place(kept);
	}

	draw_waiting() {
		const model = this.proposal?.shown || this.model;
		const skill = this.filters.skill;
		const jobs = chosen_jobs(model, this.filters).filter((job) => !skill || job.skill === skill);
		this.part("list").innerHTML = waiting_rows(model, jobs);
		this.keys.make_first_reachable();
	}

	draw_main(model) {
		this.map?.remove();
		this.map = null;
		const technicians = this.technicians();
		if (!technicians.length) return void (this.main.innerHTML = this.nobody());
		if (this.view === "map") return this.draw_map(model, technicians);
		const moved = this.proposal?.changed || new Set();
		// Where an hour is narrower than its jobs, a day is their list as well.
		const is_list = this.view === "week" || NARROW.matches;
		const html = is_list ? week_html(model, technicians, moved) : day_html(model, technicians, this.day, moved);
		this.main.innerHTML = `<div class="crm-dispatch-scroll" tabindex="0" role="region" aria-label="${__("Technicians and their jobs")}">${html}</div>`;
		place_now(this.root, model);
		this.keys.make_first_reachable();
	}

	draw_map(model, technicians) {
		this.main.innerHTML = map_html(model, technicians);
		this.map = new RouteMap(this.main, model, technicians, (job, anchor) => this.open_card(job, anchor));
	}

	nobody() {
		if (this.model.technicians.length) return note_html(__("No technician matches these filters."), "all", __("Show All Technicians"));
		const text = this.model.company
			? __("{0} has no technicians yet. Make one: with skills, working times and a base, jobs can be planned.", [frappe.utils.escape_html(this.model.company)])
			: __("There are no technicians yet. Make one: with skills, working times and a base, jobs can be planned.");
		if (frappe.model.can_create("Technician")) return note_html(text, "new-technician", __("New Technician"));
		return note_html(`${text} ${__("Ask whoever leads the service to do so.")}`);
	}

	kept_place() {
		const scroller = this.part("scroll");
		return {
			left: scroller?.scrollLeft,
			top: scroller?.scrollTop,
			list: this.part("list")?.scrollTop,
			name: document.activeElement?.closest?.(".crm-dispatch-job")?.dataset.name,
		};
	}

	restore_place({ left, top, list, name }) {
		const scroller = this.part("scroll");
		if (scroller && top !== undefined) scroller.scrollTo(left, top);
		if (list !== undefined) this.part("list").scrollTop = list;
		if (name) this.focus(name);
	}

	find(name) {
		return this.root.querySelector(`.crm-dispatch-job[data-name="${CSS.escape(name)}"]`);
	}

	focus(name) {
		this.keys.focus(this.find(name));
	}

	/** Said to screen readers and written above the board. */
	say(text) {
		this.part("message").firstElementChild.textContent = text;
		this.show_undo();
	}

	show_undo() {
		this.part("message").querySelector("button").hidden = !this.moves.last || !this.may_plan;
	}

	// Acting

	bind() {
		this.$root.on("click", "[data-action]", (event) => this.act(event.currentTarget));
		this.$root.on("change", '[data-action="jump"]', (event) => this.go(this.view, event.currentTarget.value));
		this.$root.on("input change", "[data-filter]", (event) => this.filter_waiting(event.currentTarget));
		this.$root.on("click", ".crm-dispatch-job", (event) => {
			const element = event.currentTarget;
			this.open_card(this.shown_job(element.dataset.name), element);
		});
		this.$root.on("mouseenter focusin", ".crm-dispatch-job", (event) => this.show_window(event.currentTarget, true));
		this.$root.on("mouseleave focusout", ".crm-dispatch-job", (event) => this.show_window(event.currentTarget, false));
	}

	act(element) {
		const { action, day, step } = element.dataset;
		const acts = {
			load: () => this.load(),
			back: () => this.go(this.view, add_days(this.day, Number(step))),
			forth: () => this.go(this.view, add_days(this.day, Number(step))),
			today: () => this.go(this.view, this.today()),
			"view-day": () => this.go("day", this.day_within()),
			"view-week": () => this.go("week", this.day),
			"view-map": () => this.go("map", this.day_within()),
			"open-day": () => this.go("day", day),
			"new-technician": () => frappe.new_doc("Technician", { company: this.model.company }),
			all: () => this.show_all(),
			fold: () => this.fold(),
			undo: () => this.undo(),
			plan: () => this.plan("propose", { first_day: this.day, days: this.model.days }),
			replan: () => ask_what_happened(this.model, this.day, (happened) => this.plan("propose_again", { day: this.day, ...happened })),
			apply: () => this.apply(),
			discard: () => this.discard(),
			"show-before": () => this.show_side(false),
			"show-after": () => this.show_side(true),
		};
		acts[action]?.();
	}

	/** Today where the week on show has it, else the week's first day. */
	day_within() {
		const today = this.today();
		return this.view === "week" && today >= this.day && today < add_days(this.day, 7) ? today : this.day;
	}

	async show_all() {
		this.filters.technician = this.filters.skill = "";
		this.remember();
		await this.fill_filters();
		this.draw();
	}

	fold() {
		this.is_folded = !this.is_folded;
		this.draw();
		this.part("fold").focus();
	}

	filter_waiting(input) {
		if (this.filters[input.dataset.filter] === input.value) return;
		this.filters[input.dataset.filter] = input.value;
		this.remember();
		this.draw_waiting();
	}

	show_window(element, is_on) {
		const band = this.root.querySelector(`.crm-dispatch-window[data-of="${CSS.escape(element.dataset.name)}"]`);
		band?.classList.toggle("crm-dispatch-window-on", is_on);
	}

	shown_job(name) {
		return (this.proposal?.shown || this.model).job(name);
	}

	open_card(job, anchor) {
		this.card.open(this.proposal?.shown || this.model, job, anchor, this.may_plan);
	}

	open_dialog(job) {
		if (!is_movable(job)) return this.say(__("This job is under way or done; it stays where it is."));
		const active = this.model.technicians.filter((one) => one.status === "Active");
		if (!active.length) return;
		choose_place(this.model, active, job, this.day, (chosen, technician, start, is_fixed) =>
			this.put(chosen, technician, start, { is_fixed })
		);
	}

	/** Put a job there; false where it stays. What the server refuses, it has said. */
	async put(job, technician, start, options = {}) {
		// What is overdue already is late wherever it goes: nobody needs to be asked about that.
		const accepted = job.due_by && job.due_by < this.model.now() ? ["too_late"] : [];
		return this.attempt(this.moves.move(job, technician, start, { accepted, ...options }));
	}

	async attempt(deed) {
		try {
			return await deed;
		} catch {
			await this.load();
			return false;
		}
	}

	unassign(job) {
		if (!this.may_plan || !job.technician) return;
		if (!is_movable(job)) return this.say(__("This job is under way or done; it stays where it is."));
		this.attempt(this.moves.unassign(job));
	}

	toggle_fixed(job) {
		if (this.may_plan && job.technician && job.start && is_movable(job)) this.attempt(this.moves.fix(job, !job.is_fixed));
	}

	async undo() {
		if (!this.moves.last || !this.may_plan) return;
		const find = async (name) => this.model.job(name) || (await ask("get_job", { service_order: name }));
		await this.attempt(this.moves.undo(find));
	}

	print() {
		if (!this.model) return;
		const printed = print_sheet(this.model, this.technicians(), this.model.days_shown());
		if (!printed) frappe.msgprint(__("The browser did not let the sheet open. Allow pop-up windows for this site."));
	}

	// Dragging

	drag_listener() {
		return {
			may_move: () => this.may_plan,
			job: (name) => this.model.job(name),
			hover: (job, target, at) => this.hover(job, target, at),
			drop: (job, target) => this.drop(job, target),
			end: () => this.hide_tip(),
		};
	}

	/** Where a drop on a week's day would begin: at its own time, or in the first gap. */
	start_of(job, target) {
		if (target.start) return target.start;
		const technician = this.model.technician(target.technician);
		if (job.start) return parse(target.day) + (job.start % DAY);
		return this.model.first_gap(job, technician, target.day, snapped(this.model.now() + STEP));
	}

	hover(job, target, at) {
		clearTimeout(this.asking);
		if (!target) return this.hide_tip();
		if (target.waiting) return this.show_tip(at, `<p>${__("Drop to unassign.")}</p>`);
		const start = this.start_of(job, target);
		const technician = this.model.technician(target.technician);
		const title = listed([technician.name, span_text(start, start + length_of(job), this.view === "day" && this.day)]);
		this.show_tip(at, tip_html(title, check(this.model, job, technician, start)));
		this.asking = setTimeout(() => this.ask_server(job, target, start, title, at), CHECK_DELAY);
	}

	async ask_server(job, target, start, title, at) {
		const key = [job.name, target.technician, start].join("|");
		if (!this.checked.has(key)) {
			const args = { service_order: job.name, technician: target.technician, start: write(start) };
			this.checked.set(key, await ask("check", args));
		}
		if (!this.drag.active || this.drag.target !== target) return;
		const warnings = this.checked.get(key).map((text) => ({ text: frappe.utils.escape_html(text) }));
		this.show_tip(at, tip_html(title, warnings));
	}

	show_tip(at, html) {
		this.tip.innerHTML = html;
		this.tip.hidden = false;
		const box = this.tip.getBoundingClientRect();
		const place = this.drag.at || at;
		this.tip.style.left = `${Math.max(Math.min(place.x + 16, innerWidth - box.width - 8), 8)}px`;
		this.tip.style.top = `${Math.max(Math.min(place.y + TIP_OFFSET, innerHeight - box.height - 8), 8)}px`;
	}

	hide_tip() {
		clearTimeout(this.asking);
		this.tip.hidden = true;
	}

	drop(job, target) {
		if (target.waiting) return this.unassign(job);
		this.put(job, target.technician, this.start_of(job, target));
	}

	// Carrying by keys

	/** Show where a carried job would stand; gives back what speaks against it in plain words. */
	show_carried(job, technician, start) {
		this.hide_carried();
		this.find(job.name)?.classList.add("crm-dispatch-lifted");
		const ghost = document.createElement("i");
		ghost.className = "crm-dispatch-outline crm-dispatch-carried";
		const row = [...this.root.querySelectorAll("[data-technician]")].find(
			(one) => one.dataset.technician === technician && one.dataset.day === write(start).slice(0, 10)
		);
		const grid = this.root.querySelector(".crm-dispatch-day");
		if (grid && row) {
			const length = Number(grid.dataset.end) - Number(grid.dataset.start);
			ghost.style.insetInlineStart = `${(100 * (start - Number(grid.dataset.start))) / length}%`;
			ghost.style.inlineSize = `${(100 * length_of(job)) / length}%`;
		}
		row?.append(ghost);
		ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
		return check(this.model, job, this.model.technician(technician), start).map((one) => plain(one.text));
	}

	hide_carried() {
		this.root.querySelectorAll(".crm-dispatch-carried").forEach((one) => one.remove());
		this.root.querySelectorAll(".crm-dispatch-lifted").forEach((one) => one.classList.remove("crm-dispatch-lifted"));
	}

	// Planning

	async plan(method, args) {
		this.is_planning = true;
		this.draw();
		this.say(__("Planning…"));
		try {
			const answer = await tell(method, { company: this.model.company, ...args });
			this.proposal = new Proposal(answer, this.model);
			this.say(__("The proposal is ready. Look at it, then apply or discard it."));
		} catch {
			this.say(__("There is no plan."));
		} finally {
			this.is_planning = false;
			this.draw();
			this.root.querySelector("#crm-dispatch-proposal-title")?.focus();
		}
	}

	show_side(is_after) {
		this.proposal.shows_after = is_after;
		this.draw();
		this.root.querySelector(`[data-action="show-${is_after ? "after" : "before"}"]`).focus();
	}

	discard() {
		this.proposal = null;
		this.say(__("The proposal is discarded; nothing has changed."));
		this.load();
	}

	async apply() {
		this.is_planning = true;
		try {
			const { plan, changed, kept_back } = await tell("apply", { key: this.proposal.answer.key });
			this.moves.remember_plan(plan);
			await this.load();
			this.say(applied_text(changed, kept_back));
		} catch {
			await this.load();
		} finally {
			this.is_planning = false;
			this.draw();
		}
	}
}

function applied_text(changed, kept_back) {
	const said = __("The plan is applied: {0}.", [jobs_text(changed)]);
	if (!kept_back.length) return said;
	return [said, __("Left as they are:"), ...kept_back.map((one) => `${one.name}: ${one.reason}`)].join(" ");
}

function tip_html(title, warnings) {
	const list = warnings.map((one) => `<li>${mark("warning")}<span>${one.text}</span></li>`).join("");
	const verdict = list ? `<ul class="crm-dispatch-wrong">${list}</ul>` : `<p>${mark("tick")} ${__("Nothing speaks against it.")}</p>`;
	return `<b><bdi>${frappe.utils.escape_html(title)}</bdi></b>${verdict}`;
}

