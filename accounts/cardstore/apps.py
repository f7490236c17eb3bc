from django.apps import AppConfig


class CardstoreConfig(AppConfig):
    name = "accounts.cardstore"
