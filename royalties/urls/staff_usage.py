"""Addresses of the usage desk: files and matching."""

from django.urls import URLPattern, path

from royalties.views.staff import matching, usage, usage_setup

urlpatterns: list[URLPattern] = [
    path("staff/usage/", usage.file_list, name="staff-usage-list"),
    path("staff/usage/new/", usage.file_new, name="staff-usage-new"),
    path("staff/usage/sources/", usage_setup.source_list, name="staff-usage-sources"),
    path("staff/usage/sources/new/", usage_setup.source_edit, name="staff-usage-source-new"),
    path("staff/usage/sources/<uuid:uid>/", usage_setup.source_edit, name="staff-usage-source"),
    path("staff/usage/<uuid:uid>/", usage.file_detail, name="staff-usage-detail"),
    path("staff/usage/<uuid:uid>/mapping/", usage_setup.file_mapping, name="staff-usage-mapping"),
    path("staff/usage/<uuid:uid>/progress/", usage.file_progress, name="staff-usage-progress"),
    path("staff/usage/<uuid:uid>/read/", usage.file_read, name="staff-usage-read"),
    path("staff/usage/<uuid:uid>/take/", usage.file_land, name="staff-usage-land"),
    path("staff/usage/<uuid:uid>/refuse/", usage.file_refuse, name="staff-usage-refuse"),
    path("staff/usage/<uuid:uid>/match/", usage.file_match, name="staff-usage-match"),
    path("staff/usage/<uuid:uid>/texts/", usage.file_texts, name="staff-usage-texts"),
    path("staff/usage/<uuid:uid>/texts/<int:text_no>/", matching.match_text, name="staff-match-text"),
    path("staff/usage/<uuid:uid>/original/", usage.file_download, {"part": "original"}, name="staff-usage-original"),
    path("staff/usage/<uuid:uid>/refused/", usage.file_download, {"part": "refused"}, name="staff-usage-refused"),
    path("staff/matching/", matching.match_queue, name="staff-match-queue"),
    path("staff/matching/decide/", matching.match_decide, name="staff-match-decide"),
    path("staff/matching/undo/", matching.match_undo, name="staff-match-undo"),
    path("staff/matching/again/", matching.match_again, name="staff-match-again"),
]
