#!/usr/bin/env python3
"""CrowdWisdom or iSpring Learn for tests, by implementations that share no code with Rollbook: lxml validates
every SOAP call against the schema of a WSDL, zeep decodes it and encodes the answer.

The WSDL is the one beside this file, written from the vendor's document, and is served at ?wsdl. A call that
does not fit it gets a Client fault, and its entry in the journal says why under `error`. iSpring's token and
its REST status of a task are served too. Exits with 77 where zeep or lxml is not installed.
"""

import datetime
import decimal
import itertools
import json
import pathlib
import sys
import threading
import urllib.parse

import desk

try:
    import zeep
    import zeep.helpers
    from lxml import etree
except ImportError:
    print("zeep or lxml is not installed", file=sys.stderr)
    sys.exit(77)

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SCHEMA = "{http://www.w3.org/2001/XMLSchema}schema"
# Blanks, marks and letters that go wrong where something is not escaped, or escaped twice.
TOKEN = "tok-&amp;<1>\"'ü]]>"
BEARER = "p-1sJDjm&<>'\"/+=~"
# What follows a task once, and then for ever.
STATES = {"soap": ["in progress", "complete", "failed"], "rest": ["waiting", "complete", "error"]}


class Refusal(Exception):
    """A call that is not as it has to be: the fault code, and why."""


class Service:
    """The operations of a WSDL: which one a call is, what it holds, and how an answer looks."""

    def __init__(self, path, args):
        text = path.read_text()
        for old, new in (rename.split("=") for rename in args.rename):
            text = text.replace(old, new)
        self.text = text.encode()
        root = etree.fromstring(self.text)
        self.schema = etree.XMLSchema(root.find(f"{WSDL}types/{SCHEMA}"))
        # Served as it is read here.
        own = args.out / "service.wsdl"
        own.write_bytes(self.text)
        self.document = zeep.Client(str(own)).wsdl
        (service,) = self.document.services.values()
        (port,) = service.ports.values()
        self.operations = {found.input.body.qname.text: found for found in port.binding.all().values()}

    def open(self, body):
        """The operation and its values."""
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
            root = etree.fromstring(body, parser)
        except etree.XMLSyntaxError as error:
            raise Refusal("Client", f"no XML: {error}") from error
        if root.getroottree().docinfo.doctype:
            raise Refusal("Client", "a document type")
        if root.tag != f"{{{SOAP}}}Envelope":
            raise Refusal("VersionMismatch", f"no envelope of SOAP 1.1 but {root.tag}")
        *header, inner = root
        if inner.tag != f"{{{SOAP}}}Body" or [part.tag for part in header] not in ([], [f"{{{SOAP}}}Header"]):
            found = [part.tag for part in root]
            raise Refusal("Client", f"an envelope holds a header and a body, not {found}")
        if len(inner) != 1 or inner[0].tag not in self.operations:
            raise Refusal("Client", f"a body holds one operation, not {[part.tag for part in inner]}")
        if not self.schema.validate(inner[0]):
            raise Refusal("Client", str(self.schema.error_log.last_error))
        operation = self.operations[inner[0].tag]
        value = operation.input.body.parse(inner[0], self.document.types)
        return operation, plain(zeep.helpers.serialize_object(value, dict))

    def answer(self, operation, **values):
        envelope = operation.output.serialize(**values).content
        return etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)

    def fault(self, code, text):
        envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"e": SOAP})
        fault = etree.SubElement(etree.SubElement(envelope, f"{{{SOAP}}}Body"), f"{{{SOAP}}}Fault")
        etree.SubElement(fault, "faultcode").text = f"e:{code}"
        etree.SubElement(fault, "faultstring").text = text
        return etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)


