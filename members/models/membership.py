"""Members: admitted parties, their mandates, bank accounts and tax status."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models.parties import Party, Right

MEMBER_STATES = [
    ("active", _("Active")),
    ("suspended", _("Suspended")),
    ("resigned", _("Resigned")),
    ("deceased", _("Deceased")),
]


@pghistory.track(exclude=["cnic_sealed"])
class Member(Public):
    """A party admitted to this society. The CNIC is sealed; its blind index keeps one CNIC to one living membership."""

    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="member")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="member"
    )
    number = models.CharField(_("member number"), max_length=12, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=MEMBER_STATES, default="active")
    roles = models.JSONField(_("roles"), default=list)
    email = models.EmailField(_("e-mail address"))
    telephone = models.CharField(_("telephone"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=5, default="en")
    admitted_on = models.DateField(_("admitted on"))
    admitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="members_admitted"
    )
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
                condition=models.Q(state__in=["active", "suspended"]),
                name="one_cnic_one_active_member",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.party}"


@pghistory.track()
class Mandate(Public):
    """What a member gave the society to administer: a right, a territory, dates; exclusive or not."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="mandates")
    right = models.CharField(_("right"), max_length=2, choices=Right.choices)
    territory = models.CharField(_("territory"), max_length=4, default="2136")
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    exclusive = models.BooleanField(_("exclusive"), default=False)
    document = models.ForeignKey("members.Document", null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="mandate_ends_after_it_begins",
            )
        ]


@pghistory.track(exclude=["iban_sealed"])
class BankAccount(Public):
    """Where a party is paid. A proposed account counts only after another person approved it."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="bank_accounts")
    title = models.CharField(_("account title"), max_length=120)
    bank_name = models.CharField(_("bank"), max_length=80, blank=True)
    iban_sealed = models.BinaryField(editable=False)
    iban_index = models.BinaryField(max_length=32, editable=False)
    iban_masked = models.CharField(_("IBAN"), max_length=34, editable=False)
    state = models.CharField(
        max_length=10,
        choices=[
            ("proposed", _("Waiting for approval")),
            ("approved", _("Approved")),
            ("refused", _("Refused")),
            ("replaced", _("Replaced")),
        ],
        default="proposed",
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="bank_proposals"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="bank_approvals"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["party"], condition=models.Q(state="approved"), name="one_approved_account_per_party"
            ),
            models.UniqueConstraint(
                fields=["iban_index"],
                condition=models.Q(state__in=["proposed", "approved"]),
                name="one_iban_one_party",
            ),
            models.CheckConstraint(
                condition=~models.Q(approved_by=models.F("proposed_by")), name="bank_four_eyes"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved")
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
                name="approved_account_names_approver",
            ),
        ]


@pghistory.track()
class TaxStatus(Public):
    """The tax class of a party over time (for example `resident_active`), with its evidence."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="tax_statuses")
    tax_class = models.CharField(_("tax class"), max_length=40)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=200)

    class Meta:
        verbose_name = _("tax status")
        verbose_name_plural = _("tax statuses")
        default_permissions = ("view",)
