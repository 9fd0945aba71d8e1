// Where the jobs are and in which order they are driven to. Useful without a network: tiles are only the background.

import { troubles } from "./checks";
import { description } from "./jobs";
import { customer_of, escape, jobs_text, mark, name, number } from "./words";

// Dark enough beside white in either theme; told apart by their dashes and numbers, not by colour alone.
const COLOURS = ["#1d4ed8", "#b45309", "#047857", "#be123c", "#6d28d9", "#0e7490", "#4d7c0f", "#9d174d"];
const DASHES = ["", "10 6", "2 6", "14 5 3 5", "6 3 2 3", "20 6"];
const PADDING = [32, 32];
// So many tiles may fail before the map goes on without them.
const FAILURES = 4;

const style_of = (place) => ({ colour: COLOURS[place % COLOURS.length], dash: DASHES[place % DASHES.length] });

export function map_html(model, technicians) {
	return `<div class="crm-dispatch-map-frame">
		<div class="crm-dispatch-map" role="application" aria-label="${__("Map of the jobs")}"></div>
		<aside aria-label="${__("Routes")}"><h4>${__("Routes")}</h4>${legend(model, technicians)}
			<p class="crm-dispatch-tiles" role="status"></p></aside>
	</div>`;
}

function legend(model, technicians) {
	const rows = technicians.map((technician, place) => {
		const jobs = model.jobs_of(technician.name);
		const { colour, dash } = style_of(place);
		const stops = jobs.map((job) => `<li>${name(customer_of(job))}${has_place(job) ? "" : ` (${__("no coordinates")})`}</li>`);
		return `<details><summary><svg viewBox="0 0 40 8" aria-hidden="true"><path d="M0 4h40" stroke="${colour}" stroke-dasharray="${dash}"/></svg>
			${name(technician.name)} <small>${jobs_text(jobs.length)}</small></summary><ol>${stops.join("")}</ol></details>`;
	});
	const lost = [...model.jobs, ...model.waiting].filter((job) => !has_place(job)).length;
	const note = lost ? `<p>${mark("warning")} ${__("Without coordinates and not on the map: {0}", [jobs_text(lost)])}</p>` : "";
	return rows.join("") + note;
}

const has_place = (job) => Boolean(job.latitude || job.longitude) && Math.abs(job.latitude) <= 90 && Math.abs(job.longitude) <= 180;
const at = (one) => [one.latitude, one.longitude];
const route_places = (model, technician) => [technician, ...model.jobs_of(technician.name)].filter(has_place).map(at);

export class RouteMap {
	/** open_card(job, anchor) when a job is chosen. */
	constructor(frame, model, technicians, open_card) {
		this.frame = frame;
		this.open_card = open_card;
		this.map = L.map(frame.querySelector(".crm-dispatch-map"), { zoomAnimation: !reduced_motion(), fadeAnimation: !reduced_motion() });
		L.control.scale({ imperial: false }).addTo(this.map);
		this.add_tiles(model.tiles || frappe.utils.map_defaults.tiles);
		this.show_all(model, technicians);
		this.follow_legend(model, technicians);
		technicians.forEach((technician, place) => this.route(model, technician, place));
		model.waiting.filter(has_place).forEach((job) => this.job(model, job, "", "crm-dispatch-pin-waiting"));
	}

	show_all(model, technicians) {
		const routes = technicians.flatMap((technician) => route_places(model, technician));
		const waiting = model.waiting.filter(has_place);
		const bounds = L.latLngBounds(routes.length ? routes : waiting.map(at));
		if (!bounds.isValid()) return this.map.setView(frappe.utils.map_defaults.center, 5);
		// A job with a wrong place at the other end of the world must not make all routes a dot.
		const around = bounds.pad(1);
		waiting.map(at).filter((place) => around.contains(place)).forEach((place) => bounds.extend(place));
		this.fit(bounds);
	}

	fit(bounds) {
		this.map.fitBounds(bounds, { padding: PADDING, maxZoom: 14, animate: false });
	}

	/** A route that is unfolded in the legend is the one on show. */
	follow_legend(model, technicians) {
		this.frame.querySelectorAll("details").forEach((one, place) => {
			one.addEventListener("toggle", () => {
				const places = route_places(model, technicians[place]);
				if (one.open && places.length) this.fit(L.latLngBounds(places));
			});
		});
	}

	add_tiles(address) {
		const tiles = L.tileLayer(address, address === frappe.utils.map_defaults.tiles ? frappe.utils.map_defaults.options : {});
		let failed = 0;
		tiles.on("tileerror", () => {
			failed += 1;
			if (failed !== FAILURES) return;
			tiles.remove();
			this.frame.querySelector(".crm-dispatch-tiles").textContent = __("The streets cannot be loaded; places and routes are shown without them.");
		});
		tiles.addTo(this.map);
	}

	route(model, technician, place) {
		const { colour, dash } = style_of(place);
		const jobs = model.jobs_of(technician.name).filter(has_place);
		const path = jobs.map(at);
		if (has_place(technician)) {
			this.base(technician, colour);
			if (path.length) path.unshift(at(technician)), path.push(at(technician));
		}
		L.polyline(path, { color: colour, dashArray: dash, weight: 3, interactive: false }).addTo(this.map);
		jobs.forEach((job, index) => this.job(model, job, number(index + 1), "", colour));
	}

	base(technician, colour) {
		const words = __("Base of {0}", [technician.name]);
		const html = `<span class="crm-dispatch-pin crm-dispatch-pin-base" style="--pin: ${colour}">${escape(frappe.get_abbr(technician.name))}</span>`;
		this.marker(at(technician), html, words);
	}

	job(model, job, text, kind, colour = "#374151") {
		const wrong = job.technician ? troubles(model, job) : [];
		const html = `<span class="crm-dispatch-pin ${kind}" style="--pin: ${colour}">${text || mark("person")}${wrong.length ? mark("warning") : ""}</span>`;
		const marker = this.marker(at(job), html, description(job, wrong));
		marker.on("click keypress", (event) => {
			if (event.type === "click" || event.originalEvent.key === "Enter") this.open_card(job, marker.getElement());
		});
	}

	marker(place, html, words) {
		const icon = L.divIcon({ html, className: "", iconSize: [30, 30] });
		const marker = L.marker(place, { icon, title: words, alt: words, keyboard: true }).addTo(this.map);
		marker.getElement().setAttribute("aria-label", words);
		return marker;
	}

	remove() {
		this.map.remove();
	}
}

const reduced_motion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
