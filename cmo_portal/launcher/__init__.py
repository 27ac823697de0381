"""The launcher behind ./portal: environment, embedded servers, processes and tests, on the standard library alone.

Nothing here imports Django, Celery or any package of the virtual environment: this code makes that environment.
"""
