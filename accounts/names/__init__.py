"""Rules and skeletons of display names: pure functions, no Django, no database.

names.normalise(name)          what is stored
names.findings(name)           errors and warnings, the errors first
names.RULES                    every code with its sentence and examples
names.keys(name)               what the index of look-alikes holds, or is asked for
names.resemblance(name, other) the exact check of a candidate, and why
"""

from accounts.names.form_checks import LONGEST, SHORTEST
from accounts.names.resemblance import Resemblance, resemblance
from accounts.names.rules import RULES, Finding, Rule, Severity, findings
from accounts.names.shape import normalise, visible
from accounts.names.skeleton import deletion_keys, keys, skeleton, skeletons

__all__ = [
    "LONGEST",
    "RULES",
    "SHORTEST",
    "Finding",
    "Resemblance",
    "Rule",
    "Severity",
    "deletion_keys",
    "findings",
    "keys",
    "normalise",
    "resemblance",
    "skeleton",
    "skeletons",
    "visible",
]
