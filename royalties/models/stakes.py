"""The money that hangs on pairs of like works: worked out after each comparison, so that the list is ordered by it."""

from django.db import models

from works.models import DuplicatePair


class DuplicateStake(models.Model):
    """What hangs on a pair in minor units: `held` in posted runs, `usage` expected from what is not distributed yet."""

    pair = models.OneToOneField(DuplicatePair, primary_key=True, on_delete=models.CASCADE, related_name="stake")
    held = models.BigIntegerField(default=0)
    usage = models.BigIntegerField(default=0)
    at_stake = models.BigIntegerField(default=0)
    counted_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["-at_stake", "pair"], name="pairs_by_money")]
