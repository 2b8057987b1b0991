#!/usr/bin/env python3
"""77 Media's Activity Progress API for tests, by Python's own json and datetime, which share no code with
Rollbook.

What has been learnt stands in --out/rows, a list in JSON of rows as the vendor's page has them; each may have
the time of its last activity beside under `at`. A test writes it, and may write it anew at any time. A question
that is not as the vendor's page wants it has the reason under `error` in its journal; the token is compared here
and never written down.
"""

import datetime
import json

import desk

PATH = "/api/reports/progress"
COLUMNS = ["transactionId", "firstName", "lastName", "email", "memberIdentifier", "activityId", "activityTitle",
           "registration", "dateStarted", "progress", "dateCompleted", "completionCode"]
UTC = datetime.timezone.utc


def once(pairs):
    """No key of an object may stand there twice."""
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"a key stands there twice: {names}")
    return dict(pairs)


def moment(text):
    read = datetime.datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def checked(question):
    """The question, once every value of it is of its kind."""
    kinds = {"token": str, "start": int, "number": int, "search": str, "completed": bool, "startDate": str,
             "endDate": str, "sort": str, "order": str}
    for name, value in question.items():
        # A bool is an int to Python, and to nobody else.
        if name not in kinds or type(value) is not kinds[name]:
            raise ValueError(f"{name} is {type(value).__name__}")
    missing = {"token", "startDate", "endDate"} - question.keys()
    if missing:
        raise ValueError(f"missing: {sorted(missing)}")
    start, end = moment(question["startDate"]), moment(question["endDate"])
    if start > end:
        raise ValueError("startDate is behind endDate")
    if question.get("sort", "lastName") not in COLUMNS or question.get("order", "ASC") not in ("ASC", "DESC"):
        raise ValueError("sort or order")
    return question, start, end


def page(rows, question, start, end, args):
    def asked(row):
        times = [row.get("at"), row.get("dateStarted"), row.get("dateCompleted")]
        within = any(start <= moment(time) <= end for time in times if time)
        texts = " ".join(str(row.get(name)) for name in COLUMNS[1:7]).lower()
        done = row.get("dateCompleted") or not question.get("completed", False)
        return within and question.get("search", "").lower() in texts and done

    found = [row for row in rows if asked(row)]
    found.sort(key=lambda row: str(row.get(question.get("sort", "lastName"))),
               reverse=question.get("order") == "DESC")
    number, first = min(question.get("number", 10), args.most), question.get("start", 0)
    last = max(len(found) - 1, 0) // number
    skipped = {"rows": first, "pages": first * number, "pages-from-one": max(first - 1, 0) * number,
               "pages-to-the-last": min(first, last) * number}[args.start]
    rows = [{name: row.get(name) for name in COLUMNS} for row in found[skipped : skipped + number]]
    counts = {"all": len(found), "page": len(rows), "more": len(found) + 3}
    return rows if args.count == "none" else {"count": counts[args.count], "rows": rows}


class Caller(desk.Visitor):
    def do_POST(self):
        args, body, error, question = self.server.args, self.read(), None, {}
        try:
            question, start, end = checked(json.loads(body.decode("utf-8"), object_pairs_hook=once))
            if self.path != PATH or self.media_type() != "application/json":
                raise ValueError(f"{self.path} takes {self.media_type()}")
        except (ValueError, AttributeError) as reason:
            error = str(reason)
        known = isinstance(question, dict) and question.get("token") == args.token
        values = {name: value for name, value in question.items() if name != "token"} if known else None
        self.note(operation="progress", values=values, error=error)
        if error:
            answer = {"error": error}
        elif not known:
            answer = {"error": "Invalid token"}
        else:
            rows = json.loads((self.server.out / "rows").read_text())
            answer = page(rows, question, start, end, args)
        text = json.dumps(answer, indent=2).encode()
        self.answer_as_the_mode_says(200, "application/json; charset=utf-8", text)


if __name__ == "__main__":
    parser = desk.arguments(__doc__)
    parser.add_argument("--token", required=True)
    parser.add_argument("--start", choices=["rows", "pages", "pages-from-one", "pages-to-the-last"], default="rows")
    parser.add_argument("--count", choices=["all", "page", "none", "more"], default="all")
    parser.add_argument("--most", type=int, default=1000)
    desk.serve(Caller, parser.parse_args())
