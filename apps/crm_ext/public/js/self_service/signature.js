/* Signing an offer by hand. Without this file, and without a pointer, the typed name signs. */
import { pad } from "./pad.js";

const canvas = document.getElementById("pad");
if (canvas) {
	document.getElementById("drawing").hidden = false;
	const { signature } = document.getElementById("offer").elements;
	const signing = pad(canvas, "", (picture) => (signature.value = picture));
	document.getElementById("clear-pad").addEventListener("click", signing.clear);
}
