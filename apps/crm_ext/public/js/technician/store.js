/* What is kept on the phone: own jobs, what lies in the van, what was typed, and what is still to be sent. */

const NAME = "crm_ext_technician";
// drafts: of each login its own. names: what the server knows of the rows that it was sent (see draft.js).
const STORES = { facts: "key", jobs: "name", drafts: ["user", "name"], names: "job", photos: "key", outbox: "id" };

let opened = null;

function open() {
	opened ??= new Promise((resolve, reject) => {
		const asked = indexedDB.open(NAME, 1);
		asked.onupgradeneeded = () => {
			for (const [store, keyPath] of Object.entries(STORES))
				asked.result.createObjectStore(store, { keyPath, autoIncrement: store === "outbox" });
		};
		asked.onsuccess = () => resolve(asked.result);
		asked.onerror = () => reject(asked.error);
	});
	return opened;
}

const answerOf = (request) =>
	new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});

async function change(stores, act) {
	const transaction = (await open()).transaction(stores, "readwrite");
	const done = new Promise((resolve, reject) => {
		transaction.oncomplete = resolve;
		transaction.onerror = transaction.onabort = () => reject(transaction.error);
	});
	const answer = act((store) => transaction.objectStore(store));
	await done;
	return answer?.result;
}

export async function get(store, key) {
	return answerOf((await open()).transaction(store).objectStore(store).get(key));
}

export async function all(store) {
	return answerOf((await open()).transaction(store).objectStore(store).getAll());
}

export const put = (store, value) => change([store], (of) => of(store).put(value));

export const remove = (store, key) => change([store], (of) => void of(store).delete(key));

/** The jobs of an answer of the server take the place of those kept; drafts and what is to be sent stay. */
export function replaceJobs(jobs, facts) {
	return change(["jobs", "facts"], (of) => {
		of("jobs").clear();
		for (const job of jobs) of("jobs").put(job);
		for (const [key, value] of Object.entries(facts)) of("facts").put({ key, value });
	});
}

export const fact = async (key) => (await get("facts", key))?.value;

/** A draft and what is to be sent of it, both or neither. */
export function putTogether(draft, entries) {
	return change(["drafts", "outbox"], (of) => {
		if (draft) of("drafts").put(draft);
		for (const entry of entries) of("outbox").put(entry);
	});
}

/** What the server knows of the rows of a job: {job, rows, told}. */
export const knownOf = async (job) => ({ job, rows: {}, told: {}, ...(await get("names", job)) });

/** An entry that was sent, what is known of its rows now and, where it was told, how the job is now: all or nothing. */
export function putAnswer(entry, known, job) {
	return change(["outbox", "names", "jobs"], (of) => {
		of("outbox").put(entry);
		of("names").put(known);
		if (job) of("jobs").put(job);
	});
}

/** Jobs, van and who it was are gone. What was typed and not sent stays, unseen, for when the same login comes back. */
export function forgetLogin() {
	return change(["facts", "jobs"], (of) => {
		of("jobs").clear();
		of("facts").clear();
	});
}
