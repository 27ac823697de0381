"""Addresses of the works app."""

from django.urls import path

from works.views import member, public, staff

app_name = "works"
urlpatterns = [
    path("repertoire/", public.repertoire_search, name="public-repertoire-search"),
    path("repertoire/<uuid:uid>/", public.work_detail, name="public-work-detail"),
    path("my/works/", member.work_list, name="member-work-list"),
    path("my/works/<uuid:uid>/", member.work_detail, name="member-work-detail"),
    path("my/registrations/", member.draft_start, name="member-draft-start"),
    path("my/registrations/<uuid:uid>/title/", member.draft_title, name="member-draft-title"),
    path("my/registrations/<uuid:uid>/shares/", member.draft_shares, name="member-draft-shares"),
    path("my/registrations/<uuid:uid>/check/", member.draft_check, name="member-draft-check"),
    path("staff/works/", staff.work_list, name="staff-work-list"),
    path("staff/works/<uuid:uid>/", staff.work_detail, name="staff-work-detail"),
    path("staff/registrations/", staff.file_list, name="staff-file-list"),
    path("staff/registrations/<uuid:uid>/", staff.file_detail, name="staff-file-detail"),
    path("staff/registrations/<uuid:uid>/import/", staff.file_import, name="staff-file-import"),
    path("staff/registrations/<uuid:uid>/answer/", staff.file_answer, name="staff-file-answer"),
]
