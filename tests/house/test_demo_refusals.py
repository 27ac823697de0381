"""The demo society is loaded where it belongs, and nowhere else."""

import pytest
from django.core.management import CommandError, call_command

from cmo_portal.common import clock
from royalties.demo.society import DemoRefused, load_society


@pytest.mark.django_db
def test_the_demo_society_exists_in_demonstration_mode_only(settings):
    settings.DEMO_MODE = False
    with pytest.raises(DemoRefused):
        load_society(now=clock.now(), say=print)
    for command in ("load_demo", "demo_accounts"):
        with pytest.raises(CommandError, match="demonstration mode only"):
            call_command(command)


@pytest.mark.django_db
def test_the_demo_society_is_not_poured_into_a_database_in_use(settings, staff):
    settings.DEMO_MODE = True
    staff("finance")
    with pytest.raises(CommandError, match="in use"):
        call_command("load_demo")
    with pytest.raises(CommandError, match="not loaded"):
        call_command("demo_accounts")
