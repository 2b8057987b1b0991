"""The rows of the exports about learning: who must learn what, who attended, who passed, whose links are made.

`generate.py` writes them. The learners of two of them are the people of the HR export; the members of the
association and those who are signed off are people of their own, invented like these.
"""

import datetime

# ---- who must take which curriculum, of the HR export's people ----

CURRICULA = {"167": "Fire safety: the basics", "203": "Data protection & you", "311": "Anti-bribery"}

# People whose names and numbers are awkward, and some whose are not.
LEARNERS = [
    "E10073", "E10074", "E10075", "E10076", "E10077", "E10078", "E10079", "000317", "000340", "E10021",
    "E10134", "E10229", "E10083",
]
# What became of them in the HR export, by its second day: the LMS refused the one, and the other waits for a
# manager; of the third every row was rejected, so the LMS has never heard of them; of the fourth the last row
# was rejected, and the LMS knows them from the day before.
REFUSED, WAITING, UNKNOWN, KNOWN = "E10298", "E10299", "E10319", "E10144"


def mandatory_training(people, dice):
    """The training team's list: everybody's mandatory curricula."""
    columns = ["Employee ID", "Name", "Curriculum ID", "Curriculum", "Reason", "Due by"]
    rows = []

    def give(person, curriculum, title=None, reason="All staff"):
        rows.append({
            "Employee ID": person, "Name": full_name(people[person]), "Curriculum ID": curriculum,
            "Curriculum": title or CURRICULA[curriculum], "Reason": reason, "Due by": "31/12/2026",
        })

    for person in LEARNERS:
        give(person, "167")
        give(person, "203")
        if dice.number(4) == 0:
            give(person, "311", reason="Works with suppliers")
    for person in [REFUSED, WAITING, UNKNOWN, KNOWN]:
        give(person, "167")
    # The portal has closed this one, and has never had that one.
    give("E10021", "440", "Manual handling (2025)", "Works in the depot")
    give("E10134", "9203", "Data protection & you", "Typed by hand")
    dice.shuffle(rows)
    # The same again for another reason, which the LMS does not ask for.
    again = dict(next(row for row in rows if (row["Employee ID"], row["Curriculum ID"]) == ("E10076", "167")))
    again["Reason"] = "Fire warden"
    rows.insert(20, again)
    two_in_one = dict(rows[4], **{"Employee ID": "E10229", "Name": full_name(people["E10229"]),
                                  "Curriculum ID": "311~440", "Curriculum": "Anti-bribery; Manual handling"})
    rows.insert(11, two_in_one)
    rows.insert(28, dict(two_in_one, **{"Curriculum ID": " ", "Curriculum": "to be decided"}))
    return columns, rows


# ---- who attended which event of an association ----

# Code, title, day, end, course, session, minutes of those who stayed, credits.
EVENTS = [
    ("ETH-26", "Ethics & professional conduct", "18/11/2026", "12:30", "3860", "7701", 90,
     "ETH=Ethics (1.5 h)"),
    ("TAX-26", "Tax update: what's new, what's gone", "19/11/2026", "16:45", "3861", "7702", 180,
     "TAX=Tax (2 h);GEN=General (1 h)"),
    ("WRI-26", "Schöner schreiben: reports that are read", "20/11/2026", "17:00", "3862", "7703", 60, "GEN"),
]
# One that nobody has set up in either system.
NOT_SET_UP = ("ART-26", "Closing reception & art", "20/11/2026", "20:15", "3862", "7799", 45, "")
GROUPS = ["North", "Zürich & Bodensee", "Members' circle"]
MEMBERS = [
    ("Ágnes", "Zürn"), ("Björn", "Ødegårdlund"), ("Caitlín", "O'Brannagh"), ("Dieter", "Größl"),
    ("Eloïse", "D'Aubrac"), ("Fatima", "Al-Sahmudi"), ("Grzegorz", "Łąckowiec"), ("Hanne", "Sørbysen"),
    ("Iñigo", "Peñarroja"), ("Jane", "Smythe & Sons Ltd"), ("Kwame", "Asanteboa"), ("Lê", "Văn Tâmquang"),
    ("Maeve", "Ní Dhálaighan"), ("Niccolò", "Dell'Orsini"), ("Oda", "Müßiggangl"), ("Πέτρος", "Καλλίδης"),
]
ATTENDANCE_COLUMNS = [
    "Member ID", "First name", "Last name", "E-mail", "Staff number", "Event code", "Event", "Event date",
    "Left at", "Minutes", "Earns credits", "Credits", "Course ID", "Session ID", "Group", "Attendance", "Grade",
    "Registration",
]


