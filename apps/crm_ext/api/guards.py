"""Who may come in: the first line of whitelisted functions that have no document to ask permission for."""

import frappe
from frappe import _


def guard_flood(door: str, from_one_address: int, from_all: int, seconds: int) -> None:
    """Count the request; refuse it (HTTP 429) above so many in so many seconds.

    The sender's address can be forged behind some proxies, therefore the door as a whole has a limit, too.
    The site's configuration may name other limits: crm_ext_flood_limits = {door: [from_one_address, from_all]}.
    """
    limits = (frappe.conf.get("crm_ext_flood_limits") or {}).get(door) or (from_one_address, from_all)
    for counter, limit in zip((f"{door}|{frappe.local.request_ip}", door), limits, strict=True):
        key = frappe.cache.make_key(f"crm_ext_flood|{counter}|{seconds}")
        count = frappe.cache.incrby(key, 1)
        if count == 1:
            frappe.cache.expire(key, seconds)
        if count > limit:
            frappe.flags.disable_traceback = True
            frappe.throw(
                _("We are receiving too many messages at once. Please try again in some minutes."),
                frappe.RateLimitExceededError,
            )
