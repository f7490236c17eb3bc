from django.urls import path

from accounts.onboarding.websites import pages

WEBSITE = "my/accounts/<acc:account_id>/website"

urlpatterns = [
    path(f"{WEBSITE}/", pages.MyWebsite.as_view(), name="my_website"),
    path(f"{WEBSITE}/start/", pages.StartWebsite.as_view(), name="start_website"),
    path(f"{WEBSITE}/check/", pages.CheckWebsite.as_view(), name="check_website"),
]
