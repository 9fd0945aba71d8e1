/*
 * What is typed about a job, until the server has it. Pure: nothing here knows the screen, the network or the clock.
 *
 * A draft: {name, user, job, status, tasks: {row: {is_done, value, note, photo_key}}, parts, times, running, result, work_done,
 * signed_by, signature, photos, isFinished, isUnsent, seen}. parts and times hold the rows that were touched, null until one was.
 * A row has an `id`, which is the server's name of it or one of our own, and a `change`, another with every touch. `known`
 * is what the server answered: {rows: {id: its name of a row of ours}, told: {id: the change that it has}}.
 * running: {id, what, from} of the clock that runs. isUnsent: something was typed since the last report.
 */
import { daysAgo } from "./format.js";

const STEPS = ["Open", "Planned", "On the Way", "In Progress", "Work Done", "Completed"];
// What somebody else may change meanwhile, with the word for it.
const PLAN = { planned_start: "changed_time", address: "changed_place", description: "changed_description", title: "changed_title", tasks: "changed_tasks" };

export const newDraft = (job, user) => ({
	name: job.name,
	user,
	status: null,
	tasks: {},
	parts: null,
	times: null,
	running: null,
	result: job.result ?? "",
	work_done: job.work_done ?? "",
	signed_by: job.signed_by ?? "",
	signature: "",
	photos: [],
	isFinished: false,
	isUnsent: false,
	seen: planOf(job),
});

export function planOf(job) {
	return {
		planned_start: job.planned_start ?? "",
		address: job.address ?? "",
		description: job.description ?? "",
		title: job.title ?? "",
		tasks: job.tasks.map((task) => task.task).join("\n"),
	};
}

/** Keys of the words for what is another than when it was last looked at. */
export function changesOf(draft, job) {
	if (!draft?.seen) return [];
	const now = planOf(job);
	return Object.keys(PLAN)
		.filter((field) => draft.seen[field] !== now[field])
		.map((field) => PLAN[field]);
}

/** The later of what the server knows and what was pressed here. */
export function statusOf(job, draft) {
	if (!draft?.status) return job.status;
	return STEPS.indexOf(draft.status) > STEPS.indexOf(job.status) ? draft.status : job.status;
}

const BEGUN = ["On the Way", "In Progress"];

/** The jobs as a day goes: what was begun first, then by time, what has none yet last. */
export function inOrder(jobs, draftOf) {
	const rank = (job) => `${BEGUN.includes(statusOf(job, draftOf[job.name])) ? 0 : 1}${job.planned_start ?? "9"}${job.name}`;
	return jobs.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1));
}

/** The draft without a photo that was thrown away. */
export const withoutPhoto = (draft, key) => ({
	...draft,
	photos: draft.photos.filter((one) => one !== key),
	tasks: Object.fromEntries(
		Object.entries(draft.tasks).map(([row, answer]) => [row, answer.photo_key === key ? { ...answer, photo_key: null, is_done: 0 } : answer])
	),
});

export const answerOf = (task, draft) => ({
	is_done: Boolean(task.is_done),
	value: task.value,
	note: task.note ?? "",
	...draft.tasks[task.name],
});

export function isAnswered(task, draft) {
	const answer = answerOf(task, draft);
	if (task.answer === "Measured Value") return answer.value !== null && answer.value !== undefined && answer.value !== "" && !Number.isNaN(answer.value) && (answer.is_done || answer.value !== 0);
	if (task.answer === "Text") return Boolean(answer.note?.trim());
	if (task.answer === "Photo") return Boolean(answer.photo_key || task.photo);
	return answer.is_done;
}

/** The list of parts to work on: those of the office, and over them what was typed. */
export function partsOf(job, draft, known) {
	const theirs = job.parts.map((row) => ({
		...row,
		id: row.name,
		qty: row.qty || null,
		serial_no: (row.serial_no ?? "").split("\n").filter(Boolean),
	}));
	return joined(draft.parts, theirs, known);
}

