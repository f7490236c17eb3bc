"""For developers: what would have been sent."""

from django.urls import path

from accounts.messages import pages

urlpatterns = [path("outbox/", pages.outbox, name="outbox")]
