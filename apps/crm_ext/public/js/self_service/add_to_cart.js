/* "Add to cart" without leaving the page. Without this file the buttons send the form. */
(() => {
	for (const form of document.querySelectorAll("[data-add-to-cart]")) form.addEventListener("submit", add);

	async function add(event) {
		const button = event.submitter;
		if (!button || button.name !== "item") return;
		event.preventDefault();
		const form = event.currentTarget;
		form.setAttribute("aria-busy", "true");
		try {
			const answer = await fetch("/api/method/crm_ext.api.shop.add_to_cart", {
				method: "POST",
				headers: { "X-Frappe-CSRF-Token": form.elements.csrf_token.value, Accept: "application/json" },
				body: new URLSearchParams({ item: button.value, qty: form.elements.qty?.value ?? "1" }),
			});
			if (!answer.ok) throw new Error(String(answer.status));
			say(form, button, (await answer.json()).message);
		} catch {
			// The page of the server says what is the matter.
			form.removeEventListener("submit", add);
			form.requestSubmit(button);
		} finally {
			form.removeAttribute("aria-busy");
		}
	}

	function say(form, button, { ok, message }) {
		const answer = form.querySelector("[data-answer]");
		answer.hidden = false;
		answer.classList.toggle("bad", !ok);
		answer.textContent = message;
		// Beside the button that was pressed, so that it is seen wherever the page has been scrolled to.
		button.before(answer);
	}
})();
