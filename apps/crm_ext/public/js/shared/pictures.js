/* Pictures made small in the browser, before they are kept or sent. */

// Larger files are no photos of a phone; decoding them can end the page.
export const LARGEST_FILE = 40 * 1024 * 1024;
export const QUALITY = 0.8;
const LONGEST_SIDE = 1600;

/** A canvas with the picture, no side longer than 1600 pixels. Rejects a file that the browser cannot read as a picture. */
export async function drawn(file) {
	const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
	const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
	const canvas = document.createElement("canvas");
	canvas.width = Math.round(picture.width * scale);
	canvas.height = Math.round(picture.height * scale);
	canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
	picture.close();
	return canvas;
}
