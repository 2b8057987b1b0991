#!/usr/bin/env python3
"""UpsideLMS's catalog and learning plans for tests, by an implementation that shares no code with Rollbook:
urllib.parse takes forms apart, the openssl command line deciphers questions and enciphers answers. What is
answered are the document's own samples, byte for byte but for the token where all is asked for, and behind their
contents a session and a virtual classroom, of which the document has tables alone.

A question that is not as the document wants it has the reason under `error` in its journal; of every other the
plain texts stand under `values`. Exits with 77 where openssl is not installed.

Learners whose identifier begins with `nobody` do not exist, and those that begin with `idle` have nothing to do.

further modes: changed (the curriculum is called otherwise, and there is another one); none (there is nothing);
cut (the JSON ends in its middle); foreign (enciphered with another password); tokenless (the list lacks its last
element)
"""

import json
import pathlib
import re
import shutil
import sys

import desk
from portal import Cipher, Refusal, form

MODES = ["changed", "none", "cut", "foreign", "tokenless"]

# The names of an output list, and how the catalog spells four of them.
NAMES = """curriculum_id curriculum_name reference_title validity start_date end_date cost_per_person currency
    certification instructor seat_hours seat_mins created_by created_date modified_by modified_date
    curriculum_status access cancellation_date nomination_date seat_limit community assignment_count
    completion_count avgratings nomination_count purchase_count""".split()
OF_LEARNERS = """started_on last_access_date assigned_date expired_date completion_date feedback learner_rating
    curriculum_completion_status""".split()
SPELT = {"validity": "duration", "curriculum_status": "status", "avgratings": "avg_ratings",
         "purchase_count": "purchased_count"}

DAY = r"(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])/\d{4}"
ORDERS = "curriculum_name_asc|curriculum_name_desc|curriculum_name_default|accessibility"


def several(word):
    return f"({word})(,({word}))*"


FILTERS = {
    "Accessibility": several("Private|Public|Paid"),
    "Certification": several("Yes|No"),
    "Rating": several("[1-5]"),
    "validity_days": several(r"[1-9]\d*"),
    "Start_Date": DAY,
}
OF_CATALOGS = {
    **FILTERS, "Status": "[^,]+", "End_Date": DAY,
    "Order_by": f"{ORDERS}|rating|assigned|nominated|Purchased",
}
OF_PLANS = {**FILTERS, "Completion_Status": "[^,]+", "Expiry_Date": DAY, "Order_by": ORDERS}

# By the document's tables, which have no content_type here.
SESSION = {
    "session_id": "7", "session_name": "Session 001", "program_id": "3", "session_objective": "NA",
    "mandatory": "Yes", "start_date": "05/10/2016", "end_date": "05/11/2016", "start_hours": "9",
    "start_mins": "30", "end_hours": "17", "end_mins": "0", "last_date_of_nomination": "05/02/2016",
    "last_date_of_cancellation": "05/03/2016", "vendor": "NA", "speaker": "J. Öst & Co", "venue": "Room 1/2",
    "vendor_cost": "250.50", "currency": "EUR", "instructor": "NA",
}
SESSION_OF_LEARNER = {
    "completed_on": "05/11/2016", "last_accessed_on": "05/11/2016", "completion_status": "Completed",
}
CLASSROOM = {
    "training_id": "9", "training_name": "VC 001", "description": "NA", "mandatory": "No",
    "start_date": "06/01/2016", "start_hours": "14", "start_mins": "0", "training_hours": "1",
    "training_mins": "15", "instructor": "NA",
}
CLASSROOM_OF_LEARNER = {
    "completion_status": "NA", "start_date_time": "NA", "end_date_time": "NA", "attendee_id": "NA",
}


