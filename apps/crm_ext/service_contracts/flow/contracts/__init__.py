"""Service contracts through their life: made sound, in force, amended, suspended, ended."""

from crm_ext.service_contracts.flow.contracts.amending import amend
from crm_ext.service_contracts.flow.contracts.ending import (
    give_notice,
    take_back_termination,
    terminate,
    withdraw_notice,
)
from crm_ext.service_contracts.flow.contracts.saving import (
    cancel,
    check_settings,
    forget,
    guard_cancel,
    submit,
    validate,
    validate_index_clause,
)
from crm_ext.service_contracts.flow.contracts.suspending import resume, suspend

__all__ = [
    "amend",
    "cancel",
    "check_settings",
    "forget",
    "give_notice",
    "guard_cancel",
    "resume",
    "submit",
    "suspend",
    "take_back_termination",
    "terminate",
    "validate",
    "validate_index_clause",
    "withdraw_notice",
]
