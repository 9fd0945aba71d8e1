// What the stepper on opportunities and the pipeline board are made of; loaded by those two only.
import { PipelineBoard } from "./sales_process/board";
import { Stepper } from "./sales_process/stepper";

frappe.provide("crm_ext.sales_process");
Object.assign(crm_ext.sales_process, { PipelineBoard, Stepper });