def attendance_row(number, event, attendance, grade):
    first, last = MEMBERS[number]
    code, title, day, end, course, session, minutes, credits = event
    stayed = attendance == "full"
    hour, minute = (int(part) for part in end.split(":"))
    left = datetime.datetime(2026, 11, 1, hour, minute) - datetime.timedelta(minutes=0 if stayed else 25)
    # The last two are staff: they have a number and no address.
    staff = number >= len(MEMBERS) - 2
    return {
        "Member ID": f"M-{2001 + 7 * number}", "First name": first, "Last name": last,
        "E-mail": "" if staff else f"member{2001 + 7 * number}@example.com",
        "Staff number": f"{77 + number:05d}" if staff else "", "Event code": code, "Event": title,
        "Event date": day, "Left at": f"{day} {left:%H:%M}", "Minutes": str(minutes if stayed else minutes - 25),
        "Earns credits": "yes" if stayed else "no", "Credits": credits, "Course ID": course,
        "Session ID": session, "Group": GROUPS[number % 3], "Attendance": attendance, "Grade": grade,
        "Registration": "confirmed",
    }


def event_attendance(dice):
    """The first file, and what comes a day later: two corrections, one row mended, one that was late."""
    rows = []
    grades = {"ETH-26": ["87.5", "100", "64", "92.25", ""], "TAX-26": ["Pass", "Pass", "Pass", "Fail"],
              "WRI-26": ["A", "A-", "B+", ""]}
    for number in range(len(MEMBERS)):
        for event in EVENTS:
            if dice.number(4) == 0:
                continue
            attendance = "part" if dice.number(6) == 0 else "full"
            grade = dice.pick(grades[event[0]]) if attendance == "full" else ""
            rows.append(attendance_row(number, event, attendance, grade))
    dice.shuffle(rows)

    def nth(place, event=None, attendance="full", staff=False):
        """A row that nothing has been done to."""
        fitting = [row for row in rows if id(row) not in used and row["Attendance"] == attendance
                   and (row["Staff number"] != "") == staff and (event is None or row["Event code"] == event)]
        used[id(fitting[place])] = fitting[place]
        return fitting[place]

    used = {}
    cancelled = [nth(3), nth(8), nth(1, attendance="part")]
    for row in cancelled:
        row.update({"Registration": "cancelled", "Minutes": "", "Left at": "", "Grade": ""})
    half = nth(0, "TAX-26")
    half["Attendance"] = "half"
    day = nth(2)
    day["Event date"] = "-".join(reversed(day["Event date"].split("/")))
    left = nth(4)
    left["Left at"] = left["Left at"].replace("/", ".")
    both = nth(5)
    both["Staff number"] = "00091"
    neither = nth(6)
    neither["E-mail"] = ""
    no_at = nth(7)
    no_at["E-mail"] = no_at["E-mail"].replace("@", "(at)")
    clock = nth(2)
    clock["Minutes"] = "1:30"
    graded_part = nth(0, attendance="part")
    graded_part["Grade"] = "64"
    long_grade = nth(0, "WRI-26")
    long_grade["Grade"] = "Passed"
    # The session takes percentages alone, which only the LMS knows.
    wrong_kind = nth(0, "ETH-26")
    wrong_kind["Grade"] = "Pass"
    # Twice in the file, with two lengths of stay: one of the systems is told these, the other is not.
    twice = nth(1, "TAX-26")
    rows.insert(29, dict(twice, Minutes="150"))
    rows.insert(33, attendance_row(3, NOT_SET_UP, "full", ""))

    minutes, grade = nth(0, "ETH-26"), nth(1, "ETH-26")
    grade["Grade"] = "64"
    later = [
        dict(minutes, Minutes="75"),
        dict(grade, Grade="84"),
        dict(half, Attendance="part", Minutes="155", Grade="", **{"Earns credits": "no"}),
        dict(nth(0, "WRI-26")),
        attendance_row(1, NOT_SET_UP[:4] + ("3862", "7704", 45, ""), "full", "B"),
    ]
    later[-1].update({"Event code": "WRI-26B", "Event": "Schöner schreiben: second evening"})
    return ATTENDANCE_COLUMNS, rows, later


