// Equipment: its history, where it has been, and what people say about it.
frappe.provide("crm_ext.equipment");

frappe.ui.form.on("Equipment", {
	setup(frm) {
		frm.set_query("customer_address", () => crm_ext.equipment.addresses_of(frm.doc.customer));
		frm.set_query("parent_equipment", () => ({
			filters: { name: ["!=", frm.doc.name || ""], ...(frm.doc.customer ? { customer: frm.doc.customer } : {}) },
		}));
		frm.set_query("serial_no", () => (frm.doc.item_code ? { filters: { item_code: frm.doc.item_code } } : {}));
	},
	refresh(frm) {
		crm_ext.equipment.set_indicator(frm);
		crm_ext.equipment.show_place(frm);
		if (frm.is_new()) return;
		crm_ext.equipment.add_buttons(frm);
		crm_ext.equipment.show_history(frm);
	},
	latitude: (frm) => crm_ext.equipment.show_place(frm),
	longitude: (frm) => crm_ext.equipment.show_place(frm),
});

crm_ext.equipment.COLOURS = { "In Use": "green", "In Store": "blue", Returned: "orange", Scrapped: "gray" };

crm_ext.equipment.set_indicator = function (frm) {
	if (!frm.is_new()) frm.page.set_indicator(__(frm.doc.status), crm_ext.equipment.COLOURS[frm.doc.status]);
};

// A link instead of a map of our own: it works with whatever the device opens maps in.
crm_ext.equipment.show_place = function (frm) {
	const { latitude, longitude } = frm.doc;
	const place = latitude && longitude ? `${latitude},${longitude}` : "";
	const address = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
	frm.get_field("longitude").set_description(
		place
			? `<a href="${frappe.utils.escape_html(address)}" target="_blank" rel="noopener noreferrer">${__("Show on the map")}</a>`
			: __("Degrees, −180 to 180.")
	);
};

crm_ext.equipment.addresses_of = (customer) => ({
	query: "frappe.contacts.doctype.address.address.address_query",
	filters: { link_doctype: "Customer", link_name: customer || "" },
});

crm_ext.equipment.add_buttons = function (frm) {
	if (frappe.model.can_create("Service Order")) {
		frm.add_custom_button(__("Service Order"), () => crm_ext.equipment.make(frm, "Service Order"), __("Create"));
	}
	for (const doctype of ["Issue", "Maintenance Plan"]) {
		if (frappe.model.can_create(doctype)) {
			frm.add_custom_button(__(doctype), () => crm_ext.equipment.make(frm, doctype), __("Create"));
		}
	}
	if (frappe.model.can_create("Meter Reading")) {
		frm.add_custom_button(__("Meter Reading"), () => crm_ext.equipment.ask_reading(frm), __("Create"));
	}
	if (!frm.perm[0]?.write) return;
	frm.add_custom_button(__("Move"), () => crm_ext.equipment.ask_move(frm));
	if (frm.doc.parent_equipment) {
		frm.add_custom_button(__("Replace This Part"), () => crm_ext.equipment.ask_replacement(frm));
	}
};

crm_ext.equipment.make = function (frm, doctype) {
	const { company, customer, name, equipment_name } = frm.doc;
	const title = doctype === "Maintenance Plan" ? { title: equipment_name } : {};
	frappe.new_doc(doctype, { company, customer, equipment: name, ...title });
};

crm_ext.equipment.ask_reading = async function (frm) {
	const meters = await frappe.db.get_list("Equipment Meter", {
		filters: { equipment: frm.doc.name },
		fields: ["meter_name", "unit", "last_value"],
	});
	frappe.prompt(
		[
			{
				fieldname: "meter",
				fieldtype: "Autocomplete",
				label: __("Meter"),
				options: meters.map((meter) => meter.meter_name),
				default: meters[0]?.meter_name,
				reqd: 1,
				description: __("A name that is not there yet makes a new meter."),
			},
			{ fieldname: "typed", fieldtype: "Data", label: __("Reading"), reqd: 1 },
			{
				fieldname: "kind",
				fieldtype: "Select",
				label: __("Kind"),
				options: ["Reading", "Reset", "Meter Replaced", "Rolled Over"].map((value) => ({ value, label: __(value) })),
				default: "Reading",
				reqd: 1,
				description: __("A meter counts upwards. Say so here where it was set back, replaced, or began anew after its largest number."),
			},
			{
				fieldname: "last_typed",
				fieldtype: "Data",
				label: __("Last Reading before That"),
				depends_on: "eval:doc.kind!='Reading'",
				mandatory_depends_on: "eval:doc.kind!='Reading'",
				description: __("Where the meter stood when it was set back or taken out; where it rolled over: the number that comes after its largest, such as 100000."),
			},
			{ fieldname: "read_on", fieldtype: "Datetime", label: __("Read on"), default: frappe.datetime.now_datetime(), reqd: 1 },
		],
		(values) =>
			crm_ext.equipment.call(frm, "record_reading", { equipment: frm.doc.name, ...values }, __("The reading is taken down.")),
		__("Meter Reading"),
		__("Save")
	);
};

