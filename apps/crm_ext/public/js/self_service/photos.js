// Says at once that a photo is too large or that there are too many: the server refuses them too, but only after they
// were sent over a slow line. The sentences stand in the page, in the reader's language.
for (const input of document.querySelectorAll("input[type=file][data-largest]")) {
	input.addEventListener("change", () => {
		const { largest, most, tooLarge, tooMany } = input.dataset;
		const large = [...input.files].find((file) => file.size > Number(largest));
		input.setCustomValidity(large ? tooLarge.replace("{0}", large.name) : input.files.length > Number(most) ? tooMany : "");
		input.reportValidity();
	});
}
