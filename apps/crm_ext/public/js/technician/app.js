/* The technician's page: what the phone keeps is shown at once, with network it is brought up to date. */
import { changesOf, inOrder, newDraft, statusOf, withoutPhoto } from "./draft.js";
import { clock, day, number, onSiteClock, say, setZone, span, words } from "./format.js";
import { draw } from "./job.js";
import { isLoggedOut, loginNow } from "./login.js";
import * as outbox from "./outbox.js";
import { ask, badge, clone, fill, show, slot, ways } from "./screen.js";
import * as store from "./store.js";

const screen = document.getElementById("screen");
const title = document.getElementById("title");
const heading = title.textContent;
const TABS = ["today", "coming", "done"];
const NEWS_EVERY = 5 * 60_000;
let hasNetwork = navigator.onLine;
let drawn = 0;

const wanted = () => {
	const [place, name] = decodeURIComponent(location.hash.slice(1)).split(/\/(.*)/s);
	return place === "job" ? { job: name } : { tab: TABS.includes(place) || place === "kept" ? place : "today" };
};

const isOf = (user) => (one) => one.user === user;

/** What is to be sent, and was sent lately, of whoever is logged in. */
const ownEntries = async () => (await store.all("outbox")).filter(isOf(await store.fact("user")));

async function redraw() {
	const turn = ++drawn;
	const [jobs, drafts, entries, user, van, technician] = await Promise.all([
		store.all("jobs"),
		store.all("drafts"),
		store.all("outbox"),
		store.fact("user"),
		store.fact("van"),
		store.fact("technician"),
	]);
	if (turn !== drawn) return;
	const own = entries.filter(isOf(user));
	const draftOf = Object.fromEntries(drafts.filter(isOf(user)).map((draft) => [draft.name, draft]));
	const place = wanted();
	await line(own);
	if (!user) {
		screen.replaceChildren(note(hasNetwork ? words.loading : words.nothing_kept));
		return;
	}
	if (place.job) return drawJob(place.job, { jobs, draftOf, own, user, van });
	title.textContent = technician ? `${heading} – ${technician}` : heading;
	drawList(place.tab, { jobs, draftOf, own });
}

async function drawJob(name, { jobs, draftOf, own, user, van }) {
	const job = jobs.find((one) => one.name === name);
	const kept = draftOf[name]?.job;
	if (!job && !kept) {
		title.textContent = heading;
		screen.replaceChildren(note(words.job_not_here), back());
		return;
	}
	const draft = draftOf[name] ?? newDraft(job, user);
	const known = await store.knownOf(name);
	// What was shown stays readable when the job is taken away.
	if (job) draft.job = job;
	title.textContent = (job ?? kept).title;
	draw(screen, {
		job: job ?? kept,
		draft,
		known,
		van: van ?? [],
		entries: own.filter((one) => one.job === name),
		user,
		isGone: !job,
		redraw,
	});
}

const groupOf = (job, draft) => (draft?.isFinished ? "done" : statusOf(job, draft) !== job.status ? "today" : job.group);

function drawList(tab, { jobs, draftOf, own }) {
	screen.replaceChildren(clone("list"));
	const groups = { today: [], coming: [], done: [] };
	for (const job of inOrder(jobs, draftOf)) groups[groupOf(job, draftOf[job.name])].push(job);
	groups.done.reverse();
	const waiting = own.filter((one) => one.state !== "sent");
	for (const link of screen.querySelectorAll("[data-tab]")) {
		if (link.dataset.tab === tab) link.setAttribute("aria-current", "page");
		const count = link.dataset.tab === "kept" ? waiting.length : groups[link.dataset.tab].length;
		link.querySelector("[data-count]").textContent = count ? number(count) : "";
	}
	screen.querySelector('[data-do="refresh"]').addEventListener("click", () => news(true));
	const list = slot(screen, "jobs");
	if (tab === "kept") {
		for (const one of own.toReversed()) list.append(keptCard(one, own, jobs, draftOf));
		if (!own.length) list.append(note(words.nothing_to_send));
		return;
	}
	for (const [place, job] of groups[tab].entries()) list.append(card(job, draftOf[job.name], tab === "today" && place === 0));
	const gone = Object.values(draftOf).filter((draft) => draft.job && !jobs.some((job) => job.name === draft.name));
	if (tab === "today")
		for (const draft of gone) if (draft.isUnsent || waiting.some((one) => one.job === draft.name)) list.append(card(draft.job, draft, false, true));
	if (!list.children.length) list.append(note(words.no_jobs[tab]));
}

