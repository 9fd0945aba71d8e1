"""What the desk learns when it starts."""

from frappe import _dict

from crm_ext.crm_ext_core.queries.settings import uses_persian_calendar


def extend(bootinfo: _dict) -> None:
    if (bootinfo.lang or "").startswith("fa"):
        bootinfo.crm_ext_persian_calendar = uses_persian_calendar()