def plain(value):
    """What zeep made of it, for JSON: times in ISO 8601, numbers as they are."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    return float(value) if isinstance(value, decimal.Decimal) else value


class Caller(desk.Visitor):
    def do_GET(self):
        service, product = self.server.service, self.server.product
        address = urllib.parse.urlsplit(self.path)
        if address.query == "wsdl" and not self.server.args.hide_wsdl:
            self.note()
            self.answer(200, "text/xml; charset=utf-8", service.text)
        elif not product.get(self, address.path):
            self.note(error="no such address")
            self.answer(404, "text/plain", b"no such address")

    def do_POST(self):
        body, product = self.read(), self.server.product
        if product.post(self, body):
            return
        name = None
        try:
            if self.path != product.PATH:
                raise Refusal("Client", f"nothing listens at {self.path}")
            if self.media_type() != "text/xml" or "SOAPAction" not in self.headers:
                raise Refusal("Client", "SOAP 1.1 is text/xml with a SOAPAction")
            operation, values = self.server.service.open(body)
            name = operation.name
            effect, values_out = product.call(self.server, name, values)
        except Refusal as refusal:
            self.note(operation=name, error=refusal.args[1])
            self.answer(500, "text/xml; charset=utf-8", self.server.service.fault(*refusal.args))
            return
        self.note(operation=name, values=values)
        answer = self.answer_as_the_mode_says if effect else self.answer
        answer(200, "text/xml; charset=utf-8", self.server.service.answer(operation, **values_out))


class CrowdWisdom:
    PATH = "/diweb/ws/integration/v1"

    def __init__(self, args):
        self.method = dict(rename.split("=") for rename in args.rename).get("diConnect", "diConnect")

    def get(self, caller, path):
        return False

    def post(self, caller, body):
        return False

    def call(self, server, name, values):
        """Whether it has an effect, and the answer."""
        if name == self.method:
            return False, {"return": TOKEN}
        if values["sessionToken"] != TOKEN:
            raise Refusal("Client", "1: Invalid Session Token")
        # It is compared here; nobody needs it in the journal.
        del values["sessionToken"]
        return True, {}


class ISpring:
    PATH = "/go/services/api/soap"

    def __init__(self, args):
        self.numbers, self.lock = itertools.count(100027), threading.Lock()
        self.client, self.tasks, self.asked = args.client, {}, {}

    def get(self, caller, path):
        parts = path.split("/")
        if parts[:2] != ["", "task"] or parts[3:] != ["status"]:
            return False
        if caller.headers["Authorization"] != f"Bearer {BEARER}":
            caller.note(error="no token")
            caller.answer(401, "application/json", b'{"code": 401, "message": "Authorization failed"}')
            return True
        state = self.state(parts[2], "rest")
        caller.note(operation="GET status", values={"taskId": parts[2], "status": state})
        # Any other value gets XML, says the vendor.
        if caller.headers["Accept"] == "application/json":
            caller.answer(200, "application/json", json.dumps({"status": state}).encode())
        else:
            caller.answer(200, "text/xml", f'<?xml version="1.0"?>\n<status>{state}</status>'.encode())
        return True

    def post(self, caller, body):
        if caller.path != "/api/v3/token":
            return False
        form = urllib.parse.parse_qs(body.decode(), strict_parsing=True, keep_blank_values=True)
        wanted = {"client_id": [self.client[0]], "client_secret": [self.client[1]]}
        wanted["grant_type"] = ["client_credentials"]
        fits = form == wanted and caller.media_type() == "application/x-www-form-urlencoded"
        error = None if fits else f"a form of {sorted(form)} is not the account's"
        caller.note(operation="token", error=error)
        answer = {"access_token": BEARER, "token_type": "bearer", "expires_in": 1800}
        refused = {"code": 400, "message": "Authorization failed"}
        status, answer = (200, answer) if fits else (400, refused)
        caller.answer(status, "application/json", json.dumps(answer).encode())
        return True

    def call(self, server, name, values):
        if values.pop("credentials") != {"token": BEARER}:
            raise Refusal("Client", "Authorization failed")
        if name == "getTaskStatus":
            values["status"] = self.state(values["taskId"], "soap")
            return False, {"status": values["status"]}
        with self.lock:
            task = str(next(self.numbers))
        self.tasks[task] = values["enrollmentIds"]["id"]
        values["taskId"] = task
        return True, {"taskId": task}

    def state(self, task, door):
        """First under way, then done; failed where an enrolment is in it that nobody has."""
        states = STATES[door]
        self.asked[task] = self.asked.get(task, 0) + 1
        if self.asked[task] == 1:
            return states[0]
        return states[2 if any(id.startswith("nobody") for id in self.tasks.get(task, ["nobody"])) else 1]


def main():
    parser = desk.arguments(__doc__)
    parser.add_argument("--product", choices=["crowdwisdom", "ispring"], required=True)
    parser.add_argument("--rename", action="append", default=[], metavar="OLD=NEW", help="in the WSDL")
    parser.add_argument("--hide-wsdl", action="store_true", help="as where ?wsdl is blocked")
    parser.add_argument("--client", nargs=2, metavar=("ID", "SECRET"), help="of iSpring's API key")
    args = parser.parse_args()
    service = Service(pathlib.Path(__file__).with_name(f"{args.product}.wsdl"), args)
    product = {"crowdwisdom": CrowdWisdom, "ispring": ISpring}[args.product](args)
    desk.serve(Caller, args, service=service, product=product)


if __name__ == "__main__":
    main()
