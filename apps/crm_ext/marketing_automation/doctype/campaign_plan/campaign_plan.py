from frappe.model.document import Document

from crm_ext.marketing_automation.flow import campaign_plans


class CampaignPlan(Document):
    """A campaign planned as a project with its own cost. Life cycle: marketing_automation/README.md."""

    def before_insert(self):
        campaign_plans.start_afresh(self)

    def validate(self):
        campaign_plans.prepare(self)

    def before_submit(self):
        campaign_plans.set_in_motion(self)

    def on_submit(self):
        campaign_plans.tell_the_owner(self)

    def on_cancel(self):
        campaign_plans.call_off(self)
