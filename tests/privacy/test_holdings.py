"""The table of what is held knows every text of every model."""

import pytest
from django.apps import apps
from django.db import models

from accounts.privacy.holdings import HOLDINGS, NOT_PERSONAL

TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)


def texts_of(model: type[models.Model]) -> set[str]:
    """Columns that can hold what somebody wrote."""
    return {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, TEXTS) and not field.choices and not field.primary_key
    }


OURS = [model for model in apps.get_models() if model.__module__.startswith(("accounts.", "registry."))]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_text_is_erased_or_explained(model: type[models.Model]) -> None:
    explained = set(NOT_PERSONAL.get(model._meta.label, ()))
    if "*" in explained:
        return
    holdings = [holding for holding in HOLDINGS if holding.model is model]
    if any(holding.erased is None for holding in holdings):
        return  # the rows go
    erased = {name for holding in holdings for name in holding.erased or {}}
    kept_on_purpose = {name for holding in holdings if holding.erased == {} for name in holding.shown}
    assert texts_of(model) <= erased | explained | kept_on_purpose


def test_the_table_names_what_exists() -> None:
    labels = {model._meta.label for model in apps.get_models()}
    assert set(NOT_PERSONAL) <= labels
    for holding in HOLDINGS:
        names = {field.name for field in holding.model._meta.concrete_fields}
        assert {*holding.shown, *(holding.erased or {})} <= names
