"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmo_portal.settings")
application = get_wsgi_application()
resolve("/healthz")  # reads the map of addresses with all its pages here, not at the first request of each worker
