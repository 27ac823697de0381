"""What is known about applications: which parts are done, what the reviewer must see, who went before."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.spelling import skeleton_words
from cmo_portal.common.texts import Text, say
from cmo_portal.context import OWN_COUNTRY
from members.models import BankAccount, Member, MembershipApplication, Party, Right
from members.models.membership import LIVING
from members.models.parties import PartyKind
from members.models.territories import WORLD, own_territory
from members.queries.parties import same_name_parties
from members.rules.completeness import Given, missing_steps, step_states
from members.rules.identity import WARNINGS
from members.rules.names import name_key

STEP_TITLES: Mapping[str, Text] = {
    "names": _("Your names"),
    "identity": _("Proof of who you are"),
    "contact": _("How to reach you"),
    "roles": _("What you do"),
    "bank": _("Your bank account"),
    "mandate": _("Your mandate"),
    "documents": _("Documents"),
}
ROLE_TITLES: Mapping[str, Text] = {
    "composer": _("Composer: I write music"),
    "lyricist": _("Lyricist or poet: I write words"),
    "arranger": _("Arranger: I arrange music"),
    "translator": _("Translator: I put words into another language"),
    "publisher": _("Publisher: I publish the works of others"),
    "heir": _("Heir: I hold the rights of a creator who died"),
}
NAMES_GIVEN = ("first_name", "last_name", "original_name", "pen_name", "pen_name_original")
RESIDENCE_TITLES: Mapping[str, Text] = {
    "resident": say(_("In {country} for most of the year"), country=OWN_COUNTRY),
    "abroad": _("Abroad for most of the year"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One part of an application as the task list shows it."""

    code: str
    title: Text
    state: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something the reviewer must see. A blocking one makes admission impossible until it is settled."""

    code: str
    text: Text
    blocking: bool = False
    member: Member | None = None


def steps_of(application: MembershipApplication) -> list[Step]:
    """The parts of an application with their states, in order. One query."""
    states = step_states(application.answers, _given(application))
    return [Step(code, STEP_TITLES[code], state) for code, state in states.items()]


def missing_of(application: MembershipApplication) -> list[Step]:
    """The parts that must be done before it can be sent. One query."""
    missing = set(missing_steps(application.answers, _given(application)))
    return [step for step in steps_of(application) if step.code in missing]


def mandate_territories() -> dict[str, str]:
    """What a mandate may cover, as TIS numbers: `home`, the society's own territory, and `world`."""
    return {"home": own_territory(), "world": WORLD}


def mandate_scope(application: MembershipApplication) -> dict[str, str]:
    """Right → TIS number of the territory for which the applicant gives it."""
    territories = mandate_territories()
    given = application.answers.get("mandate", {})
    return {right: territories[where] for right, where in given.items() if where in territories}


def mandate_rows(scope: Mapping[str, str]) -> list[tuple[Text, Text]]:
    """Rights and territories in words; a right that is not given is named as kept."""
    words = {own_territory(): say(_("In {country}"), country=OWN_COUNTRY), WORLD: _("In the whole world")}
    return [
        (Right(right).label, words.get(scope.get(right, ""), scope.get(right, "")) or _("You keep this right"))
        for right in Right.values
    ]


def alarms_of(application: MembershipApplication) -> list[Alarm]:
    """What speaks against admission: the same CNIC or bank account elsewhere, an equal name and birthday, numbers
    that look unusual (domain.md section 4, ghost members; M26)."""
    return [
        *_cnic_alarms(application),
        *_iban_alarms(application),
        *_twin_alarms(application),
        *_signature_alarms(application),
        *_warnings(application),
    ]


def possible_parties(application: MembershipApplication) -> list[Party]:
    """Parties known from works who may be this applicant and are no members yet."""
    names = {application.display_name, str(application.answers.get("pen_name", ""))} - {""}
    found = {party.pk: party for name in sorted(names) for party in same_name_parties(name)}
    return [party for party in found.values() if not hasattr(party, "member")]


def waiting_applications() -> QuerySet[MembershipApplication]:
    """Those that wait for the society."""
    return MembershipApplication.objects.filter(state="submitted")


