"""Which addresses count as public, and the form in which links are remembered."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.core.errors import UsageError
from index.sources.urls import is_public, link

PRIVATE = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
]  # fmt: skip
PRIVATE_6 = ["::/128", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "2001:db8::/32", "100::/64"]


def within(networks: list[str]) -> st.SearchStrategy[IPv4Address]:
    return st.one_of(st.ip_addresses(network=network) for network in networks).filter(
        lambda address: isinstance(address, IPv4Address)
    )  # type: ignore[return-value]


def standing_for(address: IPv4Address) -> list[IPv6Address]:
    """Return the IPv6 addresses that lead to an IPv4 one: mapped, compatible, NAT64, 6to4, Teredo."""
    number = int(address)
    return [
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address(int(IPv6Address("64:ff9b::")) | number),
        IPv6Address((0x2002 << 112) | (number << 80)),
        IPv6Address(int(IPv6Address("2001:0:5db8:d70e::")) | (number ^ 0xFFFFFFFF)),
    ]


class TestPublicAddresses:
    @given(within(PRIVATE))
    def test_are_none_of_the_special_purpose_ones(self, address: IPv4Address) -> None:
        assert not is_public(str(address))

    @given(st.one_of(st.ip_addresses(network=network) for network in PRIVATE_6))
    def test_are_none_of_those_of_ipv6(self, address: IPv6Address) -> None:
        assert not is_public(str(address))

    @given(within(PRIVATE))
    def test_do_not_stand_for_private_ones(self, address: IPv4Address) -> None:
        assert not any(is_public(str(other)) for other in standing_for(address))

    @given(st.ip_addresses(v=4))
    def test_are_all_others(self, address: IPv4Address) -> None:
        special = [*PRIVATE, "192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24",
                   "198.51.100.0/24"]  # fmt: skip
        if not any(address in IPv4Network(network) for network in special):
            assert is_public(str(address))
            assert all(map(is_public, map(str, standing_for(address))))

    @given(st.ip_addresses(network="2a00::/12"))
    def test_may_be_of_ipv6(self, address: IPv6Address) -> None:
        assert address in IPv6Network("2000::/3")
        assert is_public(str(address))

    def test_have_no_zone(self) -> None:
        assert not is_public("fe80::1%eth0")


class TestALink:
    @pytest.mark.parametrize(
        ("given", "remembered"),
        [
            ("HTTPS://Ledger.Example/Feed?a=1#top", "https://ledger.example/Feed?a=1"),
            (" http://ledger.example:80 ", "http://ledger.example"),
            ("https://brücke.example/fähre", "https://xn--brcke-lva.example/f%C3%A4hre"),
            ("http://[::1]:8080/feed", "http://[::1]:8080/feed"),
        ],
    )
    def test_is_remembered_in_one_form(self, given: str, remembered: str) -> None:
        assert link(given).rstrip("/") == remembered

    @settings(max_examples=50)
    @given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
    def test_is_an_address_that_stays_as_it_is_or_an_error(self, text: str) -> None:
        try:
            remembered = link(f"http://{text}")
        except UsageError:
            return
        assert link(remembered) == remembered
        assert remembered.isascii()

    @pytest.mark.parametrize(
        "text", ["ftp://ledger.example/", "http://", "https:///feed", "http://a:b:c/", "http://x:99999/", "http://\0/"]
    )
    def test_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(UsageError):
            link(text)
