"""Members: admitted parties, their mandates, bank accounts and tax status."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models.days import DayRange, days  # noqa: F401 - the first migration names DayRange here
from members.models.parties import KEPT, Party, Right
from members.models.territories import LONGEST_AREA, WORLD, territory_text

MEMBER_STATES = [
    ("active", _("Active")),
    ("suspended", _("Suspended")),
    ("resigned", _("Resigned")),
    ("deceased", _("Deceased")),
]
LIVING = ("active", "suspended")
MEMBER_MOVES = [
    ("active", "suspended"),
    ("suspended", "active"),
    ("active", "resigned"),
    ("suspended", "resigned"),
    ("active", "deceased"),
    ("suspended", "deceased"),
    ("resigned", "deceased"),
]
ACCOUNT_STATES = [
    ("proposed", _("Waiting for approval")),
    ("approved", _("Approved")),
    ("refused", _("Refused")),
    ("withdrawn", _("Withdrawn")),
    ("replaced", _("Replaced")),
]
ACCOUNT_MOVES = [
    ("proposed", "approved"),
    ("proposed", "refused"),
    ("proposed", "withdrawn"),
    ("approved", "replaced"),
]
CNIC_MASK = r"^\d{5}-\*{5}-\d$"


@pghistory.track(exclude=["cnic_sealed"])
class Member(Public):
    """A party admitted to this society. The CNIC is sealed; its blind index keeps one CNIC to one living membership."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="member")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="member"
    )
    number = models.CharField(_("member number"), max_length=12, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=MEMBER_STATES, default="active")
    roles = models.JSONField(_("roles"), default=list)
    email = models.EmailField(_("e-mail address"))
    telephone = models.CharField(_("telephone"), max_length=20, blank=True)
    address = models.CharField(_("postal address"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=5, default="en")
    admitted_on = models.DateField(_("admitted on"))
    admitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="members_admitted"
    )
    left_on = models.DateField(_("left on"), null=True, blank=True)
    cnic_sealed = models.BinaryField(null=True, editable=False)
    cnic_index = models.BinaryField(max_length=32, null=True, editable=False)
    cnic_masked = models.CharField(_("CNIC"), max_length=20, blank=True, editable=False)
    ntn = models.CharField(_("NTN"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        default_permissions = ("view",)
        permissions = [
            ("view_members", "See members"),
            ("review_applications", "Review membership applications"),
            ("edit_members", "Change members' data"),
            ("propose_bank", "Propose a change of bank details"),
            ("approve_bank", "Approve a change of bank details"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["cnic_index"],
                condition=models.Q(state__in=LIVING),
                name="one_cnic_one_active_member",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[code for code, _label in MEMBER_STATES]), name="member_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(cnic_sealed__isnull=True, cnic_index__isnull=True, cnic_masked="")
                | models.Q(cnic_sealed__isnull=False, cnic_index__isnull=False, cnic_masked__regex=CNIC_MASK),
                name="member_cnic_is_sealed_and_masked",
            ),
        ]
        triggers = [pgtrigger.FSM(name="member_moves", field="state", transitions=MEMBER_MOVES)]

    def __str__(self) -> str:
        return f"{self.number} {self.party}"


@pghistory.track()
class Mandate(Public):
    """What a member gave the society to administer: a right, a territory, dates; exclusive or not."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="mandates")
    right = models.CharField(_("right"), max_length=2, choices=Right.choices)
    territory = models.CharField(_("territory"), max_length=LONGEST_AREA, default=WORLD)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    exclusive = models.BooleanField(_("exclusive"), default=False)
    document = models.ForeignKey(
        "members.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="mandates"
    )

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="mandate_ends_after_it_begins",
            ),
            ExclusionConstraint(
                name="one_mandate_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("right", RangeOperators.EQUAL),
                    ("territory", RangeOperators.EQUAL),
                    (days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.right}"

    @property
    def territory_text(self) -> str:
        """The territory in words."""
        return territory_text(self.territory)


@pghistory.track(exclude=["iban_sealed"])
class BankAccount(Public):
    """Where a party is paid. A proposed account counts only after another person approved it, and then never changes:
    a change is a new account, which replaces the earlier one when it is approved (M12, M14)."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="bank_accounts")
    title = models.CharField(_("account title"), max_length=120)
    bank_name = models.CharField(_("bank"), max_length=80, blank=True)
    iban_sealed = models.BinaryField(editable=False)
    iban_index = models.BinaryField(max_length=32, editable=False)
    iban_masked = models.CharField(_("IBAN"), max_length=34, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=ACCOUNT_STATES, default="proposed")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="bank_proposals"
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    cooling_until = models.DateTimeField(_("not before"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="bank_approvals"
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    form_key = models.UUIDField(unique=True, null=True, editable=False)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["party"], condition=models.Q(state="approved"), name="one_approved_account_per_party"
            ),
            models.UniqueConstraint(
                fields=["party"], condition=models.Q(state="proposed"), name="one_proposed_account_per_party"
            ),
            models.UniqueConstraint(
                fields=["iban_index"],
                condition=models.Q(state__in=["proposed", "approved"]),
                name="one_iban_one_party",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[code for code, _label in ACCOUNT_STATES]), name="account_state_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(approved_by=models.F("proposed_by")), name="bank_four_eyes"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "replaced"])
                | models.Q(approved_by__isnull=False, approved_at__isnull=False, proposed_by__isnull=False),
                name="approved_account_names_approver",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_at__isnull=True) | models.Q(approved_at__gte=models.F("cooling_until")),
                name="account_approved_after_cooling",
            ),
            models.CheckConstraint(condition=~models.Q(title__regex=r"^\s*$"), name="account_has_a_title"),
            models.CheckConstraint(
                condition=models.Q(iban_masked__regex=r"^[A-Z]{2}\*\* \*{4} … [A-Z0-9]{4}$"),
                name="account_iban_is_masked",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="account_moves", field="state", transitions=ACCOUNT_MOVES),
            pgtrigger.Protect(
                name="account_begins_proposed",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="proposed"),
            ),
            pgtrigger.ReadOnly(
                name="account_stays_as_proposed",
                fields=[
                    "party", "title", "bank_name", "iban_sealed", "iban_index", "iban_masked",
                    "proposed_by", "proposed_at", "cooling_until",
                ],
            ),
            pgtrigger.Protect(
                name="account_approval_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__approved_by__isnull=False)
                & (
                    pgtrigger.Q(old__approved_by__df=pgtrigger.F("new__approved_by"))
                    | pgtrigger.Q(old__approved_at__df=pgtrigger.F("new__approved_at"))
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title} {self.iban_masked}"


@pghistory.track()
class TaxStatus(Public):
    """The tax class of a party over time (for example `resident_active`), with its evidence; one class a day."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="tax_statuses")
    tax_class = models.CharField(_("tax class"), max_length=40)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=200)

    class Meta:
        verbose_name = _("tax status")
        verbose_name_plural = _("tax statuses")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="tax_status_ends_after_it_begins",
            ),
            ExclusionConstraint(
                name="one_tax_class_at_a_time",
                expressions=[
                    ("party", RangeOperators.EQUAL),
                    (days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.tax_class
