#!/usr/bin/env python3
"""SmarterU and UpsideLMS for tests, by implementations that share no code with Rollbook: urllib.parse takes
forms apart, lxml validates and reads SmarterU's package, the openssl command line deciphers what UpsideLMS
is sent and enciphers its answers.

A call that is not as its document wants it has the reason under `error` in its journal. Exits with 77 where
lxml or openssl is not installed.

--plan says how learning plans are answered, whatever --mode says of the rest: whole; html; no-data (as for a
learner whom the portal knows by another identifier, without a token); or by an HTTP status.

Learners of UpsideLMS whose identifier begins with `nobody` do not exist, those that begin with `again` have
every curriculum already, and curriculum `gone` has expired; a user of SmarterU whose e-mail address begins
with `nobody` does not exist.
"""

import json
import pathlib
import shutil
import sys

import desk
from portal import Cipher, Refusal, form

try:
    from lxml import etree
except ImportError:
    print("lxml is not installed", file=sys.stderr)
    sys.exit(77)

PLANS = ["whole", "html", "no-data", "302", "403", "404"]


class SmarterU:
    PATHS = ["/apiv2/"]

    def __init__(self, args):
        self.keys = args.keys
        schema = lambda name: etree.XMLSchema(etree.parse(str(pathlib.Path(__file__).with_name(name))))
        self.schemas = {
            "enrollSessionHistory": schema("smarteru.xsd"),
            "getLearnerReport": schema("smarteru_report.xsd"),
        }
        self.enrolled = []

    def call(self, caller, body):
        """The operation, its values, the media type and the answer."""
        package = form(caller, body, ["Package"])["Package"]
        try:
            root = etree.fromstring(package.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as error:
            raise Refusal(f"no XML: {error}") from error
        schema = self.schemas.get(root.findtext("Method"))
        if root.getroottree().docinfo.doctype or schema is None or not schema.validate(root):
            raise Refusal(f"not the document's package: {schema and schema.error_log.last_error}")
        if [root.findtext("AccountAPI"), root.findtext("UserAPI")] != self.keys:
            raise Refusal("other keys than the account's")
        if root.findtext("Method") == "getLearnerReport":
            return self.report(root)
        records, done, errors = [], [], []
        for block, enrollment in enumerate(root.iter("Enrollment"), 1):
            record = {leaf.tag: leaf.text for leaf in enrollment.iter() if len(leaf) == 0}
            records.append(record)
            user = record.get("Email") or record["EmployeeID"]
            if user.startswith("nobody"):
                text = f"Enrollment {block} - The email address '{user}' is not a valid user."
                errors.append(("ESH:21", text))
            else:
                done.append((block, user, record["LearningModuleID"]))
                self.enrolled.append((user, record))
        return "enrollSessionHistory", records, "text/html", self.answer(done, errors)

    def report(self, root):
        """The enrollments of a user, in the status that is asked for; the filter has names of its own."""
        asked = root.findtext(".//EmailAddress") or root.findtext(".//EmployeeID")
        status = root.findtext(".//EnrollmentStatus")
        names = {"NotAttended": "Did Not Attend", "Attended": "Attended", "Completed": "Completed"}
        found = [
            record
            for user, record in self.enrolled
            if user == asked and status in (None, names[record["EnrollmentStatus"]])
        ]
        answer = etree.Element("SmarterU")
        etree.SubElement(answer, "Result").text = "Success"
        report = etree.SubElement(etree.SubElement(answer, "Info"), "LearnerReport", rows=str(len(found)))
        for record in found:
            learner = etree.SubElement(report, "Learner")
            etree.SubElement(learner, "CourseName").text = etree.CDATA("A course")
            etree.SubElement(learner, "LearningModuleID").text = record["LearningModuleID"]
            etree.SubElement(learner, "CourseSessionID").text = cdata(record["LearningModuleSessionID"])
            etree.SubElement(learner, "Grade").text = cdata(record.get("Grade", ""))
        etree.SubElement(answer, "Errors").text = "\n"
        xml = etree.tostring(answer, encoding="UTF-8", xml_declaration=True)
        return "getLearnerReport", {"user": asked, "status": status}, "text/html", xml

    def answer(self, done, errors):
        root = etree.Element("SmarterU")
        etree.SubElement(root, "Result").text = "Success"
        enrollments = etree.SubElement(etree.SubElement(root, "Info"), "Enrollments")
        for block, user, module in done:
            found = etree.SubElement(enrollments, "Enrollment", block=str(block))
            etree.SubElement(found, "User").text = cdata(user)
            etree.SubElement(found, "LearningModuleID").text = module
        listed = etree.SubElement(root, "Errors")
        for code, text in errors:
            error = etree.SubElement(listed, "Error")
            etree.SubElement(error, "ErrorID").text = code
            etree.SubElement(error, "ErrorMessage").text = cdata(text)
        return etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)


