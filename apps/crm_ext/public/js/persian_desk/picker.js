// The month of a date field, as the ARIA Authoring Practices describe a date picker dialog.

import { add_days, add_months, day_title, days_in_month, month_title, read, to_iso, to_persian, weekday, weekday_names } from "./calendar";
import { persian_digits } from "./digits";

// In a right-to-left month the next day lies to the left.
const STEPS = { ArrowLeft: 1, ArrowRight: -1, ArrowDown: 7, ArrowUp: -7 };
const GAP = 4;
let open = null;

/**
 * Opens when the field is entered, as the desk's own does; the arrow down leads into it.
 * now: gives today or this moment as the model writes it; has_time: the field keeps a time beside the day; is_range: it keeps
 * two days, which are chosen one after the other.
 */
export function attach(field, { now, has_time = false, is_range = false }) {
	const show = () => {
		if (open?.field !== field && !field.$input.prop("disabled")) new Picker(field, { now, has_time, is_range });
	};
	field.$input.attr({ "aria-haspopup": "dialog", autocomplete: "off" });
	field.$input.on("focus click", show);
	field.$input.on("keydown", (event) => {
		if (event.key === "ArrowDown") {
			event.preventDefault();
			show();
			open.focus();
		} else if (event.key === "Escape" && open?.field === field) {
			event.stopPropagation();
			open.close();
		} else if (event.key === "Tab" && open?.field === field) {
			open.close();
		}
	});
}

class Picker {
	constructor(field, { now, has_time, is_range }) {
		open?.close();
		open = this;
		Object.assign(this, { field, now, has_time, is_range });
		this.chosen = this.days_of_field();
		this.day = this.chosen[0] || now().slice(0, 10);
		// The desk knows its own calendar by these classes, and keeps rows and filters open while one clicks in it.
		this.$element = $(`<div class="datepicker active crm-picker" role="dialog" dir="rtl"></div>`)
			.attr("aria-label", __("Choose a day"))
			.appendTo(document.body);
		this.$element.on("click", "[data-months]", (event) => this.turn(Number(event.currentTarget.dataset.months)));
		this.$element.on("click", "[data-day]", (event) => this.choose(event.currentTarget.dataset.day));
		this.$element.on("click", "[data-now]", () => (has_time ? this.set(this.now()) : this.choose(this.now())));
		// A button that was drawn anew lies outside to those who ask later, and they would close the filters around the field.
		this.$element.on("click", (event) => event.stopPropagation());
		this.$element.on("mousedown", (event) => !$(event.target).is("input") && event.preventDefault());
		this.$element.on("keydown", (event) => this.key(event));
		// It scrolls with the page, as a phone does when its keyboard comes up; only what scrolls within the page leaves it behind.
		this.leave = ({ target }) =>
			target === document || this.$element[0].contains(target) || field.$input.is(target) || this.close();
		document.addEventListener("mousedown", this.leave, true);
		document.addEventListener("scroll", this.leave, true);
		this.draw();
		this.place();
	}

	/** None, one, or the first and last of a range. */
	days_of_field() {
		const typed = this.field.$input.val();
		if (!this.is_range) return [read(typed.split(" ")[0])].filter(Boolean);
		const days = this.field.parse(typed);
		return Array.isArray(days) ? days : [];
	}

	draw() {
		const { year, month } = to_persian(this.day);
		const first = to_iso(year, month, 1);
		const cells = [
			...Array(weekday(first)).fill("<td></td>"),
			...Array.from({ length: days_in_month(year, month) }, (_, index) => this.cell(add_days(first, index), index + 1)),
		];
		const weeks = Array.from({ length: Math.ceil(cells.length / 7) }, (_, week) => cells.slice(week * 7, week * 7 + 7));
		const turn = (months, label, sign) =>
			`<button type="button" class="btn btn-xs" dir="ltr" data-months="${months}" aria-label="${label}" title="${label}">${sign}</button>`;
		this.$element.html(`
			<div class="crm-picker-head">
				${turn(-12, __("Previous year"), "»")}${turn(-1, __("Previous month"), "›")}
				<strong aria-live="polite">${month_title(this.day)}</strong>
				${turn(1, __("Next month"), "‹")}${turn(12, __("Next year"), "«")}
			</div>
			<table role="grid"><thead><tr>${weekday_names().map((name) => `<th scope="col"><abbr title="${name}">${name[0]}</abbr></th>`).join("")}</tr></thead>
			<tbody>${weeks.map((week) => `<tr>${week.join("")}</tr>`).join("")}</tbody></table>
			<div class="crm-picker-foot">
				<button type="button" class="btn btn-xs btn-default" data-now>${this.has_time ? __("Now") : __("Today")}</button>
				${this.has_time ? `<label>${__("Time")} <input type="time" class="form-control input-xs" value="${this.time()}"></label>` : ""}
			</div>`);
		this.$element.find("input").on("change", (event) => event.target.value && this.choose(this.day, event.target.value));
	}

