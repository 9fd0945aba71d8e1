/* Codes read by the phone's camera, where its browser can do that. Others have a handheld scanner or type. */
import { words } from "./format.js";

// A person holds still for longer than this.
const LOOK_EVERY = 150;

/** Whether there is a camera to ask for (pages with https only) and a browser that reads codes. */
export async function canScan() {
	if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return false;
	return (await window.BarcodeDetector.getSupportedFormats().catch(() => [])).length > 0;
}

/** What the camera reads; "" when somebody closes it. Throws an Error with a sentence where there is no camera to use. */
export async function scan() {
	const dialog = document.getElementById("scanner");
	const video = dialog.querySelector("video");
	const stream = await camera();
	try {
		video.srcObject = stream;
		dialog.showModal();
		return await firstCode(video, dialog);
	} finally {
		for (const track of stream.getTracks()) track.stop();
		video.srcObject = null;
		dialog.close();
	}
}

async function camera() {
	try {
		return await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
	} catch {
		throw new Error(words.no_camera);
	}
}

async function firstCode(video, dialog) {
	const detector = new window.BarcodeDetector();
	while (dialog.open) {
		// A frame that is not there yet, or cannot be read, is followed by the next.
		const [code] = await detector.detect(video).catch(() => []);
		if (code?.rawValue && dialog.open) {
			navigator.vibrate?.(80);
			return code.rawValue;
		}
		await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
	}
	return "";
}
