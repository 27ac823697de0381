"""Codes of royalties in words, as filters: `{{ payment.tax_class|tax_class_text }}`."""

from django import template

from members.models.territories import territory_text
from royalties import code_words

register = template.Library()
for words in (
    code_words.use_text,
    code_words.daypart_text,
    code_words.tax_class_text,
    code_words.category_text,
    code_words.ledger_reason_text,
    territory_text,
):
    register.filter(words.__name__, words)
