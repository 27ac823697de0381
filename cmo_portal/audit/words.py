"""The words for each act on pages: what somebody did, in the reader's language. The record itself keeps the verb.

A verb without words here is shown as it is kept. A test holds this table against every act that the code records.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from cmo_portal.common.texts import Text

ACT_WORDS: Final[Mapping[str, Text]] = {
    # accounts and jobs
    "make_account": _("Made an account"),
    "invite": _("Sent an invitation"),
    "accept_invitation": _("Set the first password"),
    "give_role": _("Gave a role"),
    "take_role": _("Took a role away"),
    "retry_job": _("Put a job back to work"),
    "give_up_job": _("Gave a job up"),
    "add_reference": _("Added reference data"),
    "edit_reference": _("Changed reference data"),
    # members
    "begin_application": _("Began an application for membership"),
    "renew_application_link": _("Asked for a new link to the application"),
    "submit_application": _("Sent the application for membership"),
    "ask_applicant": _("Asked the applicant a question"),
    "refuse_application": _("Refused the application for membership"),
    "admit_member": _("Admitted the member"),
    "reveal_number": _("Looked at a number behind its mask"),
    "keep_document": _("Kept a document"),
    "open_document": _("Opened a document"),
    "quarantine_document": _("Set a document apart: it may be harmful"),
    "remove_document": _("Removed a document"),
    "change_contact": _("Changed the contact details"),
    "change_mandate": _("Changed the mandate"),
    "set_tax_status": _("Set the tax status"),
    "member_active": _("Made the membership active"),
    "member_suspended": _("Suspended the membership"),
    "member_resigned": _("Recorded the resignation"),
    "member_deceased": _("Recorded the death"),
    "propose_bank": _("Proposed bank details"),
    "approve_bank": _("Approved bank details"),
    "refuse_bank": _("Refused bank details"),
    "withdraw_bank": _("Withdrew proposed bank details"),
    "open_ibans": _("Opened account numbers for a payment file"),
    "register_parties": _("Registered parties"),
    "affiliate_parties": _("Noted which society collects for parties"),
    "add_name": _("Added a name"),
    # works
    "register_work": _("Registered the work"),
    "register_works": _("Registered works"),
    "accept_work": _("Registered the work after looking at works of the same title"),
    "refuse_work": _("Refused to register the work"),
    "revise_work": _("Revised the work from a registration file"),
    "replace_shares": _("Replaced the shares of a right"),
    "open_dispute": _("Opened the dispute"),
    "close_dispute": _("Settled the dispute"),
    "report_work": _("Reported an error"),
    "settle_report": _("Settled a report"),
    "check_registration_file": _("Checked a registration file"),
    "import_registration_file": _("Took a registration file"),
    "export_repertoire": _("Wrote a file of the repertoire"),
    # licensing
    "save_tariff": _("Saved a tariff"),
    "draft_tariff_version": _("Drafted a tariff version"),
    "change_tariff_draft": _("Changed a tariff draft"),
    "move_tariff_version": _("Moved a tariff version on"),
    "approve_tariff_version": _("Approved a tariff version"),
    "add_tax_rate": _("Added a sales tax rate"),
    "save_province": _("Saved a province"),
    "start_licence_application": _("Began an application for a licence"),
    "submit_licence_application": _("Sent the application for a licence"),
    "withdraw_licence_application": _("Withdrew the application for a licence"),
    "ask_question": _("Asked the applicant a question"),
    "send_link_again": _("Sent the link to the application again"),
    "refuse_licence_application": _("Refused the application for a licence"),
    "approve_licence_application": _("Approved the application for a licence"),
    "invite_licensee_again": _("Invited the licensee again"),
    "issue_invoice": _("Issued an invoice"),
    "credit_invoice": _("Proposed a credit note"),
    "approve_credit": _("Approved a credit note"),
    "activate_licence": _("Put the licence into force"),
    "cancel_licence": _("Cancelled the licence"),
    "record_receipt": _("Recorded money received"),
    "allocate_receipt": _("Allocated money received to an invoice"),
    # usage and matching
    "save_usage_source": _("Saved a source of usage"),
    "receive_usage": _("Received a usage file"),
    "read_usage": _("Read a usage file"),
    "lay_out_usage": _("Laid out the columns of a usage file"),
    "confirm_usage_mapping": _("Confirmed the columns of a usage file"),
    "allow_usage_repeats": _("Allowed repeated lines in a usage file"),
    "land_usage": _("Took the lines of a usage file"),
    "refuse_usage": _("Refused a usage file"),
    "decide_match": _("Decided which work was used"),
    "undo_match": _("Undid a decision on which work was used"),
    "match_usage_again": _("Matched a usage file again"),
    # distribution and payment
    "allocate_to_pool": _("Put money received into a pool"),
    "create_pool": _("Made a pool"),
    "feed_pool": _("Joined a usage file to a pool"),
    "unfeed_pool": _("Parted a usage file from a pool"),
    "save_rule": _("Saved a rule"),
    "draft_rule": _("Drafted a rule version"),
    "approve_rule": _("Approved a rule version"),
    "withdraw_rule": _("Withdrew a rule version"),
    "create_run": _("Made a distribution"),
    "freeze_run": _("Froze the inputs of the distribution"),
    "start_calculation": _("Started the calculation"),
    "send_for_review": _("Sent the distribution for approval"),
    "return_run": _("Sent the distribution back"),
    "approve_run": _("Approved the distribution"),
    "finalise_run": _("Made the distribution final"),
    "publish_run": _("Published the distribution"),
    "cancel_run": _("Cancelled the distribution"),
    "reverse_run": _("Reversed the distribution"),
    "make_payment_batch": _("Made a payment batch"),
    "approve_payment_batch": _("Approved a payment batch"),
    "export_payment_batch": _("Made the bank file of a payment batch"),
    "settle_payment_batch": _("Took the bank’s answer to a payment batch"),
    "cancel_payment_batch": _("Cancelled a payment batch"),
}


def act_words(verb: str) -> Text:
    """What somebody did, in words."""
    return ACT_WORDS.get(verb) or verb.replace("_", " ")
