"""Forms that bring files along. What is refused about a file stands at the field `file`, as the services call it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.onboarding import uploading
from accounts.onboarding.forms import OwnerForm
from accounts.onboarding.pages import FormPage
from accounts.sentences import SENTENCES
from accounts.spoken import spoken
from accounts.verification.evidence import LARGEST

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PICTURES = "image/jpeg,image/png,image/webp"
PICTURE_OR_PDF = _("JPEG, PNG, WebP or PDF, 10 MB at most.")


def file_field(
    label: "StrOrPromise",
    *,
    accept: str = f"{PICTURES},application/pdf",
    help_text: "StrOrPromise" = PICTURE_OR_PDF,
    **attrs: str,
) -> forms.FileField:
    """Optional, also where the question is not: the form says what is missing."""
    return forms.FileField(
        label=label,
        help_text=help_text,
        widget=forms.FileInput(attrs={"accept": accept, **attrs}),
        required=False,
        allow_empty_file=True,
    )


class FormWithFile(OwnerForm):
    """`too_large`: a file came that was dropped on the way."""

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        self.too_large = too_large
        super().__init__(*args, **kwargs)

    @property
    def sent(self) -> "list[UploadedFile[Any]]":
        given = [file for file in self.cleaned_data.values() if isinstance(file, UploadedFile)]
        return [uploading.named(file) for file in given]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.too_large:
            self.add_error("file", spoken(SENTENCES["evidence_too_large"]))
        return cleaned


class PageWithFile(FormPage):
    def form_arguments(self) -> dict[str, Any]:
        return {"too_large": uploading.TOO_LARGE in self.request.META}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(limit=LARGEST, **context)
