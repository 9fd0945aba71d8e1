/* Whom the browser is logged in as, by the cookie that the server sets with every answer. */

/** The login; "" where it is not known, as after the phone was off: then whoever was there last still is. */
export function loginNow() {
	const found = /(?:^|; )user_id=([^;]*)/.exec(document.cookie);
	return found ? decodeURIComponent(found[1]) : "";
}

export const isLoggedOut = () => loginNow() === "Guest";
