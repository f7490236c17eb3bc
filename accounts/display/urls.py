from django.urls import path

from accounts.display import api

urlpatterns = [
    path("contacts/lookup", api.LookupView.as_view(), name="lookup"),
    path("contacts/changes", api.ChangesView.as_view(), name="changes"),
    # path: a number with a stray slash is a number that is written wrongly, not a page that is missing.
    path("contacts/<path:number>", api.ContactView.as_view(), name="contact"),
    path("accounts", api.DirectoryView.as_view(), name="directory"),
]
