"""Photos of a visit: small pictures from the phone, kept once for their key as private files of the order."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from io import BytesIO

import frappe
from frappe import _
from PIL import Image, UnidentifiedImageError

from crm_ext.field_service.flow import service_orders
from crm_ext.field_service.queries import technician_jobs as queries

# Phones send some 400 KB; what is more was not made small.
_LARGEST_BYTES = 4 * 1024 * 1024
_MOST_PIXELS = 30_000_000
_MOST_PHOTOS = 60
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
_PREFIX = "data:image/jpeg;base64,"


def add(service_order: str, key: str, picture: str) -> str:
    """The address of the kept picture (a JPEG as a data URL); the same key again keeps nothing twice.

    Raises ValidationError with a sentence for what is too large or no picture.
    """
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        frappe.throw(_("Please open the page again and repeat what you did."))
    # The lock comes first: who waits for it sees what the other wrote.
    service_orders.locked(service_order)
    kept = queries.photo_addresses(service_order, [key])
    if kept:
        return kept[key]
    content = _content(picture)
    if queries.photos([service_order]).get(service_order, 0) >= _MOST_PHOTOS:
        frappe.throw(_("There are {0} photos on this job already. No more are taken.").format(_MOST_PHOTOS))
    file = frappe.get_doc(
        {
            "doctype": "File",
            "file_name": queries.photo_name(key),
            "attached_to_doctype": "Service Order",
            "attached_to_name": service_order,
            "content": content,
            "is_private": 1,
        }
    )
    # The door has checked that the job is the technician's own.
    file.insert(ignore_permissions=True)
    return file.file_url


def _content(picture: str) -> bytes:
    if not isinstance(picture, str) or not picture.startswith(_PREFIX):
        frappe.throw(_("This file is no photo that can be read. Please take another one."))
    if len(picture) > _LARGEST_BYTES * 4 / 3 + len(_PREFIX):
        frappe.throw(
            _("The photo has {0} MB, at most {1} are taken. Please take a smaller one.").format(
                len(picture) * 3 // 4 // 1024 // 1024, _LARGEST_BYTES // 1024 // 1024
            )
        )
    try:
        content = b64decode(picture[len(_PREFIX) :], validate=True)
        with Image.open(BytesIO(content), formats=["JPEG"]) as image:
            is_small = image.width * image.height <= _MOST_PIXELS
    except (NotBase64, UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        is_small = False
    if not is_small:
        frappe.throw(_("This file is no photo that can be read. Please take another one."))
    return content
