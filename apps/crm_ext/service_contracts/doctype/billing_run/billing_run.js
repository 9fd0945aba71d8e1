// A billing run: started, watched, stopped and gone on with. Figures open what they count; problems open their contract.

const BILLING = "crm_ext.api.billing";
const IS_OPEN = ["Queued", "Running"];
const POLL_MILLISECONDS = 2000;
// So often nobody is seen at work before the run is offered to be continued.
const PATIENCE = 4;

frappe.ui.form.on("Billing Run", {
	setup(frm) {
		frappe.realtime.on("billing_run", () => look(frm));
	},

	refresh(frm) {
		clearTimeout(frm.billing_timer);
		frm.nobody_seen = 0;
		frm.toggle_display("progress_section", !frm.is_new() && frm.doc.status !== "Draft");
		// The panel tells these, problems with their whole sentence and a way to the contract.
		frm.toggle_display(["contracts", "contracts_done", "invoices", "set_aside", "problems_section"], false);
		frm.set_intro("");
		if (frm.is_new()) {
			frm.set_intro(__("Choose what to bill and save. Nothing is billed before you start the run."), "blue");
			return;
		}
		frm.disable_save();
		add_buttons(frm);
		// The desk subscribes a form when it is opened, but not one that was opened right after another.
		frappe.realtime.doc_subscribe(frm.doctype, frm.docname);
		if (frm.doc.status !== "Draft") look(frm);
	},
});

function add_buttons(frm) {
	const { status } = frm.doc;
	frm.add_custom_button(__("What Will Be Billed"), () => open_preview(frm));
	if (!may_bill(frm)) return;
	if (status === "Draft") offer(frm, __("Start"), "begin");
	if (status === "Stopped") offer(frm, __("Continue"), "begin");
	if (IS_OPEN.includes(status)) frm.add_custom_button(__("Stop"), () => act(frm, "stop"));
	if (status === "Done with Problems") frm.add_custom_button(__("Bill Again"), () => bill_again(frm));
}

function may_bill(frm) {
	return frappe.perm.has_perm("Billing Run", 0, "write", frm.doc);
}

function offer(frm, label, verb) {
	frm.page.set_primary_action(label, () => act(frm, verb));
}

async function act(frm, verb) {
	await frappe.call({ method: `${BILLING}.${verb}`, type: "POST", args: { run: frm.doc.name }, freeze: true });
	await frm.reload_doc();
}

// What was set aside is still due: a new run bills it when it was put right.
function bill_again(frm) {
	const { of_company, service_contract } = frm.doc;
	frappe.new_doc("Billing Run", { of_company, service_contract });
}

function open_preview(frm) {
	const { of_company: company, service_contract } = frm.doc;
	frappe.route_options = { company, service_contract };
	frappe.set_route("query-report", "Billing Preview");
}

// While it is at work: the server tells of news, and where it cannot, the form asks.

async function look(frm) {
	const run = frm.doc.name;
	if (cur_frm !== frm || frm.is_new()) return;
	const { message: news } = await frappe.call({ method: `${BILLING}.progress`, type: "GET", args: { run } });
	if (cur_frm !== frm || frm.doc.name !== run) return;
	if (news.status !== frm.doc.status) {
		await frm.reload_doc();
		return;
	}
	show(frm, news);
	const is_open = IS_OPEN.includes(news.status);
	frm.nobody_seen = is_open && !news.at_work ? frm.nobody_seen + 1 : 0;
	// The job was lost, or its process was killed.
	if (frm.nobody_seen >= PATIENCE && may_bill(frm)) offer(frm, __("Continue"), "begin");
	clearTimeout(frm.billing_timer);
	if (is_open || news.at_work) frm.billing_timer = setTimeout(() => look(frm), POLL_MILLISECONDS);
}

// What is shown

function show(frm, news) {
	const { contracts, contracts_done, invoices, set_aside } = news;
	const percent = contracts ? Math.min(100, Math.round((contracts_done / contracts) * 100)) : 0;
	const wrapper = frm.get_field("progress_html").$wrapper;
	wrapper.html(`<div class="billing-progress">
		<p aria-live="polite">${says(frm, news)}</p>
		${IS_OPEN.includes(news.status) ? bar(percent) : ""}
		<p>
			${figure("contracts", contracts_done, __("{0} of {1} contracts looked at", [number(contracts_done), number(contracts)]))} ·
			${figure("invoices", invoices, __("{0} invoices made", [number(invoices)]))} ·
			${figure("set_aside", set_aside, __("{0} set aside", [number(set_aside)]))}
		</p>
		${problems(news)}
		${latest_invoices(news)}
		${numbers_waiting(news)}
	</div>`);
	wrapper.find("[data-opens]").on("click", (event) => {
		event.preventDefault();
		open_list(frm.doc.name, event.currentTarget.dataset.opens);
	});
}

