"""Addresses of the distribution desk: receipts, pools, runs, rules, ledger."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
