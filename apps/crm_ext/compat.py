"""The only place that asks which major version of Frappe or ERPNext is running.

Names that version 16 changes stand here, so that moving is a change of this file.
"""

from __future__ import annotations

# Version 16 renames `campaign`/`source` to `utm_campaign`/`utm_source` on the documents of the sales chain.
CAMPAIGN_FIELD = "campaign"
SOURCE_FIELD = "source"
LEAD_CAMPAIGN_FIELD = "campaign_name"

CAMPAIGN_DOCTYPE = "Campaign"
LEAD_SOURCE_DOCTYPE = "Lead Source"
