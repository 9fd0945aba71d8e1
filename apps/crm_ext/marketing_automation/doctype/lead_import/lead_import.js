// A file of leads in three steps: file, columns, check and import. Every figure opens the rows that it counts.

const DOORS = "crm_ext.api.lead_import";
const AT_WORK = ["Checking", "Running"];
const POLL_MILLISECONDS = 2000;
const KINDS = [
	{ outcome: "New", field: "new_leads", label: __("New leads"), colour: "green" },
	{ outcome: "Duplicate", field: "duplicates", label: __("Already known"), colour: "blue" },
	{ outcome: "Refused", field: "refused_rows", label: __("Refused"), colour: "orange" },
];

frappe.ui.form.on("Lead Import", {
	setup(frm) {
		frappe.realtime.on("lead_import", () => poll(frm));
	},

	refresh(frm) {
		offer_targets(frm);
		show_sections(frm);
		add_buttons(frm);
		show_state(frm);
		watch(frm);
	},
});

function offer_targets(frm) {
	const targets = frm.doc.__onload?.targets || [];
	const labels = Object.fromEntries(targets.map((target) => [target.value, target.label]));
	const { grid } = frm.fields_dict.columns;
	grid.update_docfield_property("target", "options", targets);
	grid.update_docfield_property("target", "formatter", (value) =>
		value
			? frappe.utils.escape_html(labels[value] || value)
			: `<span class="text-muted">${__("Not imported")}</span>`
	);
	// The file decides how many columns there are; the style hides the grid's own buttons.
	Object.assign(grid.df, { cannot_add_rows: true, cannot_delete_rows: true });
	frm.$wrapper.addClass("lead-import-form");
	frm.refresh_field("columns");
}

function show_sections(frm) {
	const settled = Boolean(frm.doc.processed_rows) || AT_WORK.includes(frm.doc.status);
	frm.toggle_display(["columns_section", "result_section"], !frm.is_new());
	frm.toggle_enable(
		["file", "day_first", "campaign", "source", "lead_owner", "company", "territory", "country", "columns", "duplicate_policy"],
		!settled
	);
}

function add_buttons(frm) {
	frm.add_custom_button(__("In English"), () => download_template("en"), __("Empty File"));
	frm.add_custom_button(__("In Persian"), () => download_template("fa"), __("Empty File"));
	if (frm.is_new() || frm.is_dirty()) return;
	const { status } = frm.doc;
	if (["Draft", "Failed"].includes(status) && !frm.doc.processed_rows) {
		frm.page.set_primary_action(__("Check"), () => call(frm, "check"));
	}
	if (status === "Checked" && frm.doc.new_leads) {
		frm.add_custom_button(__("Check"), () => call(frm, "check"));
		frm.page.set_primary_action(__("Import {0} Leads", [number(frm.doc.new_leads)]), () => call(frm, "start"));
	}
	if (status === "Checked" && !frm.doc.new_leads && frm.doc.duplicates && frm.doc.duplicate_policy === "Add Touchpoint") {
		frm.page.set_primary_action(__("Add Touchpoints"), () => call(frm, "start"));
	}
	if (["Failed", "Cancelled"].includes(status) && frm.doc.processed_rows) offer_to_continue(frm);
	if (status === "Cancelled" && !frm.doc.processed_rows) {
		frm.page.set_primary_action(__("Check"), () => call(frm, "check"));
	}
	if (AT_WORK.includes(status)) frm.add_custom_button(__("Cancel"), () => call(frm, "cancel"));
	if (frm.doc.refused_file) {
		frm.add_custom_button(__("Download Refused Rows"), () => window.open(frm.doc.refused_file));
	}
}

function offer_to_continue(frm) {
	frm.page.set_primary_action(__("Continue"), () => call(frm, "start"));
}

function download_template(language) {
	window.open(`/api/method/${DOORS}.template?language=${language}`);
}

async function call(frm, verb) {
	await frappe.call({ method: `${DOORS}.${verb}`, type: "POST", args: { name: frm.doc.name }, freeze: true });
	await frm.reload_doc();
}

// While a process is at work

function watch(frm) {
	clearTimeout(frm.lead_import_timer);
	if (AT_WORK.includes(frm.doc.status)) {
		frm.lead_import_timer = setTimeout(() => poll(frm), POLL_MILLISECONDS);
	}
}

async function poll(frm) {
	if (frm.is_new() || cur_frm !== frm) return;
	const { message } = await frappe.call({ method: `${DOORS}.progress`, type: "GET", args: { name: frm.doc.name } });
	if (!message) return;
	if (message.status !== frm.doc.status) {
		await frm.reload_doc();
		return;
	}
	const { at_work, ...figures } = message;
	Object.assign(frm.doc, figures);
	if (!AT_WORK.includes(message.status)) return;
	show_state(frm, at_work);
	if (message.status === "Running" && !at_work) offer_to_continue(frm);
	watch(frm);
}

// What is shown

function show_state(frm, at_work = true) {
	const wrapper = frm.get_field("result_html").$wrapper;
	wrapper.html(`<div class="lead-import" aria-live="polite">${state_html(frm, at_work)}</div>`);
	wrapper.find("[data-outcome]").on("click", (event) => open_rows(frm, event.currentTarget.dataset));
}

