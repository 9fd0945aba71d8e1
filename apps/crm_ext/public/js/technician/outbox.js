/*
 * Sends what was entered, in its order, once: every entry has a key by which the server knows it again.
 *
 * An entry: {id, user, job, kind: "report" | "photo" | "finish", key, body, madeAt, state: "kept" | "refused" | "sent",
 * why, attempts, notBefore}. Without network it is tried again after a growing pause; what the server refuses is kept
 * with its reason until somebody decides. An entry waits for those before it of the same job.
 */
import { words } from "./format.js";
import { isLoggedOut } from "./login.js";
import * as store from "./store.js";

const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 5 * 60_000;
const PATIENCE = 60_000;
// Sent entries are shown for a while.
const SHOWN_FOR = 24 * 60 * 60_000;
const METHODS = { report: "report", photo: "add_photo", finish: "finish" };

let running = null;
let timer = null;
let changed = () => {};

export const newKey = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint32Array(4))].join("-");

export const entry = (user, job, kind, body) => ({
	user,
	job,
	kind,
	key: newKey(),
	body,
	madeAt: Date.now(),
	state: "kept",
	attempts: 0,
	notBefore: 0,
});

/** whenChanged(answer | null) is called after each entry that was tried. */
export function start(whenChanged) {
	changed = whenChanged;
	addEventListener("online", () => wake(true));
	document.addEventListener("visibilitychange", () => document.hidden || wake(true));
	wake();
}

/** Try what waits now; hurry: also what rests after a failure. */
export function wake(hurry = false) {
	clearTimeout(timer);
	running = (running ?? Promise.resolve()).then(() => work(hurry)).catch(() => plan(Date.now() + FIRST_PAUSE));
	return running;
}

async function work(hurry) {
	// Two windows of the same phone send nothing at the same time.
	if (navigator.locks) return navigator.locks.request("crm_ext_outbox", () => sendAll(hurry));
	return sendAll(hurry);
}

async function sendAll(hurry) {
	const user = await store.fact("user");
	const resting = new Set();
	for (const { id } of await store.all("outbox")) {
		const one = await store.get("outbox", id);
		if (!one || one.user !== user) continue;
		if (one.state === "sent") {
			if (one.sentAt < Date.now() - SHOWN_FOR) await store.remove("outbox", id);
			continue;
		}
		if (one.state !== "kept" || resting.has(one.job)) continue;
		if (!hurry && one.notBefore > Date.now()) {
			resting.add(one.job);
			continue;
		}
		const answer = (await lacksReport(one)) ? null : await send(one);
		if (one.state === "kept") resting.add(one.job);
		await (answer ? keepAnswer(one, answer) : store.put("outbox", one));
		await changed(answer, one);
		if (one.state === "kept" && !navigator.onLine) break;
	}
	const waiting = (await store.all("outbox")).filter((one) => one.state === "kept" && one.user === user);
	if (waiting.length) plan(Math.min(...waiting.map((one) => one.notBefore)));
}

/** What was sent is only known as sent together with the names of its rows: none is ever sent again as a new one. */
async function keepAnswer(one, answer) {
	const known = await store.knownOf(one.job);
	Object.assign(known.rows, answer.rows);
	for (const row of [...(one.body.parts ?? []), ...(one.body.times ?? [])]) known.told[row.id] = row.change;
	await store.putAnswer(one, known, answer.job);
}

/** Nothing is posted while the report that belongs to it was refused: marks the entry so. */
async function lacksReport(one) {
	if (one.kind !== "finish") return false;
	const before = (await store.all("outbox")).filter(
		(each) => each.job === one.job && each.kind === "report" && each.id < one.id
	);
	if (!before.length || before.at(-1).state === "sent") return false;
	Object.assign(one, { state: "refused", why: words.report_first });
	return true;
}

function plan(at) {
	clearTimeout(timer);
	timer = setTimeout(() => wake(), Math.max(at - Date.now(), 500));
}

async function send(one) {
	try {
		const body = { service_order: one.job, key: one.key, ...(await bodyOf(one)) };
		const answer = await callAfresh(METHODS[one.kind], body, one.user);
		Object.assign(one, { state: "sent", sentAt: Date.now(), why: "" });
		// A picture is large and now lies on the server.
		if (one.kind === "photo") await store.remove("photos", one.body.photo);
		return answer;
	} catch (failure) {
		if (failure.isRefused) {
			Object.assign(one, { state: "refused", why: failure.message });
		} else {
			one.attempts += 1;
			one.notBefore = Date.now() + Math.min(FIRST_PAUSE * 2 ** (one.attempts - 1), LONGEST_PAUSE);
			one.why = failure.message;
		}
		return null;
	}
}

/** A session that was begun anew has another token: ask for it and try once more, if it is the same login's. */
async function callAfresh(method, body, user) {
	try {
		return await call(method, body);
	} catch (failure) {
		if (!failure.isStale) throw failure;
		const told = await call("day");
		if (told.user !== user) throw failure;
		await store.put("facts", { key: "csrf_token", value: told.csrf_token });
		return call(method, body);
	}
}

async function bodyOf(one) {
	if (one.kind === "photo") return { picture: (await store.get("photos", one.body.photo))?.picture };
	if (one.kind === "finish") return {};
	const names = (await store.knownOf(one.job)).rows;
	const named = (rows) => rows?.map((row) => (names[row.id] ? { ...row, name: names[row.id] } : row));
	return { report: { ...one.body, parts: named(one.body.parts), times: named(one.body.times) } };
}

/** The answer of a method of api/technician.py. Throws {message, isRefused, needsLogin}; not refused: worth another try.
 *
 * The fact needs_login keeps why the server lets nobody in, until it does again.
 */
export async function call(method, body) {
	const options = { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) };
	if (body) {
		options.method = "POST";
		options.headers["Content-Type"] = "application/json";
		options.headers["X-Frappe-CSRF-Token"] = (await store.fact("csrf_token")) ?? "";
		options.body = JSON.stringify(body);
	}
	let answer;
	try {
		answer = await fetch(`/api/method/crm_ext.api.technician.${method}`, options);
	} catch {
		throw Object.assign(new Error(""), { isRefused: false });
	}
	if (answer.ok) return (await answer.json()).message;
	const failure = await failureOf(answer);
	if (failure.needsLogin)
		await store.put("facts", { key: "needs_login", value: (!isLoggedOut() && failure.message) || words.needs_login });
	throw failure;
}

async function failureOf(answer) {
	const told = await answer.json().catch(() => ({}));
	// Logged out, or the session's token is a new one: neither is about what was entered.
	const needsLogin = answer.status === 401 || answer.status === 403;
	const isStale = told.exc_type === "CSRFTokenError";
	const isRefused =
		!needsLogin && !isStale && answer.status >= 400 && answer.status < 500 && ![408, 425, 429].includes(answer.status);
	return Object.assign(new Error(sentence(told)), { isRefused, needsLogin, isStale });
}

function sentence(told) {
	try {
		const [first] = JSON.parse(told._server_messages);
		const text = JSON.parse(first).message;
		return new DOMParser().parseFromString(text, "text/html").body.textContent.trim();
	} catch {
		return "";
	}
}
