"""How the tests of a member's statement pages ask for them and read them."""

import csv
import datetime as dt
import io
import re
from urllib.parse import urlencode

from django.urls import reverse

PAID_AT = dt.datetime(2030, 11, 29, 9, tzinfo=dt.UTC)  # after the accounts of the tests were approved


def page(name, statement=None, **query):
    address = reverse(f"royalties:member-{name}", args=[statement.uid] if statement else [])
    return f"{address}?{urlencode(query)}" if query else address


def text_of(response):
    """The text of a page as a reader sees it."""
    body = re.sub(r"<[^>]+>", " ", response.content.decode().partition("<main")[2].partition("</main>")[0])
    return re.sub(r"\s+", " ", body.replace("\N{NO-BREAK SPACE}", " ")).replace(" .", ".")


def rows_of(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
