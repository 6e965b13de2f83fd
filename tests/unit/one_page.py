# SPDX-License-Identifier: ISC
# one_page.py FILE: a whole HTML page, with no script, no link to elsewhere and
# no bytes a terminal would obey.
import html.parser
import sys

ALONE = {"meta", "br", "path"}
MAY = ALONE | set("html head title style body h1 h2 p table tbody tr th td code bdi b span div svg footer".split())


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in MAY:
            sys.exit(f"a tag that is not ours: {tag}")
        for key, value in attrs:
            if key in ("src", "href", "action", "srcset", "background") or key.startswith("on"):
                sys.exit(f"{tag} has {key}={value}")
            if value is not None and ("url(" in value or "script" in value.lower()):
                sys.exit(f"{tag} {key} names something: {value}")
        if tag not in ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in ALONE:
            return
        if not self.open or self.open.pop() != tag:
            sys.exit(f"</{tag}> ends something else, line {self.getpos()[0]}")


text = open(sys.argv[1], encoding="utf-8", newline="").read()
page = Page()
page.feed(text)
page.close()
if page.open:
    sys.exit(f"still open: {page.open}")
bad = [c for c in text if (ord(c) < 32 and c != "\n") or 0x7f <= ord(c) < 0xa0
       or 0x202a <= ord(c) <= 0x202e or 0x2066 <= ord(c) <= 0x2069 or ord(c) in (0x200e, 0x200f)]
if bad or "url(" in text or "@import" in text:
    sys.exit(f"what must not be in it: {bad[:5]}")
