"""How the tests of members' pages ask for them and send their forms."""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse


def page(name, *args):
    return reverse(f"members:{name}", args=args)


def begin(client, **changed):
    facts = {"kind": "person", "email": f"{uuid.uuid4().hex}@music.example", "form_key": uuid.uuid4()} | changed
    return client.post(page("public-join-begin"), facts)


def upload(content, name="cnic.png", kind="identity"):
    return {"kind": kind, "file": SimpleUploadedFile(name, content)}
