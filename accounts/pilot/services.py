"""Letting businesses in, a cohort at a time (R6): the verbs, as `pilot.redeem(invitation, by=person)`."""

from accounts.pilot.admitting import admit as admit
from accounts.pilot.admitting import way_in as way_in
from accounts.pilot.cohorts import change_cohort as change_cohort
from accounts.pilot.cohorts import find as find
from accounts.pilot.cohorts import open_cohort as open_cohort
from accounts.pilot.cohorts import places_left as places_left
from accounts.pilot.cohorts import require_open as require_open
from accounts.pilot.cohorts import seems_to_have_room as seems_to_have_room
from accounts.pilot.invitations import invitation_of as invitation_of
from accounts.pilot.invitations import look as look
from accounts.pilot.invitations import redeem as redeem
from accounts.pilot.invitations import resend as resend
from accounts.pilot.invitations import revoke as revoke
from accounts.pilot.invitations import with_digest as with_digest
from accounts.pilot.inviting import invite as invite
from accounts.pilot.inviting import invite_many as invite_many
from accounts.pilot.waiting import invite_next as invite_next
from accounts.pilot.waiting import join as join
from accounts.pilot.waiting import leave as leave
