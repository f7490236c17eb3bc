from django.urls import path

from accounts.businesses import accounts_api, api, numbers_api

urlpatterns = [
    path("businesses", api.BusinessesView.as_view(), name="businesses"),
    path("businesses/<str:business_id>", api.BusinessView.as_view(), name="business"),
    path(
        "businesses/<str:business_id>/accounts",
        accounts_api.BusinessAccountsView.as_view(),
        name="business-accounts",
    ),
    path("accounts/<str:account_id>", accounts_api.AccountView.as_view(), name="account"),
    # path: a number with a stray slash is a number that is written wrongly, not a page that is missing.
    path("numbers/<path:number>/kind", numbers_api.NumberKindView.as_view(), name="number-kind"),
]