crm_ext.equipment.ask_move = function (frm) {
	const dialog = frappe.prompt(
		[
			{
				fieldname: "status",
				fieldtype: "Select",
				label: __("It Is Now"),
				options: ["In Use", "In Store", "Returned", "Scrapped"].map((value) => ({ value, label: __(value) })),
				default: "In Use",
				reqd: 1,
			},
			{
				fieldname: "customer",
				fieldtype: "Link",
				options: "Customer",
				label: __("At the Customer"),
				depends_on: "eval:doc.status=='In Use'",
				mandatory_depends_on: "eval:doc.status=='In Use'",
			},
			{
				fieldname: "customer_address",
				fieldtype: "Link",
				options: "Address",
				label: __("Address"),
				depends_on: "eval:doc.status=='In Use' && doc.customer",
				get_query: () => crm_ext.equipment.addresses_of(dialog.get_value("customer")),
			},
			{ fieldname: "on", fieldtype: "Datetime", label: __("Since"), default: frappe.datetime.now_datetime(), reqd: 1 },
			{ fieldname: "note", fieldtype: "Data", label: __("Note") },
		],
		(values) => crm_ext.equipment.call(frm, "move", { equipment: frm.doc.name, ...values }, __("Moved.")),
		__("Move"),
		__("Move")
	);
};

crm_ext.equipment.ask_replacement = function (frm) {
	frappe.prompt(
		[
			{
				fieldname: "replacement",
				fieldtype: "Link",
				options: "Equipment",
				label: __("New Part"),
				description: __("Leave empty where nothing is put in."),
				get_query: () => ({ filters: { name: ["!=", frm.doc.name], parent_equipment: ["is", "not set"] } }),
			},
			{
				fieldname: "old_status",
				fieldtype: "Select",
				label: __("What Becomes of the Old Part"),
				options: ["Scrapped", "Returned", "In Store"].map((value) => ({ value, label: __(value) })),
				default: "Scrapped",
				reqd: 1,
			},
			{ fieldname: "on", fieldtype: "Datetime", label: __("Replaced on"), default: frappe.datetime.now_datetime(), reqd: 1 },
			{ fieldname: "note", fieldtype: "Data", label: __("Note") },
		],
		(values) => crm_ext.equipment.call(frm, "replace_part", { part: frm.doc.name, ...values }, __("The part is replaced.")),
		__("Replace This Part"),
		__("Replace")
	);
};

crm_ext.equipment.call = async function (frm, method, args, done) {
	await frappe.xcall(`crm_ext.api.equipment.${method}`, args);
	frappe.show_alert({ message: done, indicator: "green" });
	frm.reload_doc();
};

// The history

crm_ext.equipment.show_history = async function (frm) {
	frappe.require("/assets/crm_ext/css/equipment.css");
	frm.layout.wrapper.find(".crm-ext-equipment").remove();
	const $body = frm.dashboard.add_section("", __("History"), "custom crm-ext-equipment");
	frm.dashboard.show();
	const name = frm.doc.name;
	$body.html(`<p class="text-muted" role="status">${__("Reading the history …")}</p>`);
	try {
		const history = await frappe.xcall("crm_ext.api.equipment.history", { equipment: name });
		if (frm.doc.name !== name) return;
		$body.html(crm_ext.equipment.history_html(history));
		crm_ext.equipment.make_openable($body, history);
	} catch (error) {
		$body.html(`<p role="alert">${__("The history could not be read. Reload the page to try again.")}</p>`);
	}
};

crm_ext.equipment.TITLES = () => ({
	issues: __("Complaints"),
	visits: __("Visits"),
	planned: __("Planned Visits"),
	contracts: __("Service Contracts"),
	invoices: __("Invoices"),
	parts: __("Parts in It"),
	meters: __("Meters"),
});

crm_ext.equipment.history_html = function (history) {
	const { costs, currency } = history;
	const figures = [
		[__("Parts"), costs.material, "Stock Entry"],
		[__("Labour"), costs.labour, "Timesheet"],
		[__("Invoiced"), costs.invoiced, "Sales Invoice"],
	].filter((figure) => figure[1] !== null);
	const money = figures
		.map(
			([label, value, doctype]) => `<div><dt>${label}</dt><dd>
				<button type="button" class="btn btn-link crm-ext-equipment-figure" data-doctype="${doctype}">
				${crm_ext.equipment.money(value, currency)}</button></dd></div>`
		)
		.join("");
	const sections = history.sections.map(crm_ext.equipment.section_html).join("");
	return `${crm_ext.equipment.above_html(history.above)}<dl class="crm-ext-equipment-figures">${money}</dl>
		<div class="crm-ext-equipment-sections">${sections}${crm_ext.equipment.used_html(history.used_parts)}
		${crm_ext.equipment.former_html(history.former_parts)}${crm_ext.equipment.files_html(history.files)}</div>`;
};

