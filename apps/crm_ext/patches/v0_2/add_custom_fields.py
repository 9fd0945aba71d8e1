"""Sites that have the app from before Offer Desk and Self Service get the fields of these rooms."""

from crm_ext.setup import custom_fields


def execute() -> None:
    custom_fields.create()
