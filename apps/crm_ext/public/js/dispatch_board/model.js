// What the board knows: technicians, their hours and jobs, the jobs that wait. No drawing, no asking.

import { DAY, day_of, MINUTE, parse } from "./times";

const FINISHED = ["Work Done", "Completed"];
const UNDER_WAY = ["On the Way", "In Progress"];
const MOMENTS = ["start", "end", "window_start", "window_end", "due_by", "left_over_start"];
// The hours that a day shows at least, and how much air is around the first and the last thing on it.
const USUAL_DAY = [8, 17];

export class Model {
	constructor(answer) {
		const { now, ...facts } = answer;
		Object.assign(this, facts);
		this.from = parse(answer.first_day);
		this.until = this.from + answer.days * DAY;
		this.loaded_at = Date.now();
		this.server_now = parse(now);
		this.technicians = answer.technicians.map((row) => ({
			...row,
			hours: row.hours.map(([start, end]) => ({ start: parse(start), end: parse(end) })),
		}));
		this.by_technician = new Map(this.technicians.map((row) => [row.name, row]));
		this.jobs = answer.jobs.map(with_moments);
		this.waiting = answer.waiting.map(with_moments);
		this.index();
	}

	index() {
		this.by_name = new Map([...this.waiting, ...this.jobs].map((job) => [job.name, job]));
		this.of_technician = new Map(this.technicians.map((row) => [row.name, []]));
		for (const job of this.jobs) this.of_technician.get(job.technician)?.push(job);
		for (const jobs of this.of_technician.values()) jobs.sort((one, other) => one.start - other.start);
	}

	now() {
		return this.server_now + (Date.now() - this.loaded_at);
	}

	job(name) {
		return this.by_name.get(name);
	}

	technician(name) {
		return this.by_technician.get(name);
	}

	jobs_of(technician) {
		return this.of_technician.get(technician) || [];
	}

	jobs_on(technician, day) {
		const start = parse(day);
		return this.jobs_of(technician).filter((job) => job.start < start + DAY && job.end > start);
	}

	hours_on(technician, day) {
		const start = parse(day);
		return technician.hours.filter((one) => one.start < start + DAY && one.end > start);
	}

	days_shown() {
		return Array.from({ length: this.days }, (_, place) => day_of(this.from + place * DAY));
	}

	/** Full hours from which until which a day is drawn: what is worked and what is planned, with an hour around. */
	shown_hours(day) {
		const start = parse(day);
		const moments = this.technicians.flatMap((technician) => [
			...this.hours_on(technician, day),
			...this.jobs_on(technician.name, day),
		]);
		const hour = (moment) => (moment - start) / (60 * MINUTE);
		const first = Math.min(USUAL_DAY[0], ...moments.map((one) => Math.floor(hour(one.start))));
		const last = Math.max(USUAL_DAY[1], ...moments.map((one) => Math.ceil(hour(one.end))));
		return { start: start + Math.max(first - 1, 0) * 60 * MINUTE, end: start + Math.min(last + 1, 24) * 60 * MINUTE };
	}

	/** The earliest start at which a job fits between the others of a day; the day's first hour where none does. */
	first_gap(job, technician, day, not_before) {
		const length = length_of(job);
		const others = this.jobs_on(technician.name, day).filter((other) => other.name !== job.name);
		const hours = this.hours_on(technician, day);
		for (const one of hours) {
			let start = Math.max(one.start, not_before);
			for (const other of others) {
				if (other.start < start + length && other.end > start) start = other.end;
			}
			if (start + length <= one.end) return start;
		}
		return hours[0]?.start ?? parse(day) + USUAL_DAY[0] * 60 * MINUTE;
	}

	/** The same board with the places that a proposal gives to jobs; those that it drops wait. */
	with_visits(visits, dropped) {
		const after = Object.create(Model.prototype, Object.getOwnPropertyDescriptors(this));
		const placed = new Map(visits.map((visit) => [visit.name, visit]));
		const moved = (job) => {
			const visit = placed.get(job.name);
			if (!visit) return dropped.includes(job.name) ? { ...job, technician: null, start: null, end: null } : job;
			const { technician, start, end, travel_minutes } = visit;
			return { ...job, technician, start, end, travel_minutes };
		};
		const all = [...this.jobs, ...this.waiting].map(moved);
		after.jobs = all.filter((job) => job.technician && job.start);
		after.waiting = all.filter((job) => !(job.technician && job.start));
		after.index();
		return after;
	}
}

function with_moments(job) {
	return { ...job, ...Object.fromEntries(MOMENTS.map((field) => [field, parse(job[field])])) };
}

export const length_of = (job) => (job.start && job.end ? job.end - job.start : (job.minutes || 60) * MINUTE);
export const is_finished = (job) => FINISHED.includes(job.status);
export const is_under_way = (job) => UNDER_WAY.includes(job.status);
export const is_movable = (job) => !is_finished(job) && !is_under_way(job);

/** Jobs of one row side by side where they overlap: [job, lane] and the number of lanes. */
export function lanes(jobs) {
	const ends = [];
	const placed = jobs.map((job) => {
		let lane = ends.findIndex((end) => end <= job.start);
		if (lane < 0) lane = ends.length;
		ends[lane] = job.end;
		return [job, lane];
	});
	return { placed, count: Math.max(ends.length, 1) };
}
