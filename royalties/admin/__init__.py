"""Record screens of royalties: to look things up. Usage sources can be renamed; everything about money is read only.

Usage lines, texts and allocation lines run to millions of rows: they have no screen here, the work screens show them.
"""

from royalties.admin import ledger, payments, rules, runs, usage  # noqa: F401 - each registers its screens
