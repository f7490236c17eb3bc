"""The reviewers' desk in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.verification.case_pages import CasePages
from accounts.verification.figures_pages import FiguresPages
from accounts.verification.models import Application, QualityCheck
from accounts.verification.quality_pages import QualityPages
from accounts.verification.queue_pages import QueuePages
from accounts.verification.reasons_admin import ReasonAdmin as ReasonAdmin

admin.site.site_header = admin.site.site_title = _("Verified-business registry")
admin.site.index_title = _("Desk of the staff")


@admin.register(Application)
class ApplicationAdmin(CasePages, QueuePages):
    """The queue, and the page of one case."""


@admin.register(QualityCheck)
class QualityAdmin(QualityPages, FiguresPages):
    """The desk of blind reviews, and below it the figures."""
