"""Addresses of the works app."""

from django.urls import path

from works.views import drafts, member, public, splits, staff, tables
from works.views.staff import description, free_rules, new_work

app_name = "works"
urlpatterns = [
    path("repertoire/", public.repertoire_search, name="public-repertoire-search"),
    path("repertoire/<uuid:uid>/", public.work_detail, name="public-work-detail"),
    path("repertoire/<uuid:uid>/report/", public.work_report, name="public-work-report"),
    path("repertoire/<uuid:uid>/reported/", public.work_reported, name="public-work-reported"),
    path("my/works/", member.work_list, name="member-work-list"),
    path("my/works/<uuid:uid>/", member.work_detail, name="member-work-detail"),
    path("my/works/registrations/", drafts.draft_start, name="member-draft-start"),
    path("my/works/registrations/<uuid:uid>/title/", drafts.draft_title, name="member-draft-title"),
    path("my/works/registrations/<uuid:uid>/known/", drafts.draft_known, name="member-draft-known"),
    path("my/works/registrations/<uuid:uid>/shares/", drafts.draft_shares, name="member-draft-shares"),
    path("my/works/registrations/<uuid:uid>/check/", drafts.draft_check, name="member-draft-check"),
    path("my/works/registrations/<uuid:uid>/discard/", drafts.draft_discard, name="member-draft-discard"),
    path("my/works/splits/<uuid:uid>/", splits.split_detail, name="member-split-detail"),
    path("my/works/splits/<uuid:uid>/propose/", splits.split_propose, name="member-split-propose"),
    path("my/works/files/", tables.file_list, name="member-file-list"),
    path("my/works/files/template.<str:ending>", tables.file_template, name="member-file-template"),
    path("my/works/files/<uuid:uid>/", tables.file_detail, name="member-file-detail"),
    path("my/works/files/<uuid:uid>/progress/", tables.file_progress, name="member-file-progress"),
    path("my/works/files/<uuid:uid>/take/", tables.file_take, name="member-file-take"),
    path("my/works/files/<uuid:uid>/refused/", tables.file_refused, name="member-file-refused"),
    path("staff/works/", staff.work_list, name="staff-work-list"),
    path("staff/works/new/", new_work.work_new, name="staff-work-new"),
    path("staff/works/<uuid:uid>/", staff.work_detail, name="staff-work-detail"),
    path("staff/works/public-domain/", free_rules.free_rules, name="staff-free-rules"),
    path("staff/works/<uuid:uid>/facts/", description.facts_edit, name="staff-facts-edit"),
    path("staff/works/<uuid:uid>/description/<slug:section>/", description.section_edit, name="staff-section-edit"),
    path("staff/works/<uuid:uid>/proposal/<str:right>/", description.share_proposal, name="staff-share-proposal"),
    path("staff/works/<uuid:uid>/decide/", staff.work_decide, name="staff-work-decide"),
    path("staff/works/<uuid:uid>/shares/<str:right>/", staff.share_edit, name="staff-share-edit"),
    path("staff/works/<uuid:uid>/disputes/<str:right>/", staff.dispute_open, name="staff-dispute-open"),
    path("staff/works/splits/", staff.split_list, name="staff-split-list"),
    path("staff/works/splits/rules/", staff.split_rules, name="staff-split-rules"),
    path("staff/works/splits/<uuid:uid>/", staff.split_detail, name="staff-split-detail"),
    path("staff/works/disputes/", staff.dispute_list, name="staff-dispute-list"),
    path("staff/works/disputes/<uuid:uid>/", staff.dispute_detail, name="staff-dispute-detail"),
    path("staff/works/reports/", staff.report_list, name="staff-report-list"),
    path("staff/works/reports/<uuid:uid>/", staff.report_detail, name="staff-report-detail"),
    path("staff/registrations/", staff.file_list, name="staff-file-list"),
    path("staff/registrations/template.<str:ending>", staff.file_template, name="staff-file-template"),
    path("staff/registrations/<uuid:uid>/refused/", staff.file_refused, name="staff-file-refused"),
    path("staff/registrations/<uuid:uid>/", staff.file_detail, name="staff-file-detail"),
    path("staff/registrations/<uuid:uid>/progress/", staff.file_progress, name="staff-file-progress"),
    path("staff/registrations/<uuid:uid>/import/", staff.file_import, name="staff-file-import"),
    path("staff/registrations/<uuid:uid>/answer/", staff.file_answer, name="staff-file-answer"),
]
