"""Addresses for members: statements and what explains them, unmatched usage; and what everybody may read."""

from django.urls import URLPattern, path

from royalties.views import public
from royalties.views.member import home, statements, unmatched, why

STATEMENT = "my/statements/<uuid:uid>/"
urlpatterns: list[URLPattern] = [
    path("rules/<uuid:uid>/", public.rule_detail, name="public-rule-detail"),
    path("unmatched/", public.unmatched_list, name="public-unmatched-list"),
    path("my/", home.home, name="member-home"),
    path("my/waiting/", home.waiting_list, name="member-waiting-list"),
    path("my/statements/", statements.statement_list, name="member-statement-list"),
    path(STATEMENT, statements.statement_detail, name="member-statement-detail"),
    path(f"{STATEMENT}pdf/", statements.statement_pdf, name="member-statement-pdf"),
    path(f"{STATEMENT}csv/", statements.statement_csv, name="member-statement-csv"),
    path(f"{STATEMENT}breakdown/", statements.statement_breakdown, name="member-statement-breakdown"),
    path(f"{STATEMENT}why/", why.statement_why, name="member-statement-why"),
    path(f"{STATEMENT}receipts/", why.statement_receipts, name="member-statement-receipts"),
    path(f"{STATEMENT}shares/", why.statement_shares, name="member-statement-shares"),
    path(f"{STATEMENT}rows/", why.statement_rows, name="member-statement-rows"),
    path(f"{STATEMENT}row/", why.statement_row, name="member-statement-row"),
    path("my/unmatched/", unmatched.unmatched_list, name="member-unmatched-list"),
    path("my/unmatched/claims/", unmatched.text_claim_list, name="member-text-claim-list"),
    path("my/unmatched/claims/<uuid:uid>/withdraw/", unmatched.text_claim_withdraw, name="member-text-claim-withdraw"),
    path("my/unmatched/<uuid:uid>/claim/", unmatched.unmatched_claim, name="member-unmatched-claim"),
    path("my/unmatched/<uuid:uid>/aside/", unmatched.unmatched_aside, name="member-unmatched-aside"),
]
