"""The map of addresses: public pages at the top, then one prefix for each audience."""

from django.contrib import admin
from django.urls import include, path

from cmo_portal import branding, staff_views, views
from cmo_portal.accounts import views as accounts_views

urlpatterns = [
    path("", views.home, name="home"),
    path("start/", views.start, name="start"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("brand.css", branding.brand_css, name="brand_css"),
    path("language/", include("django.conf.urls.i18n")),
    path("account/invitation/<str:token>/", accounts_views.accept_invitation, name="accept-invitation"),
    path("account/", include("allauth.urls")),
    path("staff/", staff_views.staff_home, name="staff_home"),
    path("staff/jobs/", staff_views.job_list, name="staff-jobs"),
    path("staff/jobs/<int:job_id>/", staff_views.job_act, name="staff-job-act"),
    path("staff/acts/", staff_views.act_list, name="staff-acts"),
    path("staff/users/", accounts_views.user_list, name="staff-users"),
    path("staff/users/invite/", accounts_views.user_invite, name="staff-user-invite"),
    path("staff/users/<uuid:uid>/", accounts_views.user_detail, name="staff-user"),
    path("admin/", admin.site.urls),
    path("", include("members.urls")),
    path("", include("works.urls")),
    path("", include("licensing.urls")),
    path("", include("royalties.urls")),
]
handler500 = "cmo_portal.views.server_error"
