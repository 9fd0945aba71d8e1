/* A pad to sign on. Without this file, and without a pointer, the typed name signs. */
(() => {
	const pad = document.getElementById("pad");
	if (!pad) return;
	const form = document.getElementById("offer");
	const pen = pad.getContext("2d");
	document.getElementById("drawing").hidden = false;
	let drawn = false;
	let last = null;

	function fit() {
		const scale = Math.min(window.devicePixelRatio || 1, 2);
		pad.width = pad.clientWidth * scale;
		pad.height = pad.clientHeight * scale;
		pen.scale(scale, scale);
		Object.assign(pen, { lineWidth: 2.2, lineCap: "round", lineJoin: "round", strokeStyle: "#10204a" });
	}

	function clear() {
		pen.clearRect(0, 0, pad.width, pad.height);
		form.elements.signature.value = "";
		drawn = false;
	}

	const place = (event) => {
		const box = pad.getBoundingClientRect();
		return [event.clientX - box.left, event.clientY - box.top];
	};

	pad.addEventListener("pointerdown", (event) => {
		pad.setPointerCapture(event.pointerId);
		last = place(event);
	});
	pad.addEventListener("pointermove", (event) => {
		if (!last) return;
		const next = place(event);
		pen.beginPath();
		pen.moveTo(...last);
		pen.lineTo(...next);
		pen.stroke();
		last = next;
		drawn = true;
	});
	for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => (last = null));
	document.getElementById("clear-pad").addEventListener("click", clear);
	form.addEventListener("submit", () => {
		if (drawn) form.elements.signature.value = pad.toDataURL("image/png");
	});
	fit();
})();
