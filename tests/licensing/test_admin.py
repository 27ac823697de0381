"""Record screens of licensing: everything can be looked up, reference data edited, money never touched."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from cmo_portal.audit.models import Act
from licensing.models import SalesTaxRate
from tests.factories import licensing as make

pytestmark = pytest.mark.django_db
SCREENS = [model for model in apps.get_app_config("licensing").get_models() if model in admin.site._registry]


@pytest.mark.parametrize("model", SCREENS, ids=lambda model: model.__name__)
def test_every_screen_lists_searches_and_shows_but_never_changes_or_deletes(model, sign_in) -> None:
    make.pay(make.approved().invoice)
    client = sign_in(make.person("auditor"))
    name = f"admin:licensing_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_changelist"), {"q": "Cafe"}).status_code == 200
    row = model.objects.first()
    if row is not None:
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
        assert client.post(reverse(f"{name}_change", args=[row.pk]), {"x": "y"}).status_code == 403
        assert client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert client.get(reverse(f"{name}_add")).status_code == 403


def test_an_administrator_adds_a_tax_rate_and_an_overlap_is_refused_at_the_form(sign_in) -> None:
    province = make.province()
    client = sign_in(make.person("administrator"))
    page = reverse("admin:licensing_salestaxrate_add")
    sent = {
        "province": province.pk,
        "code": "SST",
        "name": "Sales tax",
        "order": "1",
        "rate": "17",
        "valid_from": "2027-07-01",
        "source": "Finance Act",
    }
    overlap = client.post(page, sent)
    assert overlap.status_code == 200 and SalesTaxRate.objects.count() == 1
    old = SalesTaxRate.objects.get()
    closed = client.post(reverse("admin:licensing_salestaxrate_change", args=[old.pk]), {"valid_to": "2027-06-30"})
    assert closed.status_code == 302
    assert client.post(page, sent).status_code == 302
    assert [str(rate.rate.normalize()) for rate in SalesTaxRate.objects.order_by("valid_from")] == ["16", "17"]
    assert [act.verb for act in Act.objects.filter(verb__endswith="_reference").order_by("number")] == [
        "edit_reference",
        "add_reference",
    ]