class Call:
    """One of the two calls."""

    def __init__(self, sample, dto, names, filters, learner, more):
        self.text = (pathlib.Path(__file__).parent / "upsidelms" / sample).read_text()
        self.dto, self.names, self.filters, self.learner, self.more = dto, names, filters, learner, more
        self.spelt = SPELT if sample == "catalog.json" else {}

    def check(self, values):
        """Refuses what the document does not allow."""
        if values.get("contentlist", "Off") not in ("On", "Off"):
            raise Refusal("contentlist is On or Off")
        if "lmslearnerid" in values:
            self.pairs(values["lmslearnerid"], dict.fromkeys(["Email", "Login", "Uniqueid"], "[^~=]+"))
        elif self.learner:
            raise Refusal("a plan is a learner's")
        if "filterby" in values:
            self.pairs(values["filterby"], self.filters)
        if "outputlist" in values:
            sign, names = values["outputlist"][:15], values["outputlist"][15:].split(",")
            if sign != "Parameter_List=" or not set(names) <= set(self.names):
                raise Refusal(f"an output list of {values['outputlist']}")

    def pairs(self, text, known):
        found = {}
        for part in text.split("~"):
            name, sign, value = part.partition("=")
            if not sign or name in found or not re.fullmatch(known.get(name, "(?!)"), value):
                raise Refusal(f"{part!r} is none of {sorted(known)} with a value that it can have")
            found[name] = value
        return found

    def answer(self, values, token, mode):
        learner = values.get("lmslearnerid", "")
        if re.search("=nobody", learner):
            error = '{"Err001":"Invalid value received against parameter.(Learner ID)"}'
            return f'{{"{self.dto}":[{error},{{"Token":{json.dumps(token)}}}]}}'
        if mode == "none" or re.search("=idle", learner):
            return f'{{"{self.dto}":[{{"Msg001":"No data found."}},{{"Token":{json.dumps(token)}}}]}}'
        # The one list in a list is that of the contents.
        more = "".join(",\n" + in_json(content) for content in self.more)
        text = re.sub(r"\}\s*\],", lambda end: f"}}\n{more}\n],", self.text)
        text = text.replace('"Upside@2016"', json.dumps("another call" if mode == "other-token" else token))
        if mode in ("changed", "tokenless") or values.get("contentlist") != "On" or "outputlist" in values:
            text = self.shaped(json.loads(text), values, mode)
        return text[: len(text) // 2] if mode == "cut" else text

    def shaped(self, whole, values, mode):
        """Only so much as was asked for, and as the mode has it."""
        curriculum, last = whole[self.dto]
        if "outputlist" in values:
            kept = {self.spelt.get(name, name) for name in values["outputlist"][15:].split(",")}
            curriculum = {name: value for name, value in curriculum.items() if name in {*kept, "Content"}}
        if values.get("contentlist", "Off") == "Off":
            curriculum.pop("Content", None)
        elements = [curriculum]
        if mode == "changed":
            curriculum["curriculum_name"] = "UL Curriculum, revised"
            elements.append({**curriculum, "curriculum_id": "32", "curriculum_name": "Another"})
        if mode != "tokenless":
            elements.append(last)
        return in_json({self.dto: elements})


def in_json(value):
    """As the vendor writes it, slashes escaped."""
    return json.dumps(value, ensure_ascii=False).replace("/", "\\/")


CALLS = {
    "/rest/trainingcatalog": Call(
        "catalog.json", "curriculumCatalogDTO", NAMES, OF_CATALOGS, False, [SESSION, CLASSROOM]
    ),
    "/rest/trainingplan": Call(
        "plan.json", "learningPlanDTO", [*NAMES, *OF_LEARNERS], OF_PLANS, True,
        [{**SESSION, **SESSION_OF_LEARNER}, {**CLASSROOM, **CLASSROOM_OF_LEARNER}],
    ),
}


class Caller(desk.Visitor):
    def do_POST(self):
        server, body = self.server, self.read()
        with server.lock:
            server.busy += 1
            busy = server.busy
        try:
            answer = self.hear(body, busy)
        finally:
            # Before the answer goes out: whoever has it may call again.
            with server.lock:
                server.busy -= 1
        if answer is None:
            self.answer(404, "text/plain", b"not as the document has it")
        else:
            self.answer_as_the_mode_says(200, "application/json", answer)

    def hear(self, body, busy):
        server, mode = self.server, self.server.mode
        try:
            if self.path not in CALLS:
                raise Refusal(f"nothing listens at {self.path}")
            optional = ["contentlist", "lmslearnerid", "filterby", "outputlist"]
            fields = form(self, body, ["lmsportalid", "lmstokenid"], optional)
            if fields.pop("lmsportalid") != server.args.keys[0]:
                raise Refusal("another portal")
            values = {name: server.cipher.decipher(value) for name, value in fields.items()}
            token = values.pop("lmstokenid")
            CALLS[self.path].check(values)
            text = CALLS[self.path].answer(values, token, mode)
        except (Refusal, ValueError, KeyError) as error:
            self.note(error=f"{type(error).__name__}: {error}")
            return None
        self.note(operation=self.path.rsplit("/", 1)[1], values=values, token=token, busy=busy)
        if server.args.plain:
            return text.encode()
        return (Cipher("somebody else's") if mode == "foreign" else server.cipher).encipher(text)


def main():
    parser = desk.arguments(__doc__, MODES)
    parser.add_argument("--keys", nargs=2, required=True, help="Portal Key and password")
    parser.add_argument("--plain", action="store_true", help="answers in clear")
    args = parser.parse_args()
    if not shutil.which("openssl"):
        print("openssl is not installed", file=sys.stderr)
        sys.exit(77)
    desk.serve(Caller, args, cipher=Cipher(args.keys[1]))


if __name__ == "__main__":
    main()
