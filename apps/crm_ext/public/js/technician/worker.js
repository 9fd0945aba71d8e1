/*
 * Keeps the page itself on the phone, so that it opens without network. VERSION and FILES stand above: the server makes
 * them from the files' contents. Data are not kept here but by the page, and none but GETs of these addresses are touched.
 */
const CACHE = `technician-${VERSION}`;
const FRAME = "/technician";
const PATIENCE = 4_000;

self.addEventListener("install", (event) => {
	event.waitUntil(
		(async () => {
			const cache = await caches.open(CACHE);
			await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
			const page = await fetch(FRAME, { credentials: "same-origin" });
			// Until the server is there again, the worker before keeps the page open.
			if (page.status >= 500) throw new Error(page.statusText);
			await keepFrame(page);
			await self.skipWaiting();
		})()
	);
});

self.addEventListener("activate", (event) => {
	event.waitUntil(
		(async () => {
			for (const name of await caches.keys())
				if (name.startsWith("technician-") && name !== CACHE) await caches.delete(name);
			await self.clients.claim();
		})()
	);
});

self.addEventListener("fetch", (event) => {
	const { request } = event;
	const address = new URL(request.url);
	if (request.method !== "GET" || address.origin !== location.origin) return;
	if (request.mode === "navigate" && address.pathname === FRAME) event.respondWith(frame(request));
	else if (FILES.includes(address.pathname)) event.respondWith(file(request));
});

/** The page of the server while it is there; a redirect, as to the login, is passed on. */
async function frame(request) {
	const kept = await (await caches.open(CACHE)).match(FRAME);
	const asked = fetch(request).then((answer) => {
		keepFrame(answer.clone());
		return answer.status >= 500 && kept ? kept : answer;
	});
	if (!kept) return asked;
	const late = new Promise((resolve) => setTimeout(() => resolve(kept), PATIENCE));
	return Promise.race([asked.catch(() => kept), late]);
}

async function keepFrame(answer) {
	if (answer.ok && !answer.redirected && answer.type === "basic") await (await caches.open(CACHE)).put(FRAME, answer);
}

async function file(request) {
	const cache = await caches.open(CACHE);
	return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}
