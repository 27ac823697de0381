"""Addresses of the API, version 1."""

from django.urls import path

from works.api import registrations, schema, works

urlpatterns = [
    path("works/", works.WorkList.as_view(), name="api-work-list"),
    path("works/<uuid:uid>/", works.WorkDetail.as_view(), name="api-work-detail"),
    path("registrations/", registrations.RegistrationList.as_view(), name="api-registration-list"),
    path("registrations/<uuid:uid>/", registrations.RegistrationDetail.as_view(), name="api-registration-detail"),
    path("client/", works.ClientDetail.as_view(), name="api-client"),
    path("schema/", schema.Schema.as_view(), name="api-schema"),
    path("<path:rest>", schema.Unknown.as_view(), name="api-unknown"),
]
