"""Before the doctypes of service arrive: whose the roles are that their permission rows would make."""

from crm_ext.setup import roles


def execute() -> None:
    roles.note_existing()
