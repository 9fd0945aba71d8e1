/* The offer's total and promise date follow what is ticked. Without this file the button "Recalculate" does it. */
(() => {
	const form = document.getElementById("offer");
	const button = document.getElementById("recalculate");
	if (!form || !button) return;
	button.hidden = true;
	let asked = 0;

	const ticked = (field) => [...form.querySelectorAll(`input[name="${field}"]:checked`)].map((box) => box.value);

	async function recalculate() {
		const turn = ++asked;
		form.setAttribute("aria-busy", "true");
		const body = new URLSearchParams({
			chosen: JSON.stringify(ticked("chosen")),
			alternatives: JSON.stringify(ticked("alternatives")),
		});
		for (const key of ["quotation", "token"]) if (form.dataset[key]) body.set(key, form.dataset[key]);
		try {
			const answer = await fetch("/api/method/crm_ext.api.quotation_portal.preview", {
				method: "POST",
				headers: { "X-Frappe-CSRF-Token": form.elements.csrf_token.value, Accept: "application/json" },
				body,
			});
			if (!answer.ok) throw new Error(String(answer.status));
			const { message } = await answer.json();
			if (turn === asked) show(message);
		} catch {
			// The page of the server says what does not go together.
			if (turn === asked) button.hidden = false;
		} finally {
			if (turn === asked) form.removeAttribute("aria-busy");
		}
	}

	function show(figures) {
		for (const place of form.querySelectorAll("[data-figure]")) {
			place.firstElementChild.textContent = figures[place.dataset.figure];
		}
		form.elements.seen_total.value = figures.seen_total;
		const taxes = [...form.querySelectorAll("dd.tax bdi")];
		figures.taxes.forEach(([, amount], index) => taxes[index] && (taxes[index].textContent = amount));
		button.hidden = taxes.length === figures.taxes.length;
	}

	form.addEventListener("change", (event) => {
		if (event.target.matches('input[name="chosen"], input[name="alternatives"]')) recalculate();
	});
})();
