"""Counts what Rollbook must make of the exports about learning, without Rollbook. `expected.py` calls it.

The rules of the four jobs stand here a second time, and so do the simulated LMSs of the demo: which curricula,
products and sessions there are, and who may not be changed. No answer is lost here; in the demo one is.
"""

import csv
import datetime
import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
BLANKS = " \t\r\n\u00a0"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
COUNTS = ["rows", "filtered", "read", "duplicates", "rejected", "unchanged", "create", "update", "accepted",
          "refused", "parked", "held"]


class Wrong(Exception):
    """What is wrong with a cell, in a few words."""


# ---- what a cell is sent as ----


def text(value):
    return value


def without(signs):
    def read(value):
        if any(sign in value for sign in signs):
            raise Wrong(f"holds {next(sign for sign in signs if sign in value)}")
        return value
    return read


def email(value):
    if not EMAIL.fullmatch(value):
        raise Wrong("no e-mail address")
    return value


def date(pattern, sent):
    def read(value):
        try:
            return datetime.datetime.strptime(value, pattern).strftime(sent)
        except ValueError:
            raise Wrong("a date in the wrong form") from None
    return read


def one_of(**table):
    table = {cell.replace("_", " "): sent for cell, sent in table.items()}

    def read(value):
        if value not in table:
            raise Wrong("not in the value table")
        return table[value]
    return read


def minutes(value):
    if not value.isascii() or not value.isdigit():
        raise Wrong("no number of minutes")
    return str(int(value) * 60_000)


def number(value):
    if not re.fullmatch(r"\d+(\.\d+)?", value):
        raise Wrong("no number")
    return value


def grade(value):
    if value[0].isdigit():
        if not 0 <= float(number(value)) <= 100:
            raise Wrong("not from 0 to 100")
    elif len(value) > 5:
        raise Wrong("a grade of more than 5 characters")
    return value


def course(value):
    if not value.startswith("https://"):
        raise Wrong("not https")
    if not value.startswith("https://courses.example.org/"):
        raise Wrong("a course on another host")
    return value


# ---- the pushes ----

ASSIGN = {
    "push": "upside.assign_curriculum", "key": ["Employee ID", "Curriculum ID"],
    "fields": {"unique_id": ("Employee ID", without("~=")), "curr_id": ("Curriculum ID", without("~"))},
    "required": ["curr_id"],
}
CROWD = {
    "push": "crowd.set_completion", "key": ["Member ID", "Event code"], "corrected": "held",
    "fields": {
        "customerId": ("Member ID", text), "productId": ("Event code", text),
        "completion": ("Attendance", one_of(full="Completed", part="Failed")), "timeSpent": ("Minutes", minutes),
        "completionDate": ("Left at", date("%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:00")),
        "grantCredits": ("Earns credits", one_of(yes="true", no="false")),
        "issueCertificates": ("Earns credits", one_of(yes="true", no="false")), "credits": ("Credits", text),
        "customerFirstName": ("First name", text), "customerLastName": ("Last name", text),
        "customerEmail": ("E-mail", email),
    },
    "required": ["customerId", "productId", "completion"],
}


def one_user(record, seen):
    problems = []
    named = {"Email", "EmployeeID"} & seen
    if len(named) != 1:
        problems.append((None, "both of Email and EmployeeID" if named else "neither Email nor EmployeeID"))
    if "Grade" in record and record.get("EnrollmentStatus") not in (None, "Completed"):
        problems.append(("Grade", "a grade without Completed"))
    return problems


