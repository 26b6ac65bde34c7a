"""Write the pipeline's two sources: a Northwind-shaped northwind.sql and its order_details.csv.

The tables have Northwind's shape; every row was invented here. Many values are hard on purpose
(see HARD), because a copy that survives only easy text proves nothing.

The output depends on --scale alone: the random numbers come from seeded generators, and only
their random() is used, the one method Python promises not to change between versions.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO, TypeVar

Value = str | int | float | bytes | None
Row = list[Value]
Block = tuple[str, int]  # the text of some rows, and how many they are
T = TypeVar("T")

SQL_NAME = "northwind.sql"
CSV_NAME = "order_details.csv"

FIRST_DAY = date(1996, 7, 4)
LAST_DAY = date(1998, 5, 6)
FIRST_ORDER = 10248
CUSTOMERS, ORDERS, DETAILS = 91, 830, 2155  # at scale 1
UNSHIPPED = 21  # of ORDERS, among the last
PROGRESS_SECONDS = 3.0
BLOCK_ROWS = 10_000
POOL_SIZE = 1_000

# Lines in an order -> orders with that many, for every 830 orders: 2,155 lines.
LINES = {1: 148, 2: 273, 3: 234, 4: 140, 5: 30, 6: 4, 25: 1}

# ---- The tables ---------------------------------------------------------------------------------

_CONTACT = (
    "company_name varchar(40) not null, contact_name varchar(30), contact_title varchar(30), "
    "address varchar(60), city varchar(15), region varchar(15), postal_code varchar(10), "
    "country varchar(15), phone varchar(24), fax varchar(24)"
)

TABLES = {
    "categories": (
        "category_id smallint not null, category_name varchar(15) not null, description text, "
        "picture bytea"
    ),
    "customer_customer_demo": "customer_id bpchar not null, customer_type_id bpchar not null",
    "customer_demographics": "customer_type_id bpchar not null, customer_desc text",
    "customers": f"customer_id bpchar not null, {_CONTACT}",
    "employees": (
        "employee_id smallint not null, last_name varchar(20) not null, "
        "first_name varchar(10) not null, title varchar(30), title_of_courtesy varchar(25), "
        "birth_date date, hire_date date, address varchar(60), city varchar(15), "
        "region varchar(15), postal_code varchar(10), country varchar(15), "
        "home_phone varchar(24), extension varchar(4), photo bytea, notes text, "
        "reports_to smallint, photo_path varchar(255)"
    ),
    "employee_territories": "employee_id smallint not null, territory_id varchar(20) not null",
    "orders": (
        "order_id smallint not null, customer_id bpchar, employee_id smallint, order_date date, "
        "required_date date, shipped_date date, ship_via smallint, freight real, "
        "ship_name varchar(40), ship_address varchar(60), ship_city varchar(15), "
        "ship_region varchar(15), ship_postal_code varchar(10), ship_country varchar(15)"
    ),
    "products": (
        "product_id smallint not null, product_name varchar(40) not null, supplier_id smallint, "
        "category_id smallint, quantity_per_unit varchar(20), unit_price real, "
        "units_in_stock smallint, units_on_order smallint, reorder_level smallint, "
        "discontinued integer not null"
    ),
    "region": "region_id smallint not null, region_description bpchar not null",
    "shippers": (
        "shipper_id smallint not null, company_name varchar(40) not null, phone varchar(24)"
    ),
    "suppliers": f"supplier_id smallint not null, {_CONTACT}, homepage text",
    "territories": (
        "territory_id varchar(20) not null, territory_description bpchar not null, "
        "region_id smallint not null"
    ),
    "us_states": (
        "state_id smallint not null, state_name varchar(100), state_abbr varchar(2), "
        "state_region varchar(50)"
    ),
}

COLUMNS = {
    table: [column.split(" ", 1)[0] for column in columns.split(", ")]
    for table, columns in TABLES.items()
}

PRIMARY_KEYS = {
    "categories": "category_id",
    "customer_customer_demo": "customer_id, customer_type_id",
    "customer_demographics": "customer_type_id",
    "customers": "customer_id",
    "employees": "employee_id",
    "employee_territories": "employee_id, territory_id",
    "orders": "order_id",
    "products": "product_id",
    "region": "region_id",
    "shippers": "shipper_id",
    "suppliers": "supplier_id",
    "territories": "territory_id",
    "us_states": "state_id",
}

# Table, its column, the table referred to, the column there.
FOREIGN_KEYS = [
    ("customer_customer_demo", "customer_type_id", "customer_demographics", "customer_type_id"),
    ("customer_customer_demo", "customer_id", "customers", "customer_id"),
    ("employees", "reports_to", "employees", "employee_id"),
    ("employee_territories", "territory_id", "territories", "territory_id"),
    ("employee_territories", "employee_id", "employees", "employee_id"),
    ("orders", "customer_id", "customers", "customer_id"),
    ("orders", "employee_id", "employees", "employee_id"),
    ("orders", "ship_via", "shippers", "shipper_id"),
    ("products", "category_id", "categories", "category_id"),
    ("products", "supplier_id", "suppliers", "supplier_id"),
    ("territories", "region_id", "region", "region_id"),
]

# ---- What the rows are made of ------------------------------------------------------------------


def listed(text: str) -> list[str]:
    """The items of a text that has | or a line end between them."""
    return text.strip().replace("\n", "|").split("|")


# City, region, postal code, country, dialling code, street.
PLACES: list[tuple[str, str | None, str | None, str, str, str]] = [
    ("Aveiro", None, "3800-112", "Portugal", "234", "Rua das Salinas"),
    ("Porto Alegre", "RS", "90010-150", "Brazil", "51", "Avenida dos Ipês"),
    ("Duluth", "MN", "55802", "USA", "218", "Lakehead Road"),
    ("Rosario", None, "2000", "Argentina", "0341", "Pasaje Ceibal"),
    ("Lille", None, "59800", "France", "20.55", "rue du Beffroi"),
    ("Recife", "PE", "50030-230", "Brazil", "81", "Travessa da Maré"),
    ("Bremen", None, "28195", "Germany", "0421", "Hafenstraße"),
    ("Halifax", "NS", "B3H 1A4", "Canada", "902", "Lighthouse Lane"),
    ("Valencia", None, "46003", "Spain", "96", "Calle de la Lonja"),
    ("Jena", None, "07743", "Germany", "03641", "Am Glaswerk"),
    ("Eugene", "OR", "97401", "USA", "541", "Ferncreek Avenue"),
    ("Malmö", None, "211 22", "Sweden", "040", "Fiskgränd"),
    ("Barquisimeto", "Lara", "3001", "Venezuela", "051", "Carrera Crepúsculo"),
    ("Ålesund", None, "6002", "Norway", "70", "Sjøgata"),
    ("Gent", None, "9000", "Belgium", "09", "Korenkaai"),
    ("Parma", None, "43121", "Italy", "0521", "Via del Mulino"),
    ("Θεσσαλονίκη", None, "546 24", "Ελλάδα", "2310", "Οδός Ελιάς"),
    ("Savannah", "GA", "31401", "USA", "912", "Magnolia Row"),
    ("Łódź", None, "90-001", "Poland", "42", "ul. Wiśniowa"),
    ("Cork", "Co. Cork", None, "Ireland", "021", "Coal Quay"),
    ("Київ", None, "01001", "Україна", "044", "вул. Липова"),
    ("Annecy", None, "74000", "France", "50.55", "quai des Tilleuls"),
    ("Santa Fe", "NM", "87501", "USA", "505", "Camino Piñon"),
    ("Aarhus", None, "8000", "Denmark", "86", "Møllestien"),
    ("Victoria", "BC", "V8W 1P6", "Canada", "250", "Cormorant Street"),
    ("Luzern", None, "6003", "Switzerland", "041", "Kapellgasse"),
    ("札幌市", None, "060-0001", "日本", "011", "北一条西"),
    ("Burlington", "VT", "05401", "USA", "802", "Maple Wharf"),
    ("Tampere", None, "33100", "Finland", "03", "Koskikatu"),
    ("Leeds", None, "LS1 4AP", "UK", "0113", "Tannery Yard"),
]

# Three for each of PLACES, in its order, and one more. Their first five letters are the key.
COMPANIES = listed("""
Salinas do Vouga|Moinho Velho|Irmãos Tavares|Armazém Guaíba|Doce Serra|Três Figueiras
Northshore Provisions|Iron Pier Grocers|Birchbark Deli|La Balanza|Dulces Ibarra|Esquina del Río
Épicerie du Beffroi|Maison Delvaux|Les Deux Moulins|Caju Dourado|Mercado do Porto|Sabor da Maré
Weserkontor|Bäckerei Lührs|Schlüssel & Söhne|Fogbank Foods|Saltbox Trading|Harbour Larder
Huerta Clara|El Azafrán|Naranjos Reunidos|Glashütten Markt|Kräuterhaus Jena|Zum Alten Speicher
Ferncreek Market|Umpqua Pantry|Cascadia Corner Store|Öresunds Delikatesser|Kardemumma|Fiskgränden
El Turpial|Frutas Crepúsculo|Abasto Jacinto|Brosundet Mat|Sjøhuset|Klippfisk & Co
De Gouden Korenaar|Waterzooi Traiteur|Peper en Zout|Drogheria Ghirardi|Forno Antico|Latteria Zobi
Ελιά Elia Foods|Thermaikos Market|Kalamata & Sons|Magnolia Mercantile|Tidewater Foods|Pecan Alley
Wiśniowy Sad|Piekarnia Żuraw|Bałucki Rynek|Coal Quay Stores|O'Driscoll's Foods|Lee Valley Larder
Хліб Khlib Trade|Lypa Market|Dnipro Delicatessen|Aux Tilleuls|Fromagerie Vuarand|Grenier du Lac
Adobe Kitchen Supply|Chimayo Road Foods|Juniper Wholesale|Mølleriet|Jysk Kolonial|Den Blå Krukke
Cormorant Cove Foods|Garry Oak Grocery|Inner Harbour Imports|Kapellhof|Zwyssig Käse|Pilatus Vorrat
白樺 Shirakaba Shop|Yukiguni Foods|Toyohira Market|Maple Wharf Co-op|Queen City Deli|Vergennes Mill
Koskipuoti|Ruisleipä Oy|Näsijärven Herkku|Tannery Yard Foods|Rhubarb & Rye|Wharfedale Wholefoods
Quillfeather Trading
""")  # fmt: skip

# For each of PLACES but the last, one supplier.
SUPPLIERS = listed("""
Tideline Conservas|Bebidas Jabuti Ltda.|Hedgerow Works|Hornero Hermanos|Confiserie des Remparts
Engenho Maracatu|Hansa Fischhalle GmbH|Fundy Catch Co.|Arrozal Grande S.L.|Saale Kellerei KG
Cinder Cone Brewing|Knäcke & Kaffe AB|Cacao Llanero C.A.|Sunnmøre Tørrfisk AS|Mosterdhuis B.V.
Caseificio Tre Ponti|Αλάτι & Ρίγανη|Gullah Rice Works|Młyn Bałucki Sp. z o.o.|Skellig Dairy Co-op
Пасіка Карпати|Crèmerie des Aravis|Piñon Ridge Mill|Rug & Rønne ApS|Salish Sea Kelp
Alpkäserei Füürstein|大雪山食品|Champlain Orchards|Pyynikki Makeiset Oy
""")  # fmt: skip

# Category, its description, its products.
CATEGORIES = [
    (
        "Beverages",
        "Anything to drink, hot or cold",
        "Harbour Pale Ale|Cinder Stout|Guaraná Jabuti|Côte Claire Brut|Verbena Cordial|"
        "Island Roast Coffee|Lakehead Lager|Birch Water|Hop Garden Bitter|Elderflower Press|"
        "Smoked Plum Tea|Café do Planalto",
    ),
    (
        "Condiments",
        "What goes on top or beside",
        "Okra Stew Base|Hedgerow Jelly|Fenugreek Honey|Shōyu Reserve|Pepper Relish|Coconut Sambal|"
        "Senf „süß“|Salsa de Árbol|Oxymel Vinegar|Walnut Ketchup|Black Garlic Paste|Ajvar Mild",
    ),
    (
        "Confections",
        "Sweet things",
        "Meringue Nests|Oat Biscuits|Quince Cubes|Thistle Shortbread|Nougat-Riegel|Gummi Seals|"
        "Liquorice Coins|Poffert Mix|Halva Pistache|Piparkakut|Runeberg Cakes|Brigadeiro Box|"
        "Salted Fudge",
    ),
    (
        "Dairy Products",
        "Milk, and what becomes of it",
        "Queijo da Serra|Blu dei Ponti|Ricotta Salata|Brunost Mild|Tomme du Lac|Raclette Haute|"
        "Rømme|Skyr Blåbær|Kefir Plain|Cultured Butter",
    ),
    (
        "Grains/Cereals",
        "Flour, grain and pasta",
        "Rågbröd|Soba Dry|Orecchiette|Black Barley|Polenta Gialla|Buckwheat Groats|Rye Crisps",
    ),
    (
        "Meat/Poultry",
        "Cured, smoked or potted",
        "Hill Mutton|Bratwurst Fein|Venison Jerky|Duck Rillettes|Kabanos Długie|Smoked Brisket",
    ),
    (
        "Produce",
        "From the field and the orchard",
        "Dried Pears|Silken Tofu|Sauerkraut Fein|Apple Rings|Yuba Sheets",
    ),
    (
        "Seafood",
        "From the shore and the deep",
        "Wakame|Dulse Flakes|Matjes im Fass|Klippfisk|Smoked Trout|Sprats in Oil|Cockles|"
        "Clam Broth|Snow Crab|Rökt Ål|Mussels Escabeche|Nori Rolls",
    ),
]
QUANTITIES = listed(
    "6 x 1 kg|10 x 250 g|12 x 400 g|20 x 100 g|30 x 75 g|case of 8|case of 15|4 crates of 6|1 sack|"
    "16 x 0.33 l|9 jars|tray of 40"
)

# Last name, first name, title, courtesy, birth, hire, index into PLACES, reports to.
EMPLOYEES = [
    ("Okafor", "Ngozi", "Account Executive", "Ms.", "1961-03-30", "1991-02-11", 10, 2),
    ("Lindqvist", "Henrik", "Head of Sales", "Dr.", "1948-02-29", "1989-09-01", 29, None),
    ("Peralta", "Inés", "Account Executive", "Ms.", "1966-12-05", "1992-07-20", 24, 2),
    ("Hargreave", "Maud", "Key Accounts", "Mrs.", "1950-06-17", "1990-01-15", 2, 2),
    ("Szabó", "Gergő", "Regional Manager, Europe", "Mr.", "1957-10-08", "1990-11-05", 29, 2),
    ("Nakagawa", "Sora", "Account Executive", "Mr.", "1969-04-22", "1995-03-13", 29, 5),
    ("O'Rourke", "Cillian", "Account Executive", "Mr.", "1964-08-14", "1993-06-28", 19, 5),
    ("Vasquez", "Lucía", "Sales Desk", "Ms.", "1971-01-01", "1995-12-31", 22, 2),
    ("Ferraby", "Tom", "Account Executive", "Mr.", "1968-07-27", "1994-08-08", 27, 5),
]

REGIONS = ["Atlantic", "Pacific", "Lakes", "Gulf"]
SHIPPERS = listed(
    "Swift Parcel|Blue Anchor Haulage|Longroad Freight|Four Winds Couriers|Postbox & Sons|Night Van"
)

# The cities of each of REGIONS, in its order: 53.
TERRITORIES = [
    "Worcester|Bedford|Nashua|Hartford|New Haven|Albany|Trenton|Newark|Paterson|Dover|Reading|"
    "Lancaster|Scranton|Ithaca|Utica|Stamford|Bangor|Concord|Rutland",
    "Boise|Spokane|Tacoma|Salem|Medford|Reno|Provo|Ogden|Fresno|Modesto|Santa Rosa|Bellingham|"
    "Missoula|Tucson|Pueblo",
    "Fargo|Bismarck|Duluth|Rochester|Green Bay|Madison|Appleton|Dearborn|Saginaw|Toledo|Akron",
    "Mobile|Macon|Augusta|Savannah|Ocala|Biloxi|Shreveport|Waco",
]
EMPLOYEE_TERRITORIES = 49  # so four territories are nobody's

# The states and the District of Columbia, by the Census Bureau's regions.
US_STATES = {
    "northeast": "Connecticut CT|Maine ME|Massachusetts MA|New Hampshire NH|New Jersey NJ|"
    "New York NY|Pennsylvania PA|Rhode Island RI|Vermont VT",
    "midwest": "Illinois IL|Indiana IN|Iowa IA|Kansas KS|Michigan MI|Minnesota MN|Missouri MO|"
    "Nebraska NE|North Dakota ND|Ohio OH|South Dakota SD|Wisconsin WI",
    "south": "Alabama AL|Arkansas AR|Delaware DE|District of Columbia DC|Florida FL|Georgia GA|"
    "Kentucky KY|Louisiana LA|Maryland MD|Mississippi MS|North Carolina NC|Oklahoma OK|"
    "South Carolina SC|Tennessee TN|Texas TX|Virginia VA|West Virginia WV",
    "west": "Alaska AK|Arizona AZ|California CA|Colorado CO|Hawaii HI|Idaho ID|Montana MT|"
    "Nevada NV|New Mexico NM|Oregon OR|Utah UT|Washington WA|Wyoming WY",
}

FIRST_NAMES = listed(
    "Adaeze|Björn|Chiara|Dmytro|Elspeth|Faisal|Greta|Hugo|Ione|Joaquín|Keiko|Łucja|Marisol|Niamh|"
    "Ottavia|Pascal|Quentin|Rosalind|Søren|Tamsin|Ulla|Vicente|Wanda|Yannick|Zoë"
)
LAST_NAMES = listed(
    "Abernathy|Brandão|Castellano|D'Arcy|Eskildsen|Fournier|Grünwald|Hølund|Ivanenko|Jørgensen|"
    "Kowalczyk|Lemaître|Montalvo|Núñez|O'Shea|Papadakis|Quarrie|Ramsbottom|Sandoval|Takahata|"
    "Urquhart|Vandenberg|Whitlock|Ximénez|Yarrow|Zetterlund"
)
CONTACT_TITLES = listed(
    "Owner|Sales Manager|Purchasing Agent|Accounting Manager|Marketing Assistant|Order Clerk|"
    "Sales Representative|Owner/Marketing Assistant"
)

# Table -> (row, column) -> the value put there instead: what a careless copy loses or splits.
# Orders ship to the customer's address, so the customers' hard values reach many orders too.
HARD: dict[str, dict[tuple[int, str], Value]] = {
    "categories": {
        (0, "description"): 'Anything to drink, hot or cold; "craft" beer too',
        (2, "description"): "Sweet things:\ncakes\n\n\tand lemon drops 🍋",
        (4, "description"): "",
        (5, "description"): None,
    },
    "customers": {
        (0, "region"): "",  # the next row's is NULL
        (3, "address"): 'Alto do Moinho, 12\n2º andar "fundos"',
        (6, "contact_name"): "  Ottavia Quarrie ",
        (9, "address"): "Pasaje Ceibal 7;\tDepósito B",
        (11, "fax"): "\\N",
        (13, "company_name"): 'Maison "Delvaux", fils',
        (14, "postal_code"): "",
        (18, "address"): "C:\\Hafen\\Halle 4\\",
        (21, "contact_title"): "NULL",
        (26, "region"): "NULL",
        (30, "fax"): "",
        (33, "contact_name"): "",
        (36, "address"): "\nCarrera Crepúsculo 3\n",
        (40, "region"): "",
        (45, "contact_name"): 'Chiara D\'Arcy, "la Contessa"',
        (48, "contact_name"): "Ελένη Παπαδάκη",
        (57, "postal_code"): "",
        (60, "contact_name"): "Дмитро Іваненко",
        (78, "contact_name"): "高畑 桂子",
        (87, "phone"): "",
        (90, "address"): " ",
    },
    "employees": {
        (0, "notes"): 'Speaks French; "fluent" Igbo.\nLikes tabs:\tone, two.',
        (1, "notes"): "",
        (2, "notes"): None,
        (3, "notes"): "Left school at 16;\n\\.\nnotes go on after a line that would end a COPY.",
        (4, "notes"): "Path: \\\\share\\notes\\new.txt, 100% \\t\\n not escapes",
        (5, "photo"): b"",  # the next row's is NULL
        (6, "photo"): None,
        (5, "notes"): "中川 空: 日本語, English. 👩‍🚀",
        (7, "address"): "Casa 9,\nCamino Piñon",
        (8, "photo_path"): "",
        (2, "photo_path"): None,
    },
    "products": {
        (3, "product_name"): 'Côte "Claire", 1re cuvée',
        (21, "quantity_per_unit"): "",
        (22, "quantity_per_unit"): None,
        (30, "product_name"): "Liquorice Coins ",
    },
    # A bpchar without a length keeps its trailing blanks, though comparisons ignore them.
    "region": {(0, "region_description"): "Atlantic   "},
    "suppliers": {
        (0, "fax"): "",
        (1, "homepage"): 'http://www.example.com/a?b="c"&d=e;f,g#h',
        (3, "homepage"): "",  # the next row's is NULL
        (5, "address"): "Engenho Novo s/n,\nkm 4",
        (7, "homepage"): "\\N",
        (10, "homepage"): "NULL",
        (13, "region"): "",
        (18, "homepage"): "line one\nline two\n",
        (23, "address"): "Møllestien\t3 B",
        (26, "homepage"): "大雪山食品 <http://www.example.org/ja/>",
    },
    "territories": {
        (1, "territory_description"): "Bedford  ",
        (20, "territory_description"): " Spokane",
    },
}

# ---- Making rows --------------------------------------------------------------------------------


def pick(rng: random.Random, items: Sequence[T]) -> T:
    """One of the items."""
    return items[int(rng.random() * len(items))]


def shuffled(rng: random.Random, items: Iterable[T]) -> list[T]:
    """The items in a random order."""
    return sorted(items, key=lambda _: rng.random())


def skewed(rng: random.Random, squarings: int) -> float:
    """A number from 0 to 1, the nearer to 0 the more often it is squared."""
    number = rng.random()
    for _ in range(squarings):
        number *= number  # not **: pow() may differ between C libraries in the last bit
    return number


def blob(rng: random.Random) -> bytes:
    """Bytes for a picture: every byte value once, among them 0x00, 0x0a and 0xff, and more."""
    return bytes(shuffled(rng, range(256))) + bytes(
        int(rng.random() * 256) for _ in range(50 + int(rng.random() * 200))
    )


def hardened(table: str, rows: list[Row]) -> list[Row]:
    """The rows with the table's hard values put in."""
    for (row, column), value in HARD.get(table, {}).items():
        rows[row][COLUMNS[table].index(column)] = value
    return rows


