"""The only importer of erpnext. What the app needs of ERPNext's engines, under names of this app.

Functions are thin: they call ERPNext's own engine and give back plain values, so that prices, taxes, stock, credit
and ledgers are made there and never beside it.
"""

from __future__ import annotations
