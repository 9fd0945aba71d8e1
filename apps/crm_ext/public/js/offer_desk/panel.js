// The card "Offer Desk" under the items of a form: one section for each thing that the offer desk says of the lines.

const parts = [];

/**
 * Registers what is done on each refresh of a form once this bundle is loaded.
 * @param {string[]} doctypes whose forms it is for
 * @param {(frm) => void} refresh draws its section; the form of a doctype is one object for all of its documents
 */
export function part(doctypes, refresh) {
	parts.push({ doctypes, refresh });
}

export function refresh(frm) {
	for (const { doctypes, refresh } of parts) if (doctypes.includes(frm.doctype)) refresh(frm);
}

/**
 * The body of a section, made at the first call. A section is seen as long as its body is not empty.
 * @param {string} key names the section among those of the form
 * @param {number} order smaller ones stand above
 * @returns {jQuery}
 */
export function section(frm, key, title, order) {
	const card = card_of(frm);
	const existing = card.children(`[data-key="${key}"]`);
	if (existing.length) return existing.children(".crm-offer-body");
	const made = $(`<details class="crm-offer-section" data-key="${key}" data-order="${order}">
		<summary></summary><div class="crm-offer-body"></div></details>`);
	made.children("summary").text(title);
	made.prop("open", localStorage.getItem(folded(key)) === null);
	made.on("toggle", () => {
		if (made.prop("open")) localStorage.removeItem(folded(key));
		else localStorage.setItem(folded(key), "1");
	});
	const next = card.children().filter((_index, element) => Number(element.dataset.order) > order);
	if (next.length) made.insertBefore(next.first());
	else card.append(made);
	return made.children(".crm-offer-body");
}

function folded(key) {
	return `crm_ext.offer_desk.folded.${key}`;
}

function card_of(frm) {
	if (!frm.crm_ext_offer_card?.get(0).isConnected) {
		frm.crm_ext_offer_card = $(`<section class="crm-offer-card"></section>`)
			.attr("aria-label", __("Offer Desk"))
			.insertAfter(frm.fields_dict.items.$wrapper);
	}
	return frm.crm_ext_offer_card;
}
