// The warehouse's page "Promises and Holds".
import { PromiseBoard } from "./promise_board/board";

frappe.provide("crm_ext.offer_desk");
crm_ext.offer_desk.PromiseBoard = PromiseBoard;