crm_ext.equipment.above_html = function (above) {
	if (!above.length) return "";
	const links = [...above].reverse().map((name) => crm_ext.equipment.link("Equipment", name));
	return `<p>${__("Part of")}: ${links.join(" › ")}</p>`;
};

crm_ext.equipment.section_html = function (section, index) {
	const title = crm_ext.equipment.TITLES()[section.key];
	const rows = section.rows.slice(0, 4).map((row) => crm_ext.equipment.row_html(section, row)).join("");
	return `<section aria-label="${title}">
		<h6><button type="button" class="btn btn-link crm-ext-equipment-open" data-index="${index}">${title}
		<span class="badge">${crm_ext.equipment.number(section.count)}${section.is_cut ? "+" : ""}</span></button></h6>
		${rows ? `<ul>${rows}</ul>` : `<p class="text-muted">${__("None")}</p>`}</section>`;
};

crm_ext.equipment.row_html = function (section, row) {
	const escape = frappe.utils.escape_html;
	const when = row.opening_date || row.posting_date || row.planned_start || row.due_on || row.start_date || row.last_read_on;
	const is_planned = section.key === "planned";
	const label = is_planned ? crm_ext.equipment.day(when) : row.subject || row.title || row.equipment_name || row.meter_name || row.name;
	const facts = [
		row.cause && __(row.cause),
		row.status && __(row.status),
		row.serial_no,
		row.technician,
		row.meter_name && `${crm_ext.equipment.number(row.last_value)} ${row.unit || ""}`,
		row.base_grand_total !== undefined && crm_ext.equipment.money(row.grand_total, row.currency),
	].filter(Boolean);
	return `<li>${crm_ext.equipment.link(section.doctype, row.name, label)}
		<span class="text-muted">${[...facts, !is_planned && crm_ext.equipment.day(when)].filter(Boolean).map((fact) => `<bdi>${escape(fact)}</bdi>`).join(" · ")}</span></li>`;
};

crm_ext.equipment.used_html = function (parts) {
	if (!parts.length) return "";
	const escape = frappe.utils.escape_html;
	const rows = parts.slice(0, 6).map(
		(part) => `<li>${crm_ext.equipment.link("Service Order", part.parent, part.item_name || part.item_code)}
			<span class="text-muted">${crm_ext.equipment.number(part.qty)} ${escape(__(part.uom || ""))}
			${part.payer ? ` · ${escape(__(part.payer))}` : ""}</span></li>`
	);
	return `<section aria-label="${__("Parts Used")}"><h6>${__("Parts Used")}</h6><ul>${rows.join("")}</ul></section>`;
};

crm_ext.equipment.former_html = function (parts) {
	if (!parts.length) return "";
	const rows = parts
		.slice(0, 6)
		.map(
			(part) => `<li>${crm_ext.equipment.link("Equipment", part.name, part.equipment_name)}
				<span class="text-muted">${__(part.status)}</span></li>`
		);
	return `<section aria-label="${__("Former Parts")}"><h6>${__("Former Parts")}</h6><ul>${rows.join("")}</ul></section>`;
};

crm_ext.equipment.files_html = function (files) {
	if (!files.length) return "";
	const escape = frappe.utils.escape_html;
	const rows = files.map(
		(file) => `<li><a href="${escape(encodeURI(file.file_url))}" target="_blank" rel="noopener">${escape(file.file_name)}</a></li>`
	);
	return `<section aria-label="${__("Documents")}"><h6>${__("Documents")}</h6><ul>${rows.join("")}</ul></section>`;
};

crm_ext.equipment.make_openable = function ($body, history) {
	$body.find(".crm-ext-equipment-open").on("click", (event) => {
		const section = history.sections[event.currentTarget.dataset.index];
		frappe.route_options = { ...section.filters };
		frappe.set_route("List", section.doctype, "List");
	});
	$body.find(".crm-ext-equipment-figure").on("click", (event) => {
		frappe.route_options = { service_order: ["in", history.service_orders], docstatus: 1 };
		frappe.set_route("List", event.currentTarget.dataset.doctype, "List");
	});
};

crm_ext.equipment.link = function (doctype, name, label) {
	const address = frappe.utils.get_form_link(doctype, name);
	return `<a href="${address}"><bdi>${frappe.utils.escape_html(label || name)}</bdi></a>`;
};

crm_ext.equipment.number = function (value) {
	const locale = (frappe.boot.lang || "").startsWith("fa") ? "fa-IR" : undefined;
	return new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }).format(value);
};

crm_ext.equipment.money = (amount, currency) =>
	frappe.format(amount, { fieldtype: "Currency", options: "currency" }, { only_value: true }, { currency });

// In the reader's calendar, as fields of forms show it.
crm_ext.equipment.day = (value) => (value ? frappe.format(value.slice(0, 10), { fieldtype: "Date" }) : "");
