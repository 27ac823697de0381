"""One song, three writers: one rupee followed over the portal's own pages, from the first form to the bank's answer.

A hundred per cent by hand, as people would do it: nobody in this story calls a service.
"""

import html
import io
import re
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cmo_portal.audit.services import verify_chain
from cmo_portal.common import clock
from cmo_portal.common.periods import quarter_of
from licensing.models import Invoice, Licence, LicenceApplication, Receipt
from members.models import Member, MembershipApplication
from royalties import fsck
from royalties.models import (
    Payment,
    PaymentBatch,
    Pool,
    RuleVersion,
    Run,
    Statement,
    SuspenseLine,
    UsageFile,
    UsageSource,
)
from tests.factories import licensing as money
from tests.factories import royalties as make
from tests.factories.members import cnic, iban, png
from tests.stories.visitor import Visitor
from works.models import SplitProposal, Work

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long sentence about rivers 7"
WRITERS = (
    ("Nazia", "Chenabi", "نازیہ چنابی", 11),
    ("Rafiq", "Jhelumi", "رفیق جہلمی", 12),
    ("Zubaida", "Ravivi", "زبیدہ راویوی", 13),
)
TITLE, TITLE_URDU, MISHEARD, UNKNOWN = "Chaandni Ka Safar", "چاندنی کا سفر", "Chandni da Safar", "Naamaloom Dhun"


@pytest.fixture
def cast(sign_in, staff, run_jobs):
    """The people at their desks, each in a browser of her own, and a society with its tariff and rules."""
    cache.clear()
    money.tariff("RADIO")
    money.province("PB", rate="16")
    make.rule("distribution", make.SECONDS)
    make.rule("deductions", make.TWENTY_AND_FIVE)
    rates = [
        {"tax_class": "resident_active", "rate_percent": "15", "section": "153", "source": "sample"},
        {"tax_class": "resident_not_active", "rate_percent": "30", "section": "153", "source": "sample"},
    ]
    make.rule("withholding", {"rates": rates})
    make.rule("payment", {"minimum_payment": "2000.00"})
    make.rule("claims", {"years": "3"})
    desks = ("documentation", "membership", "licensing", "distribution", "finance", "approver")
    people = {desk: Visitor(sign_in(staff(desk))) for desk in desks}
    today = clock.today()
    return SimpleNamespace(**people, work=run_jobs, today=today, quarter=quarter_of(today))


def link_in(message, pattern):
    """The path of a link in a message."""
    return re.search(rf"https?://[^/\s]+({pattern}\S*)", message.body)[1]


def test_one_song_three_writers(cast):
    nazia, rafiq, zubaida = (join(cast, *writer) for writer in WRITERS)
    register_the_song(nazia)
    agree_to_the_split(rafiq, zubaida)
    buy_a_licence(cast)
    report_what_was_played(cast)
    run = distribute(cast)
    read_the_statements(run, nazia, rafiq, zubaida)
    pay(cast)
    assert fsck.findings(fsck.Scope()) == []
    assert verify_chain() == []


# --- 1. members ------------------------------------------------------------------------------------------------------


def join(cast, first, last, urdu, number):
    """A creator applies online, the membership desk admits her, she sets her password and signs in."""
    email = f"{first.lower()}@music.example"
    applicant = Visitor(Client())
    applicant.go("members:public-join-begin").send({"kind": "person", "email": email})
    applicant.go("members:public-join-step", "names")
    applicant.send({"first_name": first, "last_name": last, "original_name": urdu})
    applicant.send({"cnic": cnic(number), "born_on": "1985-03-02"})
    applicant.send({"telephone": "0300 1234567", "address": "12 Mall Road, Lahore", "residence": "resident"})
    applicant.send({"roles": ["composer", "lyricist"]})
    applicant.send({"iban": iban(number), "account_title": f"{first} {last}"})
    applicant.send({"PR": "world", "MR": "home", "SR": "kept"})
    applicant.go("members:public-join-documents")
    applicant.send({"kind": "identity", "file": SimpleUploadedFile("card.png", png(number))})
    applicant.go("members:public-join-check").sees(urdu, "31111-*****-1")
    applicant.go("members:public-join-declare").send({"agreed": "on", "true": "on", "declared_name": f"{first} {last}"})

    waiting = MembershipApplication.objects.get(email=email)
    cast.membership.go("members:staff-application", waiting.uid).sees(f"{first} {last}", urdu)
    cast.membership.go("members:staff-application-admit", waiting.uid)
    cast.membership.send({"tax_class": "resident_active", "tax_evidence": "List of this month"})
    assert Member.objects.get(email=email).state == "active"

    applicant.go(link_in(mail.outbox[-1], "/account/invitation/"))
    applicant.send({"password": PASSWORD, "again": PASSWORD})
    member = Visitor(Client())
    member.go("account_login").send({"login": email, "password": PASSWORD})
    return member.go("members:member-profile").sees(f"{first} {last}")


