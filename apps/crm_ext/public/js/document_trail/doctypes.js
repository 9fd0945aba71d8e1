// The doctypes of the chain, in its order; hooks.py names the same.
export const DOCTYPES = [
	"Campaign",
	"Campaign Plan",
	"Lead",
	"Prospect",
	"Opportunity",
	"Quotation",
	"Sales Order",
	"Delivery Note",
	"Sales Invoice",
	"POS Invoice",
	"Payment Request",
	"Dunning",
	"Payment Entry",
	"Journal Entry",
	"Purchase Invoice",
];
