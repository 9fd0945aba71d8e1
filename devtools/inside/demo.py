"""Runs in a bench's Python, from its sites folder: demo.py SITE FILE. Loads the demo company and writes who can log in."""

import json
import os
import sys

import frappe

from crm_ext.setup.demo.load import load_demo

site, file = sys.argv[1:]
frappe.init(site, sites_path=".")
frappe.connect()
loaded = load_demo()
frappe.db.commit()
frappe.destroy()

# The password is told once, by the load that makes the users; a later run must not overwrite it with nothing.
if loaded["password"]:
    with open(file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        json.dump({"users": [*loaded["users"], *loaded["portal_users"]], "password": loaded["password"]}, out)