# --- 2. the song -----------------------------------------------------------------------------------------------------


def register_the_song(nazia):
    """She registers the song for all three, in thirds that do not divide evenly."""
    nazia.go("works:member-work-list").send(to=reverse("works:member-draft-start"))
    nazia.send({"title": TITLE, "title_original": TITLE_URDU, "language": "ur", "minutes": "4", "seconds": "0"})
    nazia.send(press="One more person")
    nazia.send(
        {
            "form-0-role": "C",
            "form-0-performing": "33.34",
            "form-1-name": "Rafiq Jhelumi",
            "form-1-role": "A",
            "form-1-performing": "33.33",
            "form-2-name": "Zubaida Ravivi",
            "form-2-role": "A",
            "form-2-performing": "33.33",
        }
    )
    nazia.send(press="Register")
    work = Work.objects.get()
    assert work.state == "registered"
    owners = {(share.party.display_name, share.right, share.share) for share in work.shares.all()}
    assert owners >= {
        ("Nazia Chenabi", "PR", 333_400),
        ("Rafiq Jhelumi", "PR", 333_300),
        ("Zubaida Ravivi", "PR", 333_300),
    }
    assert {share.party.member.email for share in work.shares.all()} == {
        f"{w[0].lower()}@music.example" for w in WRITERS
    }
    Visitor(Client()).go("works:public-repertoire-search", query=f"?q={TITLE_URDU}").sees(TITLE)


def agree_to_the_split(*others):
    """The money waits until each of the others has said yes to exactly this split."""
    split = SplitProposal.objects.get()
    for other in others:
        assert set(split.work.shares.values_list("state", flat=True)) == {"unconfirmed"}
        other.go("works:member-split-detail", split.uid).sees(TITLE, "33.33").send({"answer": "yes"})
    assert set(split.work.shares.values_list("state", flat=True)) == {"active"}


# --- 3. the licence --------------------------------------------------------------------------------------------------


def buy_a_licence(cast):
    """A station applies, licensing approves, finance books the payment, anybody can check the licence."""
    station = Visitor(Client())
    station.go("licensing:apply-start").send({"email": "fm@station.example"})
    reference = LicenceApplication.objects.get().reference
    station.go("licensing:apply-section", reference, "business").send(
        {
            "name": "Radio Chenab",
            "contact_name": "Asma Khushabi",
            "telephone": "+92 42 111 2222",
            "address": "1 Hali Road",
            "city": "Lahore",
        }
    )
    station.go("licensing:apply-section", reference, "premises").send(
        {"kind": "channel", "name": "FM 101", "address": "1 Hali Road", "city": "Lahore", "province": "PB"}
    )
    station.go("licensing:apply-section", reference, "use", query="?tariff=RADIO").send(
        {"revenue": "10,000,000.00", "music_share": "50", "from": cast.today.isoformat()}
    )
    station.go("licensing:apply-check", reference).sees("200,000.00", "32,000.00", "232,000.00")
    station.send(press="My answers are right")
    station.send({"declared": "on"})

    application = LicenceApplication.objects.get()
    assert application.state == "submitted"
    cast.licensing.go("licensing:staff-application-detail", application.uid).sees("Radio Chenab", "232,000.00")
    cast.licensing.send(to="/approve/")
    invoice = Invoice.objects.get()
    assert (invoice.net, invoice.tax, invoice.total) == (20_000_000, 3_200_000, 23_200_000)

    cast.finance.go("royalties:staff-receipt-new").send(
        {
            "amount": "232,000.00",
            "method": "bank",
            "reference": "FT-1",
            "payer": "RADIO CHENAB",
            "invoices": [invoice.pk],
        }
    )
    assert Receipt.objects.get().amount == 23_200_000
    licence = Licence.objects.get()
    assert licence.state == "active"
    Visitor(Client()).go("licensing:public-check-code", licence.code).sees(licence.number, "FM 101")

    station.go(link_in(mail.outbox[-1], "/account/invitation/")).send({"password": PASSWORD, "again": PASSWORD})
    station.go("account_login").send({"login": "fm@station.example", "password": PASSWORD})
    station.go("licensing:licensee-licence-detail", licence.uid).sees(licence.number)
    pdf = station.client.get(reverse("licensing:licensee-licence-pdf", args=[licence.uid]))
    assert pdf["Content-Type"] == "application/pdf"


