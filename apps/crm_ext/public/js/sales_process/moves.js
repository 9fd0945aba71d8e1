// Asks the server to move an opportunity and explains a refusal; managers may go on with a reason.
import { escape, mark } from "./words";

const METHOD = "crm_ext.api.sales_process.";

export const ask = (method, args) => frappe.xcall(METHOD + method, args, "GET");
export const tell = (method, args) => frappe.xcall(METHOD + method, args, "POST");

// Resolves to true where the opportunity has moved, false where it stays.
export async function move(opportunity, stage, reason = "") {
	const answer = await tell("move", { opportunity, stage, reason });
	if (answer.moved) return true;
	return explain(answer, stage, (why) => move(opportunity, stage, why));
}

function explain(answer, stage, override) {
	return new Promise((resolve) => {
		let going_on = false;
		const dialog = new frappe.ui.Dialog({
			animate: false,
			title: __("Not Yet Ready for {0}", [__(stage)]),
			fields: [
				{ fieldtype: "HTML", fieldname: "obstacles", options: obstacle_list(answer.obstacles) },
				{
					fieldtype: "Small Text",
					fieldname: "reason",
					label: __("Reason for Going On All the Same"),
					description: __("Kept in the stage history with your name."),
					hidden: !answer.can_override,
					reqd: answer.can_override,
				},
			],
			primary_action_label: answer.can_override ? __("Override") : __("Close"),
			primary_action: (values) => {
				going_on = answer.can_override;
				dialog.hide();
				if (going_on) override(values.reason).then(resolve);
			},
			on_hide: () => going_on || resolve(false),
		});
		dialog.show();
	});
}

const obstacle_list = (obstacles) => `
	<p>${__("These stand in the way:")}</p>
	<ul class="crm-obstacles">
		${obstacles.map((text) => `<li>${mark("cross")}<span>${escape(text)}</span></li>`).join("")}
	</ul>`;
