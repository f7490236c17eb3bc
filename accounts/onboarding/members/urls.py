from django.urls import path

from accounts.onboarding.members import pages

PEOPLE = "my/businesses/<biz:business_id>/people/"

urlpatterns = [
    path(PEOPLE, pages.People.as_view(), name="members"),
    path(f"{PEOPLE}invite/", pages.Invite.as_view(), name="invite_member"),
    path(f"{PEOPLE}take-back/", pages.Revoke.as_view(), name="revoke_member_invitation"),
    path(f"{PEOPLE}role/", pages.ChangeRole.as_view(), name="change_member"),
    path(f"{PEOPLE}remove/", pages.Remove.as_view(), name="remove_member"),
    path(f"{PEOPLE}hand-over/", pages.HandOver.as_view(), name="hand_over"),
    path(f"{PEOPLE}step-back/", pages.StepBack.as_view(), name="step_back"),
    path(f"{PEOPLE}leave/", pages.Leave.as_view(), name="leave_business"),
    path("my/joining/", pages.Joining.as_view(), name="joining"),
]
