#!/usr/bin/env python3
"""A real mail server for tests: aiosmtpd, an SMTP implementation that shares no code with Rollbook.

Prints `listening PORT` once it can be reached. Every mail accepted is stored in --out as NNNN.eml, with its
envelope in NNNN.json beside it, before the answer goes out. Ends when its standard input is closed, so that
it never outlives the test that started it. Exits with 77 where aiosmtpd is not installed.

modes: ok; tempfail (DATA gets 451); reject (DATA gets 554); reject-rcpt (recipients that begin with `bad` get
550, with `busy` 450); drop-after-data (stores the mail, then cuts the connection without an answer);
slow (never answers DATA); echo (a failed sign-in repeats the password)
"""

import argparse
import asyncio
import itertools
import json
import logging
import pathlib
import ssl
import sys
import warnings

try:
    from aiosmtpd.smtp import SMTP, AuthResult
except ImportError:
    print("aiosmtpd is not installed", file=sys.stderr)
    sys.exit(77)

MODES = ["ok", "tempfail", "reject", "reject-rcpt", "drop-after-data", "slow", "echo"]


class Handler:
    def __init__(self, mode, out):
        self.mode, self.out, self.numbers = mode, out, itertools.count(1)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode == "reject-rcpt" and address.startswith("bad"):
            return "550 5.1.1 no such user"
        if self.mode == "reject-rcpt" and address.startswith("busy"):
            return "450 4.2.1 mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.mode == "tempfail":
            return "451 4.3.0 try later"
        if self.mode == "reject":
            return "554 5.7.1 message looks like spam"
        if self.mode == "slow":
            await asyncio.Event().wait()
        name = f"{next(self.numbers):04}"
        (self.out / f"{name}.eml").write_bytes(envelope.original_content)
        facts = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None,
            "login": session.auth_data,
        }
        (self.out / f"{name}.json").write_text(json.dumps(facts))
        if self.mode == "drop-after-data":
            server.transport.abort()
        return "250 OK stored"


def authenticator(user, password, mode):
    def check(server, session, envelope, mechanism, data):
        if (data.login, data.password) == (user.encode(), password.encode()):
            return AuthResult(success=True, auth_data=user)
        if mode == "echo":
            words = f"535 5.7.8 wrong password {data.password.decode()}"
            return AuthResult(success=False, handled=False, message=words)
        return AuthResult(success=False, handled=False)

    return check


async def serve(args):
    tls = None
    if args.security != "none":
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(args.cert, args.key)
    handler, starttls = Handler(args.mode, args.out), args.security == "starttls"

    def session():
        return SMTP(
            handler,
            hostname="127.0.0.1",
            tls_context=tls if starttls else None,
            require_starttls=starttls,
            authenticator=authenticator(args.user, args.password, args.mode) if args.user else None,
            auth_required=bool(args.user),
            auth_require_tls=starttls,
            enable_SMTPUTF8=True,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        session, "127.0.0.1", args.port, ssl=tls if args.security == "tls" else None
    )
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main():
    # aiosmtpd tells of every connection that a test cuts.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--mode", choices=MODES, default="ok")
    parser.add_argument("--security", choices=["starttls", "tls", "none"], default="starttls")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
