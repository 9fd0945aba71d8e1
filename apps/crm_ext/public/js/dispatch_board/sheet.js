// The day on paper: for every technician the jobs in their order.

import { hours_text } from "./day";
import { long_day, parse, span } from "./times";
import { customer_of, escape, jobs_text, length, name, number } from "./words";

const STYLE = `
	body { font: 10pt/1.4 system-ui, "Vazirmatn", sans-serif; margin: 12mm; color: #000; }
	section { break-after: page; } section:last-child { break-after: auto; }
	h1 { font-size: 15pt; margin: 0; } p { margin: 2pt 0 8pt; }
	table { border-collapse: collapse; inline-size: 100%; }
	th, td { border: 1px solid #555; padding: 3pt 5pt; text-align: start; vertical-align: top; }
	thead { display: table-header-group; } tr { break-inside: avoid; }
`;

/** Opens the sheet and the browser's print dialog. False where the browser lets no window open. */
export function print_sheet(model, technicians, days) {
	const sheet = window.open("", "_blank");
	if (!sheet) return false;
	const busy = technicians.flatMap((technician) =>
		days.map((day) => ({ technician, day, jobs: model.jobs_on(technician.name, day) })).filter((one) => one.jobs.length)
	);
	const body = busy.length ? busy.map((one) => page(model, one)).join("") : `<p>${__("Nothing is planned.")}</p>`;
	const direction = frappe.utils.is_rtl() ? "rtl" : "ltr";
	sheet.document.write(`<!doctype html><html lang="${escape(frappe.boot.lang)}" dir="${direction}"><head><meta charset="utf-8">
		<title>${__("Day Sheet")}</title><style>${STYLE}</style></head><body>${body}</body></html>`);
	sheet.document.close();
	sheet.print();
	return true;
}

function page(model, { technician, day, jobs }) {
	const titles = [__("Time"), __("Customer"), __("Place and Phone"), __("Job"), __("Parts")];
	return `<section><h1>${name(technician.name)}</h1>
		<p>${long_day(parse(day))} · ${escape(hours_text(technician, model.hours_on(technician, day)))} · ${jobs_text(jobs.length)}</p>
		<table><thead><tr>${titles.map((title) => `<th scope="col">${title}</th>`).join("")}</tr></thead>
		<tbody>${jobs.map(row).join("")}</tbody></table></section>`;
}

function row(job) {
	const travel = job.travel_minutes ? `<br>${__("Travel: {0}", [length(job.travel_minutes * 60000)])}` : "";
	const promised = job.window_start && job.window_end ? `<br>${__("Promised: {0}", [span(job.window_start, job.window_end)])}` : "";
	const lines = (...parts) => parts.filter(Boolean).map(name).join("<br>");
	return `<tr><td>${span(job.start, job.end)}${travel}${promised}</td>
		<td>${lines(customer_of(job), job.service_contract)}</td>
		<td>${lines(job.address, job.contact_mobile)}</td>
		<td>${lines(job.title, job.equipment_name, job.description)}<br><small>${escape(job.name)}</small></td>
		<td>${job.parts.map((part) => `${number(part.qty, 3)} × ${name(part.item_name)}`).join("<br>")}</td></tr>`;
}
