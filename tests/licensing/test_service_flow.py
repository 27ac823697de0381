"""From application to active licence: the acts one after the other."""

import pytest

from licensing.models import Licence
from tests.factories import licensing as make

pytestmark = pytest.mark.django_db


def test_a_paid_invoice_makes_the_licence_active_and_signed() -> None:
    approval = make.approved()
    invoice = approval.invoice
    assert (invoice.net, invoice.tax, invoice.total) == (2_400_000, 384_000, 2_784_000)
    assert approval.token and approval.user is not None and approval.user.email == "amna@cafe.example"
    assert approval.licence.state == "awaiting_payment"
    make.pay(invoice)
    licence = Licence.objects.get()
    assert licence.state == "active" and licence.code
    assert licence.ends_on.isoformat() == "2027-11-30"
    invoice.refresh_from_db()
    assert invoice.state == "paid"