export function timesOf(job, draft, known) {
	const theirs = job.times.map((row) => ({
		id: row.name,
		name: row.name,
		what: row.what,
		from: row.from_time,
		to: row.to_time,
		kilometres: row.kilometres || null,
	}));
	return joined(draft.times, theirs, known);
}

const nameOf = (row, known) => known.rows[row.id] ?? row.id;

/** The server has the row as it was typed here last, or as somebody there changed it since. */
const isTold = (row, theirs, known) =>
	Boolean(row.change) &&
	known.told[row.id] === row.change &&
	!row.isRemoved &&
	theirs.some((their) => their.name === nameOf(row, known));

function joined(ours, theirs, known) {
	const rows = new Map(theirs.map((their) => [their.name, their]));
	for (const row of ours ?? []) {
		const name = nameOf(row, known);
		rows.set(name, isTold(row, theirs, known) ? { ...rows.get(name), id: row.id } : row);
	}
	return [...rows.values()].filter((row) => !row.isRemoved);
}

/** The rows of a draft with one that was touched. */
export const withRow = (rows, row) => [...new Map([...(rows ?? []), row].map((one) => [one.id, one])).values()];

/** What is sent: everything that was touched and not told yet. moment: when, as an instant. */
export function reportOf(job, draft, known, status, moment) {
	const report = {
		tasks: Object.entries(draft.tasks).map(([name, answer]) => ({ name, ...answer })),
		result: draft.result,
		work_done: draft.work_done,
		signed_by: draft.signed_by,
	};
	if (draft.signature) report.signature = draft.signature;
	if (status) Object.assign(report, { status, at: moment });
	const untold = (ours, theirs) => ours.filter((row) => !isTold(row, theirs, known));
	if (draft.parts) report.parts = untold(draft.parts, job.parts).map(sentPart);
	if (draft.times) report.times = untold(draft.times, job.times).filter((row) => row.isRemoved || row.to).map(sentTime);
	return report;
}

const named = (row) => ({ id: row.id, change: row.change, ...(row.name && { name: row.name }), ...(row.isRemoved && { is_removed: 1 }) });

const sentPart = (row) => ({
	...named(row),
	item_code: row.item_code,
	qty: row.qty ?? 0,
	uom: row.uom,
	serial_no: row.serial_no.join("\n"),
	batch_no: row.batch_no || null,
});

const sentTime = (row) => ({ ...named(row), what: row.what, from: row.from, to: row.to, kilometres: row.kilometres ?? 0 });

/** {word, values} of what is wrong with a part, or null. inVan: what the van holds of it. */
export function problemOfPart(row, inVan) {
	if (Number.isNaN(row.qty) || row.qty < 0) return { word: "no_number", values: [] };
	if (!row.qty) return null;
	if (!inVan || inVan.qty < row.qty) return { word: "van_has_less", values: [inVan?.qty ?? 0] };
	if (inVan.has_serial_no && row.serial_no.length !== row.qty) return { word: "choose_serial_numbers", values: [row.qty] };
	if (inVan.has_batch_no && !row.batch_no) return { word: "choose_batch", values: [] };
	return null;
}

/** Word of what is wrong with a time, or null; both as the site's clock shows them ("2026-11-22 09:30"). */
export function problemOfTime(from, to) {
	if (!from || !to) return "time_missing";
	return to <= from ? "time_ends_before" : null;
}

/** From and until of a typed row; an end before the start is of the next day, if that makes no more than half a day. */
export function typedTimes(day, from, to) {
	const start = from && `${day} ${from}`;
	let end = to && `${day} ${to}`;
	if (start && end && end < start) {
		const next = new Date(`${day}T00:00:00Z`);
		next.setUTCDate(next.getUTCDate() + 1);
		const later = `${next.toISOString().slice(0, 10)} ${to}`;
		const hours = (Date.parse(`${later.replace(" ", "T")}Z`) - Date.parse(`${start.replace(" ", "T")}Z`)) / 3_600_000;
		if (hours <= 12) end = later;
	}
	return { from: start || "", to: end || "" };
}

/** Days that a time row can be moved to: its own and those of the last week. */
export const daysFor = (own) => [...new Set([own, ...Array.from({ length: 8 }, (_, count) => daysAgo(count))])];
