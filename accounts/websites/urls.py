from django.urls import path

from accounts.websites import api

urlpatterns = [
    path("accounts/<str:account_id>/website-proofs", api.WebsiteProofsView.as_view(), name="website-proofs"),
    path(
        "accounts/<str:account_id>/website-proofs/<str:proof_id>",
        api.WebsiteProofView.as_view(),
        name="website-proof",
    ),
    path(
        "accounts/<str:account_id>/website-proofs/<str:proof_id>/check",
        api.WebsiteCheckView.as_view(),
        name="website-check",
    ),
]
