"""A believable company with a year and a half of history, made of ordinary ERPNext documents. Start with `load.py`."""
