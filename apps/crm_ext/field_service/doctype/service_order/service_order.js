// The form of a service order, in the order of the work: what, where, who, done, who pays, posted.
const API = "crm_ext.api.service_orders";
const STEPS = { Planned: "On the Way", "On the Way": "In Progress", "In Progress": "Work Done" };
// The colour repeats what the word says and never stands for it.
const PAYER_COLOURS = {
	Customer: "blue",
	Contract: "green",
	Warranty: "orange",
	Supplier: "purple",
	Ourselves: "gray",
};
const PAYER_TOTALS = [
	["Customer", "customer_total"],
	["Contract", "contract_total"],
	["Warranty", "warranty_total"],
	["Supplier", "supplier_total"],
	["Ourselves", "own_total"],
];

frappe.ui.form.on("Service Order", {
	setup(frm) {
		// These go with the order; it cancels them itself and in the right order.
		frm.ignore_doctypes_on_cancel_all = ["Stock Entry", "Timesheet", "Sales Invoice", "Journal Entry"];
		set_queries(frm);
		for (const [table, counted] of [
			["Service Order Part", ["planned_qty", "qty"]],
			["Service Order Time", ["hours"]],
		]) {
			set_formatter(frm, table, "payer", show_payer);
			set_formatter(frm, table, "why", show_why);
			for (const field of counted) set_formatter(frm, table, field, show_count);
		}
	},

	refresh(frm) {
		say_what_is_next(frm);
		show_who_pays(frm);
		show_posting(frm);
		add_buttons(frm);
		add_supplier_claim(frm);
		add_picking(frm);
		lock_payers(frm);
	},

	equipment: take_from_equipment,
	customer: (frm) => frm.set_value("contract_line", ""),
	service_contract: (frm) => frm.set_value("contract_line", ""),
});

frappe.ui.form.on("Service Order Part", {
	parts_add(frm, doctype, name) {
		const row = locals[doctype][name];
		// A copied row must not stand for another one's share.
		Object.assign(row, { share_of: "", share_percent: 100 });
	},

	item_code(frm, doctype, name) {
		const row = locals[doctype][name];
		if (!row.qty && !row.planned_qty) frappe.model.set_value(doctype, name, "qty", 1);
		frappe.model.set_value(doctype, name, { serial_no: "", batch_no: "", rate: 0, list_rate: 0, uom: "" });
	},

	decided_by_hand: lock_payers,
});

frappe.ui.form.on("Service Order Time", {
	times_add(frm, doctype, name) {
		const row = locals[doctype][name];
		Object.assign(row, { share_of: "", technician: row.technician || frm.doc.technician });
	},

	from_time: (frm, doctype, name) => show_hours(doctype, name),
	to_time: (frm, doctype, name) => show_hours(doctype, name),
	decided_by_hand: lock_payers,
});

function set_queries(frm) {
	const of_customer = () => (frm.doc.customer ? { filters: { customer: frm.doc.customer } } : {});
	frm.set_query("equipment", of_customer);
	frm.set_query("issue", of_customer);
	frm.set_query("service_contract", () => ({
		filters: { docstatus: 1, ...(frm.doc.customer ? { customer: frm.doc.customer } : {}) },
	}));
	for (const [field, query] of [
		["contact_person", "frappe.contacts.doctype.contact.contact.contact_query"],
		["customer_address", "frappe.contacts.doctype.address.address.address_query"],
	]) {
		frm.set_query(field, () => ({
			query,
			filters: { link_doctype: "Customer", link_name: frm.doc.customer || "" },
		}));
	}
	frm.set_query("technician", () => ({ filters: { status: "Active", company: frm.doc.company || "" } }));
	for (const field of ["warehouse", "return_warehouse"]) {
		frm.set_query(field, "parts", () => ({ filters: { is_group: 0, company: frm.doc.company || "" } }));
	}
	frm.set_query("batch_no", "parts", (doc, doctype, name) => ({
		filters: { item: locals[doctype][name].item_code || "", disabled: 0 },
	}));
}

function set_formatter(frm, table, field, formatter) {
	frappe.meta.get_docfield(table, field, frm.doc.name).formatter = formatter;
	frappe.meta.docfield_map[table][field].formatter = formatter;
}

// Narrow columns cut sentences off; the whole stands in the row's form, and here for who points at it.
function show_why(value) {
	const why = frappe.utils.escape_html(value || "");
	return `<span title="${why}">${why}</span>`;
}

// A second payer's line repeats what was used without using it again.
function show_count(value, df, options, row) {
	return row?.share_of ? "–" : frappe.form.formatters.Float(value, df, options);
}

