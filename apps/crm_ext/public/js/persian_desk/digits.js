// Persian digits and separators for people, Latin ones for the model.

const ZEROS = ["۰", "٠"].map((zero) => zero.charCodeAt(0));

/** Text with its Persian and Arabic digits written in Latin. */
export function latin_digits(text) {
	return text.replace(/[۰-۹٠-٩]/g, (digit) => {
		const code = digit.charCodeAt(0);
		return String(code - ZEROS.find((zero) => code >= zero && code < zero + 10));
	});
}

/** Text with its Latin digits written in Persian. */
export function persian_digits(text) {
	return text.replace(/\d/g, (digit) => String.fromCharCode(ZEROS[0] + Number(digit)));
}

/** A formatted number as Persian writes it, e.g. "1,200.50" as "۱٬۲۰۰٫۵۰". Separators of other formats stay. */
export function persian_number(text) {
	const written = uses_point() ? text.replace(/(\d),(?=\d)/g, "$1٬").replace(/(\d)\.(?=\d)/g, "$1٫") : text;
	return persian_digits(written);
}

/** What was typed as a number, as the site's number format reads it. */
export function latin_number(text) {
	return latin_digits(text).replaceAll("٬", uses_point() ? "," : "").replaceAll("٫", uses_point() ? "." : ",");
}

/** The text of HTML changed; its tags and entities stay as they are. */
export function in_text(html, change) {
	const markup = /(<[^>]*>|&#?\w+;)/;
	return html
		.split(markup)
		.map((part) => (markup.test(part) ? part : change(part)))
		.join("");
}

const uses_point = () => get_number_format_info(get_number_format()).decimal_str === ".";