	cell(day, number) {
		const [first, last = first] = this.chosen;
		const is_chosen = first <= day && day <= last;
		const marks = [is_chosen && "chosen", day === this.now().slice(0, 10) && "today", weekday(day) === 6 && "friday"];
		return `<td role="gridcell" aria-selected="${is_chosen}">
			<button type="button" data-day="${day}" tabindex="${day === this.day ? 0 : -1}" aria-label="${day_title(day)}"
				class="${marks.filter(Boolean).map((mark) => `crm-picker-${mark}`).join(" ")}"
				aria-disabled="${!this.can_choose(day)}">${persian_digits(String(number))}</button></td>`;
	}

	can_choose(day) {
		const { min_date, max_date, disabled_dates = [] } = this.field.df;
		const bound = (date) => moment(date).locale("en").format("YYYY-MM-DD");
		return !(
			(min_date && day < bound(min_date)) ||
			(max_date && day > bound(max_date)) ||
			disabled_dates.includes(day)
		);
	}

	key(event) {
		const days = STEPS[event.key] ?? { Home: -weekday(this.day), End: 6 - weekday(this.day) }[event.key];
		const months = { PageUp: -1, PageDown: 1 }[event.key];
		if (event.key === "Escape") {
			event.stopPropagation();
			this.leave_to_field();
		} else if ($(event.target).is("[data-day]") && (days !== undefined || months)) {
			event.preventDefault();
			this.day = months ? add_months(this.day, event.shiftKey ? months * 12 : months) : add_days(this.day, days);
			this.draw();
			this.focus();
		}
	}

	turn(months) {
		this.day = add_months(this.day, months);
		this.draw();
		this.$element.find(`[data-months="${months}"]`).trigger("focus");
	}

	choose(day, time = this.has_time && this.time()) {
		if (!this.can_choose(day)) return;
		if (this.is_range) return this.choose_range(day);
		if (!time) return this.set(day);
		const chosen = `${day} ${time}:00`;
		this.set(frappe.datetime.is_system_time_zone() ? chosen : frappe.datetime.convert_to_system_tz(chosen, true));
	}

	/** The first day is kept until the last is chosen; they may come in any order. */
	choose_range(day) {
		if (this.from) return this.set([this.from, day].sort());
		Object.assign(this, { from: day, day, chosen: [day] });
		this.draw();
		this.focus();
	}

	/** Time of the field, as the user reads it. */
	time() {
		const shown = this.field.get_value() || this.now();
		return moment(frappe.datetime.convert_to_user_tz(shown)).locale("en").format("HH:mm");
	}

	/** A day, a moment or the two days of a range as if it were typed: forms, grids, filters and dialogs alike hear of what their input says. */
	set(value) {
		this.leave_to_field();
		this.field.$input.val(this.field.format_for_input(...[value].flat())).trigger("change");
	}

	focus() {
		this.$element.find(`[data-day="${this.day}"]`).trigger("focus");
	}

	place() {
		const input = this.field.$input[0].getBoundingClientRect();
		const { offsetWidth: width, offsetHeight: height } = this.$element[0];
		const below = input.bottom + GAP + height <= window.innerHeight || input.top < height + GAP;
		const start = Math.max(GAP, Math.min(input.right - width, window.innerWidth - width - GAP));
		this.$element.css({
			left: start + window.scrollX,
			top: (below ? input.bottom + GAP : input.top - height - GAP) + window.scrollY,
		});
	}

	/** Still open while the field is entered, so that entering it does not open another. */
	leave_to_field() {
		this.field.$input.trigger("focus");
		this.close();
	}

	close() {
		document.removeEventListener("mousedown", this.leave, true);
		document.removeEventListener("scroll", this.leave, true);
		this.$element.remove();
		if (open === this) open = null;
	}
}
