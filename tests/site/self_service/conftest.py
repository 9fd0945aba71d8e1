"""What the portal's tests share beside the world of portal_world.py."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import frappe
import pytest


@pytest.fixture
def assets(monkeypatch):
    """A web server for the style sheets of print formats, as a served site has one."""
    handler = partial(SimpleHTTPRequestHandler, directory=Path.cwd())
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setitem(frappe.local.conf, "host_name", f"http://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()
