"""`manage verify_audit [--head HEX [--acts N]]`: walk the chain of acts and name every fault."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmo_portal.audit.models import Act
from cmo_portal.audit.services import verify_anchor, verify_chain


def sha256_hex(text: str) -> str:
    """64 hexadecimal digits, as this command prints them."""
    if len(text) != 64 or not set(text.lower()) <= set("0123456789abcdef"):
        raise argparse.ArgumentTypeError("the head has 64 hexadecimal digits, as verify_audit prints them")
    return text


class Command(BaseCommand):
    """Exit code 1 when the chain is broken, or does not hold the head that was noted."""

    help = "Verify the chain of acts from its first row to its head, and against a head noted outside."

    def add_arguments(self, parser: CommandParser) -> None:
        """The head and the number of acts of an earlier day."""
        parser.add_argument("--head", type=sha256_hex, help="a head that this command printed earlier")
        parser.add_argument("--acts", type=int, help="the number of acts printed with that head")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each fault, or the number of acts and the head's hash (to be anchored outside)."""
        if options["acts"] is not None and not options["head"]:
            raise CommandError("--acts belongs to a --head: give both as they were noted.")
        faults = verify_chain()
        if options["head"]:
            faults += verify_anchor(head=options["head"], number=options["acts"])
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults in the chain of acts.")
        head = Act.objects.order_by("-number").first()
        self.stdout.write(f"{head.number if head else 0} acts, head {bytes(head.hash).hex() if head else '-'}")
