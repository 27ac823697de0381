"""Addresses of the documentation desk where money hangs on works: like works, merges, splits, undone imports."""

from django.urls import URLPattern, path

from royalties.views.staff import agreement_faults, duplicates, import_undos, regrouping, work_money

urlpatterns: list[URLPattern] = [
    path("staff/works/agreement-faults/", agreement_faults.fault_list, name="staff-agreement-fault-list"),
    path("staff/works/agreement-faults/find/", agreement_faults.fault_find, name="staff-agreement-fault-find"),
    path("staff/duplicates/", duplicates.duplicate_list, name="staff-duplicate-list"),
    path("staff/duplicates/find/", duplicates.duplicate_find, name="staff-duplicate-find"),
    path("staff/duplicates/<uuid:uid>/", duplicates.duplicate_detail, name="staff-duplicate-detail"),
    path("staff/duplicates/<uuid:uid>/apart/", duplicates.duplicate_apart, name="staff-duplicate-apart"),
    path("staff/merges/", regrouping.regrouping_list, name="staff-regrouping-list"),
    path("staff/merges/<uuid:uid>/", regrouping.regrouping_detail, name="staff-regrouping-detail"),
    path("staff/merges/<uuid:uid>/confirm/", regrouping.regrouping_confirm, name="staff-regrouping-confirm"),
    path("staff/merges/<uuid:uid>/ask/", regrouping.regrouping_ask, name="staff-regrouping-ask"),
    path("staff/works/<uuid:uid>/money/", work_money.work_money_detail, name="staff-work-money"),
    path("staff/import-undos/", import_undos.import_undo_list, name="staff-import-undo-list"),
    path("staff/import-undos/<uuid:uid>/", import_undos.import_undo_detail, name="staff-import-undo-detail"),
    path("staff/import-undos/<uuid:uid>/decide/", import_undos.import_undo_decide, name="staff-import-undo-decide"),
    path("staff/works/<uuid:uid>/merge/", regrouping.merge_new, name="staff-merge-new"),
    path("staff/works/<uuid:uid>/split/", regrouping.split_new, name="staff-split-new"),
]
