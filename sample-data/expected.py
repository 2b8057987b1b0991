#!/usr/bin/env python3
"""Counts what Rollbook must make of the sample exports, without Rollbook.

Reads the CSV files with Python's own reader, applies the rules of `jobs/hr-users.toml` and
`jobs/hr-joiners.toml` as written here a second time, and plays the LMS's part: one e-mail address and one
login a person, and managers who must exist. `expected_learning.py` does the same for the other jobs.

    python3 sample-data/expected.py           the tables of README.md
    python3 sample-data/expected.py --json    the same, with every reject and refusal
    python3 sample-data/expected.py --check   whether README.md says the same (exit code 1 if not); with
                                              openpyxl also whether the workbook equals its CSV twin
"""

import copy
import csv
import datetime
import json
import re
import sys
from pathlib import Path

import expected_learning
import expected_pulls

HERE = Path(__file__).resolve().parent
BLANKS = " \t\r\n\u00a0"

# Field of the operation, column, greatest length; in the order of the vendor's list.
USER_FIELDS = [
    ("unique_id", "Employee ID", 10), ("firstname", "First name", 30), ("lastname", "Last name", 30),
    ("birth_date", "Birth date", None), ("joining_data", "Start date", None),
    ("termination_date", "Leaving date", None), ("gender", "Gender", None), ("email", "Work email", 255),
    ("username", "Login", 50), ("password", "Initial password", None),
    ("alternate_email", "Personal email", 255), ("phone", "Phone", 50), ("mobile", "Mobile", 50),
    ("address_line1", "Street", 450), ("city", "City", 80), ("state", "County/State", 80),
    ("country", "Country", 80), ("pin_no", "Postcode", 50), ("grade", "Grade", None),
    ("designation", "Job title", None), ("line_manager", "Manager email", None),
    ("indirect_line_manager", "Other managers", None), ("node_id", "Org units", None),
    ("user_language", "Language", 10), ("status", "Active", None),
]
AGENCY_FIELDS = [
    ("unique_id", "Agency ID", 10), ("firstname", "First name", 30), ("lastname", "Last name", 30),
    ("joining_data", "Start date", None), ("email", "Work email", 255), ("username", "Login", 50),
    ("password", "Initial password", None), ("designation", "Job title", None),
    ("line_manager", "Manager email", None), ("node_id", "Org units", None),
]
TABLES = {
    "gender": {"F": "Female", "M": "Male", "X": "Other"},
    "country": {"IN": "India", "UK": "United Kingdom"},
    "user_language": {"English": "en", "French": "fr", "Spanish": "sp", "Arabic": "ar", "Chinese": "cn"},
    "status": {"Y": "Active", "N": "Inactive"},
}
DATES = {"birth_date", "joining_data", "termination_date"}
EMAILS = {"email", "alternate_email", "line_manager"}
REQUIRED = {"firstname", "email", "username"}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def table(name, delimiter=","):
    """The rows of a CSV file as (row number of a spreadsheet, cells by heading); blank lines are none."""
    text = (HERE / name).read_bytes().decode("utf-8-sig")
    lines = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))
    header = [heading.strip(BLANKS) for heading in lines[0]]
    for number, line in enumerate(lines[1:], start=2):
        if any(cell.strip(BLANKS) for cell in line):
            assert len(line) == len(header), (name, number)
            yield number, {column: cell.strip(BLANKS) for column, cell in zip(header, line)}


def read_date(text, pattern):
    parts = dict(zip(re.findall(r"%([dmY])", pattern), re.split(r"[-/]", text)))
    return datetime.date(int(parts["Y"]), int(parts["m"]), int(parts["d"])).strftime("%m/%d/%Y")


def judge(cells, layout):
    """The record of a row and everything that is wrong with it as (field, short reason)."""
    record, wrong = {"lmsrole": "Learner"}, []
    if "status" not in [field for field, _, _ in layout["fields"]]:
        record["status"] = "Active"
    for field, column, longest in layout["fields"]:
        value = cells[column]
        if not value:
            if field in REQUIRED:
                wrong.append((field, "required, and empty"))
            continue
        if field in TABLES:
            if value not in TABLES[field]:
                wrong.append((field, "not in the value table"))
                continue
            value = TABLES[field][value]
        if field in DATES:
            try:
                value = read_date(value, layout["date"])
            except ValueError:
                wrong.append((field, "no such date"))
                continue
        if field in ("indirect_line_manager", "node_id"):
            value = ",".join(part.strip(BLANKS) for part in value.split(layout["separator"]))
        if field in EMAILS and not EMAIL.fullmatch(value):
            wrong.append((field, "no e-mail address"))
            continue
        if longest and len(value) > longest:
            wrong.append((field, f"longer than {longest} characters"))
            continue
        record[field] = value
    return record, wrong


