"""Serves the service worker of the technician's page: an entry of Frappe's hook `page_renderer`.

A worker may rule /technician only if it lies there or the server allows it, and its text must change whenever a file that
it keeps changes: so it is not a plain asset. Its version is made from the contents of the files.
"""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import frappe
from frappe.website.page_renderers.base_renderer import BaseRenderer
from werkzeug.wrappers import Response

_PATH = "technician/worker.js"
_PUBLIC = Path(frappe.get_app_path("crm_ext", "public"))
_SCRIPTS = (
    "app.js",
    "draft.js",
    "format.js",
    "job.js",
    "login.js",
    "outbox.js",
    "photos.js",
    "scanner.js",
    "screen.js",
    "store.js",
)
_FILES = (
    "css/self_service.css",
    "css/technician.css",
    "js/self_service/pad.js",
    "js/shared/pictures.js",
    *(f"js/technician/{script}" for script in _SCRIPTS),
)
_HEADERS = {
    "Service-Worker-Allowed": "/technician",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}


class TechnicianWorker(BaseRenderer):
    """The script of /technician/worker.js; the same for everybody."""

    def can_render(self) -> bool:
        return self.path == _PATH

    def render(self) -> Response:
        self.headers = _HEADERS
        return self.build_response(_script() if not frappe.conf.developer_mode else _script.__wrapped__())


@lru_cache(maxsize=1)
def _script() -> str:
    worker = (_PUBLIC / "js/technician/worker.js").read_text(encoding="utf-8")
    contents = sha256(worker.encode())
    for file in _FILES:
        contents.update((_PUBLIC / file).read_bytes())
    files = [f"/assets/crm_ext/{file}" for file in _FILES]
    return f"const VERSION = {json.dumps(contents.hexdigest()[:16])};\nconst FILES = {json.dumps(files)};\n\n{worker}"
