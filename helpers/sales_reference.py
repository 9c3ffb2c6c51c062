"""The invented company behind `sales_order_data`: what it sells, and to whom.

Everything here is made up; cities and countries are real, their customers, people and telephone numbers
are not (the numbers keep to the ranges 555-01xx and 00-prefixed ones that nobody has).
"""

from __future__ import annotations

from dataclasses import dataclass

# product line: code of the scale, number of products, lowest and highest list price in USD
PRODUCT_LINES = {
    "Classic Cars": ("S18", 31, 62, 214),
    "Motorcycles": ("S10", 13, 40, 193),
    "Planes": ("S24", 12, 49, 157),
    "Ships": ("S700", 9, 54, 122),
    "Trains": ("S50", 5, 58, 101),
    "Trucks and Buses": ("S32", 13, 54, 136),
    "Vintage Cars": ("S12", 26, 33, 170),
}

# city, state, postal code, country, territory, telephone prefix. Territory NA is North America.
CITIES = [
    ("New York", "NY", "10022", "USA", "NA", "212555"),
    ("Boston", "MA", "51003", "USA", "NA", "617555"),
    ("San Francisco", "CA", "94217", "USA", "NA", "415555"),
    ("Pasadena", "CA", "90003", "USA", "NA", "626555"),
    ("Philadelphia", "PA", "70267", "USA", "NA", "215555"),
    ("Las Vegas", "NV", "83030", "USA", "NA", "702555"),
    ("Nashua", "NH", "62005", "USA", "NA", "603555"),
    ("Newark", "NJ", "94019", "USA", "NA", "973555"),
    ("Montreal", "Quebec", "H1J 1C3", "Canada", "NA", "514555"),
    ("Vancouver", "BC", "V3F 2K1", "Canada", "NA", "604555"),
    ("Paris", "", "75016", "France", "EMEA", "+33 1 00"),
    ("Lyon", "", "69004", "France", "EMEA", "+33 4 00"),
    ("Nantes", "", "44000", "France", "EMEA", "+33 2 00"),
    ("Reims", "", "51100", "France", "EMEA", "+33 3 00"),
    ("Madrid", "", "28034", "Spain", "EMEA", "+34 91 00"),
    ("Barcelona", "", "08022", "Spain", "EMEA", "+34 93 00"),
    ("Sevilla", "", "41101", "Spain", "EMEA", "+34 95 00"),
    ("London", "", "WX1 6LT", "UK", "EMEA", "+44 20 00"),
    ("Liverpool", "", "WX1 6LT", "UK", "EMEA", "+44 15 00"),
    ("Manchester", "", "EC2 5NT", "UK", "EMEA", "+44 16 00"),
    ("Frankfurt", "", "60528", "Germany", "EMEA", "+49 69 00"),
    ("Köln", "", "50739", "Germany", "EMEA", "+49 22 00"),
    ("München", "", "80686", "Germany", "EMEA", "+49 89 00"),
    ("Torino", "", "10100", "Italy", "EMEA", "+39 01 00"),
    ("Bergamo", "", "24100", "Italy", "EMEA", "+39 03 00"),
    ("Reggio Emilia", "", "42100", "Italy", "EMEA", "+39 05 00"),
    ("Oslo", "", "N 0106", "Norway", "EMEA", "+47 22 00"),
    ("Bergen", "", "N 5804", "Norway", "EMEA", "+47 55 00"),
    ("Helsinki", "", "21240", "Finland", "EMEA", "+358 9 00"),
    ("Oulu", "", "90110", "Finland", "EMEA", "+358 8 00"),
    ("Stockholm", "", "S-844 67", "Sweden", "EMEA", "+46 8 00"),
    ("København", "", "1734", "Denmark", "EMEA", "+45 31 00"),
    ("Genève", "", "1203", "Switzerland", "EMEA", "+41 22 00"),
    ("Graz", "", "8010", "Austria", "EMEA", "+43 31 00"),
    ("Bruxelles", "", "B-1180", "Belgium", "EMEA", "+32 2 00"),
    ("Dublin", "", "2", "Ireland", "EMEA", "+353 1 00"),
    ("Melbourne", "Victoria", "3004", "Australia", "APAC", "+61 3 00"),
    ("Chatswood", "NSW", "2067", "Australia", "APAC", "+61 2 00"),
    ("Brisbane", "Queensland", "4101", "Australia", "APAC", "+61 7 00"),
    ("Singapore", "", "079903", "Singapore", "APAC", "+65 22 00"),
    ("Manila", "", "1227", "Philippines", "APAC", "+63 2 00"),
    ("Tokyo", "", "106-0032", "Japan", "Japan", "+81 3 00"),
    ("Osaka", "", "530-0003", "Japan", "Japan", "+81 6 00"),
]