SMARTERU = {
    "push": "smarteru.enroll_session_history", "key": ["Member ID", "Event code"], "corrected": "refused",
    "fields": {
        "Email": ("E-mail", email), "EmployeeID": ("Staff number", text), "GroupName": ("Group", text),
        "LearningModuleID": ("Course ID", text), "LearningModuleSessionID": ("Session ID", text),
        "EnrollmentStatus": ("Attendance", one_of(full="Completed", part="Attended")), "Grade": ("Grade", grade),
        "EnrolledDate": ("Event date", date("%d/%m/%Y", "%d-%b-%Y")),
    },
    "required": ["LearningModuleID", "LearningModuleSessionID", "EnrollmentStatus", "EnrolledDate"],
    "rule": one_user,
}
ISPRING = {
    "push": "ispring.update_modules_statuses", "key": ["Enrollment ID", "Item ID"],
    "fields": {
        "enrollmentId": ("Enrollment ID", text), "courseId": ("Course ID", text),
        "contentItemId": ("Item ID", text), "date": ("Signed off on", date("%d.%m.%Y", "%Y-%m-%d")),
        "status": ("Result", one_of(passed="passed", failed="failed", not_yet="incomplete")),
        "awardedScore": ("Score", number),
    },
    "required": ["enrollmentId", "courseId", "contentItemId", "date", "status", "awardedScore"],
}
LINKS = {
    "push": "media.launch_link", "key": ["Employee ID", "Course", "Year"],
    "fields": {"em": ("Work email", email), "fn": ("Name", text), "activity": ("Course address", course),
               "instance": ("Year", text)},
    "required": ["em", "fn", "activity"],
}
FORMS = {"push": "upside.redirect_form", "key": ["Employee ID"],
         "fields": {"uniqueIdentifier1": ("Employee ID", text)}, "required": []}

# ---- the LMSs ----

GRADED = {("3860", "7701"): "percentage", ("3861", "7702"): "pass", ("3862", "7703"): "letter",
          ("3862", "7704"): "letter"}


def upsidelms(people, waiting):
    """Knows `people`; nothing is sent of those who are `waiting`."""
    def answer(record):
        if record["unique_id"] in waiting:
            return "parked", "its person waits in hr-users"
        if record["unique_id"] not in people:
            return "parked", "the LMS does not know the learner (Err003)"
        if record["curr_id"] == "440":
            return "refused", "the curriculum is expired (Err009)"
        if record["curr_id"] not in ("167", "203", "311"):
            return "parked", "the LMS does not know the curriculum (Err003)"
        return "accepted", None
    return answer


def crowdwisdom(record):
    known = record["productId"] in ("ETH-26", "TAX-26", "WRI-26", "WRI-26B")
    return ("accepted", None) if known else ("parked", "the product is not published (201)")


def smarteru(record):
    kind = GRADED.get((record["LearningModuleID"], record["LearningModuleSessionID"]))
    if kind is None:
        return "refused", "no such session (ESH:15)"
    value = record.get("Grade", "")
    if kind == "percentage" and value and not value[0].isdigit():
        return "refused", "a grade of the wrong kind (ESH:19)"
    if kind == "pass" and value not in ("", "Pass", "Fail"):
        return "refused", "a grade of the wrong kind (ESH:18)"
    return "accepted", None


def ispring(record):
    denied = record["enrollmentId"] == "902999"
    return ("refused", "permission denied") if denied else ("accepted", None)


def forms(waiting):
    def answer(record):
        here = record["uniqueIdentifier1"] in waiting
        return ("parked", "its person waits in hr-users") if here else ("accepted", None)
    return answer


# ---- a run ----


def table(name, delimiter):
    lines = csv.reader((HERE / name).read_bytes().decode("utf-8-sig").splitlines(keepends=True),
                       delimiter=delimiter)
    header = next(lines)
    for row, line in enumerate(lines, start=2):
        assert len(line) == len(header), (name, row)
        yield row, {column: cell.strip(BLANKS) for column, cell in zip(header, line)}


def judge(cells, push):
    """The record of a row, and all that is wrong with it as (field, short reason)."""
    record, wrong, seen = {}, [], set()
    for field, (column, read) in push["fields"].items():
        value = cells[column]
        if not value:
            if field in push["required"]:
                wrong.append((field, "required, and empty"))
            continue
        seen.add(field)
        try:
            record[field] = read(value)
        except Wrong as problem:
            wrong.append((field, str(problem)))
    return record, wrong + push.get("rule", lambda *_: [])(record, seen)


