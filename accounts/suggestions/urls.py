from django.urls import path

from accounts.suggestions import api

urlpatterns = [
    path("suggestions", api.SuggestionsView.as_view(), name="suggestions"),
    path("suggestions/<str:suggestion_id>", api.SuggestionView.as_view(), name="suggestion"),
]
