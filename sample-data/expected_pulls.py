"""Counts what Rollbook must learn from the simulated LMSs, without Rollbook. `expected.py` calls it.

What the LMSs hold is read from the files that the demo puts into them. What was pulled of 77 Media goes on to
CrowdWisdom, by the rules of the job that are here a second time.
"""

import csv
from pathlib import Path

HERE = Path(__file__).resolve().parent
COUNTS = ["asked", "curricula", "contents", "progress", "added", "changed", "retired"]
FED = ["rows", "filtered", "read", "rejected", "create", "accepted"]
# Courses that CrowdWisdom has a product for.
PRODUCTS = {"SAFE": "WEB-SAFE", "PRIV": "WEB-PRIV"}


def rows_of(name):
    return list(csv.DictReader((HERE / name).read_text(encoding="utf-8").splitlines()))


def items(name):
    """Every curriculum and content of a catalog, by what tells it from the others, with all that is told of it."""
    curricula, contents = {}, {}
    for row in rows_of(name):
        content = {column: row.pop(column) for column in ["Content type", "Content ID", "Content", "Mandatory"]}
        assert curricula.setdefault(row["Curriculum ID"], row) == row
        if content["Content type"]:
            key = (row["Curriculum ID"], content["Content type"], content["Content ID"])
            assert key not in contents
            contents[key] = content
    return curricula, contents


def catalogs():
    """The catalog's first pull, and the one a day later."""
    before, found = {}, []
    for name in ["portal-catalog-2026-11-21.csv", "portal-catalog-2026-11-22.csv"]:
        curricula, contents = items(name)
        now = {**curricula, **contents}
        known = {key for key in now if key in before}
        found.append({
            "asked": 1, "curricula": len(curricula), "contents": len(contents),
            # What the first answer holds is no news.
            "added": len(now) - len(known) if before else 0,
            "changed": sum(before[key] != now[key] for key in known), "retired": len(set(before) - set(now)),
        })
        before = now
    return found


def plans(active, assigned):
    """Each active person is asked for; `assigned` is (person, curriculum)."""
    return {"asked": len(active), "curricula": sum(person in active for person, _ in assigned)}


def progress():
    return {"asked": 1, "progress": sum(row["Where"] == "77 Media" for row in rows_of("portal-study-2026-11-21.csv"))}


def completions(linked):
    """What goes on to CrowdWisdom; `linked` are the keys of those who have a launch link."""
    counts, fates = dict.fromkeys(FED, 0), []
    for row in rows_of("portal-study-2026-11-21.csv"):
        if row["Where"] != "77 Media":
            continue
        counts["rows"] += 1
        # Of what no link of ours has launched nobody knows whose it is.
        key = ",".join([row["Employee ID"], row["What"], row["Year"]])
        assert not row["Employee ID"] or key in linked, key
        if not row["Employee ID"] or not row["Completed days ago"]:
            counts["filtered"] += 1
            continue
        counts["read"] += 1
        if row["What"] not in PRODUCTS:
            counts["rejected"] += 1
            fates.append((key, "rejected: `productId` not in the value table"))
            continue
        counts["create"] += 1
        counts["accepted"] += 1
    return counts, fates


def tables(active, assigned, linked):
    """The tables of README.md about pulls."""
    found = [*catalogs(), plans(active, assigned), progress()]
    names = ["catalog", "a day later", "plans", "progress"]
    pulls = ["| | " + " | ".join(names) + " |", "|---" + "|--:" * len(names) + "|"]
    for count in COUNTS:
        pulls.append(f"| {count} | " + " | ".join(str(one.get(count, 0)) for one in found) + " |")
    counts, fates = completions(linked)
    fed = ["| | completions |", "|---|--:|", *(f"| {count} | {counts[count]} |" for count in FED)]
    rows = ["| key of the link | what becomes of the completion |", "|---|---|",
            *(f"| {key} | {fate} |" for key, fate in fates)]
    return ["\n".join(lines) for lines in (pulls, fed, rows)]