function show_payer(value, df, options, row) {
	if (!value) return "";
	const share = row && row.share_percent && row.share_percent < 100 ? ` ${format_percent(row.share_percent)}` : "";
	return `<span class="indicator-pill no-indicator-dot ${PAYER_COLOURS[value]}">${__(value)}${share}</span>`;
}

function format_percent(percent) {
	const persian = (frappe.boot.lang || "").startsWith("fa");
	return new Intl.NumberFormat(persian ? "fa-IR" : "en", { style: "percent", maximumFractionDigits: 1 }).format(
		percent / 100
	);
}

// One line on top: where the order stands and what to do next.
function say_what_is_next(frm) {
	frm.set_intro("");
	if (frm.is_new() || frm.doc.docstatus) return;
	const lacking = frm.doc.tasks?.filter((task) => task.is_mandatory && !is_answered(task)).length;
	const next =
		(!frm.doc.technician && __("Choose a technician, or plan the job on the dispatch board.")) ||
		(frm.doc.status !== "Work Done" && !frm.doc.result && __("The technician reports tasks, parts and times.")) ||
		(lacking && __("{0} mandatory tasks are not done yet.", [lacking])) ||
		(!frm.doc.result && __("Choose the result, then submit.")) ||
		__("Submit posts parts, hours and the invoice in one go.");
	frm.set_intro(next, lacking ? "orange" : "blue");
}

// Who carries how much, above everything else.
function show_who_pays(frm) {
	for (const [payer, field] of PAYER_TOTALS) {
		if (!frm.doc[field]) continue;
		const amount = frappe.format(frm.doc[field], frm.get_field(field).df, { inline: 1 }, frm.doc);
		frm.dashboard.add_indicator(`${__(payer)}:&nbsp;<bdi>${amount}</bdi>`, PAYER_COLOURS[payer]);
	}
}

// What submitting makes, and what stands in its way; afterwards what it made.
async function show_posting(frm) {
	const { doc } = frm;
	const is_worked_on = doc.times?.length || doc.parts?.some((part) => part.qty);
	if (frm.is_new() || doc.docstatus === 2 || !(doc.docstatus || is_worked_on)) return;
	const title = doc.docstatus ? __("Posted") : __("What Submitting Posts");
	const body = frm.dashboard.add_section("", title, "custom crm-ext-posting");
	body.closest(".form-dashboard-section").prependTo(frm.dashboard.parent);
	frm.dashboard.show();
	const { message: found } = await frappe.call({
		method: `${API}.posting`,
		type: "GET",
		args: { service_order: doc.name },
	});
	const escape = frappe.utils.escape_html;
	const documents = found.documents.map(({ doctype, name, says }) => {
		const said = name ? frappe.utils.get_form_link(doctype, name, true) : escape(says);
		return `${__(doctype)}: <bdi>${said}</bdi>`;
	});
	body.html(
		[
			list_of("", documents.length ? documents : [__("Nothing: no part is used and no time is booked.")]),
			list_of(__("Before it can be submitted:"), found.problems.map(escape)),
			list_of(__("Good to know:"), found.hints.map(escape)),
		].join("")
	);
}

function list_of(title, rows) {
	if (!rows.length) return "";
	const items = rows.map((row) => `<li>${row}</li>`).join("");
	return `${title && `<strong>${title}</strong>`}<ul>${items}</ul>`;
}

const is_answered = (task) =>
	task.is_done ||
	{ "Measured Value": task.value, Text: task.note, Photo: task.photo }[task.answer];

function add_buttons(frm) {
	if (frm.is_new() || frm.doc.docstatus || !frm.perm[0]?.write) return;
	const following = STEPS[frm.doc.status];
	for (const status of ["Open", "Planned", "On the Way", "In Progress", "Work Done"]) {
		if (status === frm.doc.status || (status !== "Open" && !frm.doc.technician)) continue;
		frm.add_custom_button(__(status), () => set_status(frm, status), __("Set Status"));
	}
	if (following && frm.doc.technician) {
		frm.add_custom_button(__(following), () => set_status(frm, following));
	}
}

function add_supplier_claim(frm) {
	if (frm.doc.docstatus !== 1 || !frappe.model.can_create("Supplier Claim")) return;
	const open = async () => {
		const { message: claim } = await frappe.call({
			method: "crm_ext.api.complaints.make_supplier_claim",
			type: "GET",
			args: { doctype: frm.doctype, name: frm.doc.name },
		});
		frappe.model.sync(claim);
		frappe.set_route("Form", claim.doctype, claim.name);
	};
	frm.add_custom_button(__("Supplier Claim"), open, __("Create"));
}

async function set_status(frm, status) {
	if (frm.is_dirty()) await frm.save();
	await frappe.call({
		method: `${API}.set_status`,
		args: { service_order: frm.doc.name, status },
		freeze: true,
	});
	await frm.reload_doc();
}