class Lms:
    """Refuses a second person with the same e-mail or login; wants managers to exist."""

    def __init__(self):
        self.people = {}

    def deliver(self, changes):
        """Tries the changes in rounds; gives the outcome of each key."""
        outcomes, waiting = {}, list(changes)
        while waiting:
            later = []
            for key, fields in waiting:
                answer = self.answer(key, fields)
                if answer == "accepted":
                    self.people.setdefault(key, {}).update(fields)
                if answer == "parked":
                    later.append((key, fields))
                outcomes[key] = answer
            if len(later) == len(waiting):
                break
            waiting = later
        return outcomes

    def answer(self, key, fields):
        for field in ("email", "username"):
            if any(other.get(field, "").lower() == fields[field].lower()
                   for name, other in self.people.items() if name != key):
                return "refused"
        known = {person["email"].lower() for person in self.people.values()}
        managers = [fields.get("line_manager", ""), *fields.get("indirect_line_manager", "").split(",")]
        if any(manager and manager.lower() not in known for manager in managers):
            return "parked"
        return "accepted"


def run(name, layout, snapshot, lms):
    """One run: its counts, rejects and refusals; the snapshot takes what the LMS accepted."""
    counts = dict.fromkeys(
        ["rows", "filtered", "read", "duplicates", "rejected", "unchanged", "create", "update", "deactivate",
         "remove", "accepted", "refused", "parked"], 0)
    rejects, by_key = [], {}
    present, filtered = set(), set()
    for number, cells in table(name, layout.get("delimiter", ",")):
        counts["rows"] += 1
        key = cells[layout["key"]]
        assert key, f"{name}: row {number} has no key"
        if layout["where"] and cells["Country"] not in layout["where"]:
            counts["filtered"] += 1
            filtered.add(key)
            continue
        counts["read"] += 1
        present.add(key)
        by_key.setdefault(key, []).append((number, *judge(cells, layout)))

    changes, unchanged_but_emptied = [], 0
    for key, rows in by_key.items():
        good = [(number, record) for number, record, wrong in rows if not wrong]
        for number, _, wrong in rows:
            rejects += [{"row": number, "key": key, "field": field, "reason": why} for field, why in wrong]
        counts["rejected"] += len(rows) - len(good)
        distinct = {json.dumps(record, sort_keys=True) for _, record in good}
        if len(distinct) > 1:
            counts["rejected"] += len(good)
            rejects += [{"row": number, "key": key, "field": "unique_id", "reason": "one key, different rows"}
                        for number, _ in good]
            continue
        if not good:
            continue
        counts["duplicates"] += len(good) - 1
        number, record = good[0]
        password = record.pop("password", None)
        before = snapshot.get(key)
        if before is None:
            # A first password is needed where an account is to be made.
            assert password, f"{name}: row {number} has no first password"
            kind = "create"
            assert record["status"] == "Active"
        elif all(before.get(field) == value for field, value in record.items()):
            counts["unchanged"] += 1
            unchanged_but_emptied += bool(set(before) - set(record))
            continue
        else:
            leaves = before["status"] == "Active" and record["status"] == "Inactive"
            kind = "deactivate" if leaves else "update"
        changes.append((number, key, kind, record))
    if layout["full"]:
        for key, before in snapshot.items():
            if key not in present | filtered and before["status"] == "Active":
                changes.append((None, key, "remove", {**before, "status": "Inactive"}))

    active = sum(person["status"] == "Active" for person in snapshot.values())
    other_way_round = copy.deepcopy(lms)
    outcomes = lms.deliver([(key, record) for _, key, _, record in changes])
    # The order of delivery may change who of two is refused, never how many.
    again = other_way_round.deliver([(key, record) for _, key, _, record in reversed(changes)])
    assert sorted(again.values()) == sorted(outcomes.values())
    refusals = []
    for number, key, kind, record in changes:
        counts[kind] += 1
        counts[outcomes[key]] += 1
        if outcomes[key] == "accepted":
            snapshot.setdefault(key, {}).update(record)
        else:
            refusals.append({"row": number, "key": key, "outcome": outcomes[key]})
    assert counts["rows"] == counts["filtered"] + counts["read"]
    assert counts["read"] == sum(counts[part] for part in [
        "duplicates", "rejected", "unchanged", "create", "update", "deactivate"])
    assert len(changes) == counts["accepted"] + counts["refused"] + counts["parked"]
    removals = counts["remove"] + counts["deactivate"]
    assert not active or not layout["full"] or (removals < 0.05 * active and removals < 25)
    return {
        "file": name, "counts": counts, "rejects": sorted(rejects, key=lambda reject: reject["row"]),
        "refusals": refusals, "emptied": unchanged_but_emptied,
        "changes": [{"row": number, "key": key, "kind": kind} for number, key, kind, _ in changes],
    }


