"""Addresses of the payment desk."""

from django.urls import URLPattern, path

from royalties.views.staff import payments

urlpatterns: list[URLPattern] = [
    path("staff/payments/", payments.batch_list, name="staff-batch-list"),
    path("staff/payments/new/", payments.batch_make, name="staff-batch-make"),
    path("staff/payments/<uuid:uid>/", payments.batch_detail, name="staff-batch-detail"),
    path("staff/payments/<uuid:uid>/approve/", payments.batch_approve, name="staff-batch-approve"),
    path("staff/payments/<uuid:uid>/cancel/", payments.batch_cancel, name="staff-batch-cancel"),
    path("staff/payments/<uuid:uid>/file/", payments.batch_file, name="staff-batch-file"),
    path("staff/payments/<uuid:uid>/answer/", payments.batch_answer, name="staff-batch-answer"),
]