// Who pays is decided by the rules; a Maintenance Manager may tick "Decided by Hand" and choose.
function lock_payers(frm) {
	const may_decide = frappe.user.has_role("Maintenance Manager");
	for (const table of ["parts", "times"]) {
		const grid = frm.fields_dict[table].grid;
		grid.update_docfield_property("decided_by_hand", "read_only", may_decide ? 0 : 1);
		for (const row of grid.grid_rows || []) {
			const locked = !may_decide || !row.doc.decided_by_hand;
			for (const field of ["payer", "supplier"]) row.toggle_editable?.(field, !locked);
		}
	}
}

// Serial numbers and batches as they lie in the row's warehouse, so that nobody types them.
function add_picking(frm) {
	const grid = frm.fields_dict.parts.grid;
	if (frm.doc.docstatus || frm.is_new()) return;
	grid.add_custom_button(__("Pick Serial Numbers or Batch"), () => {
		const chosen = grid.get_selected_children();
		const row = chosen.length ? chosen[0] : frm.doc.parts?.find((part) => part.item_code && !part.share_of && !part.serial_no && !part.batch_no);
		if (!row?.item_code) {
			frappe.show_alert({ message: __("Tick a part first."), indicator: "orange" });
			return;
		}
		pick(frm, row);
	});
}

async function pick(frm, row) {
	const { message } = await frappe.call({
		method: `${API}.pickable`,
		type: "GET",
		args: { service_order: frm.doc.name, item_code: row.item_code, warehouse: row.warehouse || null },
	});
	const { warehouse } = message;
	if (!warehouse) {
		const sentence = __("Choose the warehouse of the part first, or a technician with a van.");
		frappe.show_alert({ message: sentence, indicator: "orange" });
		return;
	}
	if (!message.serial_nos.length && !message.batches.length) {
		frappe.show_alert({
			message: __("{0} has no serial numbers or batches in {1}.", [row.item_code, warehouse]),
			indicator: "orange",
		});
		return;
	}
	const dialog = new frappe.ui.Dialog({
		animate: false,
		title: row.item_name || row.item_code,
		fields: message.serial_nos.length ? [serial_field(row, warehouse, message.serial_nos)] : [batch_field(row, warehouse, message.batches)],
		primary_action_label: __("Take"),
		primary_action: (values) => {
			dialog.hide();
			const serials = [].concat(values.serial_nos || []);
			frappe.model.set_value(
				row.doctype,
				row.name,
				values.batch_no
					? { warehouse, batch_no: values.batch_no }
					: { warehouse, serial_no: serials.join("\n"), qty: serials.length }
			);
		},
	});
	dialog.show();
}

const serial_field = (row, warehouse, serial_nos) => ({
	fieldname: "serial_nos",
	fieldtype: "MultiCheck",
	label: __("In {0}", [warehouse]),
	columns: 2,
	options: serial_nos.map((name) => ({
		label: name,
		value: name,
		checked: (row.serial_no || "").split("\n").includes(name),
	})),
});

const batch_field = (row, warehouse, batches) => ({
	fieldname: "batch_no",
	fieldtype: "Select",
	label: __("In {0}", [warehouse]),
	reqd: 1,
	options: batches.map(({ batch_no, qty }) => ({ value: batch_no, label: `${batch_no} (${qty})` })),
	default: row.batch_no || batches[0].batch_no,
});

// Before saving, by the clock on the wall; saving reckons changes of the clock in.
function show_hours(doctype, name) {
	const row = locals[doctype][name];
	if (!row.from_time || !row.to_time) return;
	const passed = moment(row.to_time).diff(moment(row.from_time), "minutes");
	frappe.model.set_value(doctype, name, "hours", Math.max(passed, 0) / 60);
}

// What the equipment tells, at once and not only after saving.
async function take_from_equipment(frm) {
	const { equipment } = frm.doc;
	if (!equipment || !frm.is_new()) return;
	const { message: made } = await frappe.call({
		method: `${API}.make_from`,
		type: "GET",
		args: { source_doctype: "Equipment", source_name: equipment },
	});
	if (frm.doc.equipment !== equipment) return;
	for (const field of ["customer", "company", "customer_address", "address_display", "contact_person", "contact_mobile", "contact_email", "latitude", "longitude", "skill", "duration_minutes", "currency"]) {
		if (made[field] && (!frm.doc[field] || field === "duration_minutes")) await frm.set_value(field, made[field]);
	}
	if (!frm.doc.title) await frm.set_value("title", made.title);
	if (!frm.doc.tasks?.length) {
		for (const { task, answer, unit, meter, is_mandatory } of made.tasks || []) {
			frm.add_child("tasks", { task, answer, unit, meter, is_mandatory });
		}
		frm.refresh_field("tasks");
	}
}
