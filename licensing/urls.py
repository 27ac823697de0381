"""Addresses of the licensing app."""

from django.urls import URLPattern, URLResolver, path

from licensing.views import (
    apply,
    apply_documents,
    apply_sections,
    licensee,
    public,
    staff,
    staff_documents,
    staff_money,
    staff_tariffs,
)

app_name = "licensing"
urlpatterns: list[URLPattern | URLResolver] = [
    path("licence-needed/", public.need, name="public-need"),
    path("price/", public.calculator, name="public-calculator"),
    path("price/<slug:code>/", public.price, name="public-price"),
    path("tariffs/", public.tariff_list, name="public-tariff-list"),
    path("tariffs/<slug:code>/", public.tariff_detail, name="public-tariff-detail"),
    path("tariffs/<slug:code>/<int:version>.json", public.tariff_file, name="public-tariff-file"),
    path("check/", public.check, name="public-check"),
    path("check/key.pem", public.check_key, name="public-check-key"),
    path("check/<str:code>/", public.check, name="public-check-code"),
    path("apply/", apply.start, name="apply-start"),
    path("apply/return/", apply.come_back, name="apply-return"),
    path("apply/<str:reference>/", apply.tasks, name="apply-tasks"),
    path("apply/<str:reference>/link/<str:token>/", apply.resume, name="apply-resume"),
    path("apply/<str:reference>/check/", apply.check, name="apply-check"),
    path("apply/<str:reference>/declare/", apply.declare, name="apply-declare"),
    path("apply/<str:reference>/documents/", apply_documents.documents, name="apply-documents"),
    path(
        "apply/<str:reference>/documents/<uuid:uid>/remove/",
        apply_documents.document_remove,
        name="apply-document-remove",
    ),
    path("apply/<str:reference>/withdraw/", apply.withdraw, name="apply-withdraw"),
    path("apply/<str:reference>/<slug:name>/", apply_sections.section, name="apply-section"),
    path("licensee/", licensee.home, name="licensee-home"),
    path("licensee/invoices/", licensee.invoice_list, name="licensee-invoice-list"),
    path("licensee/invoices/<uuid:uid>/", licensee.invoice_detail, name="licensee-invoice-detail"),
    path("licensee/invoices/<uuid:uid>/pdf/", licensee.invoice_pdf, name="licensee-invoice-pdf"),
    path("licensee/licences/", licensee.licence_list, name="licensee-licence-list"),
    path("licensee/licences/<uuid:uid>/", licensee.licence_detail, name="licensee-licence-detail"),
    path("licensee/licences/<uuid:uid>/pdf/", licensee.licence_pdf, name="licensee-licence-pdf"),
    path("licensee/licences/<uuid:uid>/qr.svg", licensee.licence_qr, name="licensee-licence-qr"),
    path("staff/licensing/applications/", staff.application_list, name="staff-application-list"),
    path("staff/licensing/applications/<uuid:uid>/", staff.application_detail, name="staff-application-detail"),
    path(
        "staff/licensing/applications/<uuid:uid>/approve/", staff.application_approve, name="staff-application-approve"
    ),
    path("staff/licensing/applications/<uuid:uid>/answer/", staff.application_answer, name="staff-application-answer"),
    path("staff/licensing/documents/<uuid:uid>/", staff_documents.document, name="staff-document"),
    path("staff/licensing/documents/<uuid:uid>/page/", staff_documents.document_page, name="staff-document-page"),
    path("staff/licensing/licences/", staff.licence_list, name="staff-licence-list"),
    path("staff/licensing/licences/<uuid:uid>/", staff.licence_detail, name="staff-licence-detail"),
    path("staff/licensing/licences/<uuid:uid>/pdf/", staff.licence_pdf, name="staff-licence-pdf"),
    path("staff/licensing/licences/<uuid:uid>/cancel/", staff.licence_cancel, name="staff-licence-cancel"),
    path("staff/licensing/licensees/", staff.licensee_list, name="staff-licensee-list"),
    path("staff/licensing/licensees/<uuid:uid>/", staff.licensee_detail, name="staff-licensee-detail"),
    path("staff/licensing/invoices/", staff_money.invoice_list, name="staff-invoice-list"),
    path("staff/licensing/invoices/<uuid:uid>/", staff_money.invoice_detail, name="staff-invoice-detail"),
    path("staff/licensing/invoices/<uuid:uid>/pdf/", staff_money.invoice_pdf, name="staff-invoice-pdf"),
    path(
        "staff/licensing/invoices/<uuid:uid>/credit-note/",
        staff_money.invoice_credit_note,
        name="staff-invoice-credit-note",
    ),
    path(
        "staff/licensing/invoices/<uuid:uid>/pay-later/",
        staff_money.invoice_give_credit,
        name="staff-invoice-give-credit",
    ),
    path("staff/licensing/receipts/", staff_money.receipt_list, name="staff-receipt-list"),
    path("staff/licensing/receipts/<uuid:uid>/", staff_money.receipt_detail, name="staff-receipt-detail"),
    path("staff/licensing/tariffs/", staff_tariffs.tariff_list, name="staff-tariff-list"),
    path("staff/licensing/tariffs/new/", staff_tariffs.tariff_new, name="staff-tariff-new"),
    path("staff/licensing/tariffs/<slug:code>/new/", staff_tariffs.version_new, name="staff-version-new"),
    path(
        "staff/licensing/tariffs/<slug:code>/<int:number>/", staff_tariffs.version_detail, name="staff-version-detail"
    ),
    path(
        "staff/licensing/tariffs/<slug:code>/<int:number>/edit/", staff_tariffs.version_edit, name="staff-version-edit"
    ),
    path(
        "staff/licensing/tariffs/<slug:code>/<int:number>/approve/",
        staff_tariffs.version_approve,
        name="staff-version-approve",
    ),
    path(
        "staff/licensing/tariffs/<slug:code>/<int:number>/move/", staff_tariffs.version_move, name="staff-version-move"
    ),
]
