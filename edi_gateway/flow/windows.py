"""Sending windows: when a partner wants to get something. Pure.

Called by flow/telling/outbound.py and flow/gateway.py.
"""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from edi_gateway.partners.profile import Profile


def is_open(profile: Profile, now: datetime) -> bool:
    """Whether `now` (aware) lies in the window "06:00-22:00" of the partner's zone; one without is always open.

    A window may go over midnight ("22:00-06:00"). Its end does not belong to it.
    """
    window = profile.schedule.sending_window
    if not window:
        return True
    begin, end = (time.fromisoformat(part.strip()) for part in window.split("-"))
    here = now.astimezone(ZoneInfo(profile.calendar.zone)).time()
    return begin <= here < end if begin < end else here >= begin or here < end