# ---- who was signed off in practice ----

PRACTICALS = [("58", "Ladders & scaffolds"), ("59", "Harness check"), ("60", "Lifting: the driver's seat")]
TRAINEES = [
    "Aurélie Champvert", "Bogdan Ştefănuţ", "Çağla Yıldırımoğlu", "Diarmuid O'Sullavan", "Erika Weißenbörn",
    "Finn & Jo Larkhamby", "Guðrún Þorláksdal", "Håkon Bråthenby", "Ilse van 't Hoffstad", "João Conceiçãol",
]


def practical_signoffs(dice):
    """The assessors' list of a week."""
    columns = ["Enrollment ID", "Learner", "Course ID", "Item ID", "Practical", "Signed off on", "Assessor",
               "Result", "Score"]
    rows = []
    for number, name in enumerate(TRAINEES):
        for item, title in PRACTICALS:
            if dice.number(6) == 0:
                continue
            result = dice.pick(["passed"] * 6 + ["failed", "not yet"])
            rows.append({
                "Enrollment ID": str(902100 + 11 * number), "Learner": name, "Course ID": "4711", "Item ID": item,
                "Practical": title, "Signed off on": f"{16 + dice.number(2)}.11.2026",
                "Assessor": dice.pick(["Jürgen Größl", "Siân O'Hara"]), "Result": result,
                "Score": {"passed": "100", "failed": "40", "not yet": "0"}[result],
            })
    dice.shuffle(rows)
    passed = [row for row in rows if row["Result"] == "passed"]
    passed[2]["Score"] = "87.5"
    # What nobody can take for a number, or for another than was meant.
    passed[4]["Score"] = "95 %"
    passed[6]["Score"] = "87,5"
    passed[8]["Result"] = "Passed!"
    passed[9]["Signed off on"] = "2026-11-17"
    passed[10]["Score"] = ""
    rows.insert(9, dict(rows[3]))
    rows.insert(17, dict(passed[0], **{"Enrollment ID": "", "Learner": "a guest"}))
    # Somebody of another department, whom the key of the account may not change.
    rows.insert(13, dict(passed[0], **{"Enrollment ID": "902999", "Learner": "Zdeněk Příhodař"}))
    return columns, rows


# ---- whose links are made ----

COURSES = {
    "SAFE": "https://courses.example.org/site-safety/",
    "PRIV": "https://courses.example.org/privacy/#/",
    "ÜBER": "https://courses.example.org/changeover%202026/#/start",
}


def course_access(people, dice):
    """Who has which course this year."""
    columns = ["Employee ID", "Name", "Work email", "Course", "Course address", "Year"]
    rows = []

    def give(person, course, year="2026"):
        rows.append({
            "Employee ID": person, "Name": full_name(people[person]),
            "Work email": people[person]["Work email"].strip(), "Course": course,
            "Course address": COURSES[course], "Year": year,
        })

    for person in [*LEARNERS, REFUSED, WAITING, UNKNOWN]:
        give(person, "SAFE")
        if dice.number(2) == 0:
            give(person, "PRIV")
        if dice.number(4) == 0:
            give(person, "ÜBER")
    # Taken last year too: another registration, since it is another instance of the course.
    for person in ["E10073", "E10076", "000317"]:
        give(person, "SAFE", "2025")
    dice.shuffle(rows)

    def of(person, course="SAFE", year="2026"):
        wanted = (person, course, year)
        return next(row for row in rows if (row["Employee ID"], row["Course"], row["Year"]) == wanted)

    of("E10134")["Course address"] = "http://courses.example.org/site-safety/"
    of("E10229")["Course address"] = "https://live.example.org/site-safety/"
    of("E10083")["Work email"] = "girish.chandravel example.org"
    rows.insert(7, dict(of("E10077")))
    return columns, rows


def full_name(person):
    """First and last name as they stand in the HR export, without its stray blanks."""
    return " ".join(f"{person['First name']} {person['Last name']}".split())
