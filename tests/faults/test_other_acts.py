"""Every fault point outside the run and the payment: an act that fails there leaves nothing, and the next try succeeds.

Each act is one call of a service that keeps itself whole: no transaction is wrapped around it here.
"""

import datetime as dt
import io
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from cmo_portal.common import faults
from cmo_portal.common.faults import InjectedFault
from licensing.queries.applications import price_of
from licensing.services import applications, approval, invoices, tariffs
from members.models import BankAccount
from members.services.bank import approve_account, propose_account
from members.services.review import Admission, admit_application
from royalties.models import UsageFile, UsageText
from royalties.services import matching, regrouping, rules, usage
from tests.factories import licensing as money
from tests.factories import royalties as make
from tests.factories import usage as logs
from tests.factories import works as shelf
from tests.factories.members import iban, make_application, make_member
from tests.faults.points import OTHERS
from tests.works.formats.cwr_files import WORK, cwr_file
from works.models import Regrouping
from works.queries.regrouping import works_digest
from works.services import bulk, disputes, imports
from works.services import regrouping as regroupings

pytestmark = pytest.mark.django_db
LATER = make.NOW + dt.timedelta(days=30)
Act = Callable[[], Any]


def admitting() -> Act:
    return partial(
        admit_application,
        application=make_application(),
        admission=Admission(tax_class="resident_not_active", tax_evidence="declared"),
        by=money.person("membership"),
        now=timezone.now(),  # not before she applied
    )


def proposing() -> Act:
    member = make_member(account=False)
    facts = {"iban": iban(900), "title": "Asad Khan", "form_key": uuid.uuid4(), "now": make.NOW}
    return partial(propose_account, party=member.party, by=member.user, **facts)


def approving_account() -> Act:
    member = make_member()
    facts = {"iban": iban(900), "title": "Asad Khan", "form_key": uuid.uuid4(), "now": make.NOW}
    account: BankAccount = propose_account(party=member.party, by=member.user, **facts)
    return partial(approve_account, account=account, by=money.person("approver"), now=LATER)


def paying() -> Act:
    finance = money.person("finance")
    return partial(money.pay, money.approved().invoice, form_key=uuid.uuid4(), reference="IBFT-1", by=finance)


def crediting() -> Act:
    invoice = money.approved().invoice
    return partial(
        invoices.credit_invoice,
        invoice=invoice,
        amount=invoice.total - 1,
        reason="closed for repairs",
        form_key=uuid.uuid4(),
        by=money.person("finance"),
        now=money.NOW,
    )


def submitting() -> Act:
    money.tariff("CAFE")
    application = money.application()
    price, _complaints = price_of(application, on=money.TODAY)
    assert price is not None
    return partial(applications.submit_application, application=application, expected_total=price.total, now=money.NOW)


def approving_application() -> Act:
    money.tariff("CAFE")
    return partial(
        approval.approve_application, application=money.submitted(), by=money.person("licensing"), now=money.NOW
    )


def approving_tariff() -> Act:
    return partial(
        tariffs.approve_version,
        version=money.draft(),
        reference="Resolution 1",
        by=money.person("approver"),
        now=money.NOW,
        on=money.FIRST_DAY,
    )


def approving_rule() -> Act:
    subject = rules.save_rule(kind="deductions", code="costs", name="Costs", by=make.maker())
    version = rules.draft_version(
        rule=subject,
        valid_from=dt.date(2020, 1, 1),
        text="As the test says.",
        parameters=make.NOTHING_TAKEN,
        source="test",
        by=make.maker(),
    )
    return partial(rules.approve_version, version=version, by=make.approver(), now=make.NOW)


def receiving() -> Act:
    logs.source()
    return partial(logs.received, logs.table(logs.row()))


def landing() -> Act:
    return partial(usage.land_file, file=logs.read(logs.table(logs.row())), by=logs.clerk(), now=logs.NOW)


def matching_file() -> Act:
    return partial(matching.match_file, file=logs.landed(logs.row(), match=False), now=logs.NOW)


def none_of_ours(file: UsageFile) -> Act:
    text = {"file_id": file.pk, "text_no": 1, "work": None, "outcome": "none", "reason": ""}
    return partial(matching.decide_text, **text, by=logs.clerk(), now=logs.NOW)


def deciding() -> Act:
    return none_of_ours(logs.landed(logs.row()))


def undoing() -> Act:
    decision = none_of_ours(logs.landed(logs.row()))()
    return partial(matching.undo_decision, decision=decision, by=logs.clerk(), now=logs.NOW)


def importing() -> Act:
    by = money.person("documentation")
    upload = io.BytesIO(cwr_file(("NWR", [WORK])))
    file = imports.receive_registration_file(upload=upload, filename="CW260001SPM_362.V21", by=by)
    assert file.state == "checked"
    return partial(imports.start_import, file=file, by=by, now=make.NOW)


def taking_table() -> Act:
    by = money.person("documentation")
    table = b"work,title,name,role,performing_share\n1,Chandni Raat,Alia Rahman,CA,100\n"
    file = bulk.receive_table(upload=io.BytesIO(table), filename="works.csv", by=by)
    assert file.state == "checked"
    return partial(bulk.start_taking, file=file, by=by, now=make.NOW)


