"""Addresses of the payment desk."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