def filtered_applications(
    *, text: str = "", state: str = "", since: dt.date | None = None
) -> QuerySet[MembershipApplication]:
    """The applications that staff may see (drafts are the applicant's own), by reference or name, state and day."""
    rows = MembershipApplication.objects.exclude(state="draft").defer("cnic_sealed", "iban_sealed")
    if text:
        key = name_key(text)
        wanted = Q(reference__iexact=text) | Q(email__iexact=text)
        rows = rows.filter(wanted | Q(name_key__contains=key) if key else wanted)
    if state:
        rows = rows.filter(state=state)
    if since:
        rows = rows.filter(submitted_at__date__gte=since)
    return rows


def _given(application: MembershipApplication) -> Given:
    kinds = application.documents.filter(quarantined=False).values_list("kind", flat=True)
    return Given(
        kind=application.kind,
        cnic=bool(application.cnic_masked),
        born=application.born_on is not None,
        iban=bool(application.iban_masked),
        documents=frozenset(kinds),
    )


def _cnic_alarms(application: MembershipApplication) -> list[Alarm]:
    if not application.cnic_index:
        return []
    alarms = [
        Alarm(
            "cnic-member",
            say(
                _("Member {number} has the same CNIC ({state})."),
                number=member.number,
                state=member.get_state_display(),
            ),
            blocking=member.state in LIVING,
            member=member,
        )
        for member in Member.objects.filter(cnic_index=application.cnic_index).select_related("party")
        if member.pk != application.member_id
    ]
    others = _others(application).filter(cnic_index=application.cnic_index)
    return alarms + [
        Alarm("cnic-application", say(_("Application {reference} has the same CNIC."), reference=other.reference))
        for other in others
    ]


def _iban_alarms(application: MembershipApplication) -> list[Alarm]:
    if not application.iban_index:
        return []
    accounts = BankAccount.objects.filter(iban_index=application.iban_index).select_related("party__member")
    alarms = [
        Alarm(
            "iban-party",
            say(_("{name} has the same bank account."), name=account.party.display_name),
            blocking=account.state in ("proposed", "approved"),
            member=getattr(account.party, "member", None),
        )
        for account in accounts
        if getattr(account.party, "member", None) is None or account.party.member.pk != application.member_id
    ]
    others = _others(application).filter(iban_index=application.iban_index)
    sentence = _("Application {reference} has the same bank account.")
    return alarms + [Alarm("iban-application", say(sentence, reference=other.reference)) for other in others]


def _twin_alarms(application: MembershipApplication) -> list[Alarm]:
    if application.born_on is None:
        return []
    sentence = _("{name} ({number}) has an equal name and was born on the same day.")
    twins = [party.member for party in same_name_parties(application.display_name) if hasattr(party, "member")]
    return [
        Alarm("twin", say(sentence, name=twin.party.display_name, number=twin.number), member=twin)
        for twin in twins
        if twin.party.born_on == application.born_on and twin.pk != application.member_id
    ]


def _signature_alarms(application: MembershipApplication) -> list[Alarm]:
    """The name that was typed to declare the answers true has no word of the applicant's names. For a firm signs
    somebody of another name."""
    signed = str(application.answers.get("declared_name", ""))
    if not signed or application.kind != PartyKind.PERSON:
        return []
    written = [str(application.answers.get(key, "")) for key in NAMES_GIVEN]
    own = {word for name in written for word in skeleton_words(name)}
    if own & set(skeleton_words(signed)):
        return []
    return [Alarm("signature", say(_("Signed as “{name}”, which is none of the applicant’s names."), name=signed))]


def _warnings(application: MembershipApplication) -> list[Alarm]:
    answers: Mapping[str, Any] = application.answers
    codes = [*answers.get("cnic_warnings", []), *answers.get("iban_warnings", [])]
    return [Alarm(code, WARNINGS[code]) for code in codes if code in WARNINGS]


def _others(application: MembershipApplication) -> QuerySet[MembershipApplication]:
    """Other applications that are not decided, or were refused: an admitted one speaks through its member."""
    return MembershipApplication.objects.exclude(pk=application.pk).exclude(state__in=("draft", "admitted"))
