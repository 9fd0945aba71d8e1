/* One job on the screen: every change goes into its draft at once, every button into what is to be sent. */
import {
	answerOf,
	changesOf,
	daysFor,
	isAnswered,
	partsOf,
	planOf,
	problemOfPart,
	problemOfTime,
	reportOf,
	statusOf,
	timesOf,
	typedTimes,
	withRow,
} from "./draft.js";
import { clock, day, fullDay, now, number, readNumber, say, shownMoment, span, today, words } from "./format.js";
import * as outbox from "./outbox.js";
import { pad } from "../self_service/pad.js";
import { scaled } from "./photos.js";
import { canScan, scan } from "./scanner.js";
import { ask, badge, clone, fill, show, slot, ways } from "./screen.js";
import * as store from "./store.js";

const FOUND_AT_ONCE = 8;
const SHORTEST_TIME = 60_000;

/** Draws the job into `screen`.
 *
 * known: see draft.js; van: what the van holds; redraw(): called where the whole screen is another.
 */
export function draw(screen, { job, draft, known, van, entries, user, isGone, redraw }) {
	screen.replaceChildren(clone("job"));
	const isOpen = !isGone && !draft.isFinished && job.docstatus === 0;
	const inVan = Object.fromEntries(van.map((one) => [one.item_code, one]));
	const save = () => {
		draft.isUnsent = true;
		return store.put("drafts", draft);
	};

	/** A row of the table "parts" or "times" is the draft's from its first touch. */
	function touch(table, row, values) {
		Object.assign(row, values, { change: outbox.newKey() });
		draft[table] = withRow(draft[table], row);
	}

	async function send(kinds, status, moment) {
		if (status) draft.status = status;
		draft.isUnsent = false;
		const made = kinds.map((kind) =>
			outbox.entry(user, job.name, kind, kind === "report" ? reportOf(job, draft, known, status, moment) : {})
		);
		await store.putTogether(draft, made);
		await redraw();
		outbox.wake(true);
	}

	head();
	equipment();
	tasks();
	parts();
	times();
	photos();
	result();

	function head() {
		const changes = changesOf(draft, job).map((word) => words[word]);
		fill(screen, {
			when: span(job.planned_start, job.planned_end),
			customer: job.customer_name,
			address: job.address,
			place_note: job.equipment?.place_note,
			description: job.description,
			window: job.window_start ? say("promised_window", span(job.window_start, job.window_end)) : "",
			changed: changes.length ? say("changed_meanwhile", changes.join(words.comma)) : "",
		});
		badge(slot(screen, "status"), statusOf(job, draft), words.statuses[statusOf(job, draft)]);
		show(slot(screen, "changed"), changes.length > 0);
		show(slot(screen, "gone"), isGone);
		ways(slot(screen, "ways"), job, clone);
		for (const one of entries) slot(screen, "sending").append(sendingLine(one));
		if (changes.length) {
			draft.seen = planOf(job);
			store.put("drafts", draft);
		}
		show(slot(screen, "gone-ways"), isGone);
		on("discard", async () => {
			if (!(await ask(words.discard_question))) return;
			await store.remove("drafts", [user, job.name]);
			location.hash = "#today";
		});
		steps();
	}

	function steps() {
		const status = statusOf(job, draft);
		show(slot(screen, "steps"), isOpen);
		const offered = { leave: ["Open", "Planned"], arrive: ["Open", "Planned", "On the Way"], stop: ["In Progress"] };
		for (const [name, statuses] of Object.entries(offered)) {
			const button = screen.querySelector(`[data-do="${name}"]`);
			show(button, statuses.includes(status) && !(name === "stop" && !draft.running));
			if (name === "arrive" && status !== "On the Way") button.classList.replace("big", "secondary");
		}
		const running = draft.running;
		slot(screen, "clock").textContent = running
			? say("clock_runs", words.kinds[running.what], clock(shownMoment(running.from)))
			: "";
		on("leave", () => {
			const moment = now();
			run("Travel", moment);
			return send(["report"], "On the Way", moment);
		});
		on("arrive", () => {
			const moment = now();
			stop(moment);
			run("Work", moment);
			return send(["report"], "In Progress", moment);
		});
		on("stop", async () => {
			stop(now());
			await save();
			await redraw();
		});
	}

	function run(what, from) {
		draft.running = { id: outbox.newKey(), what, from };
	}

	/** The clock that runs becomes a row of time. */
	function stop(moment) {
		if (!draft.running) return;
		const { id, what, from } = draft.running;
		draft.running = null;
		// A finger slipped: no way and no work is that short.
		if (Date.parse(moment) - Date.parse(from) < SHORTEST_TIME) return;
		touch("times", { id, what, from, to: moment, kilometres: null });
	}

	function equipment() {
		const own = job.equipment;
		show(slot(screen, "equipment"), Boolean(own || job.contract));
		fill(screen, {
			equipment_name: own ? [own.equipment_name, own.item_name].filter(Boolean).join(" – ") : "",
			serial_no: own?.serial_no || own?.other_serial_no || "–",
			warranty: own?.warranty_expires_on ? fullDay(own.warranty_expires_on) : "–",
			contract: job.contract?.saying ?? words.no_contract,
		});
		const list = slot(screen, "history");
		for (const entry of job.history) {
			const line = document.createElement("li");
			line.textContent = [fullDay(entry.day), words.kinds[entry.what], entry.title, entry.outcome].filter(Boolean).join(" · ");
			list.append(line);
		}
		if (!job.history.length) list.append(Object.assign(document.createElement("li"), { textContent: words.no_history }));
	}

	function tasks() {
		const place = slot(screen, "tasks");
		for (const task of job.tasks) {
			const piece = clone("task");
			const set = piece.querySelector("fieldset");
			const answer = answerOf(task, draft);
			fill(set, { task: task.task, unit: task.unit ? `(${task.unit})` : "", "photo-state": task.photo || answer.photo_key ? words.photo_there : "" });
			show(slot(set, "mandatory"), Boolean(task.is_mandatory));
			for (const label of set.querySelectorAll("[data-for]")) if (label.dataset.for !== task.answer) label.remove();
			const field = set.querySelector("[data-field]");
			field.disabled = !isOpen;
			const told = (values) => {
				draft.tasks[task.name] = { ...draft.tasks[task.name], ...values };
				return save();
			};
			if (task.answer === "Done or Not") {
				field.checked = answer.is_done;
				field.addEventListener("change", () => told({ is_done: Number(field.checked) }));
			} else if (task.answer === "Measured Value") {
				field.value = answer.is_done ? number(answer.value) : "";
				field.addEventListener("input", () => {
					const value = readNumber(field.value);
					field.setAttribute("aria-invalid", Number.isNaN(value));
					told({ value: value ?? 0, is_done: Number(value !== null && !Number.isNaN(value)) });
				});
			} else if (task.answer === "Text") {
				field.value = answer.note;
				field.addEventListener("input", () => told({ note: field.value, is_done: Number(Boolean(field.value.trim())) }));
			} else {
				field.addEventListener("change", async () => {
					const key = await takePhoto(field.files[0], slot(set, "photo-state"));
					if (key) await told({ photo_key: key, is_done: 1 });
				});
			}
			place.append(piece);
		}
		if (!job.tasks.length) place.textContent = words.no_tasks;
	}

	function parts() {
		const place = slot(screen, "parts");
		place.replaceChildren();
		const rows = partsOf(job, draft, known);
		for (const row of rows) place.append(partField(row));
		if (!rows.length) place.textContent = words.no_parts;
		search();
	}

	function partField(row) {
		const piece = clone("part");
		const set = piece.querySelector("fieldset");
		const held = inVan[row.item_code];
		const uom = row.uom ?? held?.uom ?? "";
		fill(set, {
			item_name: row.item_name || row.item_code,
			item_code: row.item_code === row.item_name ? "" : row.item_code,
			uom: uom ? `(${words.units[uom] ?? uom})` : "",
			planned: [
				row.planned_qty ? say("planned", number(row.planned_qty)) : "",
				say("in_the_van", number(held?.qty ?? 0)),
			]
				.filter(Boolean)
				.join(" · "),
		});
		const problem = slot(set, "problem");
		const told = (values) => {
			touch("parts", row, values);
			const wrong = problemOfPart(row, held);
			problem.textContent = wrong ? say(wrong.word, ...wrong.values.map(number)) : "";
			return save();
		};
		const qty = set.querySelector('[data-field="qty"]');
		qty.value = number(row.qty);
		qty.addEventListener("input", () => told({ qty: readNumber(qty.value) }));
		const serials = set.querySelector('[data-field="serial_no"]');
		if (held?.has_serial_no || row.serial_no.length) {
			show(slot(set, "serial-choice"), true);
			for (const name of new Set([...row.serial_no, ...(held?.serial_nos ?? [])]))
				serials.append(new Option(name, name, false, row.serial_no.includes(name)));
			serials.addEventListener("change", () => {
				const chosen = [...serials.selectedOptions].map((option) => option.value);
				qty.value = number(chosen.length);
				told({ serial_no: chosen, qty: chosen.length });
			});
		}
		const batches = set.querySelector('[data-field="batch_no"]');
		if (held?.has_batch_no || row.batch_no) {
			show(slot(set, "batch-choice"), true);
			batches.append(new Option("", ""));
			for (const batch of held?.batches ?? [])
				batches.append(new Option(`${batch.batch_no} (${number(batch.qty)})`, batch.batch_no, false, batch.batch_no === row.batch_no));
			batches.addEventListener("change", () => told({ batch_no: batches.value }));
		}
		const away = set.querySelector('[data-do="remove"]');
		show(away, isOpen && !row.planned_qty);
		away.addEventListener("click", async () => {
			await told({ isRemoved: true });
			parts();
			document.getElementById("find-part").focus();
		});
		set.disabled = !isOpen;
		return piece;
	}

	function search() {
		const field = document.getElementById("find-part");
		const list = slot(screen, "found");
		show(slot(screen, "part-search"), isOpen);
		list.replaceChildren();
		field.value = "";
		field.oninput = () => {
			const found = find(van, field.value);
			slot(screen, "found-hint").textContent = field.value.trim() && !found.length ? words.not_in_van : "";
			list.replaceChildren(
				...found.slice(0, FOUND_AT_ONCE).map((one) => {
					const line = document.createElement("li");
					const button = Object.assign(document.createElement("button"), {
						type: "button",
						className: "secondary",
						textContent: [...new Set([one.item_name, one.item_code]), say("in_the_van", number(one.qty))].join(" · "),
					});
					button.addEventListener("click", () => take(one, field.value.trim()));
					line.append(button);
					return line;
				})
			);
		};
		const takeFirst = () => {
			const [one] = find(van, field.value);
			if (one) take(one, field.value.trim());
		};
		// Scanners type the code and press Enter.
		field.onkeydown = (event) => {
			if (event.key !== "Enter") return;
			event.preventDefault();
			takeFirst();
		};
		const button = screen.querySelector('[data-do="scan"]');
		canScan().then((can) => show(button, can && isOpen));
		on("scan", async () => {
			try {
				const code = await scan();
				if (!code) return;
				field.value = code;
				field.oninput();
				takeFirst();
			} catch (failure) {
				slot(screen, "found-hint").textContent = failure.message;
			}
		});
	}

	async function take(one, typed) {
		const there = partsOf(job, draft, known).find((own) => own.item_code === one.item_code && (!one.has_batch_no || !own.batch_no));
		const row = there ?? { id: outbox.newKey(), item_code: one.item_code, item_name: one.item_name, uom: one.uom, qty: null, serial_no: [], batch_no: null };
		if (one.serial_nos.includes(typed)) {
			if (!row.serial_no.includes(typed)) row.serial_no.push(typed);
			row.qty = row.serial_no.length;
		} else if (!one.has_serial_no) row.qty = (row.qty ?? 0) + 1;
		if (one.batches.some((batch) => batch.batch_no === typed)) row.batch_no = typed;
		else if (one.batches.length === 1) row.batch_no = one.batches[0].batch_no;
		touch("parts", row);
		await save();
		parts();
		document.getElementById("find-part").focus();
	}

	function times() {
		const place = slot(screen, "times");
		place.replaceChildren();
		const rows = timesOf(job, draft, known);
		for (const row of rows) place.append(timeField(row));
		if (!rows.length) place.textContent = words.no_times;
		for (const [name, what] of [["add-travel", "Travel"], ["add-work", "Work"]]) {
			show(screen.querySelector(`[data-do="${name}"]`), isOpen);
			on(name, async () => {
				touch("times", { id: outbox.newKey(), what, from: "", to: "", kilometres: null });
				await save();
				times();
				[...slot(screen, "times").querySelectorAll('[data-field="from"]')].at(-1).focus();
			});
		}
	}

	function timeField(row) {
		const piece = clone("time");
		const set = piece.querySelector("fieldset");
		fill(set, { what: words.kinds[row.what] });
		const [from, to] = [shownMoment(row.from) ?? "", shownMoment(row.to) ?? ""];
		const own = from.slice(0, 10) || to.slice(0, 10) || today();
		const fields = Object.fromEntries([...set.querySelectorAll("[data-field]")].map((field) => [field.dataset.field, field]));
		for (const choice of daysFor(own)) fields.day.append(new Option(day(choice), choice, false, choice === own));
		[fields.from.value, fields.to.value, fields.kilometres.value] = [from.slice(11), to.slice(11), number(row.kilometres)];
		show(slot(set, "distance"), row.what === "Travel");
		const told = (values) => {
			touch("times", row, values);
			return save();
		};
		const typed = () => {
			const moments = typedTimes(fields.day.value, fields.from.value, fields.to.value);
			const problem = problemOfTime(moments.from, moments.to);
			slot(set, "problem").textContent = problem ? words[problem] : "";
			told(moments);
		};
		for (const name of ["day", "from", "to"]) fields[name].addEventListener("change", typed);
		fields.kilometres.addEventListener("input", () => told({ kilometres: readNumber(fields.kilometres.value) }));
		const away = set.querySelector('[data-do="remove"]');
		show(away, isOpen);
		away.addEventListener("click", async () => {
			await told({ isRemoved: true });
			times();
			screen.querySelector('[data-do="add-work"]').focus();
		});
		set.disabled = !isOpen;
		return piece;
	}

	async function takePhoto(file, problemPlace) {
		if (!file) return null;
		problemPlace.className = "muted";
		problemPlace.textContent = words.photo_working;
		try {
			const picture = await scaled(file);
			const made = outbox.entry(user, job.name, "photo", {});
			made.body = { photo: made.key };
			await store.put("photos", { key: made.key, job: job.name, user, picture });
			draft.photos.push(made.key);
			await store.putTogether(draft, [made]);
			problemPlace.textContent = words.photo_kept;
			outbox.wake(true);
			return made.key;
		} catch (failure) {
			problemPlace.className = "error";
			problemPlace.textContent = failure.name === "QuotaExceededError" ? words.phone_full : failure.message;
			return null;
		}
	}

	async function photos() {
		const list = slot(screen, "photos");
		const field = document.getElementById("photo");
		show(field.closest(".field"), isOpen);
		list.replaceChildren();
		const lines = [];
		for (const key of draft.photos) {
			const kept = await store.get("photos", key);
			if (kept) lines.push(Object.assign(document.createElement("img"), { src: kept.picture, alt: words.photo_waits }));
		}
		if (job.photos) lines.push(document.createTextNode(say("photos_sent", number(job.photos))));
		if (!lines.length) lines.push(words.no_photos);
		list.replaceChildren(
			...lines.map((content) => {
				const line = document.createElement("li");
				line.append(content);
				return line;
			})
		);
		field.onchange = async () => {
			const note = document.createElement("li");
			list.append(note);
			for (const file of [...field.files]) {
				if (!(await takePhoto(file, note))) return;
			}
			field.value = "";
			await photos();
		};
	}

	function result() {
		const form = slot(screen, "result");
		show(form, isOpen);
		const report = slot(screen, "report");
		show(report, !isOpen && Boolean(draft.result || draft.work_done));
		fill(report, { "report-result": words.results[draft.result] ?? "", "report-work": draft.work_done });
		for (const choice of form.elements.result) choice.checked = choice.value === draft.result;
		form.elements.work_done.value = draft.work_done;
		form.elements.signed_by.value = draft.signed_by;
		form.addEventListener("input", () => {
			draft.result = form.elements.result.value;
			draft.work_done = form.elements.work_done.value;
			draft.signed_by = form.elements.signed_by.value;
			save();
		});
		form.addEventListener("submit", (event) => event.preventDefault());
		if (!isOpen) return;
		const signing = pad(document.getElementById("pad"), draft.signature, (picture) => {
			draft.signature = picture;
			save();
		});
		on("clear-pad", () => signing.clear());
		on("send", () => send(["report"], null, now()));
		on("finish", async () => {
			const problem = whatIsMissing();
			slot(form, "problem").textContent = problem;
			if (problem || !(await ask(say("finish_question")))) return;
			const moment = now();
			stop(moment);
			draft.isFinished = true;
			await send(["report", "finish"], "Work Done", moment);
		});
	}

	function whatIsMissing() {
		const open = job.tasks.filter((task) => task.is_mandatory && !isAnswered(task, draft)).map((task) => task.task);
		if (open.length) return say("tasks_open", open.join("; "));
		for (const row of partsOf(job, draft, known)) {
			const wrong = problemOfPart(row, inVan[row.item_code]);
			if (wrong) return `${row.item_name || row.item_code}: ${say(wrong.word, ...wrong.values.map(number))}`;
		}
		for (const row of timesOf(job, draft, known)) {
			const wrong = problemOfTime(shownMoment(row.from), shownMoment(row.to));
			if (wrong) return `${words.kinds[row.what]}: ${words[wrong]}`;
			if (Number.isNaN(row.kilometres)) return `${words.kinds[row.what]}: ${words.no_number}`;
		}
		return draft.result ? "" : words.result_missing;
	}

	function on(name, act) {
		const button = screen.querySelector(`[data-do="${name}"]`);
		button.onclick = async () => {
			button.disabled = true;
			try {
				await act();
			} finally {
				button.disabled = false;
			}
		};
	}
}

/** Goods of the van for what was typed or scanned; exact codes come alone. */
function find(van, text) {
	const typed = text.trim().toLocaleLowerCase();
	if (!typed) return [];
	const codes = (one) => [one.item_code, ...one.barcodes, ...one.serial_nos, ...one.batches.map((batch) => batch.batch_no)];
	const exact = van.filter((one) => codes(one).some((code) => code.toLocaleLowerCase() === typed));
	if (exact.length) return exact;
	return van.filter((one) => [one.item_name, ...codes(one)].some((code) => code.toLocaleLowerCase().includes(typed)));
}

function sendingLine(one) {
	const line = document.createElement("li");
	const mark = document.createElement("span");
	mark.className = `badge ${{ sent: "good", refused: "bad" }[one.state] ?? "warn"}`;
	mark.textContent = words.states[one.state];
	line.append(mark, ` ${words.entries[one.kind]}${one.why ? `: ${one.why}` : ""}`);
	return line;
}
