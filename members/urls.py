"""Addresses of the members app."""

from django.urls import URLPattern, URLResolver, path

from members.views import member, public, staff

app_name = "members"
urlpatterns: list[URLPattern | URLResolver] = [
    path("join/", public.join, name="public-join"),
    path("join/begin/", public.join_begin, name="public-join-begin"),
    path("join/return/", public.join_return, name="public-join-return"),
    path("join/return/<str:token>/", public.join_resume, name="public-join-resume"),
    path("join/application/", public.join_tasks, name="public-join-tasks"),
    path("join/application/documents/", public.join_documents, name="public-join-documents"),
    path(
        "join/application/documents/<uuid:uid>/remove/",
        public.join_document_remove,
        name="public-join-document-remove",
    ),
    path("join/application/check/", public.join_check, name="public-join-check"),
    path("join/application/declare/", public.join_declare, name="public-join-declare"),
    path("join/application/status/", public.join_status, name="public-join-status"),
    path("join/application/part/<slug:step>/", public.join_step, name="public-join-step"),
    path("my/profile/", member.profile, name="member-profile"),
    path("my/profile/contact/", member.contact, name="member-contact"),
    path("my/bank/", member.bank, name="member-bank"),
    path("my/bank/change/", member.bank_change, name="member-bank-change"),
    path("my/bank/<uuid:uid>/withdraw/", member.bank_withdraw, name="member-bank-withdraw"),
    path("my/documents/", member.document_list, name="member-document-list"),
    path("my/documents/<uuid:uid>/", member.document, name="member-document"),
    path("staff/applications/", staff.application_list, name="staff-application-list"),
    path("staff/applications/<uuid:uid>/", staff.application, name="staff-application"),
    path("staff/applications/<uuid:uid>/ask/", staff.application_ask, name="staff-application-ask"),
    path("staff/applications/<uuid:uid>/refuse/", staff.application_refuse, name="staff-application-refuse"),
    path("staff/applications/<uuid:uid>/admit/", staff.application_admit, name="staff-application-admit"),
    path(
        "staff/applications/<uuid:uid>/reveal/<slug:number>/",
        staff.application_reveal,
        name="staff-application-reveal",
    ),
    path("staff/members/", staff.member_list, name="staff-member-list"),
    path("staff/members/find/", staff.member_find, name="staff-member-find"),
    path("staff/members/<uuid:uid>/", staff.member, name="staff-member"),
    path("staff/members/<uuid:uid>/contact/", staff.member_contact, name="staff-member-contact"),
    path("staff/members/<uuid:uid>/tax/", staff.member_tax, name="staff-member-tax"),
    path("staff/members/<uuid:uid>/mandate/", staff.member_mandate, name="staff-member-mandate"),
    path("staff/members/<uuid:uid>/state/", staff.member_state, name="staff-member-state"),
    path("staff/members/<uuid:uid>/reveal/", staff.member_reveal, name="staff-member-reveal"),
    path("staff/members/<uuid:uid>/bank/", staff.account_propose, name="staff-account-propose"),
    path("staff/bank-details/", staff.account_list, name="staff-account-list"),
    path("staff/bank-details/<uuid:uid>/", staff.account, name="staff-account"),
    path("staff/bank-details/<uuid:uid>/reveal/", staff.account_reveal, name="staff-account-reveal"),
    path("staff/documents/<uuid:uid>/", staff.document, name="staff-document"),
    path("staff/documents/<uuid:uid>/page/", staff.document_page, name="staff-document-page"),
]
