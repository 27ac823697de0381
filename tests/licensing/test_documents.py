"""Invoice and certificate: the same bytes for the same data, both scripts, tagged for screen readers."""

import subprocess
from pathlib import Path

import pytest
from django.utils import translation

from cmo_portal.documents import DocumentFailed, qr_svg, render_pdf
from licensing.models import Invoice, Licence
from licensing.queries.documents import invoice_data, licence_data
from licensing.queries.money import with_balance
from tests.factories import licensing as make

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes, folder: Path) -> str:
    file = folder / "document.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def paid() -> Licence:
    make.pay(make.approved().invoice)
    return Licence.objects.select_related("quote", "tariff_version__tariff").get()


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_same_data_give_the_same_bytes(paid: Licence, language: str) -> None:
    with translation.override(language):
        data = licence_data(paid)
        first = render_pdf("licensing/documents/licence.typ", data)
        assert first == render_pdf("licensing/documents/licence.typ", data)
    assert first.startswith(b"%PDF-1.7") and b"/StructTreeRoot" in first


def test_an_invoice_says_what_the_screen_says(paid: Licence, tmp_path: Path) -> None:
    invoice = with_balance(Invoice.objects.select_related("licence__quote", "tariff_version__tariff")).get()
    text = text_of(render_pdf("licensing/documents/invoice.typ", invoice_data(invoice)), tmp_path)
    for part in (invoice.number, "24,000.00", "3,840.00", "27,840.00", "−27,840.00", "Rs 0.00", "40 seats", "CAFE v1"):
        assert part in text.replace("\u00a0", " "), part


def test_a_certificate_carries_no_amount_and_no_person(paid: Licence, tmp_path: Path) -> None:
    text = text_of(render_pdf("licensing/documents/licence.typ", licence_data(paid)), tmp_path)
    assert paid.number in text and "Cafe Sitar Gulberg" in text and paid.code[:40] in text
    for private in ("24,000", "27,840", "Amna", "1234567-8", "amna@"):
        assert private not in text


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_certificate_fits_on_one_page(paid: Licence, tmp_path: Path, language: str) -> None:
    with translation.override(language):
        text = text_of(render_pdf("licensing/documents/licence.typ", licence_data(paid)), tmp_path)
    assert "1 / 1" in text or "1/1" in text


def test_an_urdu_certificate_embeds_the_urdu_font(paid: Licence) -> None:
    with translation.override("ur"):
        pdf = render_pdf("licensing/documents/licence.typ", licence_data(paid))
    assert b"NotoNastaliqUrdu" in pdf


def test_names_are_text_and_never_code(paid: Licence, tmp_path: Path) -> None:
    data = licence_data(paid)
    data["premises"]["name"] = '#sys.version "] #read("/etc/passwd") $x$ *b* \\'
    text = text_of(render_pdf("licensing/documents/licence.typ", data), tmp_path)
    assert '#read("/etc/passwd")' in text and "root:" not in text


def test_a_sign_that_no_font_has_does_not_keep_people_from_their_document(paid: Licence, tmp_path: Path) -> None:
    data = licence_data(paid)
    data["premises"]["name"] = "Cafe 🎵 चाय 茶"
    assert "Cafe" in text_of(render_pdf("licensing/documents/licence.typ", data), tmp_path)


def test_a_broken_document_fails_by_name() -> None:
    with pytest.raises(DocumentFailed, match="licence.typ"):
        render_pdf("licensing/documents/licence.typ", {})


def test_a_certificate_keeps_its_names_when_the_business_is_renamed(paid: Licence, tmp_path: Path) -> None:
    paid.premises.name = "Renamed"
    paid.premises.save()
    text = text_of(render_pdf("licensing/documents/licence.typ", licence_data(Licence.objects.get())), tmp_path)
    assert "Cafe Sitar Gulberg" in text and "Renamed" not in text


def test_a_qr_code_is_a_picture_without_script() -> None:
    svg = qr_svg("https://society.example/check/x/")
    assert svg.lstrip().startswith("<?xml") or svg.startswith("<svg")
    assert "<script" not in svg
