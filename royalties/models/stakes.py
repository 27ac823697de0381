"""The money that hangs on works the desk has to look at: worked out each time they are looked for, so that lists are
ordered by it."""

from django.db import models

from works.models import AgreementFault, DuplicatePair


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


class AgreementFaultStake(models.Model):
    """What hangs on a right of a work whose agreements cannot all be true, in minor units: `held` in posted runs,
    `usage` expected for the part at fault from what is not distributed yet."""

    fault = models.OneToOneField(AgreementFault, primary_key=True, on_delete=models.CASCADE, related_name="stake")
    held = models.BigIntegerField(default=0)
    usage = models.BigIntegerField(default=0)
    at_stake = models.BigIntegerField(default=0)
    counted_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["-at_stake", "fault"], name="faults_by_money")]
