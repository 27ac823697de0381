"""`manage verify_audit`: walk the chain of acts and name every fault."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cmo_portal.audit.models import Act
from cmo_portal.audit.services import verify_chain


class Command(BaseCommand):
    """Exit code 1 when the chain is broken."""

    help = "Verify the chain of acts from its first row to its head."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each fault, or the number of acts and the head's hash (to be anchored outside)."""
        faults = verify_chain()
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults in the chain of acts.")
        head = Act.objects.order_by("-number").first()
        self.stdout.write(f"{head.number if head else 0} acts, head {bytes(head.hash).hex() if head else '-'}")
