from django.urls import path

from accounts.reports import api

urlpatterns = [
    path("reports", api.ReportsView.as_view(), name="reports"),
    path("reports/<str:report_id>", api.ReportView.as_view(), name="report"),
]
