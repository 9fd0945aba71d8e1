/*
 * Photos of a request, made small before they are sent over a slow line, and what is wrong with them said at once: a request
 * that is too large never reaches the page that could say it. Without this file they are sent as they are. The sentences
 * stand in the page, in the reader's language.
 */
import { drawn, LARGEST_FILE, QUALITY } from "../shared/pictures.js";

// Less than this is sent as it is: drawings and pictures of screens stay sharp.
const SMALL_ENOUGH = 1024 * 1024;

async function small(file) {
	if (file.size <= SMALL_ENOUGH || file.size > LARGEST_FILE) return file;
	try {
		const canvas = await drawn(file);
		const picture = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
		if (!picture || picture.size >= file.size) return file;
		return new File([picture], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: picture.type });
	} catch {
		// The browser cannot read it: the server says whether it is a photo.
		return file;
	}
}

function objection(files, { largest, together, tooLarge, tooMuch }) {
	const large = files.find((file) => file.size > Number(largest));
	if (large) return tooLarge.replace("{0}", large.name);
	return files.reduce((sum, file) => sum + file.size, 0) > Number(together) ? tooMuch : "";
}

function held(files) {
	const transfer = new DataTransfer();
	for (const file of files) transfer.items.add(file);
	return transfer.files;
}

for (const input of document.querySelectorAll("input[type=file][data-largest]")) {
	const state = document.getElementById(input.dataset.state);
	const say = (problem) => {
		input.setCustomValidity(problem);
		input.reportValidity();
	};
	let round = 0;

	input.addEventListener("change", async () => {
		const mine = ++round;
		state.textContent = "";
		if (input.files.length > Number(input.dataset.most)) return say(input.dataset.tooMany);
		// The form waits for it: what is sent in the middle would be what was chosen.
		input.setCustomValidity(input.dataset.working);
		state.textContent = input.dataset.working;
		const files = [];
		// One after the other: a phone has not the memory for ten at once.
		for (const file of [...input.files]) files.push(await small(file));
		if (mine !== round) return;
		input.files = held(files);
		state.textContent = "";
		say(objection(files, input.dataset));
	});
}
