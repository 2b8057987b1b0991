#!/usr/bin/env python3
"""Writes the sample exports: two nightly HR files, the second one's workbook twin, a file of joiners, and the
files about learning whose rows `learning.py` makes.

Everything is invented: people, addresses (example.org, example.com) and telephone numbers (ranges kept
for fiction). The same script gives the same CSV bytes wherever it runs; it needs XlsxWriter for the
workbook.

    pip install XlsxWriter
    python3 sample-data/generate.py
"""

import copy
import csv
import datetime
import io
import unicodedata
from pathlib import Path

import xlsxwriter

import learning
import pulls

HERE = Path(__file__).resolve().parent
NBSP = "\u00a0"

COLUMNS = [
    "Employee ID", "First name", "Last name", "Work email", "Personal email", "Login", "Initial password",
    "Birth date", "Start date", "Leaving date", "Gender", "Phone", "Mobile", "Street", "City",
    "County/State", "Country", "Postcode", "Grade", "Job title", "Manager email", "Other managers",
    "Org units", "Language", "Active", "Delivery address",
]
DATES = {"Birth date", "Start date", "Leaving date"}

FIRST_IN = [
    ("Aarna", "F"), ("Abhinav", "M"), ("Bhavya", "F"), ("Chetan", "M"), ("Deepa", "F"), ("Eshan", "M"),
    ("Farhana", "F"), ("Girish", "M"), ("Hema", "F"), ("Indra", "M"), ("Jaya", "F"), ("Kiran", "X"),
    ("Lata", "F"), ("Mohan", "M"), ("Nandini", "F"), ("Omkar", "M"), ("Pallav", "M"), ("Ritu", "F"),
    ("Sameer", "M"), ("Tanvi", "F"), ("Uday", "M"), ("Vidya", "F"), ("Yash", "M"), ("Zubin", "M"),
]
LAST_IN = [
    "Adhivarman", "Bhandrika", "Chandravel", "Deshmarath", "Ekambhar", "Gokhalani", "Hiremandal",
    "Iyerandi", "Joshipur", "Kulkarnath", "Lohanivar", "Mehradan", "Naraindev", "Oberwal", "Patilkar",
    "Raghunandi", "Sundraval", "Thakurani", "Upadhyal", "Varadhen",
]
FIRST_UK = [
    ("Alice", "F"), ("Benedict", "M"), ("Clara", "F"), ("Duncan", "M"), ("Edith", "F"), ("Fergus", "M"),
    ("Gwen", "F"), ("Harvey", "M"), ("Imogen", "F"), ("Jasper", "M"), ("Kerry", "X"), ("Lowri", "F"),
    ("Magnus", "M"), ("Nerys", "F"), ("Oswin", "M"), ("Petra", "F"), ("Quentin", "M"), ("Rowan", "X"),
    ("Sorcha", "F"), ("Tobias", "M"), ("Una", "F"), ("Vernon", "M"), ("Willa", "F"), ("Yorick", "M"),
]
LAST_UK = [
    "Ashcombley", "Brindlow", "Calverdine", "Dunmarrow", "Elderwick", "Fenhallow", "Garstonby",
    "Hethersgate", "Inglethwaite", "Jessamoor", "Kirkwhistle", "Larkhamby", "Merrowdown", "Netherclough",
    "Osmotherby", "Pennyfarrow", "Quillingham", "Rushbeck", "Summerstile", "Thistlemere",
]
PLACES = {
    "IN": [
        ("Pune", "Maharashtra", "4110"), ("Mumbai", "Maharashtra", "4000"), ("Bengaluru", "Karnataka", "5600"),
        ("Chennai", "Tamil Nadu", "6000"), (f"New{NBSP}Delhi", "Delhi", "1100"), ("Kolkata", "West Bengal", "7000"),
    ],
    "UK": [
        ("Leeds", "West Yorkshire", "ZZ1"), ("Bristol", "", "ZZ4"), ("Norwich", "Norfolk", "ZZ7"),
        ("St Ives", "Cambridgeshire", "ZZ9"), ("Cardiff", "South Glamorgan", "ZZ12"), ("London", "", "ZZ20"),
    ],
    "US": [("Springfield", "MA", "0110"), ("Portland", "ME", "0410")],
}
STREETS = ["Mill Lane", "Station Road", "Temple View", "Lake Gardens", "Old Market", "Orchard Row", "Canal Side"]
TITLES = {
    0: ["Chief Executive"],
    1: ["Director, Operations", "Director, Finance", "Director, People", "Director, Sales & Service",
        "Director, Technology", "Director, Estates"],
    2: ["Head of Department"],
    3: ["Team Leader", "Senior Team Leader"],
    4: ["Analyst", "Engineer", "Adviser", "Co-ordinator", "Technician", "Accountant", "Designer", "Clerk"],
}
LANGUAGES = ["English"] * 9 + ["French", "Spanish", "Arabic", "", "English", "English"]


