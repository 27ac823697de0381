"""The bed of the browser tests: what they leave behind cannot harm the next test."""

import pytest
from django.db import connection, connections

from tests.browser import chromium
from tests.conftest import clone_database

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def works() -> bool:
    """Whether this thread's connection answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def test_a_database_made_anew_after_a_browser_is_reached_with_and_without_one() -> None:
    """The thread has other connections while a browser runs; both were found dead when the bed did not close them."""
    for _round in range(2):
        assert works()
        with chromium():
            assert works()
        clone_database(connections["default"].settings_dict["NAME"])
