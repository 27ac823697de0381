"""Addresses of the royalties app, a list for each desk."""

from royalties.urls import disputes, member, staff_payments, staff_runs, staff_usage, staff_works

app_name = "royalties"
urlpatterns = [
    *member.urlpatterns,
    *disputes.urlpatterns,
    *staff_usage.urlpatterns,
    *staff_runs.urlpatterns,
    *staff_payments.urlpatterns,
    *staff_works.urlpatterns,
]
