"""Sites that have the app from before service delivery get its roles, fields and its dimension in the ledger."""

from crm_ext.setup import custom_fields, ledger_link, roles


def execute() -> None:
    roles.create()
    ledger_link.create()
    custom_fields.create()
