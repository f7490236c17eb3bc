"""An application as its form reads it: with the files, the reference and how far somebody has come."""

from dataclasses import dataclass
from functools import cached_property

import phonenumbers
from phonenumbers import NumberParseException

from accounts.businesses import ownership
from accounts.businesses.models import Account, Business
from accounts.onboarding.models import Progress
from accounts.verification.models import Application, Evidence, EvidenceKind, TradeReference


@dataclass
class Draft:
    application: Application

    @property
    def account(self) -> Account:
        return self.application.account

    @property
    def business(self) -> Business:
        return self.application.account.business

    @cached_property
    def answered(self) -> frozenset[str]:
        progress = Progress.objects.filter(application=self.application).first()
        return frozenset(progress.answered if progress else ())

    @cached_property
    def files(self) -> list[Evidence]:
        return list(self.application.evidence.order_by("uploaded_at"))

    @property
    def pictures_of_the_place(self) -> list[Evidence]:
        return [file for file in self.files if file.kind == EvidenceKind.PLACE]

    @cached_property
    def reference(self) -> TradeReference | None:
        return TradeReference.objects.filter(application=self.application).first()

    @property
    def number_is_taken(self) -> bool:
        """By another business."""
        holder = ownership.holder_of(self.application.number)
        return holder is not None and holder.pk != self.application.account_id

    @property
    def countries_of_the_number(self) -> list[str]:
        """ISO 3166-1. Several share +1, +7 and others: then only the one that the whole number names."""
        try:
            number = phonenumbers.parse(self.application.number)
        except NumberParseException:
            return []
        region = phonenumbers.region_code_for_number(number)
        return [region] if region and region != "001" else []