# --- 4. usage --------------------------------------------------------------------------------------------------------


def report_what_was_played(cast):
    """The station's log: the song as registered, the song misheard, and something nobody knows."""
    day = f"{cast.today:%d/%m/%Y}"
    names = "; ".join(urdu for _first, _last, urdu, _number in WRITERS)
    rows = [
        "Date,Time,Title,Composer,Plays,Duration",
        f"{day},20:15,{TITLE_URDU},{names},10,4:00",
        f"{day},21:30,{MISHEARD},,3,4:00",
        f"{day},22:45,{UNKNOWN},,2,4:00",
    ]
    desk = cast.distribution
    desk.go("royalties:staff-usage-source-new").send({"code": "FM101", "name": "FM 101", "format": "table"})
    desk.go("royalties:staff-usage-new").send(
        {
            "source": UsageSource.objects.get().pk,
            "period_start": cast.quarter.start.isoformat(),
            "period_end": cast.quarter.end.isoformat(),
            "file": SimpleUploadedFile("log.csv", "\n".join(rows).encode()),
        }
    )
    desk.sees(TITLE_URDU).send(press="Yes, read the file like this")
    file = UsageFile.objects.get()
    assert (file.state, file.line_count, file.refused_count) == ("checked", 3, 0)
    desk.go("royalties:staff-usage-detail", file.uid).send(to="/take/")
    cast.work()
    file.refresh_from_db()
    assert file.matched_at is not None
    desk.go("royalties:staff-usage-new").send(
        {
            "source": UsageSource.objects.get().pk,
            "period_start": cast.quarter.start.isoformat(),
            "period_end": cast.quarter.end.isoformat(),
            "file": SimpleUploadedFile("again.csv", "\n".join(rows).encode()),
        },
        ok=400,
    ).sees("log.csv")

    clerk = cast.documentation.go("royalties:staff-match-queue", query=f"?words={MISHEARD}").sees(MISHEARD, TITLE)
    clerk.send({"work": Work.objects.get().uid}, to="/decide/", press="It is this work")
    texts = desk.go("royalties:staff-usage-texts", file.uid)
    texts.sees(TITLE_URDU, MISHEARD, UNKNOWN)


# --- 5. distribution -------------------------------------------------------------------------------------------------


def distribute(cast):
    """The receipt goes into a pool, the pool through a run; another person approves what she has looked at."""
    desk = cast.distribution
    desk.go("royalties:staff-pool-new").send(
        {
            "code": "RADIO-NOW",
            "name": "Radio",
            "right": "PR",
            "category": "radio",
            "start": cast.quarter.start.isoformat(),
            "end": cast.quarter.end.isoformat(),
            "distribution_rule": version_in_force("distribution"),
            "deduction_rule": version_in_force("deductions"),
        }
    )
    pool = Pool.objects.get()
    cast.finance.go("royalties:staff-pool-detail", pool.uid).sees("200,000.00").send(to="/receipts/")
    desk.go("royalties:staff-pool-detail", pool.uid).send({"file": UsageFile.objects.get().pk}, press="Add this usage")
    desk.go("royalties:staff-run-new").send(
        {
            "name": "Radio of this quarter",
            "start": cast.quarter.start.isoformat(),
            "end": cast.quarter.end.isoformat(),
            "pools": [pool.pk],
        }
    )
    desk.send(to="/freeze/").send(to="/calculate/")
    cast.work()
    run = Run.objects.get()
    desk.go("royalties:staff-run-detail", run.uid).sees("152,000.00", "Checks: all green")
    desk.send(to="/review/").sees("The run waits for a second person now.")
    cast.approver.go("royalties:staff-run-detail", run.uid).send(press="Approve this run")
    desk.go("royalties:staff-run-detail", run.uid).send(to="/post/").send(to="/publish/")
    run.refresh_from_db()
    assert run.state == "published"
    return run


def version_in_force(kind):
    """The id of the version in force, as the list of the form offers it."""
    return RuleVersion.objects.get(rule__kind=kind, state="approved").pk


# --- 6. statements ---------------------------------------------------------------------------------------------------


