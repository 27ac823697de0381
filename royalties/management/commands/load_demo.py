"""`manage load_demo`: the fictional society of the demonstration, made once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cmo_portal.common import clock
from royalties.demo.society import DemoRefused, load_society


class Command(BaseCommand):
    """Make the demo society, or say that it is there."""

    help = "Load the fictional demo society (demo mode only, into an empty database)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, phase by phase."""
        try:
            made = load_society(now=clock.now(), say=lambda phase: self.stdout.write(f"{phase} …"))
        except DemoRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("The demo society is ready." if made else "The demo society is there already.")
