// The journey of a lead, contact or customer: every touch in the order of time, as a block on its form.
frappe.provide("crm_ext.journey");

crm_ext.journey.ICONS = {
	Email: "mail",
	"Phone Call": "call",
	Visit: "map",
	Event: "calendar",
	Web: "website",
	Social: "share",
	SMS: "comment",
	Post: "file",
	Partner: "share-people",
	Advertisement: "milestone",
};

crm_ext.journey.show = async function (frm) {
	if (frm.is_new()) return;
	const $body = crm_ext.journey.section(frm);
	const name = frm.doc.name;
	$body.html(`<p class="text-muted" role="status">${__("Reading the journey …")}</p>`);
	try {
		const journey = await frappe.xcall("crm_ext.api.journey.journey", {
			doctype: frm.doctype,
			name,
			limit: frm.journey_limit || 10,
		});
		if (frm.doc.name !== name) return;
		$body.html(crm_ext.journey.html(journey));
		$body.find(".crm-ext-journey-more").on("click", () => {
			frm.journey_limit = 500;
			crm_ext.journey.show(frm);
		});
	} catch (error) {
		$body.html(`<p role="alert">${__("The journey could not be read. Reload the page to try again.")}</p>`);
	}
};

crm_ext.journey.section = function (frm) {
	frappe.require("/assets/crm_ext/css/journey.css");
	frm.layout.wrapper.find(".crm-ext-journey").remove();
	const $body = frm.dashboard.add_section("", __("Journey"), "custom crm-ext-journey");
	frm.dashboard.show();
	return $body;
};

crm_ext.journey.html = function (journey) {
	const origin = journey.origin ? crm_ext.journey.origin_html(journey.origin) : "";
	if (!journey.touches.length) {
		return `${origin}<p class="text-muted">${__(
			"No touchpoint yet. E-mails, calls, visits, events and enquiries appear here by themselves within a few minutes."
		)}</p>`;
	}
	const more = journey.has_more
		? `<button type="button" class="btn btn-xs btn-default crm-ext-journey-more">${__("Show earlier ones")}</button>`
		: "";
	return `${origin}<ol class="crm-ext-journey-list">${journey.touches
		.map(crm_ext.journey.touch_html)
		.join("")}</ol>${more}`;
};

crm_ext.journey.origin_html = function (origin) {
	const facts = [
		[__("First touch"), crm_ext.journey.moment(origin.first_touch_at)],
		[__("Channel"), origin.channel && __(origin.channel)],
		[__("Campaign"), origin.campaign && crm_ext.journey.link("Campaign", origin.campaign)],
		[__("Source"), origin.source && frappe.utils.escape_html(__(origin.source))],
		[__("Lead"), origin.lead && crm_ext.journey.link("Lead", origin.lead)],
	].filter((fact) => fact[1]);
	return `<dl class="crm-ext-journey-origin">${facts
		.map(([label, value]) => `<div><dt>${label}</dt><dd>${value}</dd></div>`)
		.join("")}</dl>`;
};

crm_ext.journey.touch_html = function (touch) {
	const icon = frappe.utils.icon(crm_ext.journey.ICONS[touch.channel] || "list", "sm");
	const direction = touch.direction === "Inbound" ? __("from the customer") : __("from us");
	const campaign = touch.campaign
		? `<span>${__("Campaign")}: ${crm_ext.journey.link("Campaign", touch.campaign)}</span>`
		: "";
	const reference = touch.reference_name
		? crm_ext.journey.link(
				touch.reference_doctype,
				touch.reference_name,
				`${__(touch.reference_doctype)} ${touch.reference_name}`
		  )
		: "";
	return `<li>
		<span class="crm-ext-journey-icon" aria-hidden="true">${icon}</span>
		<span class="crm-ext-journey-what"><b>${__(touch.channel)}</b> · ${__(touch.activity)}
			<span class="text-muted">(${direction})</span></span>
		<time datetime="${touch.occurred_at}">${crm_ext.journey.moment(touch.occurred_at)}</time>
		${campaign} ${reference}
	</li>`;
};

crm_ext.journey.link = function (doctype, name, label) {
	const address = frappe.utils.get_form_link(doctype, name);
	return `<a href="${address}">${frappe.utils.escape_html(label || name)}</a>`;
};

crm_ext.journey.moment = function (moment) {
	if ((frappe.boot.lang || "").startsWith("fa")) {
		return new Intl.DateTimeFormat("fa-IR-u-ca-persian", { dateStyle: "medium", timeStyle: "short" }).format(
			frappe.datetime.str_to_obj(moment)
		);
	}
	return frappe.datetime.str_to_user(moment);
};

for (const doctype of ["Lead", "Contact", "Customer"]) {
	frappe.ui.form.on(doctype, { refresh: crm_ext.journey.show });
}
