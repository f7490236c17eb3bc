"""What may happen to an application: the verbs, as `verification.approve(application, tier=…, by=reviewer)`."""

from accounts.verification.applying import answer as answer
from accounts.verification.applying import change as change
from accounts.verification.applying import contest as contest
from accounts.verification.applying import start as start
from accounts.verification.applying import submit as submit
from accounts.verification.applying import withdraw as withdraw
from accounts.verification.claims import claim as claim
from accounts.verification.claims import release as release
from accounts.verification.clockwork import lapse as lapse
from accounts.verification.clockwork import tick as tick
from accounts.verification.deciding import approve as approve
from accounts.verification.deciding import ask as ask
from accounts.verification.deciding import bar as bar
from accounts.verification.deciding import decline as decline
from accounts.verification.deciding import defer as defer
from accounts.verification.deciding import overrule as overrule
from accounts.verification.deciding import record_call_back as record_call_back
from accounts.verification.deciding import resume as resume
from accounts.verification.deciding import second as second
from accounts.verification.deciding import take_back as take_back
from accounts.verification.effects import take_effect as take_effect
from accounts.verification.notes import write_note as write_note
from accounts.verification.offers import allowed_actions as allowed_actions
from accounts.verification.requirements import Requirement as Requirement
from accounts.verification.requirements import requirements as requirements
