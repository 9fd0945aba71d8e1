"""The names and goods of the demo company, in English and Persian. Nobody and nothing here exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["made", "traded", "part", "service", "spending"]


@dataclass(frozen=True)
class Said:
    """The same name in two languages."""

    english: str
    persian: str


@dataclass(frozen=True)
class Branch:
    """A place with a store and a cost centre. `territory` and `city` are English; `share` is its part of the deals."""

    code: str
    city: Said
    country: str
    share: int
    dialling: str
    abroad: bool = False


@dataclass(frozen=True)
class Product:
    """An item. `price` is the retail price at the beginning in rials, `cost` what it is bought for, in rials.

    parts: what one made piece consumes, by item code. `popularity` weighs how often it is asked for.
    """

    code: str
    name: Said
    kind: Kind
    group: str
    price: int = 0
    cost: int = 0
    supplier: str | None = None
    popularity: int = 0
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class CampaignIdea:
    """A campaign as parts of the whole history: begins at `start` (0 to 1), lasts `days`, planned for `budget` rials."""

    code: str
    name: Said
    start: float
    days: int
    budget: int
    leads: int
    strength: float
    group: str
    channels: tuple[str, ...]
    source: str


COMPANY = Said("Ravan Garma Pumps and Heating", "صنایع پمپ و گرمایش روان‌گرما")
COMPANY_ABBREVIATION = "RG"
EXPORT_COMPANY = Said("Ravan Garma Europe", "روان‌گرما اروپا")
EXPORT_ABBREVIATION = "RGE"

BRANCHES = (
    Branch("ISF", Said("Isfahan", "اصفهان"), "Iran", 5, "+9831"),
    Branch("TEH", Said("Tehran", "تهران"), "Iran", 6, "+9821"),
    Branch("TBZ", Said("Tabriz", "تبریز"), "Iran", 3, "+9841"),
    Branch("SHZ", Said("Shiraz", "شیراز"), "Iran", 3, "+9871"),
    Branch("MHD", Said("Mashhad", "مشهد"), "Iran", 2, "+9851"),
    Branch("HAM", Said("Hamburg", "هامبورگ"), "Germany", 2, "+4940", abroad=True),
)

GROUPS = (
    Said("Pumps", "پمپ‌ها"),
    Said("Heating", "گرمایش"),
    Said("Spare Parts", "قطعات یدکی"),
    Said("Pump Components", "اجزای پمپ"),
    Said("Site Services", "خدمات محل"),
    Said("Marketing Spending", "هزینه‌های بازاریابی"),
)

PRODUCTS = (
    Product(
        "RG-CP-15",
        Said("Centrifugal pump 1.5 kW", "پمپ سانتریفیوژ ۱٫۵ کیلووات"),
        "made",
        "Pumps",
        price=240_000_000,
        popularity=6,
        parts=(("RM-MOTOR-15", 1), ("RM-CASING", 1), ("RM-IMPELLER", 1), ("RM-SEAL", 1)),
    ),
    Product(
        "RG-CP-40",
        Said("Centrifugal pump 4 kW", "پمپ سانتریفیوژ ۴ کیلووات"),
        "made",
        "Pumps",
        price=420_000_000,
        popularity=4,
        parts=(("RM-MOTOR-40", 1), ("RM-CASING", 2), ("RM-IMPELLER", 1), ("RM-SEAL", 1)),
    ),
    Product(
        "RG-SP-75",
        Said("Borehole pump 7.5 kW", "پمپ شناور ۷٫۵ کیلووات"),
        "made",
        "Pumps",
        price=780_000_000,
        popularity=3,
        parts=(("RM-MOTOR-40", 2), ("RM-CASING", 1), ("RM-IMPELLER", 4), ("RM-SEAL", 2)),
    ),
    Product(
        "RG-CR-25",
        Said("Heating circulator 25-60", "پمپ سیرکولاتور ۲۵-۶۰"),
        "made",
        "Pumps",
        price=125_000_000,
        popularity=7,
        parts=(("RM-MOTOR-15", 1), ("RM-IMPELLER", 1)),
    ),
    Product(
        "RG-WB-24",
        Said("Wall-hung boiler 24 kW", "پکیج دیواری ۲۴ کیلووات"),
        "traded",
        "Heating",
        price=520_000_000,
        cost=330_000_000,
        supplier="TERMICA",
        popularity=9,
    ),
    Product(
        "RG-WB-32",
        Said("Wall-hung boiler 32 kW", "پکیج دیواری ۳۲ کیلووات"),
        "traded",
        "Heating",
        price=690_000_000,
        cost=440_000_000,
        supplier="TERMICA",
        popularity=5,
    ),
    Product(
        "RG-FB-80",
        Said("Floor-standing boiler 80 kW", "دیگ زمینی ۸۰ کیلووات"),
        "traded",
        "Heating",
        price=1_450_000_000,
        cost=990_000_000,
        supplier="TERMICA",
        popularity=2,
    ),
    Product(
        "RG-RD-10",
        Said("Aluminium radiator, 10 sections", "رادیاتور آلومینیومی ۱۰ پره"),
        "traded",
        "Heating",
        price=62_000_000,
        cost=41_000_000,
        supplier="ALUSEPAHAN",
        popularity=8,
    ),
    Product(
        "RG-ET-24",
        Said("Expansion tank 24 l", "منبع انبساط ۲۴ لیتری"),
        "traded",
        "Heating",
        price=34_000_000,
        cost=21_000_000,
        supplier="ALUSEPAHAN",
        popularity=5,
    ),
    Product(
        "SP-SEAL-15",
        Said("Mechanical seal kit", "کیت مکانیکال سیل"),
        "traded",
        "Spare Parts",
        price=18_000_000,
        cost=9_500_000,
        supplier="MOTORGEN",
        popularity=4,
    ),
    Product(
        "SP-BOARD-24",
        Said("Boiler control board", "برد کنترل پکیج"),
        "traded",
        "Spare Parts",
        price=95_000_000,
        cost=58_000_000,
        supplier="TERMICA",
        popularity=3,
    ),
    Product(
        "SV-INSTALL",
        Said("Installation on site", "نصب در محل"),
        "service",
        "Site Services",
        price=45_000_000,
        popularity=3,
    ),
    Product(
        "SV-COMMISSION",
        Said("Commissioning and training", "راه‌اندازی و آموزش"),
        "service",
        "Site Services",
        price=30_000_000,
        popularity=2,
    ),
    Product(
        "RM-MOTOR-15",
        Said("Electric motor 1.5 kW", "موتور برقی ۱٫۵ کیلووات"),
        "part",
        "Pump Components",
        cost=52_000_000,
        supplier="MOTORGEN",
    ),
    Product(
        "RM-MOTOR-40",
        Said("Electric motor 4 kW", "موتور برقی ۴ کیلووات"),
        "part",
        "Pump Components",
        cost=115_000_000,
        supplier="MOTORGEN",
    ),
    Product(
        "RM-CASING",
        Said("Cast iron casing", "پوسته چدنی"),
        "part",
        "Pump Components",
        cost=48_000_000,
        supplier="RIKHTE",
    ),
    Product(
        "RM-IMPELLER",
        Said("Bronze impeller", "پروانه برنزی"),
        "part",
        "Pump Components",
        cost=21_000_000,
        supplier="RIKHTE",
    ),
    Product(
        "RM-SEAL",
        Said("Mechanical seal", "مکانیکال سیل"),
        "part",
        "Pump Components",
        cost=8_000_000,
        supplier="MOTORGEN",
    ),
    Product(
        "MK-ADVERT",
        Said("Advertising", "تبلیغات"),
        "spending",
        "Marketing Spending",
        supplier="NEGAR",
    ),
    Product(
        "MK-STAND",
        Said("Exhibition stand", "غرفه نمایشگاه"),
        "spending",
        "Marketing Spending",
        supplier="NEGAR",
    ),
    Product(
        "MK-PRINT",
        Said("Brochures and catalogues", "بروشور و کاتالوگ"),
        "spending",
        "Marketing Spending",
        supplier="NEGAR",
    ),
)


@dataclass(frozen=True)
class SupplierIdea:
    code: str
    name: Said
    country: str
    currency: str
    group: str


SUPPLIERS = (
    SupplierIdea(
        "TERMICA", Said("Termica Adriatica S.r.l.", "ترمیکا آدریاتیکا"), "Italy", "EUR", "Distributor"
    ),
    SupplierIdea("ALUSEPAHAN", Said("Alu Radiator Sepid", "رادیاتورسازی سپید"), "Iran", "IRR", "Local"),
    SupplierIdea("MOTORGEN", Said("Nikan Motor Works", "موتورسازی نیکان"), "Iran", "IRR", "Local"),
    SupplierIdea("RIKHTE", Said("Zayandeh Foundry", "ریخته‌گری زاینده"), "Iran", "IRR", "Local"),
    SupplierIdea("NEGAR", Said("Negar Advertising Studio", "آژانس تبلیغاتی نگار"), "Iran", "IRR", "Services"),
    SupplierIdea("NORDPUMP", Said("Nordpump Lohnfertigung GmbH", "نوردپمپ"), "Germany", "EUR", "Distributor"),
)

CUSTOMER_GROUPS = (
    Said("Dealers", "نمایندگان فروش"),
    Said("Contractors", "پیمانکاران تأسیسات"),
    Said("Industry", "صنایع"),
    Said("Housing", "ساختمان و هتل"),
    Said("Export Buyers", "خریداران خارجی"),
)

# How a customer's name is put together, by its group.
NAME_PATTERNS: dict[str, tuple[Said, ...]] = {
    "Dealers": (Said("{0} Pump Store", "فروشگاه پمپ {0}"), Said("{0} Heating Trade", "بازرگانی گرمایش {0}")),
    "Contractors": (
        Said("{0} HVAC Contractors", "شرکت تأسیسات {0}"),
        Said("{0} Consulting Engineers", "مهندسین مشاور {0}"),
    ),
    "Industry": (Said("{0} Agro-Industry", "کشت و صنعت {0}"), Said("{0} Dairy", "کارخانه لبنیات {0}")),
    "Housing": (Said("{0} Housing Cooperative", "تعاونی مسکن {0}"), Said("Hotel {0}", "هتل {0}")),
}

PROPER_NAMES = (
    Said("Apadana", "آپادانا"),
    Said("Sepidrud", "سپیدرود"),
    Said("Alvand", "الوند"),
    Said("Zagros", "زاگرس"),
    Said("Hirkan", "هیرکان"),
    Said("Niloufar", "نیلوفر"),
    Said("Baharan", "بهاران"),
    Said("Parseh", "پارسه"),
    Said("Sabalan", "سبلان"),
    Said("Mehregan", "مهرگان"),
    Said("Aftab", "آفتاب"),
    Said("Kimia", "کیمیا"),
    Said("Baran", "باران"),
    Said("Sarvestan", "سروستان"),
    Said("Takht-e Sabz", "تخت‌سبز"),
    Said("Golriz", "گلریز"),
    Said("Yasaman", "یاسمن"),
    Said("Khorshid", "خورشید"),
    Said("Kavir", "کویر"),
    Said("Darya", "دریا"),
    Said("Arghavan", "ارغوان"),
    Said("Sahand", "سهند"),
    Said("Bisotun", "بیستون"),
    Said("Nik-Andish", "نیک‌اندیش"),
    Said("Shabnam", "شبنم"),
    Said("Setareh", "ستاره"),
    Said("Pasargad", "پاسارگاد"),
    Said("Homa", "هما"),
    Said("Simorgh", "سیمرغ"),
    Said("Karun", "کارون"),
)

# Name, country, currency, branch that serves it.
FOREIGN_CUSTOMERS = (
    ("Rafidain Heating Supplies", "Iraq", "USD", "ISF"),
    ("Yerevan Thermo Service", "Armenia", "EUR", "TBZ"),
    ("Muscat Water Systems", "Oman", "USD", "SHZ"),
    ("Hansa Wärme und Wasser GmbH", "Germany", "EUR", "HAM"),
    ("Idraulica Lagunare S.r.l.", "Italy", "EUR", "HAM"),
    ("Alpenpumpen Service GmbH", "Austria", "EUR", "HAM"),
)

FIRST_NAMES = (
    Said("Ali", "علی"),
    Said("Maryam", "مریم"),
    Said("Reza", "رضا"),
    Said("Zahra", "زهرا"),
    Said("Hossein", "حسین"),
    Said("Sara", "سارا"),
    Said("Mehdi", "مهدی"),
    Said("Leila", "لیلا"),
    Said("Kaveh", "کاوه"),
    Said("Nasrin", "نسرین"),
    Said("Amir", "امیر"),
    Said("Shirin", "شیرین"),
    Said("Babak", "بابک"),
    Said("Parisa", "پریسا"),
    Said("Yousef", "یوسف"),
    Said("Fatemeh", "فاطمه"),
    Said("Kamran", "کامران"),
)

LAST_NAMES = (
    Said("Karimi", "کریمی"),
    Said("Yazdani", "یزدانی"),
    Said("Mousavi", "موسوی"),
    Said("Hosseini", "حسینی"),
    Said("Rezaei", "رضایی"),
    Said("Ebrahimi", "ابراهیمی"),
    Said("Nik-Nam", "نیک‌نام"),
    Said("Sadeghi", "صادقی"),
    Said("Rahimi", "رحیمی"),
    Said("Golestani", "گلستانی"),
    Said("Kashani", "کاشانی"),
    Said("Tabrizi", "تبریزی"),
    Said("Shirazi", "شیرازی"),
)

STREETS = (
    Said("Azadi Street", "خیابان آزادی"),
    Said("Ferdowsi Avenue", "خیابان فردوسی"),
    Said("Hafez Street", "خیابان حافظ"),
    Said("Saadi Street", "خیابان سعدی"),
    Said("Industrial Estate, Block 4", "شهرک صنعتی، بلوک ۴"),
)

CAMPAIGNS = (
    CampaignIdea(
        "SPRING",
        Said("Irrigation Pumps Offer", "طرح پمپ‌های آبیاری"),
        0.03, 60, 2_400_000_000, 10, 0.5, "Pumps", ("Email", "Visit", "SMS"), "Campaign",
    ),
    CampaignIdea(
        "FAIR",
        Said("Tehran Heating Exhibition", "نمایشگاه تأسیسات تهران"),
        0.22, 20, 4_200_000_000, 15, 0.55, "Heating", ("Event", "Post", "Phone Call"), "Exhibition",
    ),
    CampaignIdea(
        "BOILER",
        Said("Boiler Exchange", "طرح تعویض پکیج"),
        0.34, 75, 3_000_000_000, 12, 0.6, "Heating", ("Advertisement", "Web", "SMS"), "Advertisement",
    ),
    CampaignIdea(
        "DEALER",
        Said("Dealer Conference", "همایش نمایندگان"),
        0.5, 15, 1_800_000_000, 6, 0.5, "Pumps", ("Event", "Partner"), "Campaign",
    ),
    CampaignIdea(
        "EXPORT",
        Said("Caucasus and Gulf Export Drive", "طرح صادرات قفقاز و خلیج فارس"),
        0.58, 60, 1_200_000_000, 6, 0.4, "Pumps", ("Email", "Visit"), "Cold Calling",
    ),
    CampaignIdea(
        "SOCIAL",
        Said("Warm Home on Social Media", "خانه گرم در شبکه‌های اجتماعی"),
        0.72, 60, 1_500_000_000, 14, 0.2, "Heating", ("Social", "Web"), "Advertisement",
    ),
    CampaignIdea(
        "CHECK",
        Said("Free Pump Check", "بازدید رایگان پمپ"),
        0.88, 60, 900_000_000, 8, 0.35, "Spare Parts", ("Phone Call", "Visit", "Email"), "Campaign",
    ),
)  # fmt: skip

# Sales stage, probability in percent, days that an opportunity should stay in it.
SALES_STAGES = (
    ("Prospecting", 10, 14),
    ("Qualification", 20, 14),
    ("Needs Analysis", 30, 21),
    ("Value Proposition", 40, 21),
    ("Proposal/Price Quote", 60, 30),
    ("Negotiation/Review", 80, 21),
)

LOST_REASONS = (
    Said("Price too high", "قیمت بالا"),
    Said("Delivery too late", "تحویل دیر"),
    Said("Project postponed", "تعویق پروژه"),
)
COMPETITORS = ("Pomp Gostar Shargh", "Aqua Nova Pumps")

SALES_PARTNERS = (("Heating Fitters Network", 4), ("Southern Agency Office", 6))


def pick(said: Said, language: str, turn: int) -> str:
    """The name in the wanted language; with 'both', Persian and English take turns."""
    if language == "fa" or (language == "both" and turn % 2 == 0):
        return said.persian
    return said.english
