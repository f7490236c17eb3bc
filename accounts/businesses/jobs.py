"""What is over is not kept."""

from procrastinate.contrib.django import app

from accounts.businesses import members


@app.periodic(cron="43 * * * *")
@app.task(name="forget_member_invitations", queueing_lock="forget_member_invitations")
def forget_member_invitations(timestamp: int) -> int:
    return members.forget_contacts()
