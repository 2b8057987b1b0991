#!/usr/bin/env python3
"""What a browser makes of a link or of a page with a form, by Python's own libraries alone.

usage: browser.py link       takes the address on standard input apart
       browser.py submit     submits the one form of the HTML page on standard input, as a click on its button
Prints one JSON document.
"""

import html.parser
import json
import sys
import urllib.parse
import urllib.request


def link(text):
    address = urllib.parse.urlsplit(text)
    # A course reads its own fragment, and its query stands in there.
    route, _, query = address.fragment.partition("?")
    # Without the plus sign as a blank: that is a rule of forms, and this is none.
    pairs = [part.split("=", 1) for part in query.split("&")]
    return {
        "scheme": address.scheme,
        "host": address.netloc,
        "path": address.path,
        "query": address.query,
        "route": route,
        "names": [name for name, _ in pairs],
        "values": {name: urllib.parse.unquote(value, errors="strict") for name, value in pairs},
        "raw": query,
    }


class Page(html.parser.HTMLParser):
    """The forms of a page, and all else that could run or load something."""

    def __init__(self):
        super().__init__()
        self.forms, self.tags, self.open = [], [], False

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        if tag == "form":
            self.forms.append({**attributes, "fields": []})
            self.open = True
        elif tag == "input" and self.open and "name" in attributes and attributes.get("type") != "submit":
            self.forms[-1]["fields"].append((attributes["name"], attributes.get("value", "")))

    def handle_endtag(self, tag):
        self.open = self.open and tag != "form"


def submit(text):
    page = Page()
    page.feed(text)
    (form,) = page.forms
    body = urllib.parse.urlencode(form["fields"]).encode()
    request = urllib.request.Request(form["action"], data=body, method=form["method"].upper())
    # Nothing on the way to a loopback address.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        status = answer.status
    return {"status": status, "tags": page.tags, "target": form.get("target"), "fields": form["fields"]}


if __name__ == "__main__":
    print(json.dumps({"link": link, "submit": submit}[sys.argv[1]](sys.stdin.read().strip())))
