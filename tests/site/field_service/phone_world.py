"""Two technicians with logins and jobs: what their phones and their customers' links are tried on."""

from __future__ import annotations

import frappe
import makers
from frappe.utils import add_to_date, now_datetime

from crm_ext.api import technician as phone

SENTENCE = "not here, or it is not yours"


def technician(tag: str, **values) -> str:
    login = makers.user(f"{tag.lower()}@phones.test", "Technician").name
    return (
        frappe.get_doc(
            {
                "doctype": "Technician",
                "technician_name": f"{tag} Phone",
                "company": makers.company(),
                "user": login,
                **values,
            }
        )
        .insert()
        .name
    )


def job(person: str, customer: str, **values) -> str:
    start = add_to_date(now_datetime().replace(minute=0, second=0, microsecond=0), hours=2)
    order = frappe.get_doc(
        {
            "doctype": "Service Order",
            "title": "Pump leaks",
            "customer": customer,
            "company": makers.company(),
            "technician": person,
            "planned_start": start,
            "planned_end": add_to_date(start, hours=1),
            "tasks": [
                {"task": "Switch off", "answer": "Done or Not", "is_mandatory": 1},
                {"task": "Pressure", "answer": "Measured Value", "unit": "bar"},
                {"task": "Seal", "answer": "Photo"},
            ],
            **values,
        }
    ).insert()
    order.db_set("status", values.get("status", "Planned"))
    return order.name


def world():
    tag = frappe.generate_hash(length=6)
    made = frappe._dict(tag=tag)
    made.customer = makers.customer(f"Visited {tag}").name
    made.ann, made.bob = technician(f"Ann{tag}"), technician(f"Bob{tag}")
    made.login, made.other_login = f"ann{tag}@phones.test", f"bob{tag}@phones.test"
    made.job, made.other_job = job(made.ann, made.customer), job(made.bob, made.customer)
    return made


def remove(made) -> None:
    """A committed world goes, with all that was told and reported."""
    frappe.db.rollback()
    frappe.set_user("Administrator")
    orders = frappe.get_all("Service Order", {"customer": made.customer}, pluck="name", order_by="name")
    for order in orders:
        for file in frappe.get_all("File", {"attached_to_name": order}, pluck="name", order_by="name"):
            frappe.delete_doc("File", file, force=True, delete_permanently=True)
        frappe.delete_doc("Service Order", order, force=True, delete_permanently=True)
    frappe.db.delete("ToDo", {"reference_name": ("in", orders)})
    frappe.db.delete("Comment", {"reference_name": ("in", orders)})
    for person in (made.ann, made.bob):
        frappe.delete_doc("Technician", person, force=True, delete_permanently=True)
    for login in (made.login, made.other_login):
        frappe.delete_doc("User", login, force=True, delete_permanently=True)
    frappe.delete_doc("Customer", made.customer, force=True, delete_permanently=True)
    frappe.db.commit()


def report(order: str, key: str, **values) -> dict:
    return phone.report(order, key, values)


def picture(size: tuple[int, int] = (8, 8)) -> str:
    """A JPEG as phones send it."""
    from base64 import b64encode
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("RGB", size, "navy").save(file, "JPEG")
    return f"data:image/jpeg;base64,{b64encode(file.getvalue()).decode()}"
