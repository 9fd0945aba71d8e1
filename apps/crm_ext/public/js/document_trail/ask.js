// Asks the server; what goes wrong is shown where the answer would stand, and not in a dialog as frappe.call does.

/** The method's answer. Throws an Error whose message is the server's own sentence. */
export async function ask(method, args) {
	const options = { headers: { Accept: "application/json" } };
	const response = await fetch(`/api/method/${method}?${new URLSearchParams(args)}`, options).catch(() => null);
	const body = (await response?.json().catch(() => null)) || {};
	if (!response?.ok) throw new Error(sentence(body));
	return body.message;
}

function sentence(body) {
	const messages = JSON.parse(body._server_messages || "[]");
	return messages.length
		? JSON.parse(messages[0]).message
		: __("The trail could not be read. Check the connection and try again.");
}
