"""Keeping documents: checked, cleaned, scanned, stored under a name of our own; who opens one is noted."""

import hashlib
import secrets
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.formats.documents import CheckedDocument, carries_test_virus, clean_file_name, read_document
from members.models import Document, MembershipApplication, Party
from members.models.applications import DOCUMENT_KINDS
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
    if carries_test_virus(upload.content) or read_field("file", is_infected, upload.content):
        checked = CheckedDocument(clean_file_name(upload.name), upload.content, NAMELESS, ".held")
    else:
        checked = read_field("file", read_document, upload.name, upload.content, max_bytes=policy().document_bytes)
    digest = hashlib.sha256(checked.content).digest()
    earlier = Document.objects.filter(application=application, party=party, kind=kind, sha256=digest).first()
    if earlier is not None:
        return earlier
    document = Document(
        application=application,
        party=party,
        kind=kind,
        sha256=digest,
        original_name=checked.name,
        content_type=checked.content_type,
        size=len(checked.content),
        quarantined=checked.content_type == NAMELESS,
        given_by=by,
    )
    _store(document, checked)
    verb = "quarantine_document" if document.quarantined else "keep_document"
    record_act(by=by, verb=verb, on=document, facts={"kind": kind, "sha256": digest.hex(), "size": document.size})
    return document


def remove_file(document: Document) -> None:
    """Delete a document's row, and its file once the deletion is certain."""
    storage, name = document.file.storage, str(document.file.name)
    document.delete()
    transaction.on_commit(lambda: storage.delete(name), robust=True)


@transaction.atomic
def open_document(*, document: Document, by: User) -> bytes:
    """The bytes of a document for a person who may see it; who opened it is noted. Raises FileNotFoundError."""
    if document.quarantined:
        raise FileNotFoundError(document.original_name)
    with document.file.open("rb") as file:
        content: bytes = file.read()
    record_act(by=by, verb="open_document", on=document, facts={"kind": document.kind})
    return content


def _store(document: Document, checked: CheckedDocument) -> None:
    """Write the file under a random name, then the row; a row that fails takes its file away again."""
    document.file.save(f"{secrets.token_hex(16)}{checked.extension}", ContentFile(checked.content), save=False)
    try:
        document.save()
    except Exception:
        document.file.storage.delete(str(document.file.name))
        raise
