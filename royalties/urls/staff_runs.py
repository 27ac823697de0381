"""Addresses of the distribution desk: receipts, pools, runs, rules, ledger."""

from django.urls import URLPattern, path

from royalties.views.staff import ledger, pools, rules, runs

urlpatterns: list[URLPattern] = [
    path("staff/receipts/new/", pools.receipt_new, name="staff-receipt-new"),
    path("staff/pools/", pools.pool_list, name="staff-pool-list"),
    path("staff/pools/new/", pools.pool_new, name="staff-pool-new"),
    path("staff/pools/<uuid:uid>/", pools.pool_detail, name="staff-pool-detail"),
    path("staff/pools/<uuid:uid>/receipts/", pools.pool_allocate, name="staff-pool-allocate"),
    path("staff/pools/<uuid:uid>/usage/", pools.pool_feed, name="staff-pool-feed"),
    path("staff/runs/", runs.run_list, name="staff-run-list"),
    path("staff/runs/new/", runs.run_new, name="staff-run-new"),
    path("staff/runs/<uuid:uid>/", runs.run_detail, name="staff-run-detail"),
    path("staff/runs/<uuid:uid>/freeze/", runs.run_freeze, name="staff-run-freeze"),
    path("staff/runs/<uuid:uid>/calculate/", runs.run_calculate, name="staff-run-calculate"),
    path("staff/runs/<uuid:uid>/review/", runs.run_review, name="staff-run-review"),
    path("staff/runs/<uuid:uid>/approve/", runs.run_approve, name="staff-run-approve"),
    path("staff/runs/<uuid:uid>/return/", runs.run_return, name="staff-run-return"),
    path("staff/runs/<uuid:uid>/post/", runs.run_finalise, name="staff-run-finalise"),
    path("staff/runs/<uuid:uid>/publish/", runs.run_publish, name="staff-run-publish"),
    path("staff/runs/<uuid:uid>/cancel/", runs.run_cancel, name="staff-run-cancel"),
    path("staff/runs/<uuid:uid>/reverse/", runs.run_reverse, name="staff-run-reverse"),
    path("staff/rules/", rules.rule_list, name="staff-rule-list"),
    path("staff/rules/<uuid:uid>/new/", rules.rule_draft, name="staff-rule-draft"),
    path("staff/rules/version/<uuid:uid>/", rules.rule_version, name="staff-rule-version"),
    path("staff/rules/version/<uuid:uid>/approve/", rules.rule_approve, name="staff-rule-approve"),
    path("staff/ledger/", ledger.account_list, name="staff-account-list"),
    path("staff/ledger/lines/", ledger.line_list, name="staff-line-list"),
    path("staff/ledger/journals/<int:number>/", ledger.journal_detail, name="staff-journal-detail"),
]
