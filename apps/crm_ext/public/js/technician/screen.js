/* Templates of the page, cloned and filled. */

export function clone(id) {
	return document.getElementById(id).content.cloneNode(true);
}

/** The element with this data-slot inside. */
export const slot = (inside, name) => inside.querySelector(`[data-slot="${name}"]`);

export function fill(inside, texts) {
	for (const [name, text] of Object.entries(texts)) {
		const element = slot(inside, name);
		if (element) element.textContent = text ?? "";
	}
}

/** Show or hide; a hidden element is nothing for screen readers either. */
export function show(element, isShown) {
	element.hidden = !isShown;
}

/** Yes or no, by the page's own dialog. */
export function ask(text) {
	const dialog = document.getElementById("ask");
	document.getElementById("ask-text").textContent = text;
	dialog.returnValue = "no";
	dialog.showModal();
	return new Promise((resolve) =>
		dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true })
	);
}

const COLOURS = { "Work Done": "good", Completed: "good", "On the Way": "warn", "In Progress": "warn" };

export function badge(element, status, text) {
	element.className = `badge ${COLOURS[status] ?? "plain"}`;
	element.textContent = text;
}

/** Links for directions and telephone; taken out where there is nothing to lead to. */
export function ways(element, job, clone_) {
	element.append(clone_("ways"));
	const directions = slot(element, "directions");
	const place = job.latitude || job.longitude ? `${job.latitude},${job.longitude}` : "";
	// Phones open geo: in the map that their owner likes; others get a page.
	if (/Android/.test(navigator.userAgent) && place) directions.href = `geo:${place}?q=${place}`;
	else if (place || job.address)
		directions.href = `https://www.openstreetmap.org/${place ? `?mlat=${job.latitude}&mlon=${job.longitude}#map=16/${job.latitude}/${job.longitude}` : `search?query=${encodeURIComponent(job.address.replaceAll("\n", ", "))}`}`;
	else directions.remove();
	const call = slot(element, "call");
	if (job.contact_mobile) {
		call.href = `tel:${job.contact_mobile.replace(/[^\d+]/g, "")}`;
		call.append(` ${job.contact_name ?? ""}`);
	} else call.remove();
}
