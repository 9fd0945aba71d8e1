"""The way in without a bench: the pure rules of the app over ERPNext's own tables, on embedded DuckDB."""
