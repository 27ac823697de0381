"""Addresses of the licensing app."""

from django.urls import URLPattern, URLResolver

app_name = "licensing"
urlpatterns: list[URLPattern | URLResolver] = []
