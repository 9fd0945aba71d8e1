// Persian digits and separators for people, Latin ones for the model.

const ZEROS = ["۰", "٠"].map((zero) => zero.charCodeAt(0));
// Marks of direction, which copied text carries unseen.
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text with its Persian and Arabic digits written in Latin, and without marks of direction. */
export function latin_digits(text) {
	return text.replace(DIRECTION, "").replace(/[۰-۹٠-٩]/g, (digit) => {
		const code = digit.charCodeAt(0);
		return String(code - ZEROS.find((zero) => code >= zero && code < zero + 10));
	});
}

/** Text with its Latin digits written in Persian. */
export function persian_digits(text) {
	return text.replace(/\d/g, (digit) => String.fromCharCode(ZEROS[0] + Number(digit)));
}

/** A number written in a format as Persian writes it, e.g. "1,200.50" or "1.200,50" as "۱٬۲۰۰٫۵۰". */
export function persian_number(text, format = get_number_format()) {
	const { decimal_str } = get_number_format_info(format);
	const written = text.replace(/(\d)([,.' ]{1,2})(?=\d)/g, (_, digit, mark) => digit + (mark === decimal_str ? "٫" : "٬"));
	return persian_digits(written);
}

/** What was typed as a number, as the desk reads it in a format. The Arabic comma is typed for "٬", which few keyboards have. */
export function latin_number(text, format = get_number_format()) {
	const { group_sep, decimal_str } = get_number_format_info(format);
	// Formats without decimals have no mark for them, and would join them to the number.
	const decimal = decimal_str || (group_sep === "." ? "," : ".");
	return latin_digits(text).replace(/[٬،]/g, "").replaceAll("٫", decimal).replaceAll("−", "-");
}

/** The text of HTML changed; its tags and entities stay as they are. */
export function in_text(html, change) {
	const markup = /(<[^>]*>|&#?\w+;)/;
	return html
		.split(markup)
		.map((part) => (markup.test(part) ? part : change(part)))
		.join("");
}
