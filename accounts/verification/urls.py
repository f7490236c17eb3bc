from django.urls import path

from accounts.verification import api, evidence_api, number_code_api

ONE = "applications/<str:application_id>"

urlpatterns = [
    path(
        "accounts/<str:account_id>/applications",
        api.AccountApplicationsView.as_view(),
        name="account-applications",
    ),
    path(
        "accounts/<str:account_id>/number-code",
        number_code_api.AccountNumberCodeView.as_view(),
        name="account-number-code",
    ),
    path(
        "accounts/<str:account_id>/number-code/check",
        number_code_api.AccountNumberCodeCheckView.as_view(),
        name="account-number-code-check",
    ),
    path(ONE, api.ApplicationView.as_view(), name="application"),
    path(f"{ONE}/submit", api.SubmitView.as_view(), name="application-submit"),
    path(f"{ONE}/answer", api.AnswerView.as_view(), name="application-answer"),
    path(f"{ONE}/withdraw", api.WithdrawView.as_view(), name="application-withdraw"),
    path(f"{ONE}/contest", api.ContestView.as_view(), name="application-contest"),
    path(f"{ONE}/number-code", number_code_api.NumberCodeView.as_view(), name="number-code"),
    path(f"{ONE}/number-code/check", number_code_api.NumberCodeCheckView.as_view(), name="number-code-check"),
    path(f"{ONE}/evidence", evidence_api.EvidenceListView.as_view(), name="evidence-list"),
    path(f"{ONE}/evidence/<str:evidence_id>", evidence_api.EvidenceView.as_view(), name="evidence"),
]
