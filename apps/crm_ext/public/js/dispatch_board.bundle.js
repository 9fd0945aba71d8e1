// What the dispatch board is made of; loaded by its page only.
import { DispatchBoard } from "./dispatch_board/board";

frappe.provide("crm_ext.dispatch");
Object.assign(crm_ext.dispatch, { DispatchBoard });
