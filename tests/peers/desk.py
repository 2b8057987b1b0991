"""What the peers that stand for an LMS share: an HTTP server on loopback, a journal of all that came, and
answers as no LMS should give them.

A peer prints `listening PORT` once it can be reached, and ends when its standard input is closed, so that it
never outlives the test that started it. Every call is stored in --out as NNNN.json before its answer goes
out.

modes: ok; html (a page in place of the answer); doctype (the answer behind a document type with an entity in
it); huge (the answer behind 100 MB of blanks, of a length not announced); lost (the call has its effect, and
the connection is cut before the answer); other-token (the answer to somebody else's call, where answers name
their call)
"""

import argparse
import http.server
import itertools
import json
import pathlib
import sys
import threading

MODES = ["ok", "html", "doctype", "huge", "lost", "other-token"]
PAGE = b"<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body>Back at 6</body></html>\n"
DOCTYPE = b'<!DOCTYPE answer [<!ENTITY word "Success"><!ENTITY file SYSTEM "file:///etc/hostname">]>\n'
HUGE = 100 * 1024 * 1024
PIECE = b" " * (1024 * 1024)


class Desk(http.server.ThreadingHTTPServer):
    """A server with a journal; `mode` says how calls that have an effect are answered."""

    daemon_threads = True

    def __init__(self, visitor, args):
        super().__init__(("127.0.0.1", args.port), visitor)
        self.args, self.out = args, args.out
        self.lock, self.numbers, self.busy = threading.Lock(), itertools.count(1), 0

    @property
    def mode(self):
        """A test may change its mind: what stands in the file `mode` counts."""
        changed = self.out / "mode"
        return changed.read_text() if changed.exists() else self.args.mode

    def note(self, facts):
        with self.lock:
            name = self.out / f"{next(self.numbers):04}"
            name.with_suffix(".part").write_text(json.dumps(facts, default=str))
            name.with_suffix(".part").rename(name.with_suffix(".json"))

    def handle_error(self, request, client_address):
        # A client that goes away in the middle of an answer is what some tests are about.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Visitor(http.server.BaseHTTPRequestHandler):
    """One client; a peer adds do_GET and do_POST."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def read(self):
        return self.rfile.read(int(self.headers["Content-Length"]))

    def media_type(self):
        return self.headers.get_content_type()

    def note(self, **facts):
        heard = {name.lower(): value for name, value in self.headers.items()}
        # Secrets are compared here and never written down.
        heard.pop("authorization", None)
        self.server.note({"method": self.command, "path": self.path, "headers": heard, **facts})

    def answer(self, status, media_type, body):
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_as_the_mode_says(self, status, media_type, body):
        mode = self.server.mode
        if mode == "html":
            self.answer(200, "text/html", PAGE)
        elif mode == "doctype":
            head, sign, rest = body.partition(b"?>")
            self.answer(status, media_type, head + sign + DOCTYPE + rest if sign else DOCTYPE + body)
        elif mode == "huge":
            self.answer_at_length(media_type, body)
        elif mode == "lost":
            self.close_connection = True
            self.connection.close()
        else:
            self.answer(status, media_type, body)

    def answer_at_length(self, media_type, body):
        """The blanks go where any XML or JSON may have them, so whoever reads to the end finds an answer."""
        head, sign, rest = body.partition(b"?>")
        first, last = (head + sign, rest) if sign else (b"", body)
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        sent = 0
        try:
            for piece in itertools.chain([first], itertools.repeat(PIECE, HUGE // len(PIECE)), [last]):
                if piece:
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                    sent += len(piece)
            self.wfile.write(b"0\r\n\r\n")
        finally:
            self.server.note({"path": "huge", "sent": sent})


def arguments(doc, further_modes=()):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--mode", choices=[*MODES, *further_modes], default="ok")
    parser.add_argument("--port", type=int, default=0)
    return parser


def serve(visitor, args, **facts):
    """Serves until standard input ends; `facts` are the server's, for its visitors."""
    desk = Desk(visitor, args)
    vars(desk).update(facts)
    threading.Thread(target=desk.serve_forever, daemon=True).start()
    print("listening", desk.server_address[1], flush=True)
    sys.stdin.read()
