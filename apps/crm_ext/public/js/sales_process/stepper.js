// The strip on top of an opportunity: where one is, what is next and why one cannot go on.
import { ask, move, tell } from "./moves";
import { date, days, escape, mark, name, number, percent, stay } from "./words";

export class Stepper {
	constructor(frm) {
		this.frm = frm;
		this.$root = $(`<section class="crm-stepper" aria-label="${__("Sales Process")}"></section>`);
		this.$root.prependTo(frm.layout.wrapper);
		this.$root.on("click", "[data-action]", (event) => this.act($(event.currentTarget)));
		this.$root.on("change", "input[data-activity]", (event) => this.tick(event.currentTarget));
	}

	async refresh() {
		const opportunity = this.frm.doc.name;
		this.$root.attr("aria-busy", "true");
		try {
			const state = await ask("state", { opportunity });
			if (this.frm.doc.name === opportunity) this.show(state);
		} catch {
			this.$root.html(
				`<p class="crm-stepper-note">${__("The sales process could not be loaded.")}
				<button type="button" class="btn btn-xs btn-default" data-action="retry">${__("Try Again")}</button></p>`
			);
		} finally {
			this.$root.removeAttr("aria-busy");
		}
	}

	hide() {
		this.$root.empty();
	}

	show(state) {
		this.state = state;
		if (!state.process) return this.$root.html(this.without_process());
		this.editable = state.can_write && !state.settled;
		this.$root.html(`
			${this.steps()}
			${state.settled ? "" : this.panels()}
			${this.actions()}`);
		this.bring_into_view(this.$root.find(".crm-step-current")[0]);
	}

	// Sideways only, so that the page stays where the reader is.
	bring_into_view(step) {
		if (!step) return;
		const steps = step.parentElement;
		const middle = (element) => {
			const { left, width } = element.getBoundingClientRect();
			return left + width / 2;
		};
		steps.scrollBy({ left: middle(step) - middle(steps) });
	}

	without_process() {
		if (!frappe.model.can_create("Sales Process")) return "";
		return `<p class="crm-stepper-note">${__("No sales process serves this opportunity type.")}
			<button type="button" class="btn btn-xs btn-default" data-action="define">${__("Define One")}</button></p>`;
	}

	steps() {
		const { stages, current } = this.state;
		const here = stages.findIndex((stage) => stage.stage === current);
		const steps = stages.map((stage, index) => {
			const position = index < here ? "done" : index === here ? "current" : "ahead";
			const said = { done: __("passed"), current: __("present stage"), ahead: __("ahead") }[position];
			return `<li class="crm-step crm-step-${position}">
				<button type="button" data-action="go" data-stage="${escape(stage.stage)}"
					${position === "current" ? 'aria-current="step"' : ""}
					${this.editable && position !== "current" ? "" : "disabled"}
					title="${escape(stage.guidance)}">
					<span class="crm-step-mark">${position === "done" ? mark("tick") : number(index + 1)}</span>
					<span class="crm-step-name">${escape(__(stage.stage))}</span>
					<span class="crm-step-probability">${percent(stage.probability)}</span>
					<span class="sr-only">${said}</span>
				</button></li>`;
		});
		return `<ol class="crm-steps">${steps.join("")}</ol>`;
	}

	panels() {
		return `<div class="crm-panels">${this.activities()}${this.criteria()}${this.next_step()}</div>`;
	}

	activities() {
		const guidance = this.state.stages.find((stage) => stage.stage === this.state.current)?.guidance;
		const rows = this.state.activities.map((row, index) => {
			const by = row.done ? __("{0}, {1}", [row.done_by, date(row.done_on)]) : __(row.kind);
			return `<li><label>
				<input type="checkbox" data-activity="${index}" ${row.done ? "checked" : ""}
					${this.editable ? "" : "disabled"}>
				<span>${name(row.activity)} <small>${escape(by)}${
				row.required && !row.done ? ` · ${__("required")}` : ""
			}</small></span></label></li>`;
		});
		return this.panel(
			__("To Do in This Stage"),
			(guidance ? `<p>${escape(guidance)}</p>` : "") +
				(rows.length ? `<ul>${rows.join("")}</ul>` : `<p>${__("No activities are planned for this stage.")}</p>`)
		);
	}

