// The configurator: a full-size dialog on the quotation.

import { date, escape, money, number } from "../sales_process/words";

import { asking, latest } from "./ask";
import { groups_html, reason_text, show_prices, show_states } from "./choices";

const PAUSE = 300;
const DECIMALS = 2;
const NAMES = {
	Option: () => __("Option"),
	Group: () => __("Group"),
	Rule: () => __("Rule"),
	Input: () => __("Measure"),
};
const CHANGES = { new: () => __("new"), gone: () => __("gone"), changed: () => __("changed") };

/** Ask what to configure, then open it. Unsaved changes of a saved quotation are saved first. */
export async function configure(frm) {
	if (!frm.doc.company || !frm.doc.party_name) {
		frappe.msgprint(__("Choose the company and the customer first: prices and options depend on them."));
		return;
	}
	if (!frm.is_new() && frm.is_dirty()) await frm.save();
	const ask = asking(frm);
	const { models, configurations } = await ask("models");
	if (models.length + configurations.length === 0) {
		frappe.msgprint(__("There is no published offer model for this company today."));
		return;
	}
	if (models.length === 1 && !configurations.length) {
		new Configurator(frm, () => ask("begin", { version: models[0].published_version }));
		return;
	}
	pick(frm, ask, models, configurations);
}

function pick(frm, ask, models, configurations) {
	const dialog = new frappe.ui.Dialog({ animate: false, title: __("What Do You Want to Configure?") });
	const rows = [
		...configurations.map((row) => ({
			key: `c:${row.name}`,
			label: __("Change {0}", [row.offer_model]),
			note: row.published_version !== row.model_version ? __("A later version is there") : "",
		})),
		...models.map((row) => ({ key: `m:${row.published_version}`, label: row.title, note: row.description })),
	];
	dialog.$body.html(
		`<ul class="crm-conf-pick">${rows
			.map(
				(row) => `<li><button type="button" class="btn btn-default" data-key="${escape(row.key)}">
					<bdi>${escape(row.label)}</bdi>${row.note ? `<small>${escape(row.note)}</small>` : ""}
				</button></li>`
			)
			.join("")}</ul>`
	);
	dialog.$body.on("click", "[data-key]", (event) => {
		const { key } = event.currentTarget.dataset;
		const name = key.slice(2);
		dialog.hide();
		if (key.startsWith("c:")) new Configurator(frm, () => ask("resume", { configuration: name }), name);
		else new Configurator(frm, () => ask("begin", { version: name }));
	});
	dialog.show();
}

class Configurator {
	constructor(frm, open, configuration = null) {
		this.frm = frm;
		this.ask = asking(frm);
		this.configuration = configuration;
		this.key = frappe.utils.get_random(20);
		this.id = `conf-${frappe.utils.get_random(6)}`;
		this.answer_latest = latest((args) => this.ask("answer", args));
		this.price_latest = latest((args) => this.ask("price", args));
		this.dialog = new frappe.ui.Dialog({
			animate: false,
			title: __("Configure"),
			size: "extra-large",
			primary_action_label: __("Put into the Quotation"),
			primary_action: () => this.save(),
		});
		this.dialog.$wrapper.addClass("crm-conf");
		this.dialog.$wrapper.find(".btn-modal-close").attr("aria-label", __("Close"));
		this.dialog.$body.html(`<p class="crm-conf-loading" role="status">${__("Loading …")}</p>`);
		this.dialog.show();
		this.show(open);
	}

	async show(open) {
		try {
			this.draw(await open());
		} catch {
			this.dialog.$body.html(
				`<p class="crm-conf-loading" role="alert">${__("This could not be loaded. Close it and try again.")}</p>`
			);
		}
	}

	draw(model) {
		this.model = model;
		this.inputs = { ...model.inputs_given };
		this.chosen = new Set(model.answer.chosen);
		this.dialog.set_title(__("Configure: {0}", [model.title]));
		this.dialog.$body.html(`<div class="crm-conf-page">
			<div class="crm-conf-notes">${this.version_html()}</div>
			<form class="crm-conf-choices" novalidate>${groups_html(model, this.id)}</form>
			<aside class="crm-conf-side" aria-label="${__("Result")}">
				<div data-proposal role="status" aria-live="polite"></div>
				<div data-open></div>
				<div class="crm-conf-completions" role="group" aria-label="${__("Complete the rest")}">
					<span>${__("Complete the rest")}</span>
					<button type="button" class="btn btn-default btn-sm" data-best="cheapest">${__("Cheapest")}</button>
					<button type="button" class="btn btn-default btn-sm" data-best="fastest">${__("Fastest")}</button>
					${
						model.sees_cost
							? `<button type="button" class="btn btn-default btn-sm" data-best="highest_margin">${__("Highest Margin")}</button>`
							: ""
					}
				</div>
				<div data-priced aria-live="polite"></div>
			</aside>
		</div>`);
		this.body = this.dialog.$body[0];
		this.listen();
		this.take(model.answer);
		this.price_options();
	}

