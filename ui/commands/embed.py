"""`winnow embed`: a second set of vectors, for a pipeline with another embedder.

Knows nothing about how vectors are made.
"""

from __future__ import annotations

from ui.options import (
    EmbedderOption,
    JsonOption,
    PipelineOption,
    PostingOption,
    StoreOption,
    known_pipeline,
    settings_for,
)
from ui.progress import progress_bar
from ui.terminal import say, say_json

EXAMPLE = "Example: winnow embed --pipeline bge-qwen --posting manager"


def embed(
    store: StoreOption = None,
    posting: PostingOption = None,
    pipeline: PipelineOption = "offline",
    embedder: EmbedderOption = None,
    json: JsonOption = False,
) -> None:
    """Add a pipeline's vectors to the letters that lack them."""
    folder = settings_for(store).store
    known_pipeline(pipeline)
    from agents.loading import load_pipeline_embedder
    from ingestion.ingest import embed_missing
    from ingestion.store import Store, StoreError

    with Store.open(folder) as opened:
        names = [row.name for row in opened.postings()] if posting is None else [opened.posting(posting).name]
        if not names:
            raise StoreError("the store holds no posting yet; run: winnow ingest PATH")
        encoder = load_pipeline_embedder(pipeline, embedder)
        with progress_bar("embedding letters") as show:
            counts = {name: embed_missing(opened, encoder, name, on_batch=show) for name in names}
    if json:
        say_json({"schema": 1, "pipeline": pipeline, "embedded": dict(counts)})
        return
    for name, count in counts.items():
        say(f"posting {name}: {count} letters embedded for pipeline {pipeline}")
