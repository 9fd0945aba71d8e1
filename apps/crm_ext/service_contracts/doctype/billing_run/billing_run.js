// A billing run: started, watched, stopped and gone on with. Figures open what they count; problems open their contract.

const BILLING = "crm_ext.api.billing";
const IS_OPEN = ["Queued", "Running"];
const POLL_MILLISECONDS = 2000;

frappe.ui.form.on("Billing Run", {
	onload(frm) {
		frappe.realtime.on("billing_run", () => look(frm));
	},

	up_to: write_dates_in_words,
	posting_date: write_dates_in_words,

	refresh(frm) {
		frm.toggle_display("progress_section", !frm.is_new() && frm.doc.status !== "Draft");
		// The sentence above the bar tells these.
		frm.toggle_display(["contracts", "contracts_done", "invoices", "set_aside"], false);
		// They are told with their whole sentence and a way to the contract.
		frm.toggle_display("problems_section", false);
		write_dates_in_words(frm);
		frm.set_intro("");
		if (frm.is_new()) {
			frm.set_intro(__("Choose what to bill and save. Nothing is billed before you start the run."), "blue");
			return;
		}
		frm.disable_save();
		add_buttons(frm);
		show_progress(frm, true);
		watch(frm);
	},
});

function add_buttons(frm) {
	const { status } = frm.doc;
	frm.add_custom_button(__("What Will Be Billed"), () => open_preview(frm));
	if (!frappe.perm.has_perm("Billing Run", 0, "write", frm.doc)) return;
	if (status === "Draft") set_main_action(frm, __("Start"), "begin");
	if (status === "Stopped") set_main_action(frm, __("Continue"), "begin");
	if (IS_OPEN.includes(status)) frm.add_custom_button(__("Stop"), () => act(frm, "stop"));
	if (status === "Done with Problems") frm.add_custom_button(__("Bill Again"), () => bill_again(frm));
}

function set_main_action(frm, label, verb) {
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

// While it is at work

function watch(frm) {
	clearTimeout(frm.billing_timer);
	if (IS_OPEN.includes(frm.doc.status)) frm.billing_timer = setTimeout(() => look(frm), POLL_MILLISECONDS);
}

async function look(frm) {
	if (cur_frm !== frm || frm.is_new()) return;
	const fields = ["status", "contracts", "contracts_done", "invoices", "set_aside"];
	const { message } = await frappe.db.get_value("Billing Run", frm.doc.name, fields);
	if (!message || !message.status) return;
	if (message.status !== frm.doc.status) {
		await frm.reload_doc();
		return;
	}
	Object.assign(frm.doc, message);
	let at_work = true;
	if (IS_OPEN.includes(message.status)) {
		const answer = await frappe.call({ method: `${BILLING}.is_at_work`, type: "GET", args: { run: frm.doc.name } });
		at_work = answer.message;
		if (!at_work && message.status === "Running") set_main_action(frm, __("Continue"), "begin");
	}
	show_progress(frm, at_work);
	watch(frm);
}

// What is shown

function show_progress(frm, at_work) {
	const { contracts, contracts_done, invoices, set_aside } = frm.doc;
	const percent = contracts ? Math.min(100, Math.round((contracts_done / contracts) * 100)) : 0;
	const wrapper = frm.get_field("progress_html").$wrapper;
	wrapper.html(`<div aria-live="polite">
		<p>${says(frm.doc.status, at_work)}</p>
		<div class="progress" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${percent}"
			aria-label="${__("Progress")}" style="height: 1rem; margin-block-end: var(--margin-sm)">
			<div class="progress-bar" style="inline-size: ${percent}%"></div>
		</div>
		<p>
			${figure("contracts", __("{0} of {1} contracts looked at", [number(contracts_done), number(contracts)]))} ·
			${figure("periods", __("{0} invoices made", [number(invoices)]))} ·
			${__("{0} set aside", [number(set_aside)])}
		</p>
		${problems(frm.doc.problems || [])}
	</div>`);
	wrapper.find("[data-opens]").on("click", (event) => {
		event.preventDefault();
		open_list(frm, event.currentTarget.dataset.opens);
	});
}

function problems(rows) {
	if (!rows.length) return "";
	const lines = rows.map((row) => {
		const href = frappe.utils.get_form_link("Service Contract", row.service_contract);
		return `<li style="margin-block-end: var(--margin-sm)">
			<a href="${href}"><strong>${safe(row.service_contract)}</strong></a> · ${safe(row.customer)}<br>
			${safe(row.reason)}
		</li>`;
	});
	return `<h5>${__("Contracts That Were Not Billed")}</h5>
		<ol style="padding-inline-start: 1.25rem">${lines.join("")}</ol>`;
}

// Dates are kept Gregorian; Persian readers read them in their own calendar below.
function write_dates_in_words(frm) {
	if (!(frappe.boot.lang || "").startsWith("fa")) return;
	const written = new Intl.DateTimeFormat("fa-IR-u-ca-persian", { dateStyle: "long" });
	for (const field of ["up_to", "posting_date"]) {
		const day = frm.doc[field];
		frm.set_df_property(field, "description", day ? written.format(frappe.datetime.str_to_obj(day)) : "");
	}
}

function says(status, at_work) {
	if (IS_OPEN.includes(status) && !at_work) {
		return status === "Queued"
			? __("The run waits for a background worker.")
			: __("No process works on this run any more. Continue it: what is billed is not billed again.");
	}
	return {
		Draft: "",
		Queued: __("The run begins."),
		Running: __("Contracts are being billed."),
		Done: __("Everything due was billed."),
		"Done with Problems": __("What is listed below was not billed. Put it right, then bill again."),
		Stopped: __("The run was stopped. What is billed stays billed."),
	}[status];
}

function figure(opens, text) {
	return `<a href="#" data-opens="${opens}">${text}</a>`;
}

function open_list(frm, what) {
	if (what === "contracts") frappe.set_route("List", "Service Contract", { last_billing_run: frm.doc.name });
	else frappe.set_route("List", "Billed Period", { billing_run: frm.doc.name });
}

function safe(text) {
	return frappe.utils.escape_html(text || "");
}

function number(value) {
	const language = (frappe.boot.lang || "").startsWith("fa") ? "fa-IR" : undefined;
	return new Intl.NumberFormat(language).format(value || 0);
}
