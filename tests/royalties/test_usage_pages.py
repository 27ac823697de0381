"""The usage desk in the browser: upload, mapping, preview, yes; and everything that must not get in."""

import io
import uuid
from typing import Any

import pytest
from django.urls import reverse

from royalties.models import UsageFile, UsageLine, UsageText
from tests.factories import usage as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(sign_in: Any) -> Any:
    """A client signed in at the distribution desk."""
    return sign_in(make.clerk())


def upload(desk: Any, data: bytes, name: str = "july.csv", **given: Any) -> Any:
    """Hand in a file by the form."""
    stream = io.BytesIO(data)
    stream.name = name
    source = given.pop("source", None) or make.source()
    values = {
        "source": source.pk,
        "period_start": "2026-07-01",
        "period_end": "2026-09-30",
        "coverage": "census",
        "form_key": str(uuid.uuid4()),
        "file": stream,
    }
    return desk.post(reverse("royalties:staff-usage-new"), values | given)


def confirm(desk: Any, file: UsageFile, **changed: Any) -> Any:
    """Confirm the mapping as it is proposed, with some fields changed."""
    address = reverse("royalties:staff-usage-mapping", args=[file.uid])
    form = desk.get(address).context["form"]
    values = {name: field.initial for name, field in form.fields.items() if field.initial not in (None, "", False)}
    return desk.post(address, values | {"act": "confirm"} | changed)


def act(desk: Any, file: UsageFile, name: str, **values: Any) -> Any:
    """Press a button of the file's page and look at the page again."""
    return desk.post(reverse(f"royalties:staff-usage-{name}", args=[file.uid]), values, follow=True)


def test_a_file_goes_from_upload_to_tables_by_four_clicks(desk: Any, run_jobs: Any) -> None:
    answer = upload(desk, make.table(make.row(), make.row("Dil", plays="x")))
    file = UsageFile.objects.get()
    assert answer["Location"] == reverse("royalties:staff-usage-mapping", args=[file.uid])
    page = desk.get(answer["Location"]).content.decode()
    assert "Chand Raat" in page and "What they become" in page
    confirm(desk, file)
    page = desk.get(reverse("royalties:staff-usage-detail", args=[file.uid])).content.decode()
    assert "This cannot be read as a number" in page and "Plays" in page
    assert UsageLine.objects.count() == UsageText.objects.count() == 0
    act(desk, file, "land")
    run_jobs()
    file.refresh_from_db()
    assert (file.state, UsageLine.objects.count(), file.refused_count) == ("landed", 1, 1)
    assert file.matched_at is not None
    assert (
        "What the texts were matched to"
        in desk.get(reverse("royalties:staff-usage-detail", args=[file.uid])).content.decode()
    )
    assert desk.get(reverse("royalties:staff-usage-texts", args=[file.uid])).status_code == 200
    for address in ("royalties:staff-usage-list", "royalties:staff-usage-sources", "royalties:staff-usage-source-new"):
        assert desk.get(reverse(address)).status_code == 200
    assert desk.get(reverse("royalties:staff-usage-list") + "?format=csv").status_code == 200
    assert desk.get(reverse("royalties:staff-usage-texts", args=[file.uid]) + "?format=csv").status_code == 200
    assert desk.get(reverse("royalties:staff-match-queue")).status_code == 200
    assert desk.get(reverse("royalties:staff-match-text", args=[file.uid, 1])).status_code == 200
