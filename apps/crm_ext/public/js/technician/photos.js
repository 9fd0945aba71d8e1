/* Pictures made small on the phone, before anything is kept or sent. */
import { drawn, LARGEST_FILE, QUALITY } from "../shared/pictures.js";
import { say, number } from "./format.js";

/** A JPEG as a data URL, no side longer than 1600 pixels. Throws an Error with a sentence. */
export async function scaled(file) {
	if (file.size > LARGEST_FILE)
		throw new Error(say("photo_too_large", number(Math.round(file.size / 1048576)), number(LARGEST_FILE / 1048576)));
	let picture;
	try {
		picture = await drawn(file);
	} catch {
		throw new Error(say("photo_unreadable"));
	}
	return picture.toDataURL("image/jpeg", QUALITY);
}
