"""The sample rules of the demo society: proposed by one person, approved by another, each with its source."""

import datetime as dt
from typing import Any, NamedTuple

from django.conf import settings

from cmo_portal.common.periods import add_months, fiscal_year
from royalties.demo.frame import NOTE, Story, staff
from royalties.models import Rule, RuleVersion
from royalties.services import rules

BROADCAST, MINUTES, DEDUCTIONS, WITHHOLDING, PAYMENT = "BROADCAST", "MINUTES", "DEDUCTIONS", "WITHHOLDING", "PAYMENT"
CLAIMS, BANDS = "CLAIMS", "BANDS"
USES = {"feature": "1", "theme": "0.75", "background": "0.5", "jingle": "0.25"}


class Sample(NamedTuple):
    """A rule of the society with the parameters of its version in force."""

    kind: str
    code: str
    name: str
    name_ur: str
    text: str
    text_ur: str
    parameters: dict[str, Any]


def _deductions(administration: str) -> dict[str, Any]:
    return {
        "deductions": [
            {
                "order": "1",
                "code": "ADMIN",
                "rate_percent": administration,
                "basis_after_order": "0",
                "purpose": "administration",
                "ceiling_percent": "30",
            },
            {"order": "2", "code": "SOCIAL", "rate_percent": "5", "basis_after_order": "1", "purpose": "social"},
        ]
    }


def _rates(**percents: str) -> dict[str, Any]:
    rates = [
        {"tax_class": name, "rate_percent": rate, "section": "sample", "source": NOTE}
        for name, rate in percents.items()
    ]
    return {"rates": rates}


SAMPLES = (
    Sample(
        "distribution",
        BROADCAST,
        "Broadcast and background music",
        "نشریات اور پس منظر کی موسیقی",
        "Seconds count. Between 18:00 and 23:00 they count twice. Themes count three quarters, background music half,"
        " jingles a quarter.",
        "سیکنڈ گنے جاتے ہیں۔ شام ۶ سے رات ۱۱ بجے تک دگنے۔ تعارفی دھن تین چوتھائی، پس منظر کی موسیقی آدھی،"
        " جنگل چوتھائی۔",
        {
            "formula": "seconds",
            "assumed_seconds": "180",
            "use_weights": USES,
            "default_use": "feature",
            "dayparts": [
                {"code": "prime", "weight": "2", "from": "18:00", "to": "23:00"},
                {"code": "other", "weight": "1"},
            ],
            "default_daypart": "other",
        },
    ),
    Sample(
        "distribution",
        MINUTES,
        "Concerts by minutes",
        "کنسرٹ، منٹ کے حساب سے",
        "Each act's part is shared by the seconds of the works that it played.",
        "ہر فنکار کا حصہ اس کے گائے ہوئے گیتوں کے سیکنڈوں کے حساب سے تقسیم ہوتا ہے۔",
        {"formula": "seconds", "assumed_seconds": "240"},
    ),
    Sample(
        "deductions",
        DEDUCTIONS,
        "Deductions",
        "کٹوتیاں",
        "22.5 % for administration, then 5 % of the rest for social and cultural purposes.",
        "انتظامیہ کے لیے ساڑھے ۲۲ فیصد، پھر باقی کا ۵ فیصد سماجی اور ثقافتی مقاصد کے لیے۔",
        _deductions("22.5"),
    ),
    Sample(
        "withholding",
        WITHHOLDING,
        "Tax kept back at payment",
        "ادائیگی پر ٹیکس کی کٹوتی",
        "15 % for active taxpayers and non-residents, 30 % for residents who are not on the list of active taxpayers.",
        "فعال ٹیکس دہندگان اور غیر مقیم افراد کے لیے ۱۵ فیصد؛ فہرست میں شامل نہ ہونے والوں کے لیے ۳۰ فیصد۔",
        _rates(resident_active="15", resident_not_active="30", non_resident="15"),
    ),
    Sample(
        "payment",
        PAYMENT,
        "Least payment",
        "کم از کم ادائیگی",
        "Balances from 2,000 rupees on are paid; smaller ones are carried forward.",
        "۲٬۰۰۰ روپے یا زیادہ کی رقم ادا کی جاتی ہے؛ اس سے کم آگے منتقل ہوتی ہے۔",
        {"minimum_payment": "2000.00"},
    ),
    Sample(
        "claims",
        CLAIMS,
        "Claims to held money",
        "رکی ہوئی رقم کے دعوے",
        "Money that could not be paid waits for three financial years after the one in which it was collected.",
        "جو رقم ادا نہ ہو سکی وہ وصولی کے مالی سال کے بعد تین مالی سال تک انتظار کرتی ہے۔",
        {"years": "3"},
    ),
    Sample(
        "bands",
        BANDS,
        "Money bands of the list of unmatched music",
        "بےشناخت موسیقی کی فہرست میں رقم کے درجے",
        "The public list tells money by bands that end at 500, 5,000 and 50,000 rupees, never to the rupee.",
        "عوامی فہرست میں رقم ۵۰۰، ۵٬۰۰۰ اور ۵۰٬۰۰۰ روپے پر ختم ہونے والے درجوں میں بتائی جاتی ہے، پوری رقم کبھی نہیں۔",
        {"up_to": ["500.00", "5000.00", "50000.00"]},
    ),
)


