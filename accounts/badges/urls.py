from django.urls import path

from accounts.badges import api

urlpatterns = [path("policy", api.PolicyView.as_view(), name="policy")]
