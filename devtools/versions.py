"""The releases that CRM Ext is built and tested on, in one place."""

# Not below 15.102.0: earlier ERPNext releases have published holes, CVE-2026-44448 among them.
ERPNEXT_REF = "v15.102.0"
FRAPPE_REF = "v15.102.0"
ERPNEXT_REPO = "https://github.com/frappe/erpnext"
FRAPPE_REPO = "https://github.com/frappe/frappe"

BENCH_CLI = ("frappe-bench>=5.25,<6", "uv>=0.5")
# Frappe's builder needs the classic yarn; newer majors do not read its lock files.
YARN = "yarn@1.22.22"
# Taken from the npm registry only where the system's own Node is older than NODE_AT_LEAST.
NODE = "node@20"
NODE_AT_LEAST = 18
