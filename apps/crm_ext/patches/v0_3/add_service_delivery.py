"""Sites that have the app from before service delivery get its roles, rights, fields and its dimension in the ledger."""

from crm_ext.setup import custom_fields, ledger_link, permissions, roles


def execute() -> None:
    roles.create()
    permissions.create()
    ledger_link.create()
    custom_fields.create()
