// A billing run: started, watched, stopped and gone on with. Figures open what they count; problems open their contract.

const BILLING = "crm_ext.api.billing";
const IS_OPEN = ["Queued", "Running"];
const POLL_MILLISECONDS = 2000;

frappe.ui.form.on("Billing Run", {
	onload(frm) {
		frappe.realtime.on("billing_run", () => look(frm));
	},

	refresh(frm) {
		frm.toggle_display("progress_section", !frm.is_new() && frm.doc.status !== "Draft");
		// What the run counts is written by the run alone.
		Object.assign(frm.get_field("problems").grid.df, { cannot_add_rows: true, cannot_delete_rows: true });
		if (frm.is_new()) {
			frm.set_intro(__("Choose what to bill and save. Nothing is billed before you start the run."), "blue");
			return;
		}
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
	frm.disable_save();
	frm.page.set_primary_action(label, () => act(frm, verb));
}

async function act(frm, verb) {
	await frappe.call({ method: `${BILLING}.${verb}`, type: "POST", args: { run: frm.doc.name }, freeze: true });
	await frm.reload_doc();
}

// What was set aside is still due: a new run bills it when it was put right.
function bill_again(frm) {
	const { company, service_contract } = frm.doc;
	frappe.new_doc("Billing Run", { company, service_contract });
}

function open_preview(frm) {
	const { company, service_contract } = frm.doc;
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
	</div>`);
	wrapper.find("[data-opens]").on("click", (event) => {
		event.preventDefault();
		open_list(frm, event.currentTarget.dataset.opens);
	});
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

function number(value) {
	const language = (frappe.boot.lang || "").startsWith("fa") ? "fa-IR" : undefined;
	return new Intl.NumberFormat(language).format(value || 0);
}
