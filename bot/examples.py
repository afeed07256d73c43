"""Examples for the help of each command."""

EXAMPLES = {
    "index": (
        "onrecord index ~/articles        # a folder or a file; remembered",
        "onrecord index                   # reads all remembered sources anew",
        "onrecord index https://ledger.example/feed.xml --follow    # a feed, and the pages that its entries lead to",
        "onrecord index --watch --every 30m                 # follows all of them until Ctrl-C",
        "onrecord index --links feeds.txt ~/articles    # one address a line",
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
    ),
    "check": ("onrecord check",),
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