	criteria() {
		const rows = this.state.criteria.map((row, index) => {
			const kind = row.met ? "met" : row.required ? "unmet" : "advice";
			const said = { met: __("Met"), unmet: __("Not met"), advice: __("Advice") }[kind];
			const icon = { met: "tick", unmet: "cross", advice: "advice" }[kind];
			return `<li class="crm-criterion-${kind}">${mark(icon)}
				<span><span class="crm-criterion-kind">${said}:</span> ${escape(row.sentence)}
				${row.fix ? this.fix(row, index) : ""}</span></li>`;
		});
		return this.panel(
			__("Before Going On"),
			rows.length ? `<ul>${rows.join("")}</ul>` : `<p>${__("Nothing is asked for before the next stage.")}</p>`
		);
	}

	fix(row, index) {
		if (row.fix.kind === "document")
			return `<a href="${frappe.utils.get_form_link(row.fix.doctype, row.fix.name)}">${__("Open {0}", [
				__(row.fix.doctype),
			])}</a>`;
		return `<button type="button" class="btn btn-link btn-xs" data-action="fix" data-index="${index}"
			aria-label="${escape(__("Put right: {0}", [row.sentence]))}">${__("Put Right")}</button>`;
	}

	next_step() {
		const step = this.state.next_step;
		const change = this.editable
			? `<button type="button" class="btn btn-xs btn-default" data-action="plan">
				${step ? __("Change") : __("Plan Next Step")}</button>`
			: "";
		if (!step) return this.panel(__("Next Step"), `<p>${__("Nothing is planned.")}</p>${change}`);
		const when = step.date
			? `<p class="${step.overdue ? "crm-late" : ""}">${mark(step.overdue ? "warning" : "clock")}
				${step.overdue ? __("Overdue since {0}", [date(step.date)]) : date(step.date)}
				${step.owner ? `· ${name(frappe.user.full_name(step.owner))}` : ""}</p>`
			: "";
		const done = this.editable
			? `<button type="button" class="btn btn-xs btn-default" data-action="finish">${__("Done")}</button>`
			: "";
		return this.panel(__("Next Step"), `<p><strong>${name(step.step)}</strong></p>${when}${done} ${change}`);
	}

	panel(title, content) {
		return `<section class="crm-panel"><h6>${title}</h6>${content}</section>`;
	}

	actions() {
		const { state } = this;
		const button = (action, label, style, stage = "") =>
			`<button type="button" class="btn btn-sm btn-${style}" data-action="${action}"
				data-stage="${escape(stage)}">${label}</button>`;
		const buttons = [];
		if (this.editable && state.next)
			buttons.push(
				button("go", __("Advance to {0}", [escape(__(state.next))]), state.ready ? "primary" : "default", state.next)
			);
		if (this.editable && state.previous)
			buttons.push(button("go", __("Go Back to {0}", [escape(__(state.previous))]), "default", state.previous));
		if (this.editable) buttons.push(button("lose", __("Set as Lost"), "default"));
		if (state.history.length) buttons.push(button("history", __("Stage History"), "default"));
		return `<div class="crm-stepper-actions">${buttons.join("")}${state.settled ? this.end() : this.age()}</div>`;
	}

	age() {
		const { age_days, age_limit_days, over_limit } = this.state;
		const text = over_limit
			? __("{0} in this stage, more than the limit of {1}", [days(age_days), days(age_limit_days)])
			: __("{0} in this stage", [days(age_days)]);
		return `<span class="crm-age ${over_limit ? "crm-late" : ""}">${mark(over_limit ? "warning" : "clock")}${text}</span>`;
	}

	end() {
		return `<span class="crm-age">${__("Decided: {0}", [__(this.frm.doc.status)])}</span>`;
	}

