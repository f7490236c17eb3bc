from django.urls import path

from accounts.onboarding.personal import contact, pages

urlpatterns = [
    path("my/consent/", pages.ConsentPage.as_view(), name="consent"),
    path("my/data/", pages.MyDataPage.as_view(), name="my_data"),
    path("my/contact/", contact.ChangeContact.as_view(), name="change_contact"),
    path("my/contact/code/", contact.ContactCode.as_view(), name="change_contact_code"),
    path("my/contact/code/again/", contact.ContactCodeAgain.as_view(), name="change_contact_code_again"),
    path("my/data/download/", pages.DownloadPage.as_view(), name="download_my_data"),
    path("my/data/erase/", pages.ErasePage.as_view(), name="erase_my_data"),
    path("erased/", pages.ErasedPage.as_view(), name="erased"),
]
