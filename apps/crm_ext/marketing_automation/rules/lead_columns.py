"""Which column of somebody's file is which field of a lead: guessed from headings in English and Persian."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm_ext.shared.results import Refusal, refuse
from crm_ext.shared.text import match_key

# Columns that are no field of a lead itself: the tax number finds duplicates, the rest makes an address.
TAX_ID = "tax_id"
ADDRESS_LINE1 = "address_line1"
ADDRESS_LINE2 = "address_line2"
PINCODE = "pincode"

# Headings that people use, beside each field's own label and name. The first Persian one heads the template.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "salutation": ("Salutation", "Title", "Prefix", "عنوان", "پیشوند", "لقب"),
    "lead_name": ("Full Name", "Name", "Contact Name", "Lead Name", "Person", "نام و نام خانوادگی", "نام کامل", "نام شخص"),
    "first_name": ("First Name", "Given Name", "Forename", "نام", "نام کوچک"),
    "middle_name": ("Middle Name", "نام میانی"),
    "last_name": ("Last Name", "Surname", "Family Name", "Family", "نام خانوادگی", "فامیل", "شهرت"),
    "company_name": ("Organization Name", "Organization", "Organisation", "Company Name", "Company", "Firm", "Account",
                     "نام شرکت", "شرکت", "سازمان", "نام سازمان", "موسسه"),
    "job_title": ("Job Title", "Position", "Role", "Designation", "سمت", "شغل", "عنوان شغلی"),
    "gender": ("Gender", "Sex", "جنسیت"),
    "email_id": ("Email", "E-mail", "Email Address", "E-mail Address", "Mail", "ایمیل", "پست الکترونیک", "رایانامه", "نشانی ایمیل"),
    "mobile_no": ("Mobile No", "Mobile", "Mobile Number", "Mobile Phone", "Cell", "Cell Phone",
                  "موبایل", "تلفن همراه", "شماره موبایل", "همراه", "شماره همراه"),
    "phone": ("Phone", "Phone Number", "Telephone", "Tel", "Landline", "Office Phone", "تلفن", "شماره تلفن", "تلفن ثابت", "شماره تماس"),
    "phone_ext": ("Phone Ext.", "Extension", "Ext", "داخلی", "شماره داخلی"),
    "whatsapp_no": ("WhatsApp", "WhatsApp No", "واتساپ", "شماره واتساپ"),
    "fax": ("Fax", "Fax Number", "نمابر", "فکس", "دورنگار"),
    "website": ("Website", "Web Site", "URL", "Homepage", "وب‌سایت", "وبگاه", "سایت", "آدرس سایت"),
    "city": ("City", "Town", "شهر"),
    "state": ("State/Province", "State", "Province", "County", "استان"),
    "country": ("Country", "کشور"),
    "territory": ("Territory", "Region", "Sales Area", "منطقه", "منطقه فروش", "قلمرو"),
    "industry": ("Industry", "Sector", "Branch", "صنعت", "رشته فعالیت", "زمینه فعالیت"),
    "market_segment": ("Market Segment", "Segment", "بخش بازار"),
    "source": ("Source", "Lead Source", "منبع", "منبع سرنخ", "نحوه آشنایی"),
    "campaign_name": ("Campaign Name", "Campaign", "UTM Campaign", "کمپین", "نام کمپین", "پویش"),
    "lead_owner": ("Lead Owner", "Owner", "Responsible", "Salesperson", "مسئول", "کارشناس", "مسئول سرنخ"),
    "status": ("Status", "وضعیت"),
    "type": ("Lead Type", "Type", "نوع سرنخ", "نوع"),
    "request_type": ("Request Type", "Request", "نوع درخواست", "درخواست"),
    "no_of_employees": ("No of Employees", "Employees", "Number of Employees", "Staff", "تعداد کارکنان", "تعداد پرسنل"),
    "annual_revenue": ("Annual Revenue", "Revenue", "Turnover", "درآمد سالانه", "گردش سالانه"),
    "qualification_status": ("Qualification Status", "Qualification", "وضعیت ارزیابی"),
    "qualified_by": ("Qualified By", "ارزیاب"),
    "qualified_on": ("Qualified On", "Qualification Date", "تاریخ ارزیابی"),
    TAX_ID: ("Tax ID", "VAT ID", "VAT Number", "Tax Number", "شناسه ملی", "کد اقتصادی", "شماره اقتصادی", "کد ملی"),
    ADDRESS_LINE1: ("Address", "Address Line 1", "Street", "نشانی", "آدرس"),
    ADDRESS_LINE2: ("Address Line 2", "ادامه نشانی"),
    PINCODE: ("Postal Code", "Post Code", "Postcode", "ZIP", "ZIP Code", "کد پستی"),
}  # fmt: skip

# What the template offers; every other field can still be mapped.
TEMPLATE = (
    "first_name", "last_name", "company_name", "job_title", "email_id", "mobile_no", "phone", "website", TAX_ID,
    ADDRESS_LINE1, PINCODE, "city", "state", "country", "territory", "industry", "source", "campaign_name", "qualified_on",
)  # fmt: skip

NAMING_FIELDS = ("first_name", "last_name", "lead_name", "company_name")


@dataclass(frozen=True)
class Target:
    """A field that a column can fill. kind: Frappe's field type; choices: what a Select allows."""

    fieldname: str
    label: str
    kind: str = "Data"
    option: str = ""
    choices: tuple[str, ...] = ()
    length: int = 140
    required: bool = False


def guess_columns(headings: Sequence[str], targets: Sequence[Target]) -> list[str]:
    """For each heading the fieldname that it most likely means, or ''. A field is given to one column only."""
    meanings = _meanings(targets)
    taken: set[str] = set()
    guesses = []
    for heading in headings:
        fieldname = meanings.get(_heading_key(heading), "")
        guesses.append("" if fieldname in taken else fieldname)
        taken.add(fieldname)
    return guesses


def check_columns(fieldnames: Sequence[str], targets: Sequence[Target]) -> list[Refusal]:
    """What is wrong with a mapping, given as one fieldname (or '') a column.

    Refusals: 'no_name_column', 'column_twice' (fieldname), 'column_unknown' (fieldname), 'column_missing' (label).
    """
    mapped = [fieldname for fieldname in fieldnames if fieldname]
    known = {target.fieldname for target in targets}
    wrong = [refuse("column_unknown", fieldname=name) for name in dict.fromkeys(mapped) if name not in known]
    wrong += [
        refuse("column_twice", fieldname=name) for name in dict.fromkeys(mapped) if mapped.count(name) > 1
    ]
    if not set(mapped) & set(NAMING_FIELDS):
        wrong.append(refuse("no_name_column"))
    wrong += [
        refuse("column_missing", label=target.label)
        for target in targets
        if target.required and target.fieldname not in mapped
    ]
    return wrong


def template_headings(language: str) -> list[str]:
    """Headings of an empty file to fill in; in Persian where the language begins with 'fa'."""
    return [_persian(HEADINGS[name]) if language.startswith("fa") else HEADINGS[name][0] for name in TEMPLATE]


def _meanings(targets: Sequence[Target]) -> dict[str, str]:
    meanings: dict[str, str] = {}
    for target in targets:
        for word in (*HEADINGS.get(target.fieldname, ()), target.label, target.fieldname):
            meanings.setdefault(_heading_key(word), target.fieldname)
    return meanings


def _heading_key(heading: str) -> str:
    return "".join(letter for letter in match_key(heading) if letter.isalnum())


def _persian(words: Sequence[str]) -> str:
    return next((word for word in words if not word.isascii()), words[0])
