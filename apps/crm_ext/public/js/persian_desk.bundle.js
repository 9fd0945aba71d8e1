// Persian days and digits on the whole desk for those who read Persian; others load it and nothing changes.

import * as calendar from "./persian_desk/calendar";
import { register as register_controls } from "./persian_desk/controls";
import { register as register_formatters } from "./persian_desk/formatters";
import { register as register_readers } from "./persian_desk/readers";

if (frappe.boot?.crm_ext_persian_calendar) {
	frappe.provide("crm_ext");
	crm_ext.persian_calendar = calendar;
	register_controls();
	register_formatters();
	register_readers();
}