def as_key(values):
    """As Rollbook prints a key: one line of CSV."""
    quoted = [f'"{value}"' if "," in value or '"' in value else value for value in values]
    return ",".join(quoted)


def run(name, push, snapshot, lms, where=None, delimiter=","):
    counts = dict.fromkeys(COUNTS, 0)
    fates, by_key = [], {}
    for row, cells in table(name, delimiter):
        counts["rows"] += 1
        if where and cells[where[0]] not in where[1]:
            counts["filtered"] += 1
            continue
        counts["read"] += 1
        values = [cells[column] for column in push["key"]]
        if not all(values):
            counts["rejected"] += 1
            fates.append((row, "-", "rejected: the key is empty"))
            continue
        record, wrong = judge(cells, push)
        if wrong:
            counts["rejected"] += 1
            words = ", ".join(f"`{field}` {why}" if field else why for field, why in wrong)
            fates.append((row, as_key(values), f"rejected: {words}"))
            continue
        by_key.setdefault(as_key(values), []).append((row, record))
    for key, rows in by_key.items():
        if len({json.dumps(record, sort_keys=True) for _, record in rows}) > 1:
            counts["rejected"] += len(rows)
            fates += [(row, key, "rejected: one key, different rows") for row, _ in rows]
            continue
        counts["duplicates"] += len(rows) - 1
        row, record = rows[0]
        before = snapshot.get(key)
        if before is not None and all(before.get(field) == value for field, value in record.items()):
            counts["unchanged"] += 1
            continue
        counts["create" if before is None else "update"] += 1
        if before is None:
            outcome, why = lms(record)
        else:
            outcome = push["corrected"]
            why = {"held": "a repeat may grant twice", "refused": "enrolled already (ESH:26)"}[outcome]
        counts[outcome] += 1
        if outcome == "accepted":
            snapshot[key] = record
        else:
            fates.append((row, key, f"{outcome}: {why}"))
    assert counts["rows"] == counts["filtered"] + counts["read"]
    rows = sum(counts[part] for part in ["duplicates", "rejected", "unchanged", "create", "update"])
    assert counts["read"] == rows, (name, push["push"])
    changes = sum(counts[part] for part in ["accepted", "refused", "parked", "held"])
    assert counts["create"] + counts["update"] == changes
    return {"file": name, "push": push["push"], "counts": counts, "fates": sorted(fates),
            "accepted": sorted(snapshot)}


def runs(people, waiting):
    """Every push of every file; `people` are those whom UpsideLMS has after the second day."""
    confirmed = ("Registration", ["confirmed"])
    crowd, history = {}, {}
    found = [run("mandatory-training-2026-11-21.csv", ASSIGN, {}, upsidelms(people, waiting))]
    for name in ["event-attendance-2026-11-20.csv", "event-attendance-2026-11-21.csv"]:
        found.append(run(name, CROWD, crowd, crowdwisdom, where=confirmed))
        found.append(run(name, SMARTERU, history, smarteru, where=confirmed))
    found.append(run("practical-signoffs-2026-11-21.csv", ISPRING, {}, ispring, delimiter=";"))
    found.append(run("course-access-2026-11-21.csv", LINKS, {}, lambda _: ("accepted", None)))
    found.append(run("course-access-2026-11-21.csv", FORMS, {}, forms(waiting)))
    return found


def markdown(found):
    """The second pair of tables of README.md."""
    names = ["training", "events: crowd", "events: smarteru", "later: crowd", "later: smarteru", "signoffs",
             "links", "forms"]
    lines = ["| | " + " | ".join(names) + " |", "|---" + "|--:" * len(names) + "|"]
    for count in COUNTS:
        lines.append(f"| {count} | " + " | ".join(str(one["counts"][count]) for one in found) + " |")
    lines += ["", "| file | push | row | key | what becomes of it |", "|---|---|--:|---|---|"]
    for one in found:
        lines += [f"| {one['file']} | {one['push']} | {row} | {key} | {fate} |" for row, key, fate in one["fates"]]
    return "\n".join(lines)