	act($button) {
		const stage = $button.attr("data-stage");
		const actions = {
			retry: () => this.refresh(),
			define: () => frappe.new_doc("Sales Process", { opportunity_type: this.frm.doc.opportunity_type }),
			go: () => this.go(stage),
			lose: () => this.frm.trigger("set_as_lost_dialog"),
			history: () => this.history(),
			plan: () => this.plan(),
			finish: () => this.update("finish_next_step", {}),
			fix: () => this.put_right(this.state.criteria[$button.attr("data-index")].fix),
		};
		actions[$button.attr("data-action")]();
	}

	async go(stage) {
		if (this.frm.is_dirty()) return frappe.msgprint(__("Save the opportunity first, then change its stage."));
		if (await move(this.frm.doc.name, stage)) {
			frappe.show_alert({ message: __("Now in stage {0}", [__(stage)]), indicator: "green" });
			await this.frm.reload_doc();
			this.$root.find("[aria-current]").trigger("focus");
		}
	}

	async tick(box) {
		const row = this.state.activities[box.dataset.activity];
		await this.update("set_activity", { stage: this.state.current, activity: row.activity, done: box.checked ? 1 : 0 });
		this.$root.find(`[data-activity="${box.dataset.activity}"]`).trigger("focus");
	}

	async update(method, args) {
		try {
			this.show(await tell(method, { opportunity: this.frm.doc.name, ...args }));
		} catch {
			// The server has said why; show what is stored.
			await this.refresh();
		}
	}

	put_right(fix) {
		if (fix.kind === "field") this.frm.scroll_to_field(fix.target);
		else if (fix.kind === "action") this.frm.trigger(fix.target);
		else {
			const index = this.state.activities.findIndex((row) => row.activity === fix.target);
			this.$root.find(`[data-activity="${index}"]`).trigger("focus");
		}
	}

	plan() {
		const step = this.state.next_step || {};
		const dialog = new frappe.ui.Dialog({
			animate: false,
			title: __("Next Step"),
			fields: [
				{ fieldtype: "Data", fieldname: "step", label: __("What Comes Next"), reqd: 1, default: step.step },
				{ fieldtype: "Date", fieldname: "date", label: __("Date"), default: step.date },
				{
					fieldtype: "Link",
					fieldname: "owner",
					label: __("Owner"),
					options: "User",
					default: step.owner || frappe.session.user,
				},
				{
					fieldtype: "Select",
					fieldname: "remind_by",
					label: __("Remind By"),
					options: [
						{ value: "", label: __("No reminder") },
						{ value: "ToDo", label: __("Task on the owner's list") },
						{ value: "Event", label: __("Appointment in the calendar") },
					],
					default: step.event ? "Event" : step.task ? "ToDo" : "",
				},
			],
			primary_action_label: __("Save"),
			primary_action: (values) => {
				dialog.hide();
				this.update("plan_next_step", values);
			},
		});
		dialog.show();
	}

	history() {
		const rows = this.state.history.map((row) => {
			const entry = row.entry === "Override" ? __("Override: {0}", [row.reason]) : row.reason;
			return `<tr><td>${escape(__(row.stage))}</td><td>${date(row.entered_on)}</td>
				<td>${row.left_on ? stay(row.hours) : __("still there")}</td><td>${escape(__(row.outcome || ""))}</td>
				<td>${percent(row.probability)}</td><td>${escape(row.moved_by)}</td><td>${escape(entry)}</td></tr>`;
		});
		const titles = [
			__("Stage"),
			__("Entered On"),
			__("Stayed"),
			__("Outcome"),
			__("Probability"),
			__("Moved By"),
			__("Remark"),
		];
		const dialog = new frappe.ui.Dialog({ animate: false, title: __("Stage History"), size: "large" });
		dialog.$body.html(`<div class="table-responsive"><table class="table table-bordered">
			<thead><tr>${titles.map((title) => `<th scope="col">${title}</th>`).join("")}</tr></thead>
			<tbody>${rows.join("")}</tbody></table></div>`);
		dialog.show();
	}
}
