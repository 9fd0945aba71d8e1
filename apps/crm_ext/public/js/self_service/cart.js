/* Totals and dates follow a changed quantity, and an order is sent once. Without this file the buttons do it. */
(() => {
	const place = document.getElementById("cart");
	if (!place) return;
	let sending = false;

	place.addEventListener("change", (event) => {
		if (event.target.matches("input.qty")) change(event.target);
	});
	place.addEventListener("submit", (event) => {
		// The server takes an order once; this only spares the customer a second wait.
		if (sending) event.preventDefault();
		sending = true;
	});
	window.addEventListener("pageshow", () => (sending = false));

	async function change(input) {
		const form = input.form;
		const focused = document.activeElement?.id;
		place.setAttribute("aria-busy", "true");
		try {
			const answer = await fetch("/api/method/crm_ext.api.shop.change_cart", {
				method: "POST",
				headers: { "X-Frappe-CSRF-Token": form.elements.csrf_token.value, Accept: "application/json" },
				body: new URLSearchParams({ item: input.name.slice("qty:".length), qty: input.value }),
			});
			if (!answer.ok) throw new Error(String(answer.status));
			const { message } = await answer.json();
			if (message.ok) await refresh(form, focused);
			else complain(input, message.message);
		} catch {
			form.querySelector("[data-update]").click();
		} finally {
			place.removeAttribute("aria-busy");
		}
	}

	async function refresh(form, focused) {
		const kept = new Map([...form.elements].filter((field) => field.id && !field.matches(".qty")).map((field) => [field.id, field.value]));
		const page = await (await fetch("/portal/cart")).text();
		const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("cart");
		place.replaceChildren(...fresh.childNodes);
		// What is typed and not sent yet stays.
		for (const [id, value] of kept) {
			const field = document.getElementById(id);
			if (field) field.value = value;
		}
		if (focused) document.getElementById(focused)?.focus();
	}

	function complain(input, text) {
		const id = `${input.id}-error`;
		let sentence = document.getElementById(id);
		if (!sentence) {
			sentence = document.createElement("span");
			sentence.id = id;
			sentence.className = "error";
			sentence.setAttribute("role", "alert");
			input.after(sentence);
		}
		sentence.textContent = text;
		input.setAttribute("aria-invalid", "true");
		input.setAttribute("aria-describedby", id);
	}
})();
