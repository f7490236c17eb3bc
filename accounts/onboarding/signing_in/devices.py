"""Where an owner is signed in, and ending that."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.contacts import devices
from accounts.contacts.models import Device
from accounts.onboarding.pages import OwnerPage


class Devices(OwnerPage):
    template_name = "onboarding/sign_in_devices.html"
    needs_consent = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        here = self.request.session.session_key
        rows = [
            {"device": device, "here": device.session_id == here, "last_used": devices.last_used(device)}
            for device in Device.objects.of(self.reader)
        ]
        rows.sort(key=lambda row: not row["here"])
        return super().get_context_data(**kwargs) | {
            "rows": rows,
            "others": any(not row["here"] for row in rows),
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        """One that has ended already is as good as ended."""
        devices.end(str(request.session.session_key), by=self.reader, only=request.POST.get("device", ""))
        messages.success(request, _("That is ended: whoever goes on there has to sign in again."))
        return HttpResponseRedirect(reverse("devices"))