	listen() {
		const choices = this.body.querySelector(".crm-conf-choices");
		choices.addEventListener("submit", (event) => event.preventDefault());
		choices.addEventListener("change", (event) => this.change(event.target));
		this.dialog.$body.off("click").on("click", "[data-best]", (event) => this.complete(event.currentTarget));
		this.dialog.$body.on("click", "[data-take]", () => this.accept());
		this.dialog.$body.on("click", "[data-leave]", () => this.propose(null));
		this.dialog.$body.on("click", "[data-settle]", () => this.nearest(""));
		this.dialog.$body.on("click", "[data-move]", () => this.move());
	}

	change(input) {
		if (input.dataset.input) {
			this.inputs[input.dataset.input] = input.value;
			this.refresh();
			return;
		}
		const group = input.closest("[data-group]");
		const card = input.closest("[data-option]");
		if (card?.dataset.status === "impossible" && input.checked) {
			show_states(this.body, this.model, this.answer);
			this.nearest(card.dataset.option);
			return;
		}
		if (input.type === "radio") {
			for (const other of group.querySelectorAll("[data-option]")) this.chosen.delete(other.dataset.option);
		}
		if (input.value) this.chosen[input.checked ? "add" : "delete"](input.value);
		this.propose(null);
		this.refresh();
	}

	/** What is chosen in parts whose option is chosen no longer goes with it. */
	drop_what_hangs_in_the_air() {
		const parents = new Map(this.model.groups.map((group) => [group.code, group.parent]));
		const groups = new Map(this.model.options.map((option) => [option.code, option.group]));
		const forced = (code) => this.answer?.options[code]?.status === "forced";
		let dropped = true;
		while (dropped) {
			dropped = false;
			for (const code of this.chosen) {
				const parent = parents.get(groups.get(code));
				if (parent && !this.chosen.has(parent) && !forced(parent)) {
					this.chosen.delete(code);
					dropped = true;
				}
			}
		}
	}

	async refresh() {
		this.drop_what_hangs_in_the_air();
		const answer = await this.answer_latest(this.choice()).catch(() => undefined);
		if (answer) this.take(answer);
	}

	choice(chosen = this.chosen) {
		return { version: this.model.version, chosen: [...chosen], inputs: this.inputs };
	}

