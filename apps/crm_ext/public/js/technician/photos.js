/* Pictures made small on the phone, before anything is kept or sent. */
import { say, number } from "./format.js";

// Larger files are no photos of a phone; decoding them can end the page.
const LARGEST_FILE = 40 * 1024 * 1024;
const LONGEST_SIDE = 1600;
const QUALITY = 0.8;

/** A JPEG as a data URL, no side longer than 1600 pixels. Throws an Error with a sentence. */
export async function scaled(file) {
	if (file.size > LARGEST_FILE)
		throw new Error(say("photo_too_large", number(Math.round(file.size / 1048576)), number(LARGEST_FILE / 1048576)));
	let picture;
	try {
		picture = await createImageBitmap(file, { imageOrientation: "from-image" });
	} catch {
		throw new Error(say("photo_unreadable"));
	}
	const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
	const canvas = document.createElement("canvas");
	canvas.width = Math.round(picture.width * scale);
	canvas.height = Math.round(picture.height * scale);
	canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
	picture.close();
	return canvas.toDataURL("image/jpeg", QUALITY);
}
