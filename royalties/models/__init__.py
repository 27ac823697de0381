"""Tables of the royalties app, by subject."""

from royalties.models.frozen import RunDeduction, RunPool, RunShare, RunText, StepSum
from royalties.models.ledger import Account, Journal, LedgerLine
from royalties.models.payments import Payment, PaymentBatch
from royalties.models.pools import Pool, PoolReceipt, PoolSection, PoolUsage
from royalties.models.results import AllocationLine, LineResult, PayeeTotal, TextResult
from royalties.models.rules import Rule, RuleVersion
from royalties.models.runs import PoolClaim, Run, UsageClaim
from royalties.models.stakes import AgreementFaultStake, DuplicateStake
from royalties.models.statements import HeldClaim, PoolWorking, StatedWork, Statement, SuspenseLine
from royalties.models.unmatched import TextClaim, TextSetAside, UnmatchedText
from royalties.models.usage import (
    MatchMemory,
    OpenText,
    UsageColumns,
    UsageFile,
    UsageLine,
    UsageMatch,
    UsageSource,
    UsageText,
)

__all__ = [
    "Account",
    "AgreementFaultStake",
    "AllocationLine",
    "DuplicateStake",
    "HeldClaim",
    "Journal",
    "LedgerLine",
    "LineResult",
    "MatchMemory",
    "OpenText",
    "PayeeTotal",
    "Payment",
    "PaymentBatch",
    "Pool",
    "PoolClaim",
    "PoolReceipt",
    "PoolSection",
    "PoolUsage",
    "PoolWorking",
    "Rule",
    "RuleVersion",
    "Run",
    "RunDeduction",
    "RunPool",
    "RunShare",
    "RunText",
    "StatedWork",
    "Statement",
    "StepSum",
    "SuspenseLine",
    "TextClaim",
    "TextResult",
    "TextSetAside",
    "UnmatchedText",
    "UsageClaim",
    "UsageColumns",
    "UsageFile",
    "UsageLine",
    "UsageMatch",
    "UsageSource",
    "UsageText",
]
