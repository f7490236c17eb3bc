from django.urls import path, register_converter
from django.urls.converters import PathConverter

from accounts.display import api


class WrittenConverter(PathConverter):
    """Whatever stands where a number should, slashes and line breaks too: misspelt, not a missing page."""

    regex = r"[\s\S]+"


register_converter(WrittenConverter, "written")

urlpatterns = [
    path("contacts/lookup", api.LookupView.as_view(), name="lookup"),
    path("contacts/changes", api.ChangesView.as_view(), name="changes"),
    path("contacts/<written:number>", api.ContactView.as_view(), name="contact"),
    path("accounts", api.DirectoryView.as_view(), name="directory"),
]
