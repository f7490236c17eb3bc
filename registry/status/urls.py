from django.urls import path

from registry.status import api

urlpatterns = [
    path("probes", api.ProbesView.as_view(), name="probes"),
    path("probes/<str:probe_id>", api.ProbeView.as_view(), name="probe"),
]