	take(answer) {
		this.answer = answer;
		show_states(this.body, this.model, answer);
		this.show_open();
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.price(), PAUSE);
	}

	show_open() {
		const { conflict, open, trouble } = this.answer;
		const parts = [];
		if (conflict) {
			parts.push(`<div class="crm-conf-conflict" role="alert">
				<strong>${__("These choices do not go together.")}</strong> ${escape(reason_text(conflict))}
				<button type="button" class="btn btn-default btn-sm" data-settle>${__("Take the Nearest Valid Change")}</button>
			</div>`);
		} else if (open.length) {
			parts.push(
				`<strong>${__("Still open")}</strong><ul>${open.map((text) => `<li>${escape(text)}</li>`).join("")}</ul>`
			);
		} else {
			parts.push(`<p class="crm-conf-whole"><strong>${__("The configuration is whole.")}</strong></p>`);
		}
		if (trouble) parts.push(`<p role="alert">${escape(trouble)}</p>`);
		this.body.querySelector("[data-open]").innerHTML = parts.join("");
		this.body.querySelector(".crm-conf-completions").hidden = !open.length || Boolean(conflict);
		const is_ready = !conflict && !open.length && !trouble;
		this.dialog.get_primary_btn().prop("disabled", !is_ready);
	}

	async price() {
		const place = this.body.querySelector("[data-priced]");
		place.classList.add("crm-conf-waiting");
		const priced = await this.price_latest(this.choice(this.answer.taken)).catch(() => null);
		if (priced === undefined) return;
		place.classList.remove("crm-conf-waiting");
		place.innerHTML = priced
			? this.priced_html(priced)
			: `<p role="alert">${__("Prices could not be computed.")}</p>`;
	}

	priced_html({ lines, total, currency, promise }) {
		if (!lines.length) return `<p>${__("Nothing is chosen yet that has a price.")}</p>`;
		const rows = lines.map(
			(line) => `<tr>
				<td><bdi>${escape(line.label)}</bdi></td>
				<td>${number(Number(line.qty), line.qty.includes(".") ? DECIMALS : 0)} <bdi>${escape(__(line.uom))}</bdi></td>
				<td>${line.rate ? money(line.amount, currency, DECIMALS) : __("no price")}</td>
			</tr>`
		);
		return `<table class="crm-conf-lines">
			<thead class="sr-only"><tr><th>${__("Item")}</th><th>${__("Quantity")}</th><th>${__("Amount")}</th></tr></thead>
			<tbody>${rows.join("")}</tbody>
			<tfoot><tr><th colspan="2">${__("Total before taxes")}</th><td>${money(total, currency, DECIMALS)}</td></tr></tfoot>
		</table>
		<p class="crm-conf-promise">${this.promise_text(promise)}</p>`;
	}

	promise_text({ day, unknown }) {
		if (day) return __("All of it can leave on {0}.", [date(day)]);
		return __("No date is known for: {0}", [escape(unknown.join(__(", ")))]);
	}

	async price_options() {
		const version = this.model.version;
		const prices = await this.ask("option_prices", { version }).catch(() => ({}));
		if (this.model.version === version) show_prices(this.body, prices, this.frm.doc.currency);
	}

	async nearest(wanted) {
		const option = this.model.options.find(({ code }) => code === wanted);
		const answer = this.answer.options[wanted];
		const change = await this.ask("nearest", { version: this.model.version, chosen: [...this.chosen], wanted });
		const why = answer?.reason ? reason_text(answer.reason) : "";
		this.propose({
			...change,
			title: option ? __("{0} is not possible now.", [option.label]) : __("The nearest valid change"),
			text: change.refused ? [change.refused, reason_text(change.reason)].join(" ") : why,
		});
	}

	async complete(button) {
		const objective = button.dataset.best;
		button.disabled = true;
		try {
			const found = await this.ask("completion", { ...this.choice(), objective });
			this.propose({
				...found,
				title: __("{0}: complete the rest", [button.textContent.trim()]),
				text: found.refused || (found.is_proved ? "" : __("The best that was found in the time; there may be a better one.")),
			});
		} finally {
			button.disabled = false;
		}
	}

	/** Show what would change, with the button that does it; null takes the proposal away. */
	propose(proposal) {
		this.proposal = proposal;
		const place = this.body.querySelector("[data-proposal]");
		if (!proposal) {
			place.innerHTML = "";
			return;
		}
		const list = (title, labels) =>
			labels?.length ? `<p><strong>${title}</strong> ${labels.map((label) => `<bdi>${escape(label)}</bdi>`).join(__(", "))}</p>` : "";
		const changes = list(__("Goes away:"), proposal.dropped) + list(__("Comes in:"), proposal.added);
		place.innerHTML = `<section class="crm-conf-proposal">
			<h5>${escape(proposal.title)}</h5>
			${proposal.text ? `<p>${escape(proposal.text)}</p>` : ""}
			${proposal.refused ? "" : changes || `<p>${__("Nothing changes.")}</p>`}
			${
				proposal.refused
					? ""
					: `<button type="button" class="btn btn-primary btn-sm" data-take>${
							proposal.dropped.length ? __("Take the Nearest Valid Change") : __("Take It")
					  }</button>`
			}
			<button type="button" class="btn btn-default btn-sm" data-leave>${__("Leave It")}</button>
		</section>`;
		place.querySelector("[data-take], [data-leave]").focus({ preventScroll: false });
	}

	accept() {
		this.chosen = new Set(this.proposal.chosen);
		this.propose(null);
		this.refresh();
	}

	version_html() {
		const { newer, price_changes, dropped } = this.model;
		const parts = [];
		if (newer) {
			const rows = newer.differences.map(
				(part) => `<li>${NAMES[part.kind]()} <bdi>${escape(part.label)}</bdi>: ${CHANGES[part.what]()}</li>`
			);
			parts.push(`<details class="crm-conf-note"><summary>${__("A later version of this offer model is there.")}</summary>
				<ul>${rows.join("")}</ul>
				<button type="button" class="btn btn-default btn-sm" data-move>${__("Move to the Later Version")}</button>
			</details>`);
		}
		if (price_changes?.length) {
			const { currency } = this.frm.doc;
			const rows = price_changes.map(
				(row) => `<li><bdi>${escape(row.label)}</bdi>: ${money(row.before, currency, DECIMALS)} → ${money(row.now, currency, DECIMALS)}</li>`
			);
			parts.push(`<details class="crm-conf-note"><summary>${__("Prices have changed since.")}</summary>
				<ul>${rows.join("")}</ul></details>`);
		}
		if (dropped?.length) {
			parts.push(`<p class="crm-conf-note" role="status">${__("Not in the later version, or no longer allowed: {0}", [
				escape(dropped.join(__(", "))),
			])}</p>`);
		}
		return parts.join("");
	}

	move() {
		const { version } = this.model.newer;
		this.show(() => this.ask("move", { configuration: this.configuration, version }));
	}

	async save() {
		const button = this.dialog.get_primary_btn().prop("disabled", true);
		try {
			const saved = await this.ask("save", {
				...this.choice(this.answer.taken),
				key: this.key,
				configuration: this.configuration,
			});
			this.dialog.hide();
			if (saved.without_price.length) {
				frappe.msgprint(__("No price was found for: {0}. Enter it in the line.", [saved.without_price.map(escape).join(__(", "))]));
			}
			await this.go_to(saved.quotation);
			frappe.show_alert({ message: __("The lines are in the quotation."), indicator: "green" });
		} catch {
			button.prop("disabled", false);
		}
	}

	async go_to(quotation) {
		const { frm } = this;
		if (!frm.is_new()) {
			await frm.reload_doc();
			return;
		}
		const { doctype, docname } = frm;
		await frappe.set_route("Form", doctype, quotation);
		frappe.model.remove_from_locals(doctype, docname);
	}
}