def runs():
    users = {"key": "Employee ID", "fields": USER_FIELDS, "where": ["IN", "UK"], "full": True,
             "date": "%d/%m/%Y", "separator": ";"}
    agency = {"key": "Agency ID", "fields": AGENCY_FIELDS, "where": None, "full": False,
              "date": "%Y-%m-%d", "separator": "|", "delimiter": ";"}
    lms, known, known_agency = Lms(), {}, {}
    days = [run("hr-users-2026-11-20.csv", users, known, lms), run("hr-users-2026-11-21.csv", users, known, lms)]
    waiting = {refusal["key"] for refusal in days[1]["refusals"]}
    learning = expected_learning.runs(set(lms.people), waiting)
    active = {key for key, person in known.items() if person["status"] == "Active"}
    return days + [run("hr-joiners-2026-11-21.csv", agency, known_agency, lms)], learning, active


def markdown(days):
    """The first two tables of README.md."""
    lines = ["| | day one | day two | joiners |", "|---|--:|--:|--:|"]
    for name in days[0]["counts"]:
        lines.append(f"| {name} | " + " | ".join(str(day["counts"][name]) for day in days) + " |")
    lines += ["", "| file | row | key | what becomes of it |", "|---|--:|---|---|"]
    for day in days:
        for reject in day["rejects"]:
            lines.append(f"| {day['file']} | {reject['row']} | {reject['key']} | rejected: "
                         f"`{reject['field']}` {reject['reason']} |")
        for refusal in day["refusals"]:
            why = {"refused": "refused by the LMS: another person has that e-mail address (Err005)",
                   "parked": "parked: the LMS does not know the manager"}[refusal["outcome"]]
            lines.append(f"| {day['file']} | {refusal['row']} | {refusal['key']} | {why} |")
    return "\n".join(lines)


def twin_differences():
    """Where the workbook differs from its CSV twin; `None` without openpyxl."""
    try:
        import openpyxl
    except ImportError:
        return None
    sheet = openpyxl.load_workbook(HERE / "hr-users-2026-11-21.xlsx").active
    text = (HERE / "hr-users-2026-11-21.csv").read_bytes().decode("utf-8-sig")
    lines = list(csv.reader(text.splitlines(keepends=True)))
    width, differences, dates = len(lines[0]), [], 0
    for number, line in enumerate(lines, start=1):
        for place in range(width):
            cell = sheet.cell(number, place + 1)
            value = cell.value
            if isinstance(value, datetime.datetime):
                value, dates = value.strftime("%d/%m/%Y"), dates + 1
            elif value is not None and (not isinstance(value, str) or cell.data_type != "s"):
                differences.append(f"row {number}, column {place + 1}: not text")
            if (value or "") != (line[place] if line else ""):
                differences.append(f"row {number}, column {place + 1}: {value!r}")
    if sheet.max_row != len(lines) or dates < 600:
        differences.append(f"{sheet.max_row} rows for {len(lines)}, {dates} dates")
    return differences


def main():
    days, learning, active = runs()
    accepted = {one["push"]: one["accepted"] for one in learning}
    assigned = {tuple(key.split(",")) for key in accepted["upside.assign_curriculum"]}
    tables = [markdown(days), expected_learning.markdown(learning),
              *expected_pulls.tables(active, assigned, accepted["media.launch_link"])]
    if "--json" in sys.argv:
        print(json.dumps({"people": days, "learning": learning}, indent=1, ensure_ascii=False))
    elif "--check" in sys.argv:
        differences = twin_differences()
        if differences is None:
            print("skipped: the workbook, for want of openpyxl")
        problems = list(differences or [])
        page = (HERE / "README.md").read_text(encoding="utf-8")
        if not all(table in page for table in tables):
            problems.append("README.md says something else than the files")
        print("\n".join(problems) or "README.md and the files agree")
        sys.exit(bool(problems))
    else:
        print("\n\n".join(tables))


if __name__ == "__main__":
    main()