def proposed_merge() -> Regrouping:
    owner = make_member().party
    one, two = make.song("Song", (owner, 100)), make.song("Song again", (owner, 100))
    facts = {"reason": "the same song", "by": money.person("documentation"), "now": make.NOW}
    return regroupings.propose_merge(work=one, other=two, choices={}, form_key=uuid.uuid4(), **facts)


def merging() -> Act:
    made = proposed_merge()
    seen = works_digest(regroupings.parties_to(made))
    return partial(regroupings.merge_works, regrouping=made, seen=seen, by=make.approver(), now=make.NOW)


def undoing_merge() -> Act:
    made = merging()()
    regrouping.ask_undo(regrouping=made, reason="two songs", by=money.person("documentation"), now=make.NOW)
    return partial(regrouping.undo_regrouping, regrouping=made, by=make.approver(), now=make.NOW)


def splitting() -> Act:
    song = make.song("Song", (make_member().party, 100))
    file = make.usage(make.Play("song", song), make.Play("song two", song))
    key = bytes(UsageText.objects.get(file_id=file.pk, title="song two").memory_key).hex()
    made = regroupings.propose_split(
        work=song,
        choices={"title": "Other song", "texts": [key]},
        reason="two songs",
        by=money.person("documentation"),
        now=make.NOW,
        form_key=uuid.uuid4(),
    )
    seen = works_digest([song.pk])
    return partial(regrouping.split_work, regrouping=made, seen=seen, by=make.approver(), now=make.NOW)


def settling_dispute() -> Act:
    alia, bilal, desk = shelf.party("Alia Rahman"), shelf.party("Bilal Hussain"), money.person("documentation")
    song, day = shelf.work("Song", (alia, "CA", 100)), make.NOW.date()
    claims = [disputes.NewClaim(alia, "CA", 1_000_000), disputes.NewClaim(bilal, "CA", 400_000)]
    opened = disputes.open_dispute(work=song, right="PR", claims=claims, by=desk, on=day)
    outcome = disputes.propose_outcome(
        dispute=opened, kind="split", reason="Letters.", awards=[disputes.Award(alia, "CA", 800_000)], by=desk, on=day
    )
    return partial(disputes.confirm_outcome, outcome=outcome, by=money.person("approver"), on=day)


ACTS: dict[str, Callable[[], Act]] = {
    **dict.fromkeys(("admission.party.after_write", "admission.member.after_write"), admitting),
    "bank.propose.after_write": proposing,
    "bank.approve.after_write": approving_account,
    "licensing.submit.before_write": submitting,
    **dict.fromkeys(("licensing.approve.before_write", "licensing.approve.after_write"), approving_application),
    "licensing.invoice.after_write": approving_application,
    **dict.fromkeys(("licensing.receipt.before_write", "licensing.receipt.after_write"), paying),
    **dict.fromkeys(("licensing.allocation.after_write", "licensing.activate.before_write"), paying),
    "licensing.credit.before_write": crediting,
    "licensing.tariff.before_write": approving_tariff,
    **dict.fromkeys(("rules.approve.before_write", "rules.approve.after_write"), approving_rule),
    **dict.fromkeys(("usage.receive.before_write", "usage.receive.after_write"), receiving),
    **dict.fromkeys(("usage.land.before_write", "usage.land.after_lines", "usage.land.after_write"), landing),
    **dict.fromkeys(("usage.match.after_matches", "usage.match.after_write"), matching_file),
    **dict.fromkeys(("usage.decide.before_write", "usage.decide.after_write"), deciding),
    **dict.fromkeys(("usage.undo.before_write", "usage.undo.after_write"), undoing),
    "disputes.settle.after_shares": settling_dispute,
    "works.bulk.after_works": taking_table,
    "works.import.after_works": importing,
    **dict.fromkeys(("works.merge.before_write", "works.merge.after_write"), merging),
    **dict.fromkeys(("works.undo_regrouping.before_write", "works.undo_regrouping.after_write"), undoing_merge),
    **dict.fromkeys(("works.split.before_write", "works.split.after_write"), splitting),
    **dict.fromkeys(("usage.lead.before_write", "usage.lead.after_write"), splitting),
}


def everything() -> dict[str, str]:
    """The content of each table that the application may read, as one checksum, and the names of the stored files."""
    held: dict[str, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND has_table_privilege(oid, 'SELECT')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')
            held[table] = cursor.fetchone()[0]
    root = Path(default_storage.location)
    held["files"] = " ".join(sorted(str(path) for path in root.rglob("*") if path.is_file()))
    return held


@pytest.mark.parametrize("point", OTHERS)
def test_f01_an_act_that_fails_at_a_write_boundary_leaves_nothing_and_the_next_try_succeeds(
    point: str, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    act = ACTS[point]()
    before = everything()
    faults._passages.clear()
    settings.CMO_FAULT = f"{point}:raise:1"
    with pytest.raises(InjectedFault, match=point):
        act()
    settings.CMO_FAULT = ""
    assert everything() == before
    act()
    assert everything() != before