def phone(rng: random.Random, code: str) -> str:
    """A telephone number that nobody has."""
    return f"({code}) 555-{int(rng.random() * 10_000):04d}"


def contact(rng: random.Random, company: str, place: int) -> Row:
    """What customers and suppliers have in common, from company_name to fax."""
    city, region, postal_code, country, code, street = PLACES[place]
    return [
        company,
        f"{pick(rng, FIRST_NAMES)} {pick(rng, LAST_NAMES)}",
        pick(rng, CONTACT_TITLES),
        f"{street} {1 + int(rng.random() * 180)}",
        city,
        region,
        postal_code,
        country,
        phone(rng, code),
        phone(rng, code) if rng.random() < 0.7 else None,
    ]


def customer_key(company: str) -> str:
    """Northwind's kind of key: the first five plain letters of the name, as capitals."""
    folded = unicodedata.normalize("NFKD", company).encode("ascii", "ignore").decode()
    return "".join(filter(str.isalpha, folded))[:5].upper()


def customers() -> list[Row]:
    """The customers of scale 1; a larger scale numbers copies of them."""
    rng = random.Random(1)
    rows: list[Row] = [
        [customer_key(company), *contact(rng, company, min(number // 3, len(PLACES) - 1))]
        for number, company in enumerate(COMPANIES)
    ]
    return hardened("customers", rows)


def categories() -> list[Row]:
    """The categories."""
    rng = random.Random(2)
    rows: list[Row] = [
        [number, name, description, blob(rng)]
        for number, (name, description, _) in enumerate(CATEGORIES, 1)
    ]
    return hardened("categories", rows)


def employees() -> list[Row]:
    """The employees."""
    rng = random.Random(3)
    rows: list[Row] = []
    for number, (last, first, title, courtesy, birth, hire, place, boss) in enumerate(EMPLOYEES, 1):
        city, region, postal_code, country, code, street = PLACES[place]
        rows.append([
            number, last, first, title, courtesy, birth, hire,
            f"{street} {1 + int(rng.random() * 180)}", city, region, postal_code, country,
            phone(rng, code), str(300 + int(rng.random() * 5_000)), blob(rng),
            f"{first} joined in {hire[:4]} and sells to {country} and beyond.",
            boss, f"http://example.com/employees/{last.lower()}.bmp",
        ])  # fmt: skip
    return hardened("employees", rows)


def products() -> list[Row]:
    """The products, each category's in turn."""
    rng = random.Random(4)
    rows: list[Row] = []
    for category, (_, _, entries) in enumerate(CATEGORIES, 1):
        for name in listed(entries):
            # Prices of every look: 14, 9.8, 31.25; most of them low, a few above a hundred.
            price = round(3 + 150 * skewed(rng, 2), pick(rng, (0, 1, 1, 2)))
            rows.append([
                len(rows) + 1, name, 1 + int(rng.random() * len(SUPPLIERS)), category,
                pick(rng, QUANTITIES), price, int(rng.random() * 126), 10 * int(rng.random() * 8),
                5 * int(rng.random() * 7), int(rng.random() < 0.13),
            ])  # fmt: skip
    return hardened("products", rows)


def suppliers() -> list[Row]:
    """The suppliers."""
    rng = random.Random(5)
    rows: list[Row] = [
        [number, *contact(rng, company, number - 1), None]
        for number, company in enumerate(SUPPLIERS, 1)
    ]
    return hardened("suppliers", rows)


def territories() -> list[Row]:
    """The territories; their keys look like numbers, some with a zero in front."""
    rows: list[Row] = []
    for region, cities in enumerate(TERRITORIES, 1):
        rows += [[f"{1_207 + 1_717 * (len(rows) + n):05d}", city, region]
                 for n, city in enumerate(listed(cities))]  # fmt: skip
    return hardened("territories", rows)


def employee_territories() -> list[Row]:
    """Who sells where: each territory is one employee's at most."""
    rng = random.Random(6)
    taken = shuffled(rng, (row[0] for row in territories()))[:EMPLOYEE_TERRITORIES]
    pairs = sorted(
        (1 + number % len(EMPLOYEES), str(territory)) for number, territory in enumerate(taken)
    )
    return [list(pair) for pair in pairs]


def us_states() -> list[Row]:
    """The states by name."""
    named = sorted(
        (*state.rsplit(" ", 1), region)
        for region, states in US_STATES.items()
        for state in listed(states)
    )
    return [[number, *state] for number, state in enumerate(named, 1)]


def regions() -> list[Row]:
    """The sales regions."""
    return hardened("region", [[number, name] for number, name in enumerate(REGIONS, 1)])


def shippers() -> list[Row]:
    """The shippers."""
    rng = random.Random(7)
    return [[number, name, phone(rng, "306")] for number, name in enumerate(SHIPPERS, 1)]


SMALL_TABLES: dict[str, Callable[[], list[Row]]] = {
    "categories": categories,
    "customer_customer_demo": list,
    "customer_demographics": list,
    "employees": employees,
    "employee_territories": employee_territories,
    "products": products,
    "region": regions,
    "shippers": shippers,
    "suppliers": suppliers,
    "territories": territories,
    "us_states": us_states,
}

# ---- Rows as text -------------------------------------------------------------------------------

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def number_text(value: float) -> str:
    """The shortest form, as PostgreSQL writes a real: 14, 9.8, 1007.64."""
    return f"{value:g}"


def copy_field(value: Value) -> str:
    """The value as COPY's text format has it."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, float):
        return number_text(value)
    return str(value).translate(_ESCAPES)


def copy_line(row: Row) -> str:
    """The row as COPY's text format has it, with its line end."""
    return "\t".join(map(copy_field, row)) + "\n"


def customer_blocks(scale: int) -> Iterator[Block]:
    """The customers: at a larger scale, copies with a number at the end of key and name."""
    split = []
    for row in customers():
        key, name, *rest = map(copy_field, row)
        split.append((key, name, "\t".join(rest) + "\n"))
    yield "".join(f"{key}\t{name}\t{rest}" for key, name, rest in split), CUSTOMERS
    for copy in range(1, scale):
        yield "".join(f"{key}{copy}\t{name} {copy}\t{rest}" for key, name, rest in split), CUSTOMERS


def day_choices(day: int) -> list[str]:
    """The order date of that day with each likely required and shipped date."""
    ordered = FIRST_DAY + timedelta(days=day)
    # Northwind's data ends on its last day: nothing is shipped later.
    shipped = [min(ordered + timedelta(days=wait), LAST_DAY) for wait in range(1, 22)]
    return [
        f"{ordered}\t{ordered + timedelta(days=wait)}\t{date_}"
        for wait in (14, 28, 28, 42)
        for date_ in shipped
    ]


def order_blocks(scale: int) -> Iterator[Block]:
    """The orders by key, which is also by date; each goes to its customer's address."""
    rng = random.Random(16)
    draw = rng.random
    buyers = []
    for row in customers():
        key, name, _, _, address, city, region, postal_code, country, *_ = map(copy_field, row)
        buyers.append((key, name, f"{address}\t{city}\t{region}\t{postal_code}\t{country}\n"))
    # Small freights are common, high ones rare.
    freights = [
        f"{1 + int(draw() * len(SHIPPERS))}\t{number_text(round(0.02 + 900 * skewed(rng, 3), 2))}"
        for _ in range(8 * POOL_SIZE)
    ]
    pool, people = len(freights), len(EMPLOYEES)
    total, population = ORDERS * scale, CUSTOMERS * scale
    unshipped_from = total - 2 * UNSHIPPED * scale
    days = (LAST_DAY - FIRST_DAY).days + 1
    for day in range(days):
        choices = day_choices(day)
        dates = len(choices)
        last = total * (day + 1) // days
        for start in range(total * day // days, last, BLOCK_ROWS):
            lines = []
            stop = min(start + BLOCK_ROWS, last)
            for number in range(start, stop):
                copy, buyer = divmod(int(draw() * population), CUSTOMERS)
                key, name, place = buyers[buyer]
                if copy:
                    key, name = f"{key}{copy}", f"{name} {copy}"
                when = choices[int(draw() * dates)]
                if number >= unshipped_from and number % 2:
                    when = when[:22] + "\\N"  # two dates and their tabs stay
                lines.append(
                    f"{FIRST_ORDER + number}\t{key}\t{1 + int(draw() * people)}\t{when}\t"
                    f"{freights[int(draw() * pool)]}\t{name}\t{place}"
                )
            yield "".join(lines), stop - start


def detail_template(rng: random.Random, prices: list[float], lines: int) -> str:
    """The lines of one order, with # where its key goes."""
    rows = []
    for product in sorted(shuffled(rng, range(len(prices)))[:lines]):
        price = prices[product] if rng.random() < 0.7 else round(prices[product] * 0.8, 2)
        quantity = 1 + int(skewed(rng, 1) * 130)
        discount = pick(rng, ("0", "0", "0", "0", "0", "0.05", "0.1", "0.15", "0.2", "0.25"))
        rows.append(f"#,{product + 1},{number_text(price)},{quantity},{discount}\n")
    return "".join(rows)


def detail_blocks(scale: int) -> Iterator[Block]:
    """The order details by order and product: exactly 2,155 for every 830 orders."""
    rng = random.Random(9)
    draw = rng.random
    price_column = COLUMNS["products"].index("unit_price")
    prices = [float(str(row[price_column])) for row in products()]
    templates = {
        lines: [detail_template(rng, prices, lines) for _ in range(POOL_SIZE)] for lines in LINES
    }
    counts = [lines for lines, orders in LINES.items() for _ in range(orders)]
    for block in range(scale):
        first = FIRST_ORDER + ORDERS * block
        yield "".join([
            templates[lines][int(draw() * POOL_SIZE)].replace("#", str(order))
            for order, lines in enumerate(shuffled(rng, counts), first)
        ]), DETAILS  # fmt: skip


# ---- Writing the files --------------------------------------------------------------------------


class Report:
    """Rows and bytes of each table: a line to stderr now and then, and a summary."""

    def __init__(self, scale: int) -> None:
        self.expected = {"customers": CUSTOMERS, "orders": ORDERS, "order_details": DETAILS}
        self.scale = scale
        self.tables: dict[str, tuple[int, int]] = {}
        self.started = self.printed = time.monotonic()

    def add(self, table: str, rows: int, size: int) -> None:
        """Count what was written; print a line when some seconds have passed since the last."""
        old_rows, old_size = self.tables.get(table, (0, 0))
        self.tables[table] = (old_rows + rows, old_size + size)
        if time.monotonic() - self.printed >= PROGRESS_SECONDS:
            self.printed = time.monotonic()
            whole = self.expected.get(table, 0) * self.scale
            self._log(f"{table}: {old_rows + rows:,} of {whole:,} rows, {old_size + size:,} bytes")

    def summary(self) -> None:
        """Print the rows and bytes of every table."""
        seconds = time.monotonic() - self.started
        for table, (rows, size) in self.tables.items():
            self._log(f"{table:24}{rows:>15,} rows{size:>19,} bytes")
        self._log(f"written in {seconds:.1f} s")

    @staticmethod
    def _log(line: str) -> None:
        print(line, file=sys.stderr, flush=True)


def order_key_type(scale: int) -> str:
    """The smallest integer type that holds every order's key."""
    last = FIRST_ORDER + ORDERS * scale - 1
    if last < 2**15:
        return "smallint"
    return "integer" if last < 2**31 else "bigint"


def create_tables(scale: int) -> str:
    """The tables without their keys."""
    statements = []
    for table, columns in TABLES.items():
        lines = ",\n    ".join(columns.split(", "))
        if table == "orders":
            lines = lines.replace("order_id smallint", f"order_id {order_key_type(scale)}")
        statements.append(f"CREATE TABLE {table} (\n    {lines}\n);\n\n")
    return "".join(statements)


def constraints() -> str:
    """The keys, added after the rows because that loads faster and in any order."""
    primary = [
        f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY ({columns});\n"
        for table, columns in PRIMARY_KEYS.items()
    ]
    foreign = [
        f"ALTER TABLE {table} ADD CONSTRAINT fk_{table}_{other}\n"
        f"    FOREIGN KEY ({column}) REFERENCES {other} ({other_column});\n"
        for table, column, other, other_column in FOREIGN_KEYS
    ]
    return "".join([*primary, "\n", *foreign])


def write_blocks(file: BinaryIO, report: Report, table: str, blocks: Iterable[Block]) -> None:
    """Write the rows of one table."""
    report.add(table, 0, 0)
    for text, rows in blocks:
        report.add(table, rows, file.write(text.encode()))


def table_blocks(table: str, scale: int) -> Iterable[Block]:
    """The rows of one table, as COPY reads them."""
    if table == "customers":
        return customer_blocks(scale)
    if table == "orders":
        return order_blocks(scale)
    rows = SMALL_TABLES[table]()
    return [("".join(map(copy_line, rows)), len(rows))]


def write_sql(file: BinaryIO, report: Report, scale: int) -> None:
    """Write northwind.sql: tables, rows, keys, in one transaction."""
    head = (
        "-- A Northwind-shaped source database, written by data/generate.py: do not edit.\n"
        "-- Load it with: psql -v ON_ERROR_STOP=1 -f northwind.sql\n\n"
        "SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\nBEGIN;\n\n"
    )
    file.write((head + create_tables(scale)).encode())
    for table in TABLES:
        file.write(f"COPY {table} ({', '.join(COLUMNS[table])}) FROM stdin;\n".encode())
        write_blocks(file, report, table, table_blocks(table, scale))
        file.write(b"\\.\n\n")
    file.write((constraints() + "\nCOMMIT;\n").encode())


def write_csv(file: BinaryIO, report: Report, scale: int) -> None:
    """Write order_details.csv."""
    file.write(b"order_id,product_id,unit_price,quantity,discount\n")
    write_blocks(file, report, "order_details", detail_blocks(scale))


@contextmanager
def replacing(folder: Path, *names: str) -> Iterator[list[BinaryIO]]:
    """Open a new file for each name; they take the names only if all goes well."""
    unfinished = [folder / f".{name}.{os.getpid()}.tmp" for name in names]
    try:
        with ExitStack() as stack:
            yield [stack.enter_context(path.open("wb")) for path in unfinished]
        for path, name in zip(unfinished, names, strict=True):
            path.replace(folder / name)
    finally:
        for path in unfinished:
            path.unlink(missing_ok=True)


def generate(folder: Path, scale: int = 1) -> Report:
    """Write both files into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    report = Report(scale)
    with replacing(folder, SQL_NAME, CSV_NAME) as (sql, csv):
        write_sql(sql, report, scale)
        write_csv(csv, report, scale)
    return report


def positive(text: str) -> int:
    """The whole number from 1 that the text says (for argparse)."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if both files were written."""
    parser = argparse.ArgumentParser(
        description=f"Write {SQL_NAME} and {CSV_NAME}, the sources of the pipeline; the same "
        "options always write the same bytes."
    )
    parser.add_argument(
        "--scale", type=positive, default=1, metavar="N",
        help="write N times the customers, orders and order details (default: 1)",
    )  # fmt: skip
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).resolve().parent, metavar="DIR",
        help="write into DIR (default: where this file is)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    try:
        generate(options.output, options.scale).summary()
    except OSError as error:
        print(f"generate.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("generate.py: interrupted; the old files stay", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    # A plain SIGTERM would end the process without removing the unfinished files.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