function card(job, draft, isNext, isGone = false) {
	const piece = clone("card");
	const element = piece.querySelector("article");
	element.classList.toggle("next", isNext);
	fill(element, { when: span(job.planned_start, job.planned_end), customer: job.customer_name, address: job.address });
	const link = slot(element, "link");
	link.textContent = job.title;
	link.href = `#job/${encodeURIComponent(job.name)}`;
	badge(slot(element, "status"), statusOf(job, draft), words.statuses[statusOf(job, draft)]);
	const changes = changesOf(draft, job).map((word) => words[word]);
	const changed = slot(element, "changed");
	show(changed, isGone || changes.length > 0);
	changed.textContent = isGone ? words.job_gone : changes.length ? say("changed_meanwhile", changes.join(words.comma)) : "";
	if (isNext) ways(slot(element, "ways"), job, clone);
	else slot(element, "ways").remove();
	return piece;
}

/** A later report of the job has arrived, which told everything that this one did. */
const isReplaced = (one, own) =>
	one.state === "refused" &&
	own.some((each) => each.job === one.job && each.kind === "report" && each.id > one.id && each.state === "sent");

function keptCard(one, own, jobs, draftOf) {
	const piece = clone("kept");
	const element = piece.querySelector("article");
	const job = jobs.find((each) => each.name === one.job) ?? draftOf[one.job]?.job;
	const made = onSiteClock(one.madeAt);
	fill(element, {
		title: `${words.entries[one.kind]} – ${job?.title ?? one.job}`,
		made: `${day(made)} ${clock(made)}`,
		why: one.state === "sent" ? "" : [one.why, isReplaced(one, own) ? words.replaced : ""].filter(Boolean).join(" "),
	});
	const state = slot(element, "state");
	state.className = `badge ${{ sent: "good", refused: "bad" }[one.state] ?? "warn"}`;
	state.textContent = words.states[one.state];
	const buttons = Object.fromEntries([...element.querySelectorAll("[data-do]")].map((button) => [button.dataset.do, button]));
	show(buttons.again, one.state !== "sent" && !isReplaced(one, own));
	show(buttons.copy, one.state === "refused" && one.kind === "report");
	show(buttons.discard, one.state === "refused");
	buttons.again.addEventListener("click", async () => {
		await store.put("outbox", { ...one, state: "kept", notBefore: 0 });
		await outbox.wake(true);
	});
	buttons.copy.addEventListener("click", async () => {
		const { signature, ...body } = one.body;
		await navigator.clipboard.writeText(`${one.job}\n${JSON.stringify(body, null, 1)}`);
		buttons.copy.textContent = words.copied;
	});
	buttons.discard.addEventListener("click", async () => {
		if (!(await ask(words.discard_question))) return;
		await discard(one);
		await redraw();
	});
	return piece;
}

async function discard(one) {
	await store.remove("outbox", one.id);
	if (one.kind !== "photo") return;
	await store.remove("photos", one.key);
	const draft = await store.get("drafts", [one.user, one.job]);
	if (draft) await store.put("drafts", withoutPhoto(draft, one.key));
}

const note = (text) => Object.assign(document.createElement("p"), { className: "empty", textContent: text });

function back() {
	const link = Object.assign(document.createElement("a"), { href: "#today", textContent: words.back });
	const paragraph = document.createElement("p");
	paragraph.append(link);
	return paragraph;
}