class Dice:
    """A small generator of our own: the same numbers under every version of Python."""

    def __init__(self, seed):
        self.state = seed

    def number(self, below):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % below

    def pick(self, things):
        return things[self.number(len(things))]

    def shuffle(self, things):
        for last in range(len(things) - 1, 0, -1):
            other = self.number(last + 1)
            things[last], things[other] = things[other], things[last]


def plain(text):
    """The letters of a name that can stand in an e-mail address."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in decomposed if letter in "abcdefghijklmnopqrstuvwxyz")


class Staff:
    """Makes people, none like another."""

    def __init__(self, dice):
        self.dice = dice
        self.serial = 0
        self.addresses = set()

    def employee_id(self):
        # Every 23rd person was taken over from an older system, whose numbers begin with zeros.
        if self.serial % 23 == 17:
            return f"{300 + self.serial:06d}"
        return f"E{10000 + self.serial}"

    def address(self, first, last):
        """The part before the @, which nobody else has."""
        local = wanted = f"{plain(first)}.{plain(last)}".strip(".") or f"user{self.serial}"
        if local in self.addresses:
            local = f"{wanted}{self.serial}"
        self.addresses.add(local)
        return local

    def rename(self, person, first, last):
        """Another name, with the addresses that go with it."""
        local = self.address(first, last)
        person.update({"First name": first, "Last name": last, "Work email": f"{local}@example.org",
                       "Personal email": "", "Login": local})

    def person(self, country, level, manager=None, others=()):
        dice = self.dice
        self.serial += 1
        firsts, lasts = (FIRST_IN, LAST_IN) if country == "IN" else (FIRST_UK, LAST_UK)
        name, gender = dice.pick(firsts)
        surname = dice.pick(lasts)
        local = self.address(name, surname)
        city, state, area = dice.pick(PLACES[country])
        number = self.serial
        if country == "UK":
            phone, mobile = f"020 7946 0{number:03d}", f"+44 7700 900{number:03d}"
            postcode = f"{area} {number % 9 + 1}{dice.pick('ABDEFGHJ')}{dice.pick('LNPQRSTU')}"
        elif country == "IN":
            phone, mobile = f"020 0000 {number:04d}", f"+91 00000 {number:05d}"
            postcode = f"{area}{number % 90 + 10}"
        else:
            phone, mobile = f"(555) 555-01{number % 100:02d}", ""
            postcode = f"{area}{number % 10}"
        born = datetime.date(1962 + dice.number(40), 1 + dice.number(12), 1 + dice.number(28))
        joined = datetime.date(2006 + dice.number(20), 1 + dice.number(12), 1 + dice.number(28))
        units = [f"N-{100 + 100 * dice.number(4) + 1 + dice.number(6)}"]
        if dice.number(4) == 0:
            units.append(f"N-{501 + dice.number(6)}")
        letters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
        return {
            "Employee ID": self.employee_id(),
            "First name": name,
            "Last name": surname,
            "Work email": f"{local}@example.org",
            "Personal email": f"{local}@example.com" if dice.number(3) else "",
            "Login": f"{plain(name)[:1]}{plain(surname)[:12]}{number:03d}",
            "Initial password": "Start-" + "".join(dice.pick(letters) for _ in range(8)) + "!",
            "Birth date": f"{born:%d/%m/%Y}",
            "Start date": f"{joined:%d/%m/%Y}",
            "Leaving date": "",
            "Gender": gender,
            "Phone": phone if dice.number(5) else "",
            "Mobile": mobile if dice.number(4) else "",
            "Street": f"{1 + dice.number(180)} {dice.pick(STREETS)}",
            "City": city,
            "County/State": state,
            "Country": country,
            "Postcode": postcode,
            "Grade": f"G{9 - 2 * level if level < 4 else 1 + dice.number(3)}",
            "Job title": dice.pick(TITLES[level]),
            "Manager email": manager["Work email"] if manager else "",
            "Other managers": ";".join(other["Work email"] for other in others),
            "Org units": ";".join(units),
            "Language": dice.pick(LANGUAGES),
            "Active": "Y",
            # No job asks for this one.
            "Delivery address": "",
        }


def organisation(staff):
    """300 people in five levels, and 12 in the United States."""
    dice = staff.dice

    def country():
        return "IN" if dice.number(5) < 3 else "UK"

    chief = staff.person("UK", 0)
    directors = [staff.person(country(), 1, chief) for _ in range(6)]
    for director, title in zip(directors, TITLES[1]):
        director["Job title"] = title
    heads = [staff.person(country(), 2, dice.pick(directors)) for _ in range(18)]
    leads = [staff.person(country(), 3, dice.pick(heads)) for _ in range(45)]
    # People who report to the chief executive and lead nobody.
    office = [staff.person("UK", 4, chief) for _ in range(2)]
    workers = []
    while len(workers) < 228:
        others = []
        if dice.number(6) == 0:
            others = [dice.pick(directors)]
            if dice.number(2) == 0:
                others.append(dice.pick(heads))
        workers.append(staff.person(country(), 4, dice.pick(leads), others))
    abroad = [staff.person("US", 4, chief) for _ in range(12)]
    return chief, directors, heads, leads, office, workers, abroad


def untidy_but_good(staff, workers):
    """What people and systems put into cells, none of it wrong. Uses workers 0 to 20."""
    staff.rename(workers[0], "Zoë", "O'Dunmarrow")
    staff.rename(workers[1], "José María", "Müller-Ashcombley")
    staff.rename(workers[2], "Thị Ánh", "Nguyễnhallow")
    staff.rename(workers[3], 'Katherine "Kit"', "Brindlow, Jr.")
    staff.rename(workers[4], "Łucja", "D’Calverdine")
    staff.rename(workers[5], "प्रिया", "Sundraval")
    # A person with one name only: the LMS demands no surname.
    staff.rename(workers[6], "Meenakshi", "")
    workers[7]["Street"] = '"Rose Cottage", 4 Mill Lane'
    workers[8]["Delivery address"] = "Flat 3\nThe Old Dairy\n12 Orchard Row, Norwich"
    workers[20]["Delivery address"] = "c/o Rushbeck & Sons\n\nCanal Side"
    workers[9]["Job title"] = "=Lead, Logistics"
    workers[10]["First name"] += "  "
    workers[10]["Last name"] += NBSP
    workers[11]["Work email"] += " "
    workers[11]["City"] = " " + workers[11]["City"]
    workers[12]["Country"] += " "
    workers[13]["Employee ID"] += NBSP
    workers[14]["Active"] += " "
    workers[15].update({"Mobile": "+44 7700 900990", "Phone": "-"})
    workers[16]["Job title"] = "R&D Engineer <Level 2>"
    workers[17]["Org units"] = "N-101; N-205"
    workers[18]["Job title"] = "Engineer, Plant; Safety"
    workers[19]["Gender"] = ""


def days():
    """The rows of both days; `None` is a blank line."""
    dice = Dice(20261120)
    staff = Staff(dice)
    chief, directors, heads, leads, office, workers, abroad = organisation(staff)
    untidy_but_good(staff, workers)

    # The LMS refuses whoever comes second with an address: the first stands near the top of the
    # organisation and of the file, the second at the bottom of both.
    twin_of_office = workers[225]
    twin_of_office["Work email"] = office[0]["Work email"]
    # Nobody has this address: parked until somebody has.
    orphan = workers[226]
    orphan["Manager email"] = "interim.lead@example.org"

    # Seven rows that are turned down on day one.
    bad = [staff.person("IN" if number % 2 else "UK", 4, dice.pick(leads)) for number in range(7)]
    one_id, same_id, no_such_day, no_at, long_id, nameless, on_leave = bad
    same_id["Employee ID"] = one_id["Employee ID"]
    no_such_day["Birth date"] = "31/02/1990"
    no_at["Work email"] = no_at["Work email"].replace("@", ".")
    long_id["Employee ID"] = f"{long_id['Employee ID']}-TEMP"
    nameless["First name"] = " "
    on_leave["Active"] = "L"
    # Filtered rows are never judged.
    abroad[3]["Birth date"] = "1980-31-12"

    people = [chief, *directors, *heads, *leads, *office[1:], *workers[:225], *workers[227:], *bad, *abroad]
    dice.shuffle(people)
    people = [*people[:4], office[0], *people[4:], orphan, twin_of_office]
    duplicated = workers[30]
    workers[54]["Mobile"] = "+44 7700 900991"

    day_one = [copy.deepcopy(person) for person in people]
    day_one.insert(200, copy.deepcopy(duplicated))
    # Everything wrong that follows must still be reported with the row that a spreadsheet shows.
    day_one.insert(60, None)

    # ---- day two ----
    # An account exists now for everybody whom the LMS took, so HR no longer prints a first password;
    # it does for those who have none yet.
    without_account = {id(person) for person in [*bad, orphan, twin_of_office]}
    for person in people:
        if id(person) not in without_account:
            person["Initial password"] = ""

    # Twelve changes.
    workers[40]["Last name"] = "Elderwick-Hale"
    workers[41].update({"Last name": "Rushbeckett", "Work email": "rushbeckett.new@example.org"})
    workers[42]["Job title"] = "Senior Analyst"
    workers[43]["Job title"] = "Senior Engineer"
    leads[3]["Job title"] = "Acting Head of Department"
    workers[44].update({"Street": "7 Harbour Steps", "City": "Whitby", "County/State": "North Yorkshire",
                        "Country": "UK", "Postcode": "ZZ31 4QT"})
    workers[45].update({"Street": "19 Lake Gardens", "City": "Udaipur", "County/State": "Rajasthan",
                        "Country": "IN", "Postcode": "313001"})
    workers[46]["Manager email"] = next(
        lead["Work email"] for lead in leads if lead["Work email"] != workers[46]["Manager email"])
    workers[47]["Grade"] = "G4"
    workers[48]["Phone"] = "020 7946 0999"
    workers[49]["Language"] = "French" if workers[49]["Language"] != "French" else "Spanish"
    workers[50]["Org units"] = "N-101;N-205;N-306"
    # No change: blanks, a number that was taken out, a column that no job asks for.
    workers[51]["Last name"] += "   "
    workers[52]["City"] += NBSP
    workers[53]["Employee ID"] += " "
    workers[54]["Mobile"] = ""
    workers[55]["Delivery address"] = "Gate 2\nOld Market"
    # Three leavers, three people simply absent, one who moves to the United States.
    for leaver, day in zip(workers[60:63], ["19/11/2026", "20/11/2026", "20/11/2026"]):
        leaver.update({"Active": "N", "Leaving date": day})
    absent = workers[63:66]
    workers[66].update({"Country": "US", "City": "Portland", "County/State": "ME", "Postcode": "04101"})
    # Three bad rows: one as on day one, two people whom the LMS has had since yesterday.
    workers[70]["Work email"] = "=CONCAT(B14,C14)"
    workers[71]["Birth date"] = "30/02/1987"
    # HR has mended the other six.
    same_id["Employee ID"] = "E10499"
    no_such_day["Birth date"] = "28/02/1990"
    no_at["Work email"] = f"{plain(no_at['First name'])}.mended@example.org"
    long_id["Employee ID"] = "E10498"
    nameless["First name"] = "Ottoline"

    joiners = []
    for number in range(6):
        # The first leads four of the others, two of whom come earlier in the file.
        manager = joiners[0] if number in (1, 3, 4, 5) else dice.pick(heads)
        joiners.append(staff.person("IN" if number % 2 else "UK", 3 if number == 0 else 4, manager))
        joiners[-1]["Start date"] = f"{23 + number % 3}/11/2026"

    day_two = [person for person in people if not any(person is gone for gone in absent)]
    # A slightly different order.
    for place in range(10, 300, 29):
        day_two[place], day_two[place + 3] = day_two[place + 3], day_two[place]
    day_two[90:90] = [joiners[1], joiners[3]]
    day_two[150:150] = [joiners[0]]
    day_two[280:280] = [joiners[2], joiners[4], joiners[5]]
    day_two = [copy.deepcopy(person) for person in day_two]
    second = copy.deepcopy(workers[31])
    second["Job title"] += " "
    second["Street"] += NBSP
    day_two.insert(250, second)
    day_two.insert(110, None)
    return day_one, day_two, directors


def write_csv(name, columns, rows, delimiter=",", header=None, bom=True):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header or columns)
    for row in rows:
        if row is None:
            text.write("\r\n")
        else:
            writer.writerow([row[column] for column in columns])
    (HERE / name).write_bytes(text.getvalue().encode("utf-8-sig" if bom else "utf-8"))


def write_xlsx(name, rows, header):
    book = xlsxwriter.Workbook(HERE / name, {"strings_to_formulas": False, "strings_to_numbers": False})
    book.set_properties({"title": "HR users", "created": datetime.datetime(2026, 11, 21, 1, 30)})
    sheet = book.add_worksheet("Staff")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    wrap = book.add_format({"text_wrap": True})
    bold = book.add_format({"bold": True})
    for place, column in enumerate(header):
        sheet.write_string(0, place, column, bold)
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(COLUMNS):
            value = row[column] if row else ""
            if value == "":
                continue
            if column in DATES:
                try:
                    sheet.write_datetime(line, place, datetime.datetime.strptime(value, "%d/%m/%Y"), day)
                    continue
                except ValueError:
                    pass
            sheet.write_string(line, place, value, wrap if "\n" in value else None)
    sheet.set_column(0, len(COLUMNS) - 1, 18)
    sheet.freeze_panes(1, 1)
    book.close()


def agency_joiners(directors):
    """Eight people whom an agency announces; they never stand in the HR export."""
    columns = ["Agency ID", "First name", "Last name", "Work email", "Login", "Initial password",
               "Start date", "Job title", "Manager email", "Org units"]
    names = [("Anwen", "Fenhallow"), ("Bram", "Kirkwhistle"), ("Chitra", "Hiremandal"), ("Dev", "Oberwal"),
             ("Elif", "Jessamoor"), ("Françoise", "Larkhamby"), ("Gopal", "Lohanivar"), ("Hugo", "Osmotherby")]
    rows = []
    for number, (first, last) in enumerate(names):
        login = f"ag.{plain(first)}.{plain(last)}"
        rows.append(dict(zip(columns, [
            f"A{number + 7:05d}", first, last, f"{login}@example.com", login, f"Welcome-{4711 + 97 * number}!",
            f"2026-11-{23 + number % 5}", "Temporary " + ("Clerk" if number % 2 else "Technician"),
            directors[number % 6]["Work email"].strip(), "N-101|N-601" if number == 2 else "N-601"])))
    rows[5]["Start date"] = "2026-11-31"
    return columns, rows


def main():
    day_one, day_two, directors = days()
    # A blank at the end of a heading, as a report designer leaves it.
    header = ["Postcode " if column == "Postcode" else column for column in COLUMNS]
    write_csv("hr-users-2026-11-20.csv", COLUMNS, day_one, header=header)
    write_csv("hr-users-2026-11-21.csv", COLUMNS, day_two, header=header)
    write_xlsx("hr-users-2026-11-21.xlsx", day_two, header)
    write_csv("hr-joiners-2026-11-21.csv", *agency_joiners(directors), delimiter=";", bom=False)
    people = {row["Employee ID"].strip(): row for row in day_two if row}
    dice = Dice(20261121)
    write_csv("mandatory-training-2026-11-21.csv", *learning.mandatory_training(people, dice))
    columns, first, later = learning.event_attendance(dice)
    write_csv("event-attendance-2026-11-20.csv", columns, first)
    write_csv("event-attendance-2026-11-21.csv", columns, later)
    write_csv("practical-signoffs-2026-11-21.csv", *learning.practical_signoffs(dice), delimiter=";", bom=False)
    write_csv("course-access-2026-11-21.csv", *learning.course_access(people, dice))
    for day, name in enumerate(["portal-catalog-2026-11-21.csv", "portal-catalog-2026-11-22.csv"]):
        write_csv(name, *pulls.catalog(day), bom=False)
    write_csv("portal-study-2026-11-21.csv", *pulls.study(), bom=False)


if __name__ == "__main__":
    main()