LOWER_DEDUCTIONS = next(sample for sample in SAMPLES if sample.code == DEDUCTIONS)._replace(
    text="20 % for administration, then 5 % of the rest for social and cultural purposes.",
    text_ur="انتظامیہ کے لیے ۲۰ فیصد، پھر باقی کا ۵ فیصد سماجی اور ثقافتی مقاصد کے لیے۔",
    parameters=_deductions("20"),
)
LOWER_MINIMUM = next(sample for sample in SAMPLES if sample.code == PAYMENT)._replace(
    text="Balances from 1,000 rupees on are paid; smaller ones are carried forward.",
    text_ur="۱٬۰۰۰ روپے یا زیادہ کی رقم ادا کی جائے گی؛ اس سے کم آگے منتقل ہو گی۔",
    parameters={"minimum_payment": "1000.00"},
)


def load(story: Story) -> None:
    """The rules in force, an earlier version of the deductions, and a draft that waits for approval."""
    for sample in SAMPLES:
        rule = rules.save_rule(
            kind=sample.kind, code=sample.code, name=sample.name, name_ur=sample.name_ur, by=staff("distribution")
        )
        _approve(_draft(rule, sample, story.beginning), story)
        if sample.code == DEDUCTIONS:
            begins = fiscal_year(story.paid_quarter.start, settings.FISCAL_YEAR_START_MONTH).start
            _approve(_draft(rule, LOWER_DEDUCTIONS, begins), story)
        if sample.code == PAYMENT:
            _draft(
                rule, LOWER_MINIMUM, add_months(fiscal_year(story.today, settings.FISCAL_YEAR_START_MONTH).start, 12)
            )


def rule_version(code: str, story: Story) -> RuleVersion:
    """The version of a rule that is in force in the quarters of the demo."""
    return RuleVersion.objects.get(
        rule__code=code, state="approved", valid_from__lte=story.paid_quarter.start, valid_to=None
    )


def _draft(rule: Rule, sample: Sample, valid_from: dt.date) -> RuleVersion:
    return rules.draft_version(
        rule=rule,
        valid_from=valid_from,
        text=sample.text,
        text_ur=sample.text_ur,
        parameters=sample.parameters,
        source=NOTE,
        by=staff("distribution"),
    )


def _approve(version: RuleVersion, story: Story) -> None:
    rules.approve_version(version=version, by=staff("approver"), now=story.at(version.valid_from))
