"""What the simulated LMSs hold that Rollbook pulls from: a catalog on two days, and what learners do.

`generate.py` writes it. No job takes these files: the demo and the tests put them into the simulated LMSs. The
learners are people of the HR export who have an assignment or a launch link.
"""

CATALOG_COLUMNS = ["Curriculum ID", "Curriculum", "Description", "Status", "Access", "Cost", "Currency",
                   "Certification", "Modified on", "Content type", "Content ID", "Content", "Mandatory"]

# ID, name, description, status, access, cost, certification, modified on; contents: type, ID, name, mandatory.
FIRE = ("167", "Fire safety: the basics", "What to do before the fire brigade is there", "available", "private",
        "0.00", "yes", "09/30/2026", [
            ("Course", "1671", "Alarm, exits, extinguishers", "Yes"),
            ("Assessment", "1672", "Fire safety test", "Yes"),
            ("Survey", "1673", "How was it?", "No"),
        ])
DATA = ("203", "Data protection & you", "Personal data at work", "available", "private", "0.00", "yes",
        "05/25/2024", [
            ("Course", "2031", "Whose data is it?", "Yes"),
            ("Reference Material", "2032", "The policy, in full", "No"),
        ])
BRIBES = ("311", "Anti-bribery", "=Gifts + hospitality, and how to say no", "available", "private", "0.00", "no",
          "02/14/2025", [("Assignment", "3112", "A case of your own", "Yes")])
LIFTING = ("440", "Manual handling (2025)", "Lifting without regret", "expired", "private", "0.00", "no",
           "01/10/2025", [("Video", "4401", "Knees, not backs", "No")])
FIRST_AID = ("512", "First aid at work", "One day, and a card for three years", "available", "paid", "120.00",
             "yes", "03/01/2026", [
                 ("Session", "5121", "First aid: the day", "Yes"),
                 ("Virtual Classroom", "5122", "Questions & answers", "No"),
             ])
SHEETS = ("604", "Tabellen für alle", "Von der ersten Zelle bis zur Pivot-Tabelle", "available", "public", "10.00",
          "no", "08/19/2026", [])
LEADING = ("618", "Leading a team", "The first hundred days", "available", "public", "0.00", "no", "11/21/2026",
           [("Course", "6181", "Monday morning", "No"), ("Video", "6182", "Listening", "No")])
# A day later: the policy is new and costs something, first aid is no longer offered, and there is one more.
DATA_LATER = DATA[:5] + ("25.00", "yes", "11/21/2026", [
    DATA[8][0],
    ("Reference Material", "2032", "The policy, in full (2027)", "No"),
    ("Assessment", "2033", "Data protection test", "Yes"),
])
CATALOGS = [[FIRE, DATA, BRIBES, LIFTING, FIRST_AID, SHEETS],
            [FIRE, DATA_LATER, BRIBES, LIFTING, SHEETS, LEADING]]


def catalog(day):
    """The catalog of a day, the first being 0: a row for each content, and one for a curriculum without any."""
    rows = []
    for number, name, text, status, access, cost, certified, modified, contents in CATALOGS[day]:
        for content in contents or [("", "", "", "")]:
            rows.append(dict(zip(CATALOG_COLUMNS, [number, name, text, status, access, cost, "EUR", certified,
                                                   modified, *content])))
    return CATALOG_COLUMNS, rows


STUDY_COLUMNS = ["Where", "Employee ID", "What", "Year", "Begun days ago", "Progress", "Completed days ago"]


def study():
    """Who has come how far, at 77 Media by course and year, at UpsideLMS by curriculum."""
    rows = [
        # Last year's course and this year's are two instances, and each counts.
        ("77 Media", "E10073", "SAFE", "2025", 9, 100, 8),
        ("77 Media", "E10073", "SAFE", "2026", 5, 100, 5),
        ("77 Media", "E10073", "PRIV", "2026", 2, 40, ""),
        ("77 Media", "E10021", "SAFE", "2026", 6, 100, 2),
        ("77 Media", "000317", "SAFE", "2026", 4, 100, 1),
        ("77 Media", "000340", "PRIV", "2026", 3, 65, ""),
        ("77 Media", "E10077", "PRIV", "2026", 3, 100, 3),
        ("77 Media", "E10079", "PRIV", "2026", 1, 0, ""),
        # A course that nobody has named a product for.
        ("77 Media", "E10075", "ÜBER", "2026", 7, 100, 6),
        # Launched by somebody else's link, so nobody knows whose it is.
        ("77 Media", "", "SAFE", "2026", 4, 100, 4),
        ("UpsideLMS", "E10073", "167", "", 12, 100, 3),
        ("UpsideLMS", "E10074", "167", "", 2, 33, ""),
        ("UpsideLMS", "000317", "203", "", 20, 100, 11),
    ]
    return STUDY_COLUMNS, [dict(zip(STUDY_COLUMNS, map(str, row))) for row in rows]
