"""What an order posts when it is submitted, and takes back when it is cancelled: all of it or nothing, and once.

The order's row is locked first; every document that is made is written down under a key that the database keeps unique.
Order of posting: entitlement, stock, time, journal, invoice. It is taken back in the opposite order.
"""

from crm_ext.field_service.flow.service_posting.guarding import guard_document
from crm_ext.field_service.flow.service_posting.posting import post, prepare
from crm_ext.field_service.flow.service_posting.preview import preview
from crm_ext.field_service.flow.service_posting.reversing import reverse

__all__ = ["guard_document", "post", "prepare", "preview", "reverse"]
