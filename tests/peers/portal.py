"""What the peers that stand for form-taking LMSs share: forms as urllib.parse takes them apart, and UpsideLMS's
cipher as the openssl command line has it.
"""

import base64
import subprocess
import urllib.parse

FORM = "application/x-www-form-urlencoded"


class Refusal(Exception):
    """A call that is not as it has to be."""


def form(caller, body, required, optional=()):
    """The fields of a form, each of them once."""
    if caller.media_type() != FORM:
        raise Refusal(f"a form is {FORM}, not {caller.media_type()}")
    text = body.decode("ascii")
    fields = urllib.parse.parse_qs(text, keep_blank_values=True, strict_parsing=True, errors="strict")
    fits = set(required) <= set(fields) <= {*required, *optional}
    if not fits or any(len(found) > 1 for found in fields.values()):
        raise Refusal(f"a form of {sorted(fields)}, not of {sorted(required)}")
    return {name: found for name, (found,) in fields.items()}


class Cipher:
    """AES-128-CBC in Base64; key and first block are the password's first 16 bytes, filled up with zeros."""

    def __init__(self, password):
        self.key = password.encode()[:16].ljust(16, b"\0").hex()

    def openssl(self, data, *more):
        line = ["openssl", "enc", "-aes-128-cbc", "-K", self.key, "-iv", self.key, *more]
        done = subprocess.run(line, input=data, capture_output=True)
        if done.returncode:
            raise Refusal("openssl can't decipher it")
        return done.stdout

    def decipher(self, text):
        return self.openssl(base64.b64decode(text, validate=True), "-d").decode()

    def encipher(self, text):
        return base64.b64encode(self.openssl(text.encode(), "-e"))
