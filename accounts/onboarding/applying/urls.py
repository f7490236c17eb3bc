from django.urls import path

from accounts.onboarding.applying import (
    check_page,
    evidence_pages,
    name_page,
    photo_page,
    question_page,
    task_list,
)
from accounts.onboarding.applying.start_page import Start

APPLICATION = "my/applications/<app:application_id>"
QUESTION = f"{APPLICATION}/questions"
FILE = f"{APPLICATION}/files/<evd:evidence_id>"

urlpatterns = [
    path("start/", Start.as_view(), name="start"),
    path(f"{APPLICATION}/tasks/", task_list.TaskList.as_view(), name="task_list"),
    # Some questions have a page of their own make; their addresses are those of the others.
    path(f"{QUESTION}/name/", question_page.NamePage.as_view(), {"slug": "name"}, name="question"),
    path(f"{QUESTION}/number/", question_page.NumberPage.as_view(), {"slug": "number"}, name="question"),
    *(
        path(f"{QUESTION}/{slug}/", question_page.FilePage.as_view(), {"slug": slug}, name="question")
        for slug in ("photo", "evidence", "place")
    ),
    path(f"{QUESTION}/<slug:slug>/", question_page.QuestionPage.as_view(), name="question"),
    path(f"{APPLICATION}/name/", name_page.NameJudged.as_view(), name="name_judged"),
    path(f"{FILE}/", evidence_pages.EvidencePicture.as_view(), name="evidence_picture"),
    path(f"{FILE}/remove/", evidence_pages.RemoveEvidence.as_view(), name="remove_evidence"),
    path(f"{APPLICATION}/check/", check_page.CheckAnswers.as_view(), name="check_answers"),
    path(f"{APPLICATION}/sent/", check_page.Sent.as_view(), name="application_sent"),
    path("photos/<pho:photo_id>.jpg", photo_page.PhotoFile.as_view(), name="photo"),
]
