"""Addresses for members: statements and what explains them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