function state_html(frm, at_work) {
	const { doc } = frm;
	const parts = [];
	if (doc.error) parts.push(`<div class="alert alert-danger" role="alert">${frappe.utils.escape_html(doc.error)}</div>`);
	if (doc.status === "Draft") parts.push(hint(__("Look over the columns, then press Check. Nothing is imported by it.")));
	if (AT_WORK.includes(doc.status)) parts.push(progress_html(doc, at_work));
	if (["Checked", "Running", "Done", "Done with Refusals", "Cancelled"].includes(doc.status) && doc.total_rows) {
		parts.push(cards_html(doc));
	}
	const result = JSON.parse(doc.result || "{}");
	if (doc.status !== "Draft") parts.push(notes_html(doc, result), reasons_html(doc, result), preview_html(doc, result));
	return parts.join("");
}

function hint(text) {
	return `<p class="lead-import-note">${text}</p>`;
}

function progress_html(doc, at_work) {
	if (doc.status === "Checking") return hint(__("Every row is being checked. You may leave this page."));
	const share = doc.total_rows ? Math.round((100 * doc.processed_rows) / doc.total_rows) : 0;
	const text = __("{0} of {1} rows", [number(doc.processed_rows), number(doc.total_rows)]);
	const waiting = at_work
		? __("You may leave this page; the import goes on.")
		: __("No process works on it at this moment. It waits for its turn, or was interrupted: Continue goes on with the next row.");
	return `<div class="progress" role="progressbar" aria-valuenow="${share}" aria-valuemin="0" aria-valuemax="100"
			aria-label="${__("Imported rows")}"><div class="progress-bar" style="inline-size: ${share}%"></div></div>
		<p class="lead-import-note">${text}. ${waiting}</p>`;
}

function cards_html(doc) {
	const done = Boolean(doc.processed_rows);
	const cards = KINDS.map(
		(kind) => `<button type="button" class="lead-import-card" data-outcome="${kind.outcome}" ${doc[kind.field] ? "" : "disabled"}>
			<span class="indicator-pill ${kind.colour}">${kind.label}</span>
			<span class="lead-import-figure">${number(doc[kind.field])}</span>
		</button>`
	);
	const caption = done ? __("What became of the rows") : __("What an import would do with {0} rows", [number(doc.total_rows)]);
	return `<h6 class="lead-import-caption">${caption}</h6><div class="lead-import-cards">${cards.join("")}</div>`;
}

function notes_html(doc, result) {
	const notes = [];
	if (result.unused_columns?.length && doc.status === "Checked") {
		notes.push(__("Columns that are not imported: {0}", [escaped(result.unused_columns).join(", ")]));
	}
	if (result.one_by_one_because?.length) {
		notes.push(__("Leads are inserted one by one, which is slower, because {0}.", [escaped(result.one_by_one_because).join("; ")]));
	}
	return notes.map(hint).join("");
}

function reasons_html(doc, result) {
	if (!result.reasons?.length) return "";
	const open = Boolean(doc.processed_rows);
	const rows = result.reasons.map((reason) => {
		const count = number(reason.rows);
		const figure = open
			? `<button type="button" class="btn btn-link btn-xs" data-outcome="${reason.outcome}" data-code="${reason.code}">${count}</button>`
			: count;
		return `<tr><td>${label_of(reason.outcome)}</td><td class="text-end">${figure}</td>
			<td dir="auto">${frappe.utils.escape_html(reason.example)}</td></tr>`;
	});
	return `<h6 class="lead-import-caption">${__("Why rows make no lead")}</h6>
		<div class="table-responsive"><table class="table table-sm">
		<thead><tr><th scope="col">${__("Outcome")}</th><th scope="col" class="text-end">${__("Rows")}</th>
		<th scope="col">${__("For example")}</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function preview_html(doc, result) {
	if (doc.status !== "Checked" || !result.rows) return "";
	return KINDS.filter((kind) => result.rows[kind.outcome]?.length)
		.map((kind) => preview_of(kind, result))
		.join("");
}

function preview_of(kind, result) {
	const headings = [__("Row"), ...(kind.outcome === "New" ? [] : [__("Reason")]), ...result.headings];
	const rows = result.rows[kind.outcome].map((row) => {
		const reason = kind.outcome === "New" ? [] : [row.reason];
		const cells = [...reason, ...result.headings.map((_heading, index) => row.cells[index] || "")];
		return `<tr><td>${number(row.row)}</td>${cells.map((cell) => `<td dir="auto">${frappe.utils.escape_html(cell)}</td>`).join("")}</tr>`;
	});
	return `<details class="lead-import-preview" ${kind.outcome === "Duplicate" ? "" : "open"} id="lead-import-${kind.outcome}">
		<summary>${__("First rows: {0}", [kind.label])}</summary>
		<div class="table-responsive"><table class="table table-sm table-bordered">
		<thead><tr>${escaped(headings).map((heading) => `<th scope="col" dir="auto">${heading}</th>`).join("")}</tr></thead>
		<tbody>${rows.join("")}</tbody></table></div></details>`;
}

function open_rows(frm, { outcome, code }) {
	if (!frm.doc.processed_rows) {
		const preview = document.getElementById(`lead-import-${outcome}`);
		if (preview) preview.open = true;
		preview?.scrollIntoView({ block: "center" });
		return;
	}
	const filters = { lead_import: frm.doc.name, outcome };
	if (code) filters.reason_code = code;
	frappe.set_route("List", "Lead Import Row", filters);
}

function label_of(outcome) {
	return KINDS.find((kind) => kind.outcome === outcome)?.label || outcome;
}

function escaped(texts) {
	return texts.map((text) => frappe.utils.escape_html(text));
}

function number(value) {
	return new Intl.NumberFormat(frappe.boot.lang).format(value || 0);
}
