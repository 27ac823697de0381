"""Addresses of the usage desk: files and matching."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