def read_the_statements(run, nazia, rafiq, zubaida):
    """200,000.00 less 20 % and 5 % is 152,000.00 over 3,600 seconds; 3,120 are the song's."""
    held = SuspenseLine.objects.get(run=run)
    assert (held.reason, held.amount) == ("unidentified", 2_026_667)
    earned = dict(Statement.objects.filter(run=run).values_list("payee_name", "earned"))
    assert earned == {"Nazia Chenabi": 4_391_989, "Rafiq Jhelumi": 4_390_672, "Zubaida Ravivi": 4_390_672}
    assert sum(earned.values()) + held.amount == 15_200_000
    for visitor, name, amount in (
        (nazia, "Nazia Chenabi", "43,919.89"),
        (rafiq, "Rafiq Jhelumi", "43,906.72"),
        (zubaida, "Zubaida Ravivi", "43,906.72"),
    ):
        statement = Statement.objects.get(run=run, payee_name=name)
        visitor.go("royalties:member-home").sees(amount)
        visitor.go("royalties:member-statement-list").sees(statement.number)
        visitor.go("royalties:member-statement-detail", statement.uid).sees(TITLE, amount)
        assert amount.replace(",", "") in csv_of(visitor, statement)
        ask_why(visitor, statement, amount)
    other = Statement.objects.get(run=run, payee_name="Rafiq Jhelumi")
    assert nazia.client.get(reverse("royalties:member-statement-detail", args=[other.uid])).status_code == 404


def ask_why(visitor, statement, amount):
    """Each term of the explanation is on the page with its numbers; its links lead to rule, song and usage rows."""
    share = "33.34 %" if amount == "43,919.89" else "33.33 %"
    visitor.go("royalties:member-statement-why", statement.uid)
    visitor.sees(
        "200,000.00", "40,000.00", "8,000.00", "152,000.00", "3,600", "42.222222222222", "3,120", "131,733.333333"
    )
    visitor.sees(share, f"Rs {amount}", "Nazia Chenabi", "Rafiq Jhelumi", "Zubaida Ravivi")
    links = re.findall(r'why__text"><a href="([^"]+)"', visitor.text)
    assert len(links) >= 4, "rule, deductions, rows and song can be opened"
    for link in links:
        path, _mark, query = html.unescape(link).partition("?")
        visitor.go(path, query=f"?{query}")
    visitor.go("royalties:member-statement-rows", statement.uid).sees("10 × 240 = 2,400", "101,333.333333", "30,400.00")
    visitor.go("royalties:member-statement-row", statement.uid).sees(TITLE_URDU, "log.csv")
    pdf = visitor.client.get(reverse("royalties:member-statement-pdf", args=[statement.uid]))
    assert pdf["Content-Type"] == "application/pdf"


def csv_of(visitor, statement):
    """The statement as a file, with grouping taken out."""
    answer = visitor.client.get(reverse("royalties:member-statement-csv", args=[statement.uid]))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8-sig").replace(",", "").replace('"', "") if answer.status_code == 200 else ""


# --- 7. payment ------------------------------------------------------------------------------------------------------


def pay(cast):
    """One batch, approved by a second person, sent to the bank; the bank pays two and rejects one."""
    desk = cast.finance.go("royalties:staff-batch-make").sees("43,919.89").send({"pay_on": cast.today.isoformat()})
    batch = PaymentBatch.objects.get()
    lines = Payment.objects.order_by("line_no").values_list("payee_name", "gross", "withheld", "net")
    assert list(lines) == [
        ("Nazia Chenabi", 4_391_989, 658_798, 3_733_191),
        ("Rafiq Jhelumi", 4_390_672, 658_601, 3_732_071),
        ("Zubaida Ravivi", 4_390_672, 658_601, 3_732_071),
    ]
    cast.approver.go("royalties:staff-batch-detail", batch.uid).send(to="/approve/")
    bank_file = desk.go("royalties:staff-batch-detail", batch.uid).download(to="/file/").decode()
    assert iban(11) in bank_file
    assert "111973.33" in bank_file.splitlines()[0]
    answer = [
        "batch,line,status,reference,reason",
        f"{batch.number},1,PAID,B1,",
        f"{batch.number},2,PAID,B2,",
        f"{batch.number},3,REJECTED,,Account closed",
    ]
    desk.go("royalties:staff-batch-detail", batch.uid)
    desk.send({"file": io.BytesIO("\n".join(answer).encode())}, to="/answer/")
    batch.refresh_from_db()
    assert batch.state == "closed"
    assert dict(Payment.objects.values_list("line_no", "state")) == {1: "paid", 2: "paid", 3: "rejected"}
    desk.go("royalties:staff-batch-make").sees("Zubaida Ravivi", "43,906.72")
