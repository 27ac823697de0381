"""Keeping documents: checked, cleaned, scanned, stored under a name of our own; who opens one is noted."""

import hashlib
import secrets
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.formats.documents import (
    PDF,
    CheckedDocument,
    carries_test_virus,
    clean_file_name,
    read_document,
    too_large,
)
from members.formats.preview import page_picture
from members.models import Document, MembershipApplication, Party
from members.models.applications import DOCUMENT_KINDS, KeptFile
from members.policy import policy
from members.services.errors import read_field, refuse_field
from members.services.scanning import is_infected

NAMELESS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its stated name and its bytes."""

    name: str
    content: bytes


@transaction.atomic
def keep_document(
    *,
    upload: Upload,
    kind: str,
    by: User | None,
    application: MembershipApplication | None = None,
    party: Party | None = None,
) -> Document:
    """Keep one file for an application or a party. The same bytes of the same kind again give the document there is.

    Raises ValidationError for a file that cannot be taken. A file with a virus is kept in quarantine: the document
    comes back with `quarantined` set, is never served, and does not count as given.
    """
    if kind not in dict(DOCUMENT_KINDS):
        refuse_field("kind", f"{kind!r}")
    checked = check_upload(upload)
    digest = hashlib.sha256(checked.content).digest()
    earlier = Document.objects.filter(application=application, party=party, kind=kind, sha256=digest).first()
    if earlier is not None:
        return earlier
    document = Document(application=application, party=party, kind=kind)
    write_file(document, checked, by=by)
    return document


def check_upload(upload: Upload) -> CheckedDocument:
    """What may be kept of a file: checked, cleaned, looked at for viruses; one with a virus comes back as it is, of no
    kind at all. Raises ValidationError at the field `file`."""
    if carries_test_virus(upload.content) or read_field("file", is_infected, upload.content):
        return CheckedDocument(clean_file_name(upload.name), upload.content, NAMELESS, ".held")
    return read_field("file", read_document, upload.name, upload.content, max_bytes=policy().document_bytes)


def size_refusal() -> str:
    """What is said to an upload that was cut off at the limit."""
    return str(too_large(policy().document_bytes))


def write_file(document: KeptFile, checked: CheckedDocument, *, by: User | None) -> None:
    """Write a checked file under a name of our own, and its row with its hash, into the record of acts."""
    digest = hashlib.sha256(checked.content).digest()
    document.sha256, document.size = digest, len(checked.content)
    document.original_name, document.content_type = checked.name, checked.content_type
    document.quarantined, document.given_by = checked.content_type == NAMELESS, by
    _store(document, checked)
    verb = "quarantine_document" if document.quarantined else "keep_document"
    facts = {"kind": document.kind, "sha256": digest.hex(), "size": document.size}
    record_act(by=by, verb=verb, on=document, facts=facts)


def remove_file(document: KeptFile) -> None:
    """Delete a document's row, and its file once the deletion is certain."""
    storage, name = document.file.storage, str(document.file.name)
    document.delete()
    transaction.on_commit(lambda: storage.delete(name), robust=True)


@transaction.atomic
def open_document(*, document: KeptFile, by: User) -> bytes:
    """The bytes of a document for a person who may see it; who opened it is noted. Raises FileNotFoundError."""
    if document.quarantined:
        raise FileNotFoundError(document.original_name)
    with document.file.open("rb") as file:
        content: bytes = file.read()
    record_act(by=by, verb="open_document", on=document, facts={"kind": document.kind})
    return content


def first_page(*, document: KeptFile, by: User) -> bytes:
    """The first page of a PDF as a picture of our own drawing, to stand beside a form; empty where there is none."""
    return page_picture(open_document(document=document, by=by)) if document.content_type == PDF else b""


def _store(document: KeptFile, checked: CheckedDocument) -> None:
    """Write the file under a random name, then the row; a row that fails takes its file away again."""
    document.file.save(f"{secrets.token_hex(16)}{checked.extension}", ContentFile(checked.content), save=False)
    try:
        document.save()
    except Exception:
        document.file.storage.delete(str(document.file.name))
        raise
