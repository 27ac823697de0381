"""Addresses of the works app."""

from django.urls import path

from works.views import drafts, member, public, recordings, staff
from works.views.staff import description, exports, free_rules, new_work
from works.views.staff import recordings as staff_recordings

app_name = "works"
urlpatterns = [
    path("repertoire/", public.repertoire_search, name="public-repertoire-search"),
    path("repertoire/<uuid:uid>/", public.work_detail, name="public-work-detail"),
    path("repertoire/<uuid:uid>/claim/", public.work_claim, name="public-work-claim"),
    path("repertoire/<uuid:uid>/report/", public.work_report, name="public-work-report"),
    path("repertoire/<uuid:uid>/reported/", public.work_reported, name="public-work-reported"),
    path("my/works/", member.work_list, name="member-work-list"),
    path("my/works/<uuid:uid>/", member.work_detail, name="member-work-detail"),
    path("my/recordings/", recordings.recording_list, name="member-recording-list"),
    path("my/recordings/<uuid:uid>/", recordings.recording_link, name="member-recording-link"),
    path("my/recordings/<uuid:uid>/unlink/", recordings.recording_unlink, name="member-recording-unlink"),
    path("my/works/registrations/", drafts.draft_start, name="member-draft-start"),
    path("my/works/registrations/<uuid:uid>/title/", drafts.draft_title, name="member-draft-title"),
    path("my/works/registrations/<uuid:uid>/known/", drafts.draft_known, name="member-draft-known"),
    path("my/works/registrations/<uuid:uid>/shares/", drafts.draft_shares, name="member-draft-shares"),
    path("my/works/registrations/<uuid:uid>/check/", drafts.draft_check, name="member-draft-check"),
    path("my/works/registrations/<uuid:uid>/discard/", drafts.draft_discard, name="member-draft-discard"),
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
    path("staff/works/disputes/", staff.dispute_list, name="staff-dispute-list"),
    path("staff/works/disputes/<uuid:uid>/", staff.dispute_detail, name="staff-dispute-detail"),
    path("staff/works/reports/", staff.report_list, name="staff-report-list"),
    path("staff/works/reports/<uuid:uid>/", staff.report_detail, name="staff-report-detail"),
    path("staff/exports/", exports.export_list, name="staff-export-list"),
    path("staff/exports/<uuid:uid>/", exports.export_detail, name="staff-export-detail"),
    path("staff/exports/<uuid:uid>/progress/", exports.export_progress_part, name="staff-export-progress"),
    path("staff/exports/<uuid:uid>/file/", exports.export_file, name="staff-export-file"),
    path("staff/exports/<uuid:uid>/complaints/", exports.export_complaints, name="staff-export-complaints"),
    path("staff/recordings/", staff_recordings.recording_list, name="staff-recording-list"),
    path("staff/recordings/new/", staff_recordings.recording_new, name="staff-recording-new"),
    path("staff/recordings/missing/", staff_recordings.silent_list, name="staff-silent-list"),
    path("staff/recordings/<uuid:uid>/", staff_recordings.recording_detail, name="staff-recording-detail"),
    path("staff/recordings/<uuid:uid>/edit/", staff_recordings.recording_edit, name="staff-recording-edit"),
    path("staff/recordings/<uuid:uid>/link/", staff_recordings.recording_link, name="staff-recording-link"),
    path("staff/recordings/parts/<uuid:uid>/unlink/", staff_recordings.recording_unlink, name="staff-recording-unlink"),
    path("staff/registrations/", staff.file_list, name="staff-file-list"),
    path("staff/registrations/<uuid:uid>/", staff.file_detail, name="staff-file-detail"),
    path("staff/registrations/<uuid:uid>/progress/", staff.file_progress, name="staff-file-progress"),
    path("staff/registrations/<uuid:uid>/import/", staff.file_import, name="staff-file-import"),
    path("staff/registrations/<uuid:uid>/answer/", staff.file_answer, name="staff-file-answer"),
]
