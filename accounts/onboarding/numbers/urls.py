from django.urls import path

from accounts.onboarding.numbers import new_number, pages

APPLICATION = "my/applications/<app:application_id>"
ACCOUNT = "my/accounts/<acc:account_id>"

urlpatterns = [
    path(f"{APPLICATION}/number/", pages.ProveNumber.as_view(), name="prove_number"),
    path(f"{APPLICATION}/number/code/", pages.SendCode.as_view(), name="send_number_code"),
    path(f"{APPLICATION}/number/send/", pages.SendNewNumber.as_view(), name="send_new_number"),
    path(f"{APPLICATION}/claim/", pages.ClaimNumber.as_view(), name="claim_number"),
    path(f"{APPLICATION}/claim/code/", pages.SendClaimCode.as_view(), name="send_claim_code"),
    path(f"{APPLICATION}/claim/withdraw/", pages.WithdrawClaim.as_view(), name="withdraw_number_claim"),
    path(f"{ACCOUNT}/number/", pages.ProveAgain.as_view(), name="prove_again"),
    path(f"{ACCOUNT}/number/code/", pages.SendCodeAgain.as_view(), name="send_code_again"),
    path(f"{ACCOUNT}/new-number/", new_number.ChangeNumber.as_view(), name="change_number"),
]
