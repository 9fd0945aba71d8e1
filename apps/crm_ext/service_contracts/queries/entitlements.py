"""What contracts promise a customer on a day, and what of it was used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

import frappe

from crm_ext.shared.money import to_decimal
from crm_ext.shared.periods import LAST_DAY


def rows_on(
    day: date,
    *,
    customer: str | None = None,
    company: str | None = None,
    named: Collection[str] | None = None,
) -> list[dict]:
    """Rows of submitted contracts that hold on a day, of a customer in a company or by the names of rows.

    Each with `contract`, `customer`, the contract's days and calendar, and `ends_on`: the last day of row or contract.
    Suspended days are left out.
    """
    return frappe.db.sql(
        """
        select
            line.name, line.line_number, line.kind, line.qty, line.item_code, line.equipment,
            line.interval_unit, line.interval_count, line.calendar, line.periods_from,
            line.visits_included, line.hours_included, line.parts_percent,
            line.response_hours, line.resolution_hours, line.service_level_agreement,
            line.overage_rate, line.overage_item,
            greatest(ifnull(line.start_date, contract.start_date), contract.start_date) as starts_on,
            cast(nullif(least(
                ifnull(line.end_date, %(last)s), ifnull(contract.end_date, %(last)s),
                ifnull(contract.terminated_on, %(last)s)
            ), %(last)s) as date) as ends_on,
            contract.name as contract, contract.customer, contract.company, contract.calendar as contract_calendar
        from `tabService Contract` contract
        join `tabService Contract Line` line on line.parent = contract.name
        where contract.docstatus = 1
            and (%(any_name)s or line.name in %(named)s)
            and (%(customer)s is null or contract.customer = %(customer)s)
            and (%(company)s is null or contract.company = %(company)s)
            and greatest(ifnull(line.start_date, contract.start_date), contract.start_date) <= %(day)s
            and least(
                ifnull(line.end_date, %(last)s), ifnull(contract.end_date, %(last)s),
                ifnull(contract.terminated_on, %(last)s)
            ) >= %(day)s
            and not exists (
                select 1 from `tabContract Suspension` suspension
                where suspension.parent = contract.name and suspension.from_date <= %(day)s
                    and ifnull(suspension.to_date, %(last)s) >= %(day)s
            )
        order by contract.name, line.line_number
        """,
        {
            "day": day,
            "customer": customer,
            "company": company,
            "any_name": named is None,
            "named": tuple(named or ("",)),
            "last": LAST_DAY,
        },
        as_dict=True,
    )


def covered_equipment(contracts: Collection[str], day: date) -> dict[tuple[str, int], set[str]]:
    """Equipment listed for each (contract, line number). Every listed line is there, with what counts on the day."""
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for row in frappe.get_all(
        "Contract Equipment",
        filters={"parent": ("in", contracts), "parenttype": "Service Contract"},
        fields=["parent", "line_number", "equipment", "from_date", "to_date"],
        order_by="parent, idx",
    ):
        listed = found[row.parent, row.line_number]
        if (row.from_date or day) <= day <= (row.to_date or day):
            listed.add(row.equipment)
    return found


def covered_causes(contracts: Collection[str]) -> dict[tuple[str, int], tuple[str, ...]]:
    found: dict[tuple[str, int], tuple[str, ...]] = defaultdict(tuple)
    for row in frappe.get_all(
        "Contract Cause",
        filters={"parent": ("in", contracts), "parenttype": "Service Contract"},
        fields=["parent", "line_number", "complaint_cause"],
        order_by="parent, idx",
    ):
        found[row.parent, row.line_number] += (row.complaint_cause,)
    return found


def equipment_with_wholes(equipment: str) -> list[dict]:
    """The equipment and everything that it is a part of, itself first: name, item_code, warranty_expires_on."""
    return frappe.db.sql(
        """
        with recursive wholes as (
            select name, parent_equipment, item_code, warranty_expires_on, 0 as depth
            from `tabEquipment` where name = %(equipment)s
            union
            select above.name, above.parent_equipment, above.item_code, above.warranty_expires_on, wholes.depth + 1
            from `tabEquipment` above join wholes on above.name = wholes.parent_equipment
            where wholes.depth < 20
        )
        select name, item_code, warranty_expires_on from wholes order by depth
        """,
        {"equipment": equipment},
        as_dict=True,
    )


def items_of_equipment(names: Collection[str]) -> dict[str, str]:
    """Item of each piece of equipment that has one."""
    return dict(
        frappe.get_all(
            "Equipment",
            filters={"name": ("in", names), "item_code": ("is", "set")},
            fields=["name", "item_code"],
            order_by="name",
            as_list=True,
        )
    )


def uses_of(lines: Iterable[tuple[str, int]]) -> dict[tuple[str, int], list[dict]]:
    """Uses of each (contract, line number): used_on, unit, quantity."""
    asked = set(lines)
    found: dict[tuple[str, int], list[dict]] = {line: [] for line in asked}
    for use in frappe.get_all(
        "Entitlement Use",
        filters={"service_contract": ("in", {contract for contract, _ in asked})},
        fields=["service_contract", "line_number", "used_on", "unit", "quantity"],
        order_by="used_on",
    ):
        if (use.service_contract, use.line_number) in found:
            found[use.service_contract, use.line_number].append(use)
    return found


def versions_of(contract_line: str) -> list[str]:
    """Names of all rows that are versions of the same line of a contract."""
    return frappe.db.sql_list(
        """
        select version.name from `tabService Contract Line` line
        join `tabService Contract Line` version
            on version.parent = line.parent and version.line_number = line.line_number
        where line.name = %s order by version.version
        """,
        contract_line,
    )


def lock_contract(contract: str) -> None:
    """Whoever draws from or changes a contract waits here for whoever does so already, until that transaction ends."""
    frappe.db.sql("select name from `tabService Contract` where name = %s for update", contract)


def used_now(contract: str, line_number: int, unit: str, start: date, end: date) -> Decimal:
    """What was used of a line in a span of days, as it stands now and not when the transaction began."""
    (total,) = frappe.db.sql(
        """
        select ifnull(sum(quantity), 0) from `tabEntitlement Use`
        where service_contract = %s and line_number = %s and unit = %s and used_on between %s and %s
        for update
        """,
        (contract, line_number, unit, start, end),
    )[0]
    return to_decimal(total)


def use_now(use_key: str) -> dict | None:
    """The use with this key as it stands now."""
    found = frappe.db.sql(
        "select name, quantity, asked, beyond from `tabEntitlement Use` where use_key = %s for update",
        use_key,
        as_dict=True,
    )
    return found[0] if found else None


def uses_from(source: tuple[str, str]) -> list[dict]:
    return frappe.get_all(
        "Entitlement Use",
        filters={"source_type": source[0], "source": source[1]},
        fields=["name", "service_contract"],
        order_by="service_contract, name",
    )
