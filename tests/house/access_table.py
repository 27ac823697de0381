"""Who may open which address. An address that is missing here fails the build; a role that is not named is refused.

Audiences: `public` everybody; `signed` whoever is signed in; `member`, `licensee` their own audience; `staff` any member
of staff with the second factor; a permission such as `works.view_works` staff who hold it. `own` marks addresses that
name an object: somebody else's answers exactly like one that does not exist.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One address: who, which methods it knows, and whether it names an object of its audience."""

    who: str
    own: str = ""
    post_only: bool = False
    also: tuple[str, ...] = ()  # and one of these permissions
    may_lack: bool = False  # its own object may have nothing to show here


def public(own: str = "") -> Rule:
    return Rule("public", own)


def post(who: str, own: str = "") -> Rule:
    return Rule(who, own, post_only=True)


PUBLIC = [
    "home", "start", "healthz", "readyz", "brand_css", "set_language", "accept-invitation",
    "account_login", "account_logout", "account_inactive", "account_signup", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_confirm_email", "account_confirm_login_code", "account_email_verification_sent", "mfa_authenticate",
    "members:public-join", "members:public-join-begin", "members:public-join-return", "members:public-join-resume",
    "members:public-join-tasks", "members:public-join-documents", "members:public-join-document-remove",
    "members:public-join-check", "members:public-join-declare", "members:public-join-status",
    "members:public-join-step",
    "works:public-work-report", "works:public-work-reported", "royalties:public-rule-detail",
    "works:public-repertoire-search", "works:public-work-detail",
    "licensing:public-need", "licensing:public-calculator", "licensing:public-price", "licensing:public-tariff-list",
    "licensing:public-tariff-detail", "licensing:public-tariff-file", "licensing:public-check",
    "licensing:public-check-key", "licensing:public-check-code", "licensing:apply-start", "licensing:apply-return",
    "licensing:apply-tasks", "licensing:apply-resume", "licensing:apply-check", "licensing:apply-withdraw",
    "licensing:apply-section", "licensing:apply-declare", "licensing:apply-documents", "licensing:apply-document-remove",
]  # fmt: skip
DOCUMENT_READERS = ("members.review_applications", "members.edit_members", "members.approve_bank")
SIGNED = [
    "account_reauthenticate", "account_email", "account_change_password", "account_set_password", "mfa_index",
    "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "usersessions_list",
]  # fmt: skip

