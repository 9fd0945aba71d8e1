// Groups of options as cards: what can be chosen, what follows, what cannot be and why.

import { escape, money, name, number } from "../sales_process/words";

const LETTERS = 2;

/** HTML of the model's inputs and groups. `id` keeps apart what several models would name alike. */
export function groups_html(model, id) {
	const inputs = model.inputs.length
		? `<fieldset class="crm-conf-group" data-inputs>
				<legend>${__("Measures")}</legend>
				<div class="crm-conf-inputs">${model.inputs.map((input) => input_html(model, input, id)).join("")}</div>
			</fieldset>`
		: "";
	return inputs + model.groups.map((group) => group_html(model, group, id)).join("");
}

function input_html(model, input, id) {
	const given = model.inputs_given[input.code] ?? input.default;
	const bounds = ["minimum", "maximum"].map((bound) => input[bound]);
	const attributes = [
		bounds[0] !== "" ? `min="${escape(bounds[0])}"` : "",
		bounds[1] !== "" ? `max="${escape(bounds[1])}"` : "",
		`step="${escape(input.step || "any")}"`,
	].join(" ");
	return `<label class="crm-conf-input" data-scope="${escape(input.scope)}">
		<span>${escape(input.label)}</span>
		<input type="number" class="form-control" ${attributes} value="${escape(given)}"
			data-input="${escape(input.code)}" id="${id}-${escape(input.code)}">
	</label>`;
}

function group_html(model, group, id) {
	const options = model.options.filter((option) => option.group === group.code);
	const parent = model.options.find((option) => option.code === group.parent);
	const title = name(parent ? `${parent.label} – ${group.label}` : group.label);
	const none = is_single(group) && !group.at_least ? none_html(group, id) : "";
	return `<fieldset class="crm-conf-group" data-group="${escape(group.code)}" data-scope="${escape(group.parent)}">
		<legend>${title} <small>${name(how_many(group))}</small></legend>
		${group.picture ? `<img class="crm-conf-group-picture" src="${escape(group.picture)}" alt="">` : ""}
		${group.help ? `<p class="crm-conf-help">${escape(group.help)}</p>` : ""}
		<div class="crm-conf-options">${none}${options.map((option) => option_html(option, group, id)).join("")}</div>
	</fieldset>`;
}

function option_html(option, group, id) {
	const reason = `${id}-why-${option.code.replaceAll(".", "-")}`;
	const picture = option.picture
		? `<img src="${escape(option.picture)}" alt="" loading="lazy">`
		: `<span aria-hidden="true">${escape(option.label.slice(0, LETTERS))}</span>`;
	return `<label class="crm-conf-option" data-option="${escape(option.code)}">
		<input type="${is_single(group) ? "radio" : "checkbox"}" name="${id}-${escape(group.code)}"
			value="${escape(option.code)}" aria-describedby="${reason}">
		<span class="crm-conf-picture">${picture}</span>
		<span class="crm-conf-text">
			<span class="crm-conf-label"><bdi>${escape(option.label)}</bdi></span>
			<span class="crm-conf-price" data-price></span>
			<span class="crm-conf-why" id="${reason}" data-why></span>
		</span>
	</label>`;
}

function none_html(group, id) {
	return `<label class="crm-conf-option crm-conf-none">
		<input type="radio" name="${id}-${escape(group.code)}" value="">
		<span class="crm-conf-text"><span class="crm-conf-label">${__("None")}</span></span>
	</label>`;
}

const is_single = (group) => group.at_most === 1;

function how_many({ at_least, at_most }) {
	if (at_least && at_least === at_most) return __("choose {0}", [number(at_least)]);
	if (at_least && at_most) return __("choose {0} to {1}", [number(at_least), number(at_most)]);
	if (at_least) return __("choose at least {0}", [number(at_least)]);
	if (at_most) return __("at most {0}, may be left out", [number(at_most)]);
	return __("may be left out");
}

/** Show the answer in the cards that `groups_html` made. */
export function show_states(root, model, answer) {
	const taken = new Set(answer.taken);
	for (const part of root.querySelectorAll("[data-scope]")) {
		part.hidden = Boolean(part.dataset.scope) && !taken.has(part.dataset.scope);
	}
	for (const card of root.querySelectorAll("[data-option]")) {
		show_state(card, answer.options[card.dataset.option], taken, answer.quantities);
	}
	for (const none of root.querySelectorAll(".crm-conf-none input")) {
		const rest = none.closest("[data-group]").querySelectorAll("[data-option] input");
		none.checked = ![...rest].some((input) => input.checked);
	}
}

function show_state(card, state, taken, quantities) {
	const code = card.dataset.option;
	const input = card.querySelector("input");
	input.checked = taken.has(code);
	card.dataset.status = state.status;
	card.classList.toggle("crm-conf-taken", taken.has(code));
	const why = card.querySelector("[data-why]");
	why.innerHTML = [quantity_html(quantities[code]), state_html(state)].filter(Boolean).join(" ");
	card.title = state.reason ? reason_text(state.reason) : "";
}

const quantity_html = (quantity) =>
	quantity && quantity !== "1" ? `<span>${__("Quantity: {0}", [decimal(quantity)])}</span>` : "";

function decimal(text) {
	const digits = (text.split(".")[1] || "").length;
	return number(Number(text), digits);
}

function state_html(state) {
	if (state.status === "possible") return "";
	const word = state.status === "impossible" ? __("Not possible") : __("Follows from the rest");
	return `<strong>${word}</strong> <span>${escape(reason_text(state.reason))}</span>`;
}

/** The rules in conflict and the choices that bring them in, in one line. */
export function reason_text(reason) {
	if (!reason) return "";
	const choices = reason.choices.length ? __("You chose: {0}.", [reason.choices.join(__(", "))]) : "";
	return [...reason.sentences, choices].filter(Boolean).join(" ");
}

export function show_prices(root, prices, currency) {
	for (const card of root.querySelectorAll("[data-option]")) {
		const price = prices[card.dataset.option];
		card.querySelector("[data-price]").textContent = price === undefined ? "" : money(price, currency, 2);
	}
}
