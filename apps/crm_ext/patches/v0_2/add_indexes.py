"""Sites that have the app from before Offer Desk and Self Service get the indexes of these rooms."""

from crm_ext.setup import contact_index, equipment_index


def execute() -> None:
    contact_index.create()
    equipment_index.create()
