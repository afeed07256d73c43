"""robots.txt is obeyed, as RFC 9309 has it."""

from __future__ import annotations

import pytest
from visits import Fetch, page
from web_server import Site, serving

from index.fetching.limits import Limits


class TestRobots:
    def test_are_obeyed(self, site: Site, fetch: Fetch) -> None:
        site.put("/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain")
        done = fetch(site.put("/pier", page()), site.put("/private/pier", page("Private")))
        assert done.errors == [f"{site('/private/pier')}: robots.txt asks programs not to fetch this"]
        assert site.news() == [("/pier", 200)]

    def test_are_asked_for_once(self, site: Site, fetch: Fetch) -> None:
        fetch(site.put("/one", page()), site.put("/two", page("Two")))
        assert [path for path, _ in site.asked].count("/robots.txt") == 1

    def test_may_name_this_program(self, site: Site, fetch: Fetch) -> None:
        site.put("/robots.txt", "User-agent: onrecord\nDisallow: /\n\nUser-agent: *\nAllow: /\n", "text/plain")
        assert fetch(site.put("/pier", page())).errors == [
            f"{site('/pier')}: robots.txt asks programs not to fetch this"
        ]
        assert {agent.partition("/")[0] for agent in site.agents} == {"onrecord"}

    def test_that_fail_forbid_everything(self, site: Site, fetch: Fetch) -> None:
        site.put("/robots.txt", "", status=500)
        assert fetch(site.put("/pier", page())).errors == [
            f"{site('/pier')}: its robots.txt cannot be had (answer 500)"
        ]

    def test_are_those_of_the_host_that_a_redirect_leads_to(self, site: Site, fetch: Fetch) -> None:
        with serving() as elsewhere:
            elsewhere.put("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")
            elsewhere.put("/pier", page())
            site.put("/old", "", status=302, headers={"Location": elsewhere("/pier")})
            (line,) = fetch(site("/old")).errors
            assert line == f"{site('/old')}: leads to {elsewhere('/pier')}: robots.txt asks programs not to fetch this"
            assert elsewhere.news() == []

    def test_tell_how_long_to_pause(self, site: Site, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
        slept: list[float] = []
        monkeypatch.setattr("index.fetching.politeness.time.sleep", slept.append)
        site.put("/robots.txt", "User-agent: *\nCrawl-delay: 20\n", "text/plain")
        fetch(site.put("/one", page()), site.put("/two", page("Two")), limits=Limits(longest_pause=10))
        (pause,) = slept
        assert 5 < pause <= 10
