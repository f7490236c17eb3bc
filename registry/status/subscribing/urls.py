"""Under /status/subscribe/: all else below /status/ are files."""

from django.urls import path

from registry.status.subscribing import views

urlpatterns = [
    path("", views.Subscribe.as_view(), name="status_subscribe"),
    path("sent/", views.Sent.as_view(), name="status_subscribe_sent"),
    path("confirm/<str:token>/", views.Confirm.as_view(), name="status_confirm"),
    path("stop/<str:token>/", views.Stop.as_view(), name="status_stop"),
]
