"""Pages of staff, by subject: applications, members, bank details."""

from members.views.staff.accounts import account, account_list, account_propose, account_reveal
from members.views.staff.applications import (
    application,
    application_admit,
    application_ask,
    application_list,
    application_refuse,
    application_reveal,
)
from members.views.staff.clients import (
    client,
    client_decide,
    client_list,
    client_new,
    client_revoke,
    client_token,
)
from members.views.staff.members import (
    document,
    document_page,
    member,
    member_contact,
    member_find,
    member_list,
    member_mandate,
    member_reveal,
    member_state,
    member_tax,
)

__all__ = [
    "account",
    "account_list",
    "account_propose",
    "account_reveal",
    "application",
    "application_admit",
    "application_ask",
    "application_list",
    "application_refuse",
    "application_reveal",
    "client",
    "client_decide",
    "client_list",
    "client_new",
    "client_revoke",
    "client_token",
    "document",
    "document_page",
    "member",
    "member_contact",
    "member_find",
    "member_list",
    "member_mandate",
    "member_reveal",
    "member_state",
    "member_tax",
]
