"""Addresses of disputes, for members and for staff."""

from django.urls import URLPattern, path

from royalties.views.member import disputes as member
from royalties.views.staff import disputes as staff

urlpatterns: list[URLPattern] = [
    path("my/disputes/", member.dispute_list, name="member-dispute-list"),
    path("my/disputes/<uuid:uid>/", member.dispute_detail, name="member-dispute-detail"),
    path("my/disputes/evidence/<uuid:uid>/", member.dispute_evidence, name="member-dispute-evidence"),
    path("staff/works/disputes/", staff.dispute_list, name="staff-dispute-list"),
    path("staff/works/disputes/<uuid:uid>/", staff.dispute_detail, name="staff-dispute-detail"),
    path("staff/works/disputes/evidence/<uuid:uid>/", staff.dispute_evidence, name="staff-dispute-evidence"),
]
