"""Which steps of an application are done: decided from its answers alone, for the task list and for sending it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PERSON_STEPS = ("names", "identity", "contact", "roles", "bank", "mandate", "documents")
MANDATE_TERRITORIES = ("home", "world")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "names": ("last_name",),
    "contact": ("telephone", "address"),
    "roles": ("roles",),
    "bank": ("account_title",),
    "mandate": ("mandate",),
}
ROLES = ("composer", "lyricist", "arranger", "translator", "publisher", "heir")
RESIDENCES = ("resident", "abroad")
NOT_STARTED, IN_PROGRESS, DONE = "not_started", "in_progress", "done"


@dataclass(frozen=True, slots=True)
class Given:
    """What an application holds beside its answers."""

    kind: str
    cnic: bool
    born: bool
    iban: bool
    documents: frozenset[str]


def step_states(answers: Mapping[str, Any], given: Given) -> dict[str, str]:
    """The state of each step, in the order of the steps: not_started, in_progress or done."""
    return {step: _state(step, answers, given) for step in PERSON_STEPS}


def missing_steps(answers: Mapping[str, Any], given: Given) -> list[str]:
    """The steps that must still be done before the application can be sent."""
    return [step for step, state in step_states(answers, given).items() if state != DONE]


def _state(step: str, answers: Mapping[str, Any], given: Given) -> str:
    facts = [bool(answers.get(name)) for name in NEEDED.get(step, ())] + _sealed_facts(step, answers, given)
    if all(facts):
        return DONE
    return IN_PROGRESS if any(facts) else NOT_STARTED


def _sealed_facts(step: str, answers: Mapping[str, Any], given: Given) -> list[bool]:
    """What a step needs beside plain answers: a company shows its tax number instead of a CNIC and a birthday."""
    if step == "identity":
        return [bool(answers.get("ntn"))] if given.kind == "organisation" else [given.cnic, given.born]
    if step == "bank":
        return [given.iban]
    if step == "documents":
        return ["identity" in given.documents]
    return []
