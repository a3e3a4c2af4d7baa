"""`winnow eval`: the evaluations, by name.

Measures nothing itself; each evaluation prints its own table.
"""

from __future__ import annotations

import typer

from ui.commands import letters, pairs, planted, retrieval, trust
from ui.commands.judging import EXAMPLE, judging

app = typer.Typer(
    help="Measure the judging and the retrieval against known answers, the letter writers on letters they have not seen, "
    "and whether a name changes what is judged.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


@app.callback()
def evaluations() -> None:
    """Measure the judging, the letter writers and the retrieval."""


app.command("judging", epilog=EXAMPLE)(judging)
app.command("letters", epilog=letters.EXAMPLE)(letters.letters)
app.command("pairs", epilog=pairs.EXAMPLE)(pairs.pairs)
app.command("planted", epilog=planted.EXAMPLE)(planted.planted)
app.command("retrieval", epilog=retrieval.EXAMPLE)(retrieval.retrieval)
app.command("trust", epilog=trust.EXAMPLE)(trust.trust)
