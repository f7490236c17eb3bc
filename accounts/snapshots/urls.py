from django.urls import path

from accounts.snapshots import api

urlpatterns = [
    path("snapshots/", api.SnapshotsView.as_view(), name="snapshots"),
    path("snapshots/<str:snapshot_id>/<str:name>", api.SnapshotFileView.as_view(), name="snapshot-file"),
]
