// The board by keys alone: one job is reachable by Tab, arrows walk from job to job; a job that is picked up is
// carried by the arrows and put down by Enter, with every step and what speaks against it said aloud.

import { is_movable, length_of } from "./model";
import { DAY, HOUR, MINUTE, parse, short_day, snapped, span, STEP } from "./times";
import { customer_of, listed } from "./words";

export class Keys {
	/**
	 * board: model, technicians(), chosen_day(), view, find(name), open_card, open_dialog, put, unassign, toggle_fixed,
	 * undo, say(text), show_carried(job, technician, start), hide_carried(), may_plan.
	 */
	constructor(board, root) {
		this.board = board;
		this.root = root;
		root.addEventListener("keydown", (event) => this.key(event));
		root.addEventListener("focusin", (event) => {
			const job = event.target.closest(".crm-dispatch-job");
			if (job) this.make_reachable(job);
		});
	}

	key(event) {
		if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.target.matches("input, textarea")) {
			event.preventDefault();
			return this.board.undo();
		}
		const element = event.target.closest(".crm-dispatch-job");
		if (!element || event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
		const handled = this.carried ? this.carry(event) : this.walk(event, element);
		if (handled) {
			event.preventDefault();
			event.stopPropagation();
		}
	}

	// Walking

	walk(event, element) {
		const job = this.board.model.job(element.dataset.name);
		const move = this.direction(event.key);
		if (move) return this.step(element, move);
		const deeds = {
			Enter: () => this.board.open_card(job, element),
			" ": () => this.pick_up(job),
			m: () => this.board.may_plan && this.board.open_dialog(job),
			f: () => this.board.toggle_fixed(job),
			Delete: () => this.board.unassign(job),
			Home: () => this.focus(this.siblings(element)[0]),
			End: () => this.focus(this.siblings(element).at(-1)),
		};
		const deed = deeds[event.key] || deeds[event.key.toLowerCase()];
		deed?.();
		return Boolean(deed);
	}

	direction(key) {
		const forward = frappe.utils.is_rtl() ? -1 : 1;
		return { ArrowRight: { along: forward }, ArrowLeft: { along: -forward }, ArrowDown: { down: 1 }, ArrowUp: { down: -1 } }[key];
	}

	siblings(element) {
		const group = element.closest(".crm-dispatch-row, .crm-dispatch-list");
		return [...group.querySelectorAll(".crm-dispatch-job")];
	}

	step(element, { along, down }) {
		const in_list = element.closest(".crm-dispatch-list");
		if (along || in_list) {
			const siblings = this.siblings(element);
			this.focus(siblings[siblings.indexOf(element) + (along || down)]);
		} else this.focus(this.nearest_in_other_row(element, down));
		return true;
	}

	nearest_in_other_row(element, down) {
		const middle = (one) => {
			const box = one.getBoundingClientRect();
			return box.left + box.width / 2;
		};
		const here = middle(element);
		let row = element.closest(".crm-dispatch-row");
		do row = down > 0 ? row.nextElementSibling : row.previousElementSibling;
		while (row && !row.querySelector(".crm-dispatch-job"));
		const jobs = [...(row?.querySelectorAll(".crm-dispatch-job") || [])];
		return jobs.sort((one, other) => Math.abs(middle(one) - here) - Math.abs(middle(other) - here))[0];
	}

	focus(element) {
		element?.focus();
		element?.scrollIntoView({ block: "nearest", inline: "nearest" });
	}

	/** One stop for Tab in the list and one on the board. */
	make_reachable(element) {
		const region = element.closest(".crm-dispatch-list, .crm-dispatch-scroll");
		for (const other of region?.querySelectorAll('.crm-dispatch-job[tabindex="0"]') || []) other.tabIndex = -1;
		element.tabIndex = 0;
	}

	make_first_reachable() {
		for (const region of this.root.querySelectorAll(".crm-dispatch-list, .crm-dispatch-scroll")) {
			const jobs = region.querySelectorAll(".crm-dispatch-job");
			if (jobs.length && ![...jobs].some((job) => job.tabIndex === 0)) jobs[0].tabIndex = 0;
		}
	}

	// Carrying

	pick_up(job) {
		const { board } = this;
		if (!board.may_plan) return board.say(__("You may look at the board, but not move jobs."));
		if (!is_movable(job)) return board.say(__("This job is under way or done; it stays where it is."));
		const technicians = board.technicians();
		if (!technicians.length) return;
		const technician = board.model.technician(job.technician) || technicians[0];
		const day = board.chosen_day();
		const start = job.start ?? board.model.first_gap(job, technician, day, snapped(board.model.now() + STEP));
		this.carried = { job, technician: technician.name, start };
		this.show(
			__("Picked up. Arrows carry the job, Enter puts it down, Escape leaves it where it was.")
		);
	}

	carry(event) {
		const move = this.direction(event.key);
		if (move?.along) this.shift(move.along * this.stride(event));
		else if (move?.down) this.change_technician(move.down);
		else if (event.key === "Enter" || event.key === " ") this.put_down();
		else if (event.key === "Escape") this.cancel();
		else return event.key === "Tab" ? this.cancel() : true;
		return true;
	}

	stride(event) {
		if (this.board.view === "week") return DAY;
		return event.shiftKey ? HOUR : STEP;
	}

	shift(by) {
		const start = this.carried.start + by;
		const length = length_of(this.carried.job);
		const { model, view } = this.board;
		const from = view === "week" ? model.from : parse(this.board.chosen_day());
		const until = view === "week" ? model.until : from + DAY;
		if (start < from || start + Math.min(length, MINUTE) > until) return;
		this.carried.start = start;
		this.show();
	}

	change_technician(by) {
		const names = this.board.technicians().map((one) => one.name);
		const next = names[names.indexOf(this.carried.technician) + by];
		if (!next) return;
		this.carried.technician = next;
		this.show();
	}

	show(first = "") {
		const { job, technician, start } = this.carried;
		const wrong = this.board.show_carried(job, technician, start);
		const when = span(start, start + length_of(job));
		const day = this.board.view === "week" && short_day(start);
		const place = listed([technician, day, when, ...wrong]);
		this.board.say(first ? `${first} ${place}` : place);
	}

	async put_down() {
		const { job, technician, start } = this.carried;
		this.end();
		const moved = await this.board.put(job, technician, start);
		if (!moved) this.board.focus(job.name);
	}

	cancel() {
		const { job } = this.carried;
		this.end();
		this.board.say(__("{0} stays where it was.", [customer_of(job)]));
		this.board.focus(job.name);
	}

	end() {
		this.carried = null;
		this.board.hide_carried();
	}
}
