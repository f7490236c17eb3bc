from django.urls import path

from accounts.onboarding.following import (
    account_page,
    changing,
    lasting,
    my_page,
    showing,
    status_page,
    step_pages,
)

APPLICATION = "my/applications/<app:application_id>"
ACCOUNT = "my/accounts/<acc:account_id>"

urlpatterns = [
    path("my/", my_page.My.as_view(), name="my"),
    path(f"{APPLICATION}/", status_page.StatusPage.as_view(), name="application_status"),
    path(f"{APPLICATION}/answer/", step_pages.Answer.as_view(), name="answer_question"),
    path(f"{APPLICATION}/withdraw/", step_pages.Withdraw.as_view(), name="withdraw_application"),
    path(f"{APPLICATION}/objection/", step_pages.Contest.as_view(), name="contest_decision"),
    path(f"{APPLICATION}/again/", step_pages.ApplyAgain.as_view(), name="apply_again"),
    path(f"{ACCOUNT}/", account_page.MyAccount.as_view(), name="my_account"),
    path(f"{ACCOUNT}/profile/", changing.ChangeProfile.as_view(), name="change_profile"),
    path(f"{ACCOUNT}/look/", changing.ChangeLook.as_view(), name="change_look"),
    path(f"{ACCOUNT}/name/", changing.ChangeName.as_view(), name="change_name"),
    path(f"{ACCOUNT}/renew/", lasting.Renew.as_view(), name="renew_badge"),
    path(f"{ACCOUNT}/reinstate/", lasting.Reinstate.as_view(), name="reinstate_badge"),
    path(f"{ACCOUNT}/close/", account_page.CloseAccount.as_view(), name="close_account"),
    path(f"{ACCOUNT}/sheet/", showing.Sheet.as_view(), name="badge_sheet"),
    path(f"{ACCOUNT}/sheet/code.svg", showing.Code.as_view(), name="badge_code"),
    path("b/<acc:account_id>/", showing.PublicPage.as_view(), name="public_page"),
]
