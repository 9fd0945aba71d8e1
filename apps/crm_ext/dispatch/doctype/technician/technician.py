from frappe.model.document import Document

from crm_ext.dispatch.flow import technicians


class Technician(Document):
    """Somebody who is sent to customers, with skills, working times, a base and a van."""

    def validate(self) -> None:
        technicians.validate(self)

    def on_update(self) -> None:
        technicians.release_jobs(self)

    def on_trash(self) -> None:
        technicians.release_jobs_of_removed(self)
