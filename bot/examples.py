"""Examples for the help of each command."""

EXAMPLES = {
    "index": (
        "onrecord index ~/articles        # a folder or a file; remembered",
        "onrecord index                   # reads all remembered sources anew",
        "onrecord index https://ledger.example/feed.xml --follow    # a feed, and the pages that its entries lead to",
        "onrecord index --watch --every 30m                 # follows all of them until Ctrl-C",
        "onrecord index --links feeds.txt ~/articles    # one address a line",
        "onrecord index --watch --config onrecord.toml  # the articles and links that a settings file names",
    ),
    "forget": ("onrecord forget ~/articles/old",),
    "ask": (
        "onrecord ask what did Gimenez say about the order",
        "echo 'what did Gimenez say?' | onrecord ask",
        "onrecord ask --json -k 1 'who said \"he should understand our fear\"?'",
        "onrecord ask --batch questions.jsonl --json > answers.jsonl",
    ),
    "chat": (
        "onrecord chat",
        "onrecord chat --plain            # for screen readers",
        "onrecord chat < questions.txt    # one question a line",
    ),
    "bot": (
        "TELEGRAM_BOT_TOKEN=... onrecord bot",
        "onrecord bot --state /var/lib/onrecord   # where conversations, and what buttons need, are kept",
        "onrecord bot --base-url http://localhost:8081",
        "onrecord bot --token-file ~/.onrecord-token    # mode 600",
        "onrecord bot --config onrecord.toml            # all of that, and more, in a file",
        "onrecord bot --webhook https://onrecord.example/telegram --listen 127.0.0.1:8443",
    ),
    "pair": (
        "onrecord pair --config onrecord.toml           # prints a code; whoever sends it first may ask",
        "onrecord pair --admin --valid 1d               # may add and remove articles too",
        "onrecord pair --list",
        "onrecord pair --revoke 110201543",
    ),
    "check": (
        "onrecord check",
        "onrecord check --deep            # also whether the parts of the index agree; a few seconds to minutes",
        "onrecord check --config onrecord.toml          # that file, and no index",
        "onrecord check --health /var/lib/onrecord/health.json --max-age 5m",
    ),
    "quotes": (
        "onrecord quotes Carlos Gimenez",
        "onrecord quotes Gimenez --about 'the order'",
        "onrecord quotes --csv > quotations.csv",
    ),
    "speakers": ("onrecord speakers | head",),
    "verify": (
        "onrecord verify 'we will hold them two days' --by Gimenez",
        "onrecord verify draft.md         # every quotation in it; exit code 1 unless all are exact",
        "onrecord verify draft.docx --json",
    ),
    "record": (
        "onrecord record Carlos Gimenez",
        "onrecord record Gimenez -o gimenez.html --picture gimenez.svg",
        "onrecord record Gimenez --about detainers --since 2017 --format csv",
    ),
    "eval": ("onrecord eval questions.jsonl --misses 3",),
    "read": ("onrecord read page.html            # what is understood of it", "onrecord read ~/articles --json"),
    "completion": (
        "onrecord completion bash > ~/.local/share/bash-completion/completions/onrecord",
        "onrecord completion zsh > ~/.zfunc/_onrecord    # a folder in $fpath",
        "onrecord completion fish > ~/.config/fish/completions/onrecord.fish",
    ),
}
"""Command lines by command; a comment tells what is not plain."""
