/* A canvas to sign on, of the portal and of the technician's page. */

/** drawn(dataUrl | "") is called after every stroke; shown: a signature drawn before, as a data URL.
 *
 * While somebody draws the canvas has the attribute data-drawing.
 */
export function pad(canvas, shown, drawn) {
	const pen = canvas.getContext("2d");
	let last = null;

	function fit() {
		const scale = Math.min(devicePixelRatio || 1, 2);
		canvas.width = canvas.clientWidth * scale;
		canvas.height = canvas.clientHeight * scale;
		pen.scale(scale, scale);
		Object.assign(pen, { lineWidth: 2.2, lineCap: "round", lineJoin: "round", strokeStyle: "#10204a" });
		if (!shown) return;
		const picture = new Image();
		picture.onload = () => pen.drawImage(picture, 0, 0, canvas.clientWidth, canvas.clientHeight);
		picture.src = shown;
	}

	const place = (event) => {
		const box = canvas.getBoundingClientRect();
		return [event.clientX - box.left, event.clientY - box.top];
	};
	canvas.addEventListener("pointerdown", (event) => {
		canvas.setPointerCapture(event.pointerId);
		canvas.toggleAttribute("data-drawing", true);
		last = place(event);
	});
	canvas.addEventListener("pointermove", (event) => {
		if (!last) return;
		const next = place(event);
		pen.beginPath();
		pen.moveTo(...last);
		pen.lineTo(...next);
		pen.stroke();
		last = next;
	});
	for (const end of ["pointerup", "pointercancel"])
		canvas.addEventListener(end, () => {
			if (last) drawn(canvas.toDataURL("image/png"));
			last = null;
			canvas.toggleAttribute("data-drawing", false);
		});
	requestAnimationFrame(fit);
	return {
		clear() {
			pen.clearRect(0, 0, canvas.width, canvas.height);
			drawn("");
		},
	};
}