function says(frm, { status, at_work, contracts, invoices }) {
	if (status === "Queued" && !at_work) {
		return __("The run waits for a background worker. If it goes on waiting, ask whether background workers run.");
	}
	if (status === "Running" && !at_work) {
		return __("No process works on this run any more. Continue it: what is billed is not billed again.");
	}
	if (status === "Stopped" && at_work) return __("The run stops after the invoice that it is at.");
	if (status === "Done" && !contracts) return __("Nothing was due by {0}.", [formatted(frm.doc.up_to, "Date")]);
	if (status === "Done" && !invoices) return __("What was due cost nothing, so that no invoice was made.");
	return {
		Queued: __("The run begins."),
		Running: __("Contracts are being billed."),
		Done: __("Everything due was billed."),
		"Done with Problems": __("What is listed below was not billed. Put it right, then bill again."),
		Stopped: __("The run was stopped. What is billed stays billed."),
	}[status];
}

function bar(percent) {
	return `<div class="progress" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${percent}"
		aria-label="${__("Progress")}" style="height: 1rem; margin-block-end: var(--margin-sm)">
		<div class="progress-bar" style="inline-size: ${percent}%"></div>
	</div>`;
}

function problems({ problems: rows, set_aside }) {
	if (!rows.length) return "";
	const lines = rows.map(
		(row) => `<li style="margin-block-end: var(--margin-sm)">
			${form_link("Service Contract", row.service_contract)} · <bdi>${safe(row.customer)}</bdi><br>
			${safe(row.reason)}
		</li>`
	);
	return `<h5>${__("Contracts That Were Not Billed")}</h5>
		<ol style="padding-inline-start: 1.25rem">${lines.join("")}</ol>
		${rows.length < set_aside ? figure("set_aside", set_aside, __("Show all {0}", [number(set_aside)])) : ""}`;
}

function latest_invoices({ latest, invoices }) {
	if (!latest.length) return "";
	const lines = latest.map(
		(row) => `<li style="margin-block-end: var(--margin-xs)">
			${form_link("Sales Invoice", row.name)} · <bdi>${safe(row.customer_name)}</bdi> ·
			<bdi class="text-nowrap">${formatted(row.grand_total, "Currency", row)}</bdi> · ${__(row.status)}
		</li>`
	);
	return `<h5>${__("Invoices Made Last")}</h5>
		<ul class="list-unstyled">${lines.join("")}</ul>
		${latest.length < invoices ? figure("invoices", invoices, __("Show all {0}", [number(invoices)])) : ""}`;
}

// Whoever answers for numbers without a gap reads where a missing one is.
function numbers_waiting({ status, numbers_waiting: count }) {
	if (!count || IS_OPEN.includes(status) || !frappe.model.can_read("Reserved Invoice Number")) return "";
	const text = __("{0} invoice numbers were reserved and are not used yet. The next billing run uses them first.", [
		number(count),
	]);
	return `<p class="text-muted">${figure("numbers", count, text)}</p>`;
}

function figure(opens, count, text) {
	return count ? `<a href="#" data-opens="${opens}" style="text-decoration: underline">${text}</a>` : text;
}

async function open_list(run, what) {
	if (what === "contracts") frappe.set_route("List", "Service Contract", { last_billing_run: run });
	if (what === "set_aside") {
		frappe.set_route("List", "Service Contract", { last_billing_run: run, billing_problem: ["is", "set"] });
	}
	if (what === "numbers") frappe.set_route("List", "Reserved Invoice Number");
	if (what === "invoices") {
		const { message: names } = await frappe.call({ method: `${BILLING}.invoices`, type: "GET", args: { run } });
		frappe.set_route("List", "Sales Invoice", { name: ["in", names] });
	}
}

function form_link(doctype, name) {
	return `<a href="${frappe.utils.get_form_link(doctype, name)}"><strong>${safe(name)}</strong></a>`;
}

function safe(text) {
	return frappe.utils.escape_html(text || "");
}

// As the desk writes it for this reader.
function formatted(value, fieldtype, row = {}) {
	return frappe.format(value, { fieldtype, options: "currency" }, { inline: true }, row);
}

function number(value) {
	return formatted(value || 0, "Int");
}