def cdata(text):
    """As the vendor's example has it; a section can't hold its own end."""
    return text if "]]>" in text else etree.CDATA(text)


class UpsideLms:
    PATHS = ["/rest/assigncurriculum", "/rest/trainingplan", "/navigationcontroller"]

    def __init__(self, args):
        self.portal_key, password = args.keys
        self.cipher = Cipher(password)
        self.plain, self.assigned = args.plain, {}

    def decipher(self, text):
        return self.cipher.decipher(text)

    def encipher(self, text):
        return text.encode() if self.plain else self.cipher.encipher(text)

    def call(self, caller, body):
        operation = caller.path.rsplit("/", 1)[1]
        values, answer = getattr(self, operation)(caller, body)
        media_type = "application/json" if caller.path.startswith("/rest/") else "text/html"
        return operation, values, media_type, answer

    def assigncurriculum(self, caller, body):
        fields = form(caller, body, ["lmsportal_id", "lmstoken_id", "json"])
        if fields["lmsportal_id"] != self.portal_key:
            raise Refusal("another portal")
        asked = json.loads(fields["json"] if self.plain else self.decipher(fields["json"]))
        if set(asked) != {"curr_learner_info"}:
            raise Refusal(f"json holds curr_learner_info, not {sorted(asked)}")
        told = []
        for item in asked["curr_learner_info"]:
            if {name: type(value) for name, value in item.items()} != dict.fromkeys(
                ["assignment_id", "learner_info", "curr_ids"], str
            ):
                raise Refusal(f"an assignment of {sorted(item)}")
            told.append(self.assign(item))
        results = {one["assignment_status"] for one in told}
        final = results.pop() if len(results) == 1 else "partially_success"
        token = "another call" if caller.server.mode == "other-token" else fields["lmstoken_id"]
        reply = {"curr_learner_assignment_info": {"assignment_status_info": told}, "final_status": final}
        return asked["curr_learner_info"], self.encipher(json.dumps({**reply, "lmstoken_id": token}))

    def assign(self, item):
        learner = dict(part.split("=") for part in item["learner_info"].split("~"))
        if not set(learner) <= {"unique_id", "username", "email_id"}:
            raise Refusal(f"a learner of {sorted(learner)}")
        reply = {"learner_info": item["learner_info"], "assignment_id": item["assignment_id"]}
        if any(value.startswith("nobody") for value in learner.values()):
            words = "Record does not exists in system.(Learner Unique Identifier)"
            return {**reply, "Err003": words, "assignment_status": "fail"}
        had = self.assigned.setdefault(frozenset(learner.values()), set())
        each = []
        for curriculum in item["curr_ids"].split("~"):
            one = {"status": "success", "curr_id": curriculum}
            if curriculum in had or any(value.startswith("again") for value in learner.values()):
                one = {"status": "fail", "Err009": "Curriculum already assigned", "curr_id": curriculum}
            elif curriculum == "gone":
                one = {"status": "fail", "Err009": "Curriculum is expired", "curr_id": curriculum}
            else:
                had.add(curriculum)
            each.append(one)
        # Of an assignment that went partly well no sample tells; this word stands for a whole call there.
        words = {one["status"] for one in each}
        status = words.pop() if len(words) == 1 else "partially_success"
        return {**reply, "curriculum_assignment_status": each, "assignment_status": status}

    def trainingplan(self, caller, body):
        fields = form(caller, body, ["lmsportalid", "lmstokenid", "contentlist", "lmslearnerid"])
        if fields["lmsportalid"] != self.portal_key:
            raise Refusal("another portal")
        learner = dict(part.split("=") for part in self.decipher(fields["lmslearnerid"]).split("~"))
        if not set(learner) <= {"Email", "Login", "Uniqueid"}:
            raise Refusal(f"a learner of {sorted(learner)}")
        plan = [
            {"curriculum_name": "Curriculum", "curriculum_id": curriculum, "access": "private"}
            for curriculum in sorted(self.assigned.get(frozenset(learner.values()), ()))
        ]
        token = self.decipher(fields["lmstokenid"])
        values = {"learner": learner, "contentlist": self.decipher(fields["contentlist"])}
        return values, self.encipher(json.dumps({"learningPlanDTO": [*plan, {"Token": token}]}))

    def navigationcontroller(self, caller, body):
        identifiers = [f"uniqueIdentifier{number}" for number in (1, 2, 3)]
        fields = form(caller, body, ["clientKey"], ["curriculumId", *identifiers])
        if fields.pop("clientKey") != self.portal_key:
            raise Refusal("another portal")
        return {name: self.decipher(value) for name, value in fields.items()}, desk.PAGE


