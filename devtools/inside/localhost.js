// Loaded into Node before Frappe's socket.io server: it asks the site that a browser came from who the user is, under the
// browser's name for it. Browsers know that *.localhost is this machine; the system's resolver often does not.
const dns = require("dns");

const lookup = dns.lookup;

dns.lookup = function (hostname, options, callback) {
	const local = typeof hostname === "string" && hostname.endsWith(".localhost");
	return lookup.call(dns, local ? "127.0.0.1" : hostname, options, callback);
};