/** The line below the heading: network, what waits, how old the jobs are. */
async function line(own) {
	const [fetched, needsLogin] = [await store.fact("fetched_at"), await store.fact("needs_login")];
	const waiting = own.filter((one) => one.state === "kept").length;
	const refused = own.filter((one) => one.state === "refused").length;
	const element = document.getElementById("line");
	element.textContent = [
		hasNetwork ? words.online : words.offline,
		waiting ? say("waiting", number(waiting)) : "",
		refused ? say("refused", number(refused)) : "",
		fetched ? say("as_of", clock(onSiteClock(fetched))) : "",
	]
		.filter(Boolean)
		.join(" · ");
	const saying = document.getElementById("saying");
	show(saying, Boolean(needsLogin));
	saying.className = "notice warn";
	saying.textContent = needsLogin || "";
	if (needsLogin && isLoggedOut()) {
		const link = Object.assign(document.createElement("a"), { href: "/login?redirect-to=/technician", textContent: words.log_in });
		saying.append(" ", link);
	}
}

/** Ask the server for the jobs; what somebody is typing is not drawn anew. */
async function news(isAsked = false) {
	try {
		const told = await outbox.call("day");
		hasNetwork = true;
		await keep(told);
		// Whose it is that waits is known now.
		outbox.wake();
	} catch (failure) {
		hasNetwork = Boolean(failure.needsLogin);
	}
	if (isAsked || !wanted().job) await redraw();
	else await line(await ownEntries());
}

async function keep(told) {
	setZone(told.zone);
	const { jobs, ...facts } = told;
	await store.replaceJobs(jobs, { ...facts, fetched_at: Date.now(), needs_login: "" });
	const unsent = new Set((await ownEntries()).filter((one) => one.state !== "sent").map((one) => one.job));
	for (const draft of (await store.all("drafts")).filter(isOf(told.user))) {
		const job = jobs.find((one) => one.name === draft.name);
		// The office has it all: the draft has served.
		const hasServed = draft.isFinished ? !job || job.docstatus === 1 : !job && !draft.isUnsent;
		if (hasServed && !unsent.has(draft.name)) await store.remove("drafts", [told.user, draft.name]);
	}
}

/** After an entry was tried: the network as it showed itself, and the job as it now is. */
async function tried(answer, one) {
	if (answer) hasNetwork = true;
	else if (one.state === "kept") hasNetwork = navigator.onLine && Boolean(one.why);
	else await reopen(one);
	const isBusy = document.activeElement?.matches?.("input, textarea, select") || document.querySelector("[data-drawing]");
	if (isBusy && wanted().job) await line(await ownEntries());
	else await redraw();
}

/** What was refused can be put right here and finished again. */
async function reopen(one) {
	const draft = await store.get("drafts", [one.user, one.job]);
	if (draft?.isFinished) await store.put("drafts", { ...draft, isFinished: false });
}

async function logOut() {
	const waiting = (await ownEntries()).filter((one) => one.state !== "sent");
	if (waiting.length && !(await ask(say("log_out_question", number(waiting.length))))) return;
	await store.forgetLogin();
	for (const name of await caches.keys()) if (name.startsWith("technician-")) await caches.delete(name);
	location.href = "/?cmd=web_logout";
}

/** On a phone that several share, nobody sees for a moment what was kept of the one before. */
async function forgetAnother() {
	const [login, kept] = [loginNow(), await store.fact("user")];
	if (login && !isLoggedOut() && kept && login !== kept) await store.forgetLogin();
}

async function begin() {
	await forgetAnother();
	setZone(await store.fact("zone"));
	document.getElementById("log-out").addEventListener("click", logOut);
	addEventListener("hashchange", async () => {
		await redraw();
		scrollTo(0, 0);
		title.focus();
	});
	addEventListener("online", () => news());
	addEventListener("offline", () => {
		hasNetwork = false;
		redraw();
	});
	await redraw();
	outbox.start(tried);
	navigator.serviceWorker?.register("/technician/worker.js", { scope: "/technician" }).catch(() => {});
	// Some browsers ask whoever holds the phone, who need not answer.
	navigator.storage?.persist?.();
	await news(true);
	setInterval(() => document.hidden || news(), NEWS_EVERY);
}

begin();
