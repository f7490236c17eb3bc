from django.urls import path

from accounts.onboarding.personal import pages

urlpatterns = [
    path("my/consent/", pages.ConsentPage.as_view(), name="consent"),
    path("my/data/", pages.MyDataPage.as_view(), name="my_data"),
    path("my/data/download/", pages.DownloadPage.as_view(), name="download_my_data"),
    path("my/data/erase/", pages.ErasePage.as_view(), name="erase_my_data"),
    path("erased/", pages.ErasedPage.as_view(), name="erased"),
]
