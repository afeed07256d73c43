"""What a user gave to be indexed: files, folders, links and feeds.

`given` walks files and folders. `web` reads what `page_archive` holds after it brought that up to date; `http` asks one
server once, `robots` says when it may be asked, `urls` where a connection may go and what it may cost.
"""