class Caller(desk.Visitor):
    def do_POST(self):
        server, body = self.server, self.read()
        with server.lock:
            server.busy += 1
            busy = server.busy
        try:
            heard = self.hear(body, busy)
        finally:
            # Before the answer goes out: whoever has it may call again.
            with server.lock:
                server.busy -= 1
        self.serve(heard)

    def hear(self, body, busy):
        product = self.server.product
        try:
            if self.path not in product.PATHS:
                raise Refusal(f"nothing listens at {self.path}")
            operation, values, media_type, answer = product.call(self, body)
        except (Refusal, ValueError, KeyError) as error:
            self.note(error=f"{type(error).__name__}: {error}")
            return None
        self.note(operation=operation, values=values, busy=busy)
        return operation, media_type, answer

    def serve(self, heard):
        if heard is None:
            self.answer(404, "text/plain", b"not as the document has it")
            return
        operation, media_type, answer = heard
        if operation == "trainingplan":
            self.answer_with_a_plan(media_type, answer)
        elif operation == "navigationcontroller":
            self.answer(200, media_type, answer)
        else:
            self.answer_as_the_mode_says(200, media_type, answer)

    def answer_with_a_plan(self, media_type, whole):
        plan = self.server.args.plan
        if plan.isdigit():
            self.answer(int(plan), "text/html", desk.PAGE)
        elif plan == "html":
            self.answer(200, "text/html", desk.PAGE)
        elif plan == "no-data":
            self.answer(200, media_type, self.server.product.encipher('{"Msg001": "No data found."}'))
        else:
            self.answer(200, media_type, whole)


def main():
    parser = desk.arguments(__doc__)
    parser.add_argument("--product", choices=["smarteru", "upsidelms"], required=True)
    parser.add_argument("--keys", nargs=2, required=True, help="AccountAPI and UserAPI; Portal Key and password")
    parser.add_argument("--plan", choices=PLANS, default="whole", help="UpsideLMS's learning plans")
    parser.add_argument("--plain", action="store_true", help="UpsideLMS without a public key for assignments")
    args = parser.parse_args()
    if args.product == "upsidelms" and not shutil.which("openssl"):
        print("openssl is not installed", file=sys.stderr)
        sys.exit(77)
    desk.serve(Caller, args, product={"smarteru": SmarterU, "upsidelms": UpsideLms}[args.product](args))


if __name__ == "__main__":
    main()
