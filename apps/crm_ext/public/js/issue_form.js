// An issue about equipment: what its contract covers, what the customer says, what it cost; and what can be done about it.
frappe.provide("crm_ext.complaint");

Object.assign(crm_ext.complaint, {
	is_persian: () => (frappe.boot.lang || "").startsWith("fa"),

	number: (value) => new Intl.NumberFormat(crm_ext.complaint.is_persian() ? "fa-IR" : "en").format(value),

	list: (words) => words.join(crm_ext.complaint.is_persian() ? "، " : ", "),

	// Jalali for readers of Persian, else as the user has set.
	date(day) {
		if (!day) return "";
		if (!this.is_persian()) return frappe.datetime.str_to_user(day);
		const written = new Intl.DateTimeFormat("fa-IR-u-ca-persian", {
			dateStyle: "medium",
			...(day.length > 10 ? { timeStyle: "short" } : {}),
		});
		return written.format(frappe.datetime.str_to_obj(day));
	},

	money: (amount, currency) =>
		frappe.format(amount, { fieldtype: "Currency", options: "currency" }, { only_value: true }, { currency }),

	link: (doctype, name, words) => frappe.utils.get_form_link(doctype, name, true, frappe.utils.escape_html(words || name)),

	async call(method, args, type = "POST") {
		const { message } = await frappe.call({ method: `crm_ext.api.complaints.${method}`, type, args, freeze: type === "POST" });
		return message;
	},

	async fill(frm) {
		const { equipment, customer, company, complaint_cause, opening_date } = frm.doc;
		if (!equipment && !customer) return;
		const found = await this.call(
			"preview",
			{ equipment, customer, company, cause: complaint_cause, day: opening_date },
			"GET"
		);
		if (frm.doc.equipment !== equipment || frm.doc.customer !== customer) return;
		await frm.set_value({
			...(equipment ? { customer: found.customer, company: found.company } : {}),
			service_contract: found.service_contract,
			contract_line: found.contract_line,
		});
		this.draw(frm, { entitlement: found.entitlement });
	},

	async show(frm) {
		const { name } = frm.doc;
		const shown = await this.call("panel", { issue: name }, "GET");
		if (frm.doc.name !== name) return;
		this.draw(frm, shown);
		this.add_answer_buttons(frm, shown);
	},

	draw(frm, shown) {
		frm.$wrapper.find(".crm-ext-complaint").closest(".form-dashboard-section").remove();
		const facts = [
			...this.next_facts(shown.next_move),
			...this.entitlement_facts(shown.entitlement),
			...this.question_facts(shown),
			...this.cost_facts(shown.costs),
		];
		if (!facts.length) return;
		const list = $("<dl class='crm-ext-complaint mb-0'></dl>");
		for (const [label, html] of facts) {
			$("<div class='row'></div>")
				.append(
					$("<dt class='col-sm-3 col-lg-2 text-muted font-weight-normal'></dt>").text(label),
					$("<dd class='col-sm-9 col-lg-10 mb-1'></dd>").html(html)
				)
				.appendTo(list);
		}
		frm.dashboard.add_section(list, __("Service and Entitlement"));
		frm.dashboard.show();
	},

	next_facts(move) {
		if (!move) return [];
		const escape = frappe.utils.escape_html;
		return [[__("What Is Next"), `<strong>${escape(move.whose)}</strong>: ${escape(move.text)}`]];
	},

	entitlement_facts(entitlement) {
		if (!entitlement) return [[__("Contract"), __("No contract covers this.")]];
		const facts = [];
		const escape = frappe.utils.escape_html;
		if (entitlement.contract) {
			const words = `${entitlement.contract_title} (${entitlement.contract})`;
			const line = __("line {0}", [this.number(entitlement.line_number)]);
			facts.push([__("Contract"), this.list([this.link("Service Contract", entitlement.contract, words), line])]);
			const times = [];
			if (entitlement.service_level_agreement) {
				times.push(this.link("Service Level Agreement", entitlement.service_level_agreement));
			} else {
				if (entitlement.response_hours) times.push(__("answer within {0} hours", [this.number(entitlement.response_hours)]));
				if (entitlement.resolution_hours) times.push(__("solved within {0} hours", [this.number(entitlement.resolution_hours)]));
			}
			if (times.length) facts.push([__("Promised"), this.list(times)]);
			const left = [];
			if (entitlement.visits_left !== null) left.push(__("{0} visits", [this.number(entitlement.visits_left)]));
			if (entitlement.hours_left !== null) left.push(__("{0} hours", [this.number(entitlement.hours_left)]));
			facts.push([__("Left in This Period"), left.length ? this.list(left) : __("not counted")]);
			facts.push([__("Parts"), __("{0}% covered", [this.number(entitlement.parts_percent)])]);
			const causes = entitlement.covered_causes;
			facts.push([__("Covered Causes"), causes.length ? this.list(causes.map(escape)) : __("all")]);
		}
		if (entitlement.warranty_until) {
			const over = entitlement.warranty_until < frappe.datetime.get_today();
			const day = this.date(entitlement.warranty_until);
			facts.push([__("Warranty"), over ? __("ended on {0}", [day]) : __("until {0}", [day])]);
		}
		return facts;
	},

	question_facts({ question, letters = [], orders = [], claims = [] }) {
		const facts = [];
		const escape = frappe.utils.escape_html;
		if (question) {
			const words = {
				Waiting: __("Asked on {0}, no answer yet", [this.date(question.asked_on)]),
				"No Answer": __("Asked on {0}, no answer: please decide", [this.date(question.asked_on)]),
				Confirmed: __("Solved, says {0}", [escape(question.answered_by || "")]),
				Refused: __("Not solved, says {0}: {1}", [escape(question.answered_by || ""), escape(question.reason || "")]),
				"Closed by the Desk": __("Closed without an answer: {0}", [escape(question.decision_reason || "")]),
				Withdrawn: __("Asked again"),
			};
			let said = this.link("Solution Confirmation", question.name, "…").replace("…", words[question.status]);
			if (question.stars) said += ` <span aria-hidden="true">${"★".repeat(question.stars)}</span> ${__("{0} of 5 stars", [this.number(question.stars)])}`;
			if (question.remark) said += `<br>“${escape(question.remark)}”`;
			facts.push([__("The Customer"), said]);
		}
		if (letters.length) {
			const steps = letters.map((one) => `${__(one.step)}: ${__(one.status)}${one.failure ? ` (${escape(one.failure)})` : ""}`);
			facts.push([__("Letters Not Sent"), steps.join("<br>")]);
		}
		if (orders.length) {
			const rows = orders.map((one) => `${this.link("Service Order", one.name)} ${__(one.status)} ${this.date(one.planned_start)}`);
			facts.push([__("Service Orders"), rows.join("<br>")]);
		}
		if (claims.length) {
			const rows = claims.map((one) => `${this.link("Supplier Claim", one.name)} ${escape(one.supplier_name || "")}: ${__(one.status)}`);
			facts.push([__("Supplier Claims"), rows.join("<br>")]);
		}
		return facts;
	},

	cost_facts(costs) {
		if (!costs || !(costs.net || costs.recovered)) return [];
		const parts = [
			[__("Parts"), costs.parts],
			[__("Work and Travel"), costs.work],
			[__("Credit Notes"), costs.credit_notes],
			[__("Service Credits"), costs.service_credits],
			[__("Desk"), costs.desk],
			[__("From the Supplier"), -costs.recovered],
		].filter(([, amount]) => amount);
		const words = parts.map(([label, amount]) => `${label} ${this.money(amount, costs.currency)}`).join(" · ");
		return [[__("Cost"), `<strong>${this.money(costs.net, costs.currency)}</strong><br>${words}`]];
	},

	async open_new(frm, method, args) {
		const document = await this.call(method, args, "GET");
		frappe.model.sync(document);
		frappe.set_route("Form", document.doctype, document.name);
	},

	add_buttons(frm) {
		const create = __("Create");
		if (frappe.model.can_create("Service Order")) {
			frm.add_custom_button(__("Service Order"), () => this.open_new(frm, "make_service_order", { issue: frm.doc.name }), create);
		}
		if (frappe.model.can_create("Supplier Claim")) {
			frm.add_custom_button(
				__("Supplier Claim"),
				() => this.open_new(frm, "make_supplier_claim", { doctype: "Issue", name: frm.doc.name }),
				create
			);
		}
		if (frappe.model.can_create("Complaint Cost")) {
			frm.add_custom_button(__("Time or Credit Note"), () => frappe.new_doc("Complaint Cost", { issue: frm.doc.name }), create);
		}
	},

	add_answer_buttons(frm, shown) {
		const customer = __("Customer");
		const act = async (method, args) => {
			await this.call(method, { issue: frm.doc.name, ...args });
			frm.reload_doc();
		};
		if (!frm.perm[0]?.write) return;
		if (shown.may_send_again) {
			frm.add_custom_button(__("Send the Letter Again"), () => act("send_letter_again"), customer);
		}
		if (frm.doc.status === "Closed") return;
		frm.add_custom_button(__("Ask the Customer"), () => act("ask"), customer);
		frm.add_custom_button(__("Record the Answer"), () => this.record_answer(act), customer);
		if (shown.may_decide) {
			frm.add_custom_button(__("Close without an Answer"), () => this.decide(act), customer);
		}
	},

	record_answer(act) {
		const dialog = new frappe.ui.Dialog({
			animate: false,
			title: __("What the Customer Said"),
			fields: [
				{
					fieldname: "answer",
					fieldtype: "Select",
					label: __("Is It Solved?"),
					options: [
						{ value: "1", label: __("Yes, it is solved") },
						{ value: "0", label: __("No, it is not solved") },
					],
					default: "1",
					reqd: 1,
				},
				{ fieldname: "said_by", fieldtype: "Data", label: __("Who Said So") },
				{
					fieldname: "stars",
					fieldtype: "Select",
					label: __("How Satisfied They Are"),
					options: [
						{ value: "0", label: __("Not said") },
						{ value: "5", label: __("Very satisfied") },
						{ value: "4", label: __("Satisfied") },
						{ value: "3", label: __("Neither one nor the other") },
						{ value: "2", label: __("Not satisfied") },
						{ value: "1", label: __("Not satisfied at all") },
					],
					default: "0",
					depends_on: "eval:doc.answer=='1'",
				},
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("What They Said"),
					mandatory_depends_on: "eval:doc.answer=='0'",
				},
			],
			primary_action_label: __("Record"),
			primary_action({ answer, said_by, stars, reason }) {
				dialog.hide();
				act("record_answer", { is_solved: answer === "1", said_by, reason, stars });
			},
		});
		dialog.show();
	},

	decide(act) {
		frappe.prompt(
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Why It Is Closed without an Answer"), reqd: 1 },
			({ reason }) => act("decide", { reason }),
			__("Close without an Answer"),
			__("Close")
		);
	},
});

frappe.ui.form.on("Issue", {
	setup(frm) {
		frm.set_query("equipment", () => ({ filters: frm.doc.customer ? { customer: frm.doc.customer } : {} }));
		frm.set_query("service_contract", () => ({
			filters: { docstatus: 1, ...(frm.doc.customer ? { customer: frm.doc.customer } : {}) },
		}));
	},
	refresh(frm) {
		if (frm.is_new() || !(frm.doc.equipment || frm.doc.service_contract)) return;
		crm_ext.complaint.add_buttons(frm);
		crm_ext.complaint.show(frm);
	},
	equipment: (frm) => crm_ext.complaint.fill(frm),
	complaint_cause(frm) {
		if (frm.doc.equipment) crm_ext.complaint.fill(frm);
	},
});
