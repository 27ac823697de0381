"""The life of a tariff: drafted, tested on its own examples, approved by another, filed, published, superseded."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from licensing.models import Invoice, SalesTaxRate, TariffVersion
from licensing.queries.impact import impact_of
from licensing.queries.tariffs import version_on
from licensing.services import tariffs
from licensing.services.approval import approve_application
from licensing.services.tariffs import TariffRefused
from tests.factories import licensing as make

pytestmark = pytest.mark.django_db


def approve(version: TariffVersion, *roles: str) -> TariffVersion:
    return tariffs.approve_version(
        version=version, reference="Resolution 7", by=make.person(*roles), now=make.NOW, on=make.TODAY
    )


def move(version: TariffVersion, to: str, reference: str = "Gazette 1") -> TariffVersion:
    return tariffs.move_version(version=version, to=to, reference=reference, by=make.person("approver"), on=make.TODAY)


def test_every_fault_of_a_definition_is_named_and_nothing_is_saved() -> None:
    make.draft("CAFE")
    broken = {
        **make.sample("CAFE")["definition"],
        "inputs": [{"name": "from", "type": "integer", "label": "Seats", "maximum": "10"}],
        "components": [{"kind": "per_unit", "code": "A", "name": "x", "quantity": "chairs", "rates": 600}],
    }
    with pytest.raises(TariffRefused) as refused:
        tariffs.draft_version(
            tariff=TariffVersion.objects.get().tariff,
            definition=broken,
            valid_from=make.TODAY,
            source="x",
            by=make.person("licensing"),
        )
    places = [complaint.place for complaint in refused.value.complaints]
    assert len(places) >= 3
    assert TariffVersion.objects.count() == 1


def test_a_tariff_for_several_funds_is_refused_because_one_invoice_collects_for_one() -> None:
    definition = {
        **make.sample("CAFE")["definition"],
        "funds": [{"key": "authors", "name": "Authors"}, {"key": "performers", "name": "Performers"}],
        "modifiers": [],
        "examples": [],
        "components": [
            {
                "kind": "per_unit",
                "code": "SEATS",
                "name": "Seats",
                "quantity": "seats",
                "rates": {"authors": "1", "performers": "1"},
                "times": "live_evenings",
            }
        ],
    }
    assert [complaint.place for complaint in tariffs.check_definition({**definition, **HEAD})] == ["funds"]


HEAD = {"code": "CAFE", "version": "1", "valid_from": "2026-01-01", "source": "x"}


def test_a_wrong_example_stops_the_approval() -> None:
    version = make.draft("CAFE", examples=[{"answers": {"seats": "40"}, "fee": "24000.01"}])
    with pytest.raises(TariffRefused, match=r"24,000\.00"):
        approve(version, "approver")


def test_a_version_without_an_example_is_not_approved() -> None:
    with pytest.raises(TariffRefused, match="worked example"):
        approve(make.draft("CAFE", examples=[]), "approver")


def test_the_maker_cannot_approve_even_with_both_roles_M14() -> None:
    both = make.person("licensing", "approver")
    version = make.draft("CAFE")
    tariffs.change_draft(
        version=version, definition=version.definition, valid_from=version.valid_from, source="again", by=both
    )
    with pytest.raises(ValidationError, match="Another person"):
        tariffs.approve_version(version=version, reference="R", by=both, now=make.NOW, on=make.TODAY)
    with pytest.raises(PermissionDenied):
        approve(version, "licensing")


def test_an_approved_version_changes_no_more() -> None:
    version = make.approved_tariff("CAFE")
    with pytest.raises(ValidationError, match="Only a draft"):
        tariffs.change_draft(
            version=version, definition={}, valid_from=make.TODAY, source="x", by=make.person("licensing")
        )


def test_a_published_version_ends_the_one_before_it_the_day_before() -> None:
    old = make.tariff("CAFE")
    new = make.tariff("CAFE", valid_from=dt.date(2027, 1, 1))
    old.refresh_from_db()
    assert old.valid_to == dt.date(2026, 12, 31)
    assert version_on(old.tariff, dt.date(2026, 12, 31)) == old
    assert version_on(old.tariff, dt.date(2027, 1, 1)) == new


def test_legal_steps_need_their_proof_and_their_order() -> None:
    version = make.approved_tariff("CAFE")
    with pytest.raises(ValidationError, match="does not follow"):
        move(version, "in_force")
    with pytest.raises(ValidationError, match="reference"):
        move(version, "filed", "  ")
    with pytest.raises(ValidationError, match="demonstration"):
        move(version, "sample")
    assert [step.legal_status for step in move(move(version, "filed"), "published").steps.all()] == [
        "approved",
        "filed",
        "published",
    ]


def test_nothing_is_licensed_or_invoiced_under_a_tariff_that_is_not_filed_and_published(settings) -> None:
    settings.LICENSING_REQUIRE_PUBLISHED_TARIFF = False
    version = make.approved_tariff("CAFE")
    application = make.submitted()
    settings.LICENSING_REQUIRE_PUBLISHED_TARIFF = True
    with pytest.raises(ValidationError):
        approve_application(application=application, by=make.person("licensing"), now=make.NOW)
    assert not Invoice.objects.exists()
    settings.LICENSING_REQUIRE_PUBLISHED_TARIFF = False
    approve_application(application=application, by=make.person("licensing"), now=make.NOW)
    assert Invoice.objects.get().tariff_version == version


def test_the_impact_prices_examples_and_live_licences_by_both_versions() -> None:
    make.pay(make.approved().invoice)
    dearer = {**make.sample("CAFE")["definition"]}
    dearer["components"] = [{**dearer["components"][0], "rates": "700.00"}, dearer["components"][1]]
    dearer["examples"] = [{"answers": {"seats": "40"}, "fee": "28000.00"}]
    impact = impact_of(make.draft("CAFE", valid_from=dt.date(2027, 1, 1), **dearer))
    assert [(effect.before, effect.after) for effect in impact.examples] == [(2_400_000, 2_800_000)]
    assert (impact.total_before, impact.total_after) == (2_400_000, 2_800_000)
    assert impact.licences[0].percent is not None and round(impact.licences[0].percent, 1) == pytest.approx(16.7)


def test_a_new_tax_rate_ends_the_old_one() -> None:
    province = make.province("PB", "16")
    tariffs.add_tax_rate(
        by=make.person("licensing"),
        province=province,
        code="SST",
        name="Sales tax",
        rate="17",
        valid_from=dt.date(2027, 7, 1),
        source="Finance Act",
    )
    assert [rate.valid_to for rate in SalesTaxRate.objects.order_by("valid_from")] == [dt.date(2027, 6, 30), None]


# --- the editor ------------------------------------------------------------------------------------------------------


def page(name: str, *args: object) -> str:
    return reverse(f"licensing:staff-{name}", args=args)


def test_the_editor_takes_a_tariff_from_draft_to_force(sign_in, client: Client) -> None:
    clerk, approver = sign_in(make.person("licensing")), sign_in(make.person("approver"))
    entry = {key: value for key, value in make.sample("GYM").items() if key != "definition"}
    assert clerk.post(page("tariff-new"), entry).url == page("version-new", "GYM")
    form = {"valid_from": "2026-01-01", "source": "Resolution", "definition": "{not json"}
    wrong = clerk.post(page("version-new", "GYM"), form)
    assert "this is not JSON" in wrong.content.decode()
    import json

    form["definition"] = json.dumps(make.sample("GYM")["definition"])
    assert clerk.post(page("version-new", "GYM"), form).url == page("version-detail", "GYM", 1)
    text = clerk.get(page("version-detail", "GYM", 1)).content.decode()
    assert "all 3 examples come out to the paisa" in text and "75,000.00" in text
    assert clerk.post(page("version-approve", "GYM", 1), {"reference": "R 1"}).status_code == 403
    approver.post(page("version-approve", "GYM", 1), {"reference": ""})
    assert TariffVersion.objects.get().legal_status == "draft"
    approver.post(page("version-approve", "GYM", 1), {"reference": "R 1"})
    for step in ("filed", "published", "in_force"):
        sent = {"to": step, "on": "2026-02-01", "reference": f"{step} 5"}
        assert approver.post(page("version-move", "GYM", 1), sent).status_code == 302
    assert TariffVersion.objects.get().legal_status == "in_force"
    assert "Gyms and fitness studios" in client.get("/tariffs/").content.decode()


def test_the_editor_names_the_place_of_a_fault(sign_in) -> None:
    clerk = sign_in(make.person("licensing"))
    version = make.draft("CAFE")
    import json

    broken = {**version.definition, "components": []}
    sent = {"valid_from": "2026-01-01", "source": "x", "definition": json.dumps(broken)}
    text = clerk.post(page("version-edit", "CAFE", 1), sent).content.decode()
    assert "components: A list with at least one entry is needed here." in text
