"""robots.txt is obeyed, as RFC 9309 has it."""

from __future__ import annotations

import pytest

from index.sources.urls import Limits, link
from tests.visits import Fetch, page
from tests.web_server import Site, serving


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

    def test_are_read_as_far_as_they_are_of_a_sensible_size(self, site: Site, fetch: Fetch) -> None:
        site.put("/robots.txt", "User-agent: *\nDisallow: /one\n" + "# and so on\n" * 50_000 + "Disallow: /two\n", "")
        done = fetch(site.put("/one", page()), site.put("/two", page()))
        assert done.errors == [f"{site('/one')}: robots.txt asks programs not to fetch this"]

    def test_may_lie_elsewhere(self, site: Site, fetch: Fetch) -> None:
        site.put("/robots.txt", "", status=301, headers={"Location": "/rules"})
        site.put("/rules", "User-agent: *\nDisallow: /\n", "text/plain")
        assert fetch(site.put("/pier", page())).errors == [
            f"{site('/pier')}: robots.txt asks programs not to fetch this"
        ]

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

    @pytest.mark.parametrize(
        ("rule", "path", "allowed"),
        [
            ("Disallow: /*.pdf$", "/a/pier.pdf", False),
            ("Disallow: /*.pdf$", "/a/pier.pdf?page=2", True),
            ("Disallow: /*/draft/", "/2031/04/draft/pier", False),
            ("Disallow: /*/draft/", "/draft/pier", True),
            ("Disallow: /*?print=", "/pier?print=1", False),
            ("Disallow: /news/\nAllow: /news/*/pier$", "/news/2031/pier", True),
            ("Disallow: /news/\nAllow: /news/*/pier$", "/news/2031/pier-2", False),
            ("Disallow: /$", "/pier", True),
            ("Disallow: /f%C3%A4hre", "/fähre", False),
        ],
    )
    def test_may_have_wildcards_and_the_longest_rule_counts(
        self, site: Site, fetch: Fetch, rule: str, path: str, allowed: bool
    ) -> None:
        site.put("/robots.txt", f"User-agent: *\n{rule}\n", "text/plain")
        (line,) = fetch(link(site(path))).errors
        assert line.endswith(f"404; if it is gone for good: onrecord forget {link(site(path))}") == allowed
        assert line.endswith("robots.txt asks programs not to fetch this") != allowed

    def test_that_name_very_many_others_cost_little(self, site: Site, fetch: Fetch) -> None:
        others = "".join(f"User-agent: b{n}\n" for n in range(15_000)) + "Disallow: /x\n" * 18_000
        site.put("/robots.txt", f"{others}User-agent: on\nDisallow: /\nUser-Agent : OnRecord # us\nDisallow: /no", "")
        assert fetch(site.put("/pier", page()), site.put("/x")).errors == [f"{site('/x')}: holds no text"]
        assert fetch(site("/no")).errors == [f"{site('/no')}: robots.txt asks programs not to fetch this"]

    def test_tell_how_long_to_pause(self, site: Site, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
        slept: list[float] = []
        monkeypatch.setattr("index.sources.robots.time.sleep", slept.append)
        site.put("/robots.txt", "User-agent: *\nCrawl-delay: 20\n", "text/plain")
        fetch(site.put("/one", page()), site.put("/two", page("Two")), limits=Limits(longest_pause=10))
        (pause,) = slept
        assert 5 < pause <= 10
