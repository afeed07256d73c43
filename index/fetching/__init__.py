"""Links: pages and feeds are fetched politely and within bounds, and kept as they were fetched.

`web` is what the rest of the index uses: it reads what `kept` holds after `visiting` brought that up to date.
`requests` asks one server once, `politeness` says when it may be asked, `connecting` and `addresses` where a
connection may go, within `limits`; `entries` is what an entry of a feed tells.
"""
