"""The console's pages, for what holds of each of them (test_every_page.py) and for their pictures in docs/.

Add yours: an address, or an address and the links to follow from there (CSS selectors), because ids differ from run
to run.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """`follow`: links that are clicked one after the other. `role`: who looks. `until`: it is looked at once it says
    this."""

    path: str
    follow: tuple[str, ...] = ()
    role: str = "LEAD"
    until: str = ""

    def __str__(self) -> str:
        return " ".join((self.path, *self.follow))


NO_DATE = "td a[href^='/causes/']:has-text('is no date')"

PAGES = (
    Shown("/"),
    Shown("/account"),
    Shown("/account/second-factor"),
    Shown("/sign-in/password"),
    Shown("/users", role="ADMIN"),
    Shown("/users/roles", role="ADMIN"),
    Shown("/orders"),
    Shown("/orders/backorders"),
    Shown("/orders/due-to-ship"),
    Shown("/interchanges"),
    Shown("/master/unresolved"),
    Shown("/retention"),
    Shown("/audit/proof"),
    Shown("/nothing"),
    Shown("/orders?po=K7001004", ("td a[href^='/orders/']",)),
    Shown(
        "/orders?po=K7001004", ("td a[href^='/orders/']", "a[href^='/cases/']", ".parts a[href*='canonical']")
    ),
    Shown("/holds"),
    Shown("/holds", ("td a[href^='/holds/']",)),
    Shown("/interchanges"),
    Shown("/documents"),
    Shown("/documents?po=K7001014", ("td a[href^='/documents/']", ".parts a[href*='beside']")),
    Shown("/acknowledgments"),
    Shown("/ledger"),
    Shown("/replays"),
    Shown("/cases", (NO_DATE, "a[href$='/fixes/copy']", "a[href$='/copy']")),
    Shown("/cases", (NO_DATE, "button:has-text('Try all of the same cause')")),
    Shown(
        "/orders?po=K7001004", ("td a[href^='/orders/']", "a[href^='/cases/']", "a[href$='/fixes/release']")
    ),
    Shown("/partners"),
    Shown("/partners/kestrelmoor"),
    Shown("/partners/kestrelmoor", ("a[href$='/versions/1']",)),
    Shown(
        "/partners/kestrelmoor",
        ("button:has-text('Try it')",),
        role="EDI_ANALYST",
        until="documents would have become different",
    ),
    Shown("/trials", role="EDI_ANALYST"),
    Shown("/partners/kestrelmoor/guide/850"),
    Shown("/partners/kestrelmoor/draft?file=partner/kestrelmoor/850.toml", role="EDI_ANALYST"),
    Shown("/master"),
    Shown("/master/items"),
    Shown("/master/unresolved"),
    Shown("/master/prices", ("td a[href^='/master/prices/']",)),
    Shown("/imports", role="MASTER_DATA"),
    Shown("/cases"),
    Shown("/cases", ("td a[href^='/causes/']",)),
    Shown("/cases", ("td a[href^='/causes/']", "td a[href^='/cases/']")),
    Shown("/mine", role="EDI_ANALYST"),
    Shown("/root-causes"),
    Shown("/root-causes?by=check", ("td a[href^='/root-causes/cases']",)),
    Shown("/root-causes/recurring"),
    Shown("/root-causes/times"),
    Shown("/improvements"),
    Shown("/improvements", ("td a[href^='/improvements/']",)),
    Shown("/improvements/new"),
    Shown("/incidents"),
    Shown("/incidents", ("td a[href^='/incidents/']",)),
    Shown("/alerts", ("td a[href^='/messages/']",)),
    Shown("/switches"),
    Shown("/alerts"),
    Shown("/figures?since=2026-03-01&until=2026-03-03"),
    Shown("/figures/exception-rate?since=2026-03-01&until=2026-03-03"),
    Shown("/figures/throughput?since=2026-02-01&until=2026-03-03"),
    Shown("/transmissions"),
    Shown("/transmissions?state=SENT", ("td a[href^='/transmissions/']",)),
    Shown("/certificates"),
    Shown("/audit"),
    Shown("/controls"),
    Shown("/controls/overrides"),
    Shown("/retention", role="ADMIN"),
)
