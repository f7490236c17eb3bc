"""The fixed lists of DESIGN section 6."""

from django.db import models
from django.utils.translation import gettext_lazy as _

ABOUT_LIMIT = 512  # characters


class Category(models.TextChoices):
    FOOD = "food", _("food")
    RETAIL = "retail", _("retail")
    FASHION = "fashion", _("fashion")
    BEAUTY = "beauty", _("beauty")
    HEALTH = "health", _("health")
    EDUCATION = "education", _("education")
    SERVICES = "services", _("services")
    AUTOMOTIVE = "automotive", _("automotive")
    TRAVEL = "travel", _("travel")
    PROPERTY = "property", _("property")
    EVENTS = "events", _("events")
    TECHNOLOGY = "technology", _("technology")
    FINANCE = "finance", _("finance")
    GOVERNMENT = "government", _("government")
    NONPROFIT = "nonprofit", _("non-profit")
    OTHER = "other", _("other")


PROTECTED_CATEGORIES = frozenset({Category.FINANCE, Category.GOVERNMENT, Category.HEALTH})


class ContactPurpose(models.TextChoices):
    """What an account writes about after a transaction (R8)."""

    ORDER_UPDATES = "order_updates", _("order updates")
    DELIVERY = "delivery", _("delivery")
    APPOINTMENTS = "appointments", _("appointments")
    CUSTOMER_CARE = "customer_care", _("customer care")
    PAYMENT_REMINDERS = "payment_reminders", _("payment reminders")
    PROMOTIONS = "promotions", _("promotions")