TABLE: dict[str, Rule] = {
    **{name: public() for name in PUBLIC},
    **{name: Rule("signed") for name in SIGNED},
    # --- staff, ground floor
    "staff_home": Rule("staff"),
    "staff-jobs": Rule("jobs.view_jobs"),
    "staff-job-act": post("jobs.handle_jobs", "job"),
    "staff-acts": Rule("audit.view_acts"),
    "staff-users": Rule("accounts.manage_users"),
    "staff-user-invite": Rule("accounts.manage_users"),
    "staff-user": Rule("accounts.manage_users", "user"),
    # --- members
    "members:member-profile": Rule("member"),
    "members:member-contact": Rule("member"),
    "members:member-bank": Rule("member"),
    "members:member-bank-change": Rule("member"),
    "members:member-bank-withdraw": post("member", "account"),
    "members:member-document-list": Rule("member"),
    "members:member-document": Rule("member", "document"),
    "members:staff-application-list": Rule("members.review_applications"),
    "members:staff-application": Rule("members.review_applications", "membership_application"),
    "members:staff-application-ask": Rule("members.review_applications", "membership_application"),
    "members:staff-application-refuse": Rule("members.review_applications", "membership_application"),
    "members:staff-application-admit": Rule("members.review_applications", "membership_application"),
    "members:staff-application-reveal": Rule("members.review_applications", "membership_application"),
    "members:staff-member-list": Rule("members.view_members"),
    "members:staff-member-find": post("members.view_members"),
    "members:staff-member": Rule("members.view_members", "member"),
    "members:staff-member-contact": Rule("members.edit_members", "member"),
    "members:staff-member-tax": Rule("members.edit_members", "member"),
    "members:staff-member-state": Rule("members.edit_members", "member"),
    "members:staff-member-reveal": Rule("members.edit_members", "member"),
    "members:staff-account-propose": Rule("members.propose_bank", "member"),
    "members:staff-account-list": Rule("members.approve_bank"),
    "members:staff-account": Rule("members.approve_bank", "account"),
    "members:staff-account-reveal": Rule("members.approve_bank", "account"),
    "members:staff-document": Rule("members.view_members", "document", also=DOCUMENT_READERS),
    "members:staff-member-mandate": Rule("members.edit_members", "member"),
    "members:staff-document-page": Rule("members.view_members", "document", also=DOCUMENT_READERS, may_lack=True),
    # --- works
    "works:member-draft-known": Rule("member", "draft"),
    "works:member-draft-discard": post("member", "draft"),
    "works:staff-work-decide": post("works.edit_works", "work"),
    "works:staff-share-edit": Rule("works.edit_works", "work"),
    "works:staff-dispute-open": Rule("works.edit_works", "work"),
    "works:staff-dispute-list": Rule("works.view_works"),
    "works:staff-dispute-detail": Rule("works.view_works", "dispute"),
    "works:staff-report-list": Rule("works.edit_works"),
    "works:staff-report-detail": Rule("works.edit_works", "report"),
    "works:staff-file-progress": Rule("works.import_works", "registration_file"),
    "works:member-work-list": Rule("member"),
    "works:member-work-detail": Rule("member", "work"),
    "works:member-draft-start": post("member"),
    "works:member-draft-title": Rule("member", "draft"),
    "works:member-draft-shares": Rule("member", "draft"),
    "works:member-draft-check": Rule("member", "draft"),
    "works:staff-work-list": Rule("works.view_works"),
    "works:staff-work-detail": Rule("works.view_works", "work"),
    "works:staff-file-list": Rule("works.import_works"),
    "works:staff-file-detail": Rule("works.import_works", "registration_file"),
    "works:staff-file-import": post("works.import_works", "registration_file"),
    "works:staff-file-answer": Rule("works.import_works", "registration_file"),
    # --- licensing
    "licensing:licensee-home": Rule("licensee"),
    "licensing:licensee-invoice-list": Rule("licensee"),
    "licensing:licensee-invoice-detail": Rule("licensee", "invoice"),
    "licensing:licensee-invoice-pdf": Rule("licensee", "invoice"),
    "licensing:licensee-licence-list": Rule("licensee"),
    "licensing:licensee-licence-detail": Rule("licensee", "licence"),
    "licensing:licensee-licence-pdf": Rule("licensee", "licence"),
    "licensing:licensee-licence-qr": Rule("licensee", "licence"),
    "licensing:staff-application-list": Rule("licensing.view_licensing"),
    "licensing:staff-application-detail": Rule("licensing.view_licensing", "licence_application"),
    "licensing:staff-application-approve": post("licensing.review_applications", "licence_application"),
    "licensing:staff-application-answer": post("licensing.review_applications", "licence_application"),
    "licensing:staff-document": Rule("licensing.review_applications", "licence_document"),
    "licensing:staff-document-page": Rule("licensing.review_applications", "licence_document", may_lack=True),
    "licensing:staff-licence-list": Rule("licensing.view_licensing"),
    "licensing:staff-licence-detail": Rule("licensing.view_licensing", "licence"),
    "licensing:staff-licence-pdf": Rule("licensing.view_licensing", "licence"),
    "licensing:staff-licence-cancel": post("licensing.review_applications", "licence"),
    "licensing:staff-licensee-list": Rule("licensing.view_licensing"),
    "licensing:staff-licensee-detail": Rule("licensing.view_licensing", "licensee"),
    "licensing:staff-invoice-list": Rule("licensing.view_licensing"),
    "licensing:staff-invoice-detail": Rule("licensing.view_licensing", "invoice"),
    "licensing:staff-invoice-pdf": Rule("licensing.view_licensing", "invoice"),
    "licensing:staff-invoice-credit-note": post("licensing.record_receipts", "invoice"),
    "licensing:staff-invoice-give-credit": post("licensing.record_receipts", "invoice"),
    "licensing:staff-receipt-list": Rule("licensing.view_licensing"),
    "licensing:staff-receipt-detail": Rule("licensing.view_licensing", "receipt"),
    "licensing:staff-tariff-list": Rule("licensing.view_licensing"),
    "licensing:staff-tariff-new": Rule("licensing.edit_tariffs"),
    "licensing:staff-version-new": Rule("licensing.edit_tariffs", "tariff"),
    "licensing:staff-version-detail": Rule("licensing.view_licensing", "tariff_version"),
    "licensing:staff-version-edit": Rule("licensing.edit_tariffs", "tariff_version"),
    "licensing:staff-version-approve": post("licensing.approve_tariffs", "tariff_version"),
    "licensing:staff-version-move": post("licensing.approve_tariffs", "tariff_version"),
    # --- royalties
    "royalties:member-home": Rule("member"),
    "royalties:member-waiting-list": Rule("member"),
    "royalties:member-statement-list": Rule("member"),
    "royalties:member-statement-detail": Rule("member", "statement"),
    "royalties:member-statement-pdf": Rule("member", "statement"),
    "royalties:member-statement-csv": Rule("member", "statement"),
    "royalties:member-statement-breakdown": Rule("member", "statement"),
    "royalties:member-statement-why": Rule("member", "statement"),
    "royalties:member-statement-rows": Rule("member", "statement"),
    "royalties:member-statement-row": Rule("member", "statement"),
    "royalties:staff-usage-list": Rule("royalties.view_usage"),
    "royalties:staff-usage-new": Rule("royalties.ingest_usage"),
    "royalties:staff-usage-sources": Rule("royalties.view_usage"),
    "royalties:staff-usage-source-new": Rule("royalties.ingest_usage"),
    "royalties:staff-usage-source": Rule("royalties.ingest_usage", "source"),
    "royalties:staff-usage-detail": Rule("royalties.view_usage", "usage_file"),
    "royalties:staff-usage-mapping": Rule("royalties.ingest_usage", "usage_file"),
    "royalties:staff-usage-progress": Rule("royalties.view_usage", "usage_file"),
    "royalties:staff-usage-read": post("royalties.ingest_usage", "usage_file"),
    "royalties:staff-usage-land": post("royalties.ingest_usage", "usage_file"),
    "royalties:staff-usage-refuse": post("royalties.ingest_usage", "usage_file"),
    "royalties:staff-usage-match": post("royalties.match_usage", "usage_file"),
    "royalties:staff-usage-texts": Rule("royalties.view_usage", "usage_file"),
    "royalties:staff-match-text": Rule("royalties.match_usage", "usage_text"),
    "royalties:staff-usage-original": Rule("royalties.view_usage", "usage_file"),
    "royalties:staff-usage-refused": Rule("royalties.view_usage", "usage_file"),
    "royalties:staff-match-queue": Rule("royalties.match_usage"),
    "royalties:staff-match-decide": post("royalties.match_usage"),
    "royalties:staff-match-undo": post("royalties.match_usage"),
    "royalties:staff-match-again": post("royalties.match_usage"),
    "royalties:staff-receipt-new": Rule("licensing.record_receipts"),
    "royalties:staff-pool-list": Rule("royalties.view_runs"),
    "royalties:staff-pool-new": Rule("royalties.make_runs"),
    "royalties:staff-pool-detail": Rule("royalties.view_runs", "pool"),
    "royalties:staff-pool-allocate": post("royalties.allocate_receipts", "pool"),
    "royalties:staff-pool-feed": post("royalties.make_runs", "pool"),
    "royalties:staff-run-list": Rule("royalties.view_runs"),
    "royalties:staff-run-new": Rule("royalties.make_runs"),
    "royalties:staff-run-detail": Rule("royalties.view_runs", "run"),
    "royalties:staff-run-freeze": post("royalties.make_runs", "run"),
    "royalties:staff-run-calculate": post("royalties.make_runs", "run"),
    "royalties:staff-run-review": post("royalties.make_runs", "run"),
    "royalties:staff-run-approve": post("royalties.approve_runs", "run"),
    "royalties:staff-run-return": post("royalties.approve_runs", "run"),
    "royalties:staff-run-finalise": post("royalties.make_runs", "run"),
    "royalties:staff-run-publish": post("royalties.make_runs", "run"),
    "royalties:staff-run-cancel": post("royalties.make_runs", "run"),
    "royalties:staff-run-reverse": post("royalties.approve_runs", "run"),
    "royalties:staff-rule-list": Rule("royalties.view_runs"),
    "royalties:staff-rule-draft": Rule("royalties.edit_rules", "rule"),
    "royalties:staff-rule-version": Rule("royalties.view_runs", "rule_version"),
    "royalties:staff-rule-approve": post("royalties.approve_rules", "rule_version"),
    "royalties:staff-account-list": Rule("royalties.view_ledger"),
    "royalties:staff-line-list": Rule("royalties.view_ledger"),
    "royalties:staff-journal-detail": Rule("royalties.view_ledger", "journal"),
    "royalties:staff-batch-list": Rule("royalties.view_runs"),
    "royalties:staff-batch-make": Rule("royalties.make_payments"),
    "royalties:staff-batch-detail": Rule("royalties.view_runs", "batch"),
    "royalties:staff-batch-approve": post("royalties.approve_payments", "batch"),
    "royalties:staff-batch-cancel": post("royalties.make_payments", "batch"),
    "royalties:staff-batch-file": post("royalties.make_payments", "batch"),
    "royalties:staff-batch-answer": post("royalties.make_payments", "batch"),
}
