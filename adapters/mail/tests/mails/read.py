"""Reads each mail of a folder as a mail program does, and compares it with what it should hold.

Beside each `NAME.eml` stand `NAME.subject` and `NAME.links`, one URL a line: those of the text, each in HTML at least once.
"""

import email
import email.policy
import html.parser
import pathlib
import sys


class Page(html.parser.HTMLParser):
    """The links of a page, and what it shows."""

    def __init__(self):
        super().__init__()
        self.links, self.shown = [], []

    def handle_starttag(self, tag, attributes):
        self.links += [value for name, value in attributes if name == "href"]

    def handle_data(self, data):
        self.shown.append(data.strip())


def same(name, what, found, wanted):
    if found != wanted:
        sys.exit(f"{name}: {what} is {found!r}, not {wanted!r}")


mails = sorted(pathlib.Path(sys.argv[1]).glob("*.eml"))
for path in mails:
    octets = path.read_bytes()
    links = path.with_suffix(".links").read_text("utf-8").split()
    mail = email.message_from_bytes(octets, policy=email.policy.default)
    same(path.name, "the longest line", max(map(len, octets.split(b"\r\n"))) <= 998, True)
    same(path.name, "what is wrong", [part.defects for part in mail.walk() if part.defects], [])
    same(path.name, "the kind", mail.get_content_type(), "multipart/alternative")
    same(path.name, "the subject", mail["Subject"], path.with_suffix(".subject").read_text("utf-8"))
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    for part in (text, page):
        same(path.name, "the charset", part.get_content_charset(), "utf-8")
    text = text.get_content()
    same(path.name, "the text's links", [line for line in text.splitlines() if line.startswith("https://")], links)
    read = Page()
    read.feed(page.get_content())
    same(path.name, "the page's links", sorted(set(read.links)), sorted(set(links)))
    if links:
        same(path.name, "the link as text", links[0] in read.shown, True)
    same(path.name, "an odd character", "\ufffd" in text + page.get_content(), False)
print(len(mails))