# Two customers a city, and a few more at home: the tenth part of the world that buys most comes first.
TRADE_NAMES = [
    "Land of Wheels", "Harbour Models", "Miniature Garage", "Atlantic Gifts", "Vitrine", "Rail & Road",
    "Signal Box", "Corner Hobby", "Collector's Cabinet", "Silver Propeller", "Toy Exchange", "Blue Funnel",
    "Little Motors", "Chrome and Canvas", "Scale World", "Northern Imports", "Boulevard Toys",
    "Diecast Depot", "Grand Prix Gifts", "Old Timer", "Windward", "Junction", "Steam & Sail",
    "Pocket Planes", "Model Mile", "Glass Case", "Roundhouse", "Hangar Seven", "Quay Street", "Tin Can Alley",
    "Fender and Sons", "Plateau", "Red Caboose", "Mast & Rudder", "Museum Shop", "Tailwind", "Camshaft",
    "Paddock", "Weekend Hobbies", "Double Decker", "Sidecar", "Platform Nine", "Lantern",
]  # fmt: skip
LEGAL_FORMS = {
    "USA": [", Inc.", " Co.", ", Ltd.", ""], "Canada": [", Inc.", ", Ltd."], "France": [", S.A.", " SARL"],
    "Spain": [", S.A.", ""], "UK": [", Ltd", " Plc"], "Germany": [" GmbH", ", AG"],
    "Italy": [" S.p.A.", ", S.r.l."], "Norway": [" AS", ""], "Finland": [" Oy", ", Oy"],
    "Sweden": [" AB", ""], "Denmark": [" A/S", ""], "Switzerland": [", AG", ""], "Austria": [" GmbH", ""],
    "Belgium": [", S.A.", ""], "Ireland": [", Ltd", ""], "Australia": [", Pty Ltd", " Co."],
    "Singapore": [", Pte Ltd", ""], "Philippines": [", Inc.", ""], "Japan": [", K.K.", " Co., Ltd."],
}  # fmt: skip
STREETS = {
    "USA": "{n} Market Street", "Canada": "{n} Rue Industrielle", "France": "{n}, rue des Ateliers",
    "Spain": "C/ Mayor, {n}", "UK": "{n} Mill Lane", "Germany": "Hafenstrasse {n}",
    "Italy": "Via Roma, {n}", "Japan": "{n}-1-2 Minami",
}  # fmt: skip
STREET_ELSEWHERE = "{n} Station Road"
SECOND_LINES = ["", "", "", "", "Level 3", "Suite 400", "Building B, 2nd floor"]
LAST_NAMES = [
    "Adler", "Berg", "Costa", "Dubois", "Evans", "Ferrari", "Garcia", "Hansen", "Ito", "Jensen", "Keller",
    "Lindqvist", "Moreau", "Nguyen", "O'Brien", "Peeters", "Quinn", "Rossi", "Suzuki", "Tanaka", "Virtanen",
    "Weber", "Young",
]  # fmt: skip
FIRST_NAMES = [
    "Anna", "Ben", "Carmen", "David", "Eva", "Frank", "Grace", "Hiro", "Ines", "Jonas", "Keiko", "Louis",
    "Maria", "Nils", "Olga", "Pedro", "Rosa", "Simon", "Tomoko",
]  # fmt: skip


@dataclass(frozen=True)
class Product:
    """A product: its line, code and list price (msrp) in whole USD."""

    line: str
    code: str
    msrp: int


@dataclass(frozen=True)
class Customer:
    """A customer, field by field as the order table repeats it on every line."""

    customername: str
    phone: str
    addressline1: str
    addressline2: str
    city: str
    state: str
    postalcode: str
    country: str
    territory: str
    contactlastname: str
    contactfirstname: str
    weight: int  # how often it orders, beside the others


def products() -> list[Product]:
    """The 109 products; 109 is prime, which lets an order step through them without repeating one."""
    found = []
    for line, (scale, count, low, high) in PRODUCT_LINES.items():
        for index in range(count):
            msrp = low + (high - low) * ((index * 7) % count) // max(count - 1, 1)
            found.append(Product(line, f"{scale}_{1000 + 37 * index + len(found) * 11}", msrp))
    return found


def customers() -> list[Customer]:
    """Ninety customers: two in every city, and four more in the largest; some without a territory."""
    found = []
    homes = [*CITIES, *CITIES, *CITIES[:3], CITIES[14]]
    for index, (city, state, postal, country, territory, prefix) in enumerate(homes):
        forms = LEGAL_FORMS[country]
        name = TRADE_NAMES[(index * 5) % len(TRADE_NAMES)] + forms[(index // 3) % len(forms)]
        if index >= len(CITIES):
            name = f"{city} {name}"
        number = f"{(index * 53) % 100:02d}"
        phone = f"{prefix}01{number}" if country in ("USA", "Canada") else f"{prefix} {number} {number}"
        found.append(
            Customer(
                customername=name,
                phone=phone,
                addressline1=STREETS.get(country, STREET_ELSEWHERE).format(n=11 + (index * 37) % 300),
                addressline2=SECOND_LINES[index % len(SECOND_LINES)],
                city=city,
                state=state,
                postalcode=postal,
                country=country,
                territory="" if index % 16 == 13 else territory,
                contactlastname=LAST_NAMES[(index * 3) % len(LAST_NAMES)],
                contactfirstname=FIRST_NAMES[(index * 5) % len(FIRST_NAMES)],
                weight=12 if index % 29 == 14 else 3 if country in ("USA", "France", "Spain") else 2,
            )
        )
    return found
