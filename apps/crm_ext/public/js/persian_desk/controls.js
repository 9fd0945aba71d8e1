// Fields that show and take Persian days and digits. The model keeps ISO days and plain numbers.

import { read, written, written_moment } from "./calendar";
import { latin_digits, latin_number, persian_digits, persian_number } from "./digits";
import { attach } from "./picker";

const NUMBERS = ["Int", "LongInt", "Float", "Currency", "Percent"];
const TIMES = ["HH:mm:ss", "HH:mm", "H:mm:ss", "H:mm"];

/** Puts the fields in the places from which the desk takes them when it builds a form, a grid or a filter. */
export function register() {
	const { ControlDate, ControlDatetime, ControlDateRange, ControlTime } = frappe.ui.form;
	frappe.ui.form.ControlDate = persian_date(ControlDate);
	frappe.ui.form.ControlDatetime = persian_datetime(ControlDatetime);
	frappe.ui.form.ControlDateRange = persian_range(ControlDateRange);
	frappe.ui.form.ControlTime = persian_time(ControlTime);
	for (const type of NUMBERS) {
		frappe.ui.form[`Control${type}`] = persian_number_field(frappe.ui.form[`Control${type}`]);
	}
}

const persian_date = (Field) =>
	class PersianDate extends Field {
		make_picker() {
			this.set_t_for_today();
			attach(this, { now: () => frappe.datetime.nowdate() });
		}

		format_for_input(value) {
			return value ? written(day_of(value)) : "";
		}

		parse(typed) {
			return typed ? read(typed) ?? typed : "";
		}

		validate(value) {
			return !value || is_day(value) ? value : refuse(value, written(frappe.datetime.nowdate()));
		}
	};

const persian_datetime = (Field) =>
	class PersianDatetime extends Field {
		make_picker() {
			this.set_t_for_today();
			attach(this, { now: () => frappe.datetime.now_datetime(), has_time: true });
		}

		set_formatted_input(value) {
			const moments = { today: frappe.datetime.now_datetime, now: frappe.datetime.now_datetime };
			const asked = moments[String(value || "").toLowerCase()]?.() ?? value;
			this.$input?.val(this.format_for_input(asked));
		}

		format_for_input(value) {
			return value ? written_moment(value) : "";
		}

		parse(typed) {
			if (!typed) return "";
			const [day, time = "00:00:00"] = latin_digits(typed).trim().split(/\s+/);
			const hours = moment(time, [frappe.datetime.get_user_time_fmt(), ...TIMES], true);
			const found = read(day);
			if (!found || !hours.isValid()) return typed;
			const value = `${found} ${hours.locale("en").format("HH:mm:ss")}`;
			return frappe.datetime.is_system_time_zone() ? value : frappe.datetime.convert_to_system_tz(value, true);
		}

		validate(value) {
			return !value || is_day(value.slice(0, 10)) ? value : refuse(value, written_moment(frappe.datetime.system_datetime()));
		}
	};

const persian_time = (Field) =>
	class PersianTime extends Field {
		/** The desk's clock beside the field writes Latin digits into it. */
		set_input(value) {
			super.set_input(value);
			this.set_formatted_input(value);
		}

		format_for_input(value) {
			return persian_digits(super.format_for_input(value));
		}
	};

const persian_range = (Field) =>
	class PersianRange extends Field {
		static trigger_change_on_input_event = false;

		set_datepicker() {
			attach(this, { now: () => frappe.datetime.nowdate(), is_range: true });
		}

		format_for_input(from, until) {
			return from && until ? __("{0} to {1}", [written(from), written(until)]) : "";
		}

		parse(typed) {
			if (!typed || typeof typed === "object") return typed;
			const between = __("{0} to {1}", ["", ""]).trim();
			const days = typed.replace(between, ",").split(",").map(read);
			return days.length === 2 && days.every(Boolean) ? days.sort() : typed;
		}

		validate(value) {
			const today = frappe.datetime.nowdate();
			return !value || Array.isArray(value) ? value : refuse(value, this.format_for_input(today, today));
		}
	};

const persian_number_field = (Field) =>
	class PersianNumber extends Field {
		format_for_input(value) {
			return persian_number(String(super.format_for_input(value) ?? ""), this.get_number_format?.());
		}

		parse(typed) {
			return super.parse(typeof typed === "string" ? latin_number(typed) : typed);
		}
	};

const is_day = (value) => /^\d{4}-\d\d-\d\d$/.test(value);

/** The ISO day of a value of a date field, which may be "Today" or a moment of the desk's own. */
const day_of = (value) =>
	typeof value === "string" && is_day(value.slice(0, 10)) ? value.slice(0, 10) : moment(value === "Today" ? undefined : value).locale("en").format("YYYY-MM-DD");

function refuse(typed, example) {
	frappe.msgprint(__("{0} is no day of the Persian calendar. Write it like {1}.", [frappe.utils.escape_html(typed), example]));
	return "";
}
