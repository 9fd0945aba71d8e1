// Moving jobs: asked of the server, confirmed where something speaks against it, and undone again.

import { length_of } from "./model";
import { span, short_day, write } from "./times";
import { customer_of, escape, jobs_text, name } from "./words";

const METHOD = "crm_ext.api.dispatch.";
// So many moves back.
const MOST_UNDONE = 20;

export const ask = (method, args) => frappe.xcall(METHOD + method, args, "GET");
export const tell = (method, args) => frappe.xcall(METHOD + method, args);

export class Moves {
	/** after(said): called when something has changed, with the sentence that tells what. */
	constructor(after) {
		this.after = after;
		this.done = [];
	}

	/** Put a job where the user wants it; false where it stays. accepted: codes of warnings that need no asking. */
	async move(job, technician, start, { is_fixed = job.is_fixed, accepted = [] } = {}) {
		if (job.technician === technician && job.start === start && job.is_fixed === is_fixed) return false;
		const args = {
			service_order: job.name,
			technician,
			start: write(start),
			is_fixed: is_fixed ? 1 : 0,
			accepted,
			seen: job.modified,
		};
		const { moved, warnings } = await tell("move", args);
		if (!moved) {
			if (!(await confirmed(job, technician, warnings))) return false;
			await insist(args, warnings);
		}
		this.remember(job);
		const end = start + length_of(job);
		await this.after(
			__("{0} is with {1} now: {2}, {3}.", [customer_of(job), technician, short_day(start), span(start, end)]),
			job.name
		);
		return true;
	}

	async unassign(job) {
		await tell("unassign", { service_order: job.name, seen: job.modified });
		this.remember(job);
		await this.after(__("{0} is unassigned.", [customer_of(job)]), job.name);
	}

	async fix(job, is_fixed) {
		const args = {
			service_order: job.name,
			technician: job.technician,
			start: write(job.start),
			is_fixed: is_fixed ? 1 : 0,
			seen: job.modified,
		};
		const { moved, warnings } = await tell("move", args);
		// Where a job stands already, nothing new is asked.
		if (!moved) await insist(args, warnings);
		this.remember(job);
		const said = is_fixed ? __("Planning leaves {0} where it is.", [customer_of(job)]) : __("Planning may move {0}.", [customer_of(job)]);
		await this.after(said, job.name);
	}

	// Undo: back to where it stood before, as far as nobody else has changed it since

	remember(job) {
		this.done.push(job);
		if (this.done.length > MOST_UNDONE) this.done.shift();
	}

	/** An applied plan is taken back as a whole. */
	remember_plan(plan) {
		this.done = [{ plan }];
	}

	get last() {
		return this.done[this.done.length - 1];
	}

	/** find(name): the job as it stands now. */
	async undo(find) {
		const before = this.done.pop();
		if (before.plan) return this.undo_plan(before.plan);
		const current = await find(before.name);
		const args = { service_order: before.name, seen: current.modified };
		if (before.technician && before.start) {
			const place = { technician: before.technician, start: write(before.start), is_fixed: before.is_fixed ? 1 : 0 };
			const { moved, warnings } = await tell("move", { ...args, ...place });
			if (!moved) await insist({ ...args, ...place }, warnings);
		} else await tell("unassign", args);
		await this.after(__("Undone: {0} is where it was.", [customer_of(before)]), before.name);
	}

	async undo_plan(plan) {
		const stays = Object.values(await tell("revert", { plan }));
		const said = stays.length
			? __("The plan is undone, but for {0}: {1}", [jobs_text(stays.length), stays.join(" ")])
			: __("The plan is undone.");
		await this.after(said);
	}
}

const insist = (args, warnings) => tell("move", { ...args, accepted: warnings.map((warning) => warning.code) });

/** The user's answer to what speaks against a move. */
function confirmed(job, technician, warnings) {
	return new Promise((resolve) => {
		const list = warnings.map((warning) => `<li>${escape(warning.message)}</li>`).join("");
		const dialog = frappe.warn(
			__("Move It Anyway?"),
			`<p>${__("This speaks against {0} at {1}:", [name(customer_of(job)), name(technician)])}</p><ul>${list}</ul>`,
			() => resolve(true),
			__("Move Anyway")
		);
		dialog.onhide = () => resolve(false);
	});
}
