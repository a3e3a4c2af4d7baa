import json
import string
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub import constants

from ingestion.embedders import EMBEDDERS, embedder_available, identity_of, load_embedder, resolve
from ingestion.letter_embedder import LetterEmbedder, SpaceError
from ingestion.minilm import WeightsError, sha256_of

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SIGNS = [*string.ascii_lowercase, *string.digits, *".,:;!?-'"]
VOCABULARY = [*SPECIAL, *SIGNS, *(f"##{sign}" for sign in SIGNS)]
TEXTS = ["i led six nurses.", "cloud engineer", "a b c d e f g h i j k l m n o p q r s t u v w x y z"]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a BERT with random weights: 32 numbers a vector, 512 positions, WordPiece of single letters."""
    from safetensors.torch import save_file
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny-bert")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=96,
        initializer_range=0.3,
    )
    config.save_pretrained(folder)
    weights = BertModel(config, add_pooling_layer=False).state_dict()
    # As a task model saves them; the bundled MiniLM covers the names without the prefix.
    save_file({f"bert.{name}": tensor for name, tensor in weights.items()}, folder / "model.safetensors")
    tokenizer = Tokenizer(
        models.WordPiece({piece: i for i, piece in enumerate(VOCABULARY)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def copy_of(folder: Path, to: Path, **files: object) -> Path:
    """A copy of a model folder with more JSON files: ``pooling`` and ``prompts``."""
    for file in folder.iterdir():
        (to / file.name).symlink_to(file)
    paths = {"pooling": "1_Pooling/config.json", "prompts": "config_sentence_transformers.json"}
    for name, content in files.items():
        path = to / paths[name]
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
    return to


def unchecked(name_or_path: str) -> LetterEmbedder:
    """Load without the check of the space, which random weights can't pass."""
    row, folder = resolve(name_or_path)
    return LetterEmbedder(folder=folder, row=row, masking="1")


def hidden_states(folder: Path, texts: list[str]) -> list[np.ndarray]:
    """What transformers' BertModel computes for each text alone, float32 (pieces, 32)."""
    from tokenizers import Tokenizer
    from transformers import BertModel

    model = BertModel.from_pretrained(folder, local_files_only=True, add_pooling_layer=False).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    with torch.inference_mode():
        return [
            model(input_ids=torch.tensor([tokenizer.encode(text).ids])).last_hidden_state[0].numpy()
            for text in texts
        ]


def cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The cosine of each row of the one to the same row of the other."""
    return (first * second).sum(-1) / np.linalg.norm(first, axis=-1) / np.linalg.norm(second, axis=-1)


def test_bge_puts_its_instruction_before_queries_and_reads_the_first_token(tiny: Path) -> None:
    """A copy in a folder keeps the row's prefixes and pooling, which LlamaIndex would lose with the hub's name."""
    embedder = unchecked(f"bge-large={tiny}")
    instruction = "Represent this sentence for searching relevant passages: "
    queries = np.stack([states[0] for states in hidden_states(tiny, [instruction + text for text in TEXTS])])
    passages = np.stack([states[0] for states in hidden_states(tiny, TEXTS)])
    assert cosines(embedder.embed_queries(TEXTS), queries).min() > 0.999
    assert cosines(embedder.embed_passages(TEXTS), passages).min() > 0.999


def test_e5_says_what_is_a_query_and_what_a_passage_and_averages(tiny: Path) -> None:
    """Without "query: " and "passage: ", E5's similarities look healthy and are not."""
    embedder = unchecked(f"e5-large={tiny}")
    queries = np.stack([s.mean(axis=0) for s in hidden_states(tiny, [f"query: {text}" for text in TEXTS])])
    passages = np.stack([s.mean(axis=0) for s in hidden_states(tiny, [f"passage: {text}" for text in TEXTS])])
    assert cosines(embedder.embed_queries(TEXTS), queries).min() > 0.999
    assert cosines(embedder.embed_passages(TEXTS), passages).min() > 0.999
    assert cosines(embedder.embed_queries(TEXTS), embedder.embed_passages(TEXTS)).max() < 0.99999


def test_a_copy_with_other_weights_has_an_identity_of_its_own(tiny: Path) -> None:
    """Its vectors are never compared with the published model's."""
    identity = unchecked(f"bge-large={tiny}").identity
    assert identity.model == "BAAI/bge-large-en-v1.5"
    assert identity.revision == f"sha256:{sha256_of(tiny / 'model.safetensors')}"
    assert identity.dimension == 32
    assert identity.key != identity_of(EMBEDDERS["bge-large"], "1").key


def test_a_copy_of_the_published_weights_is_the_published_model(embedder: LetterEmbedder) -> None:
    """Where the file lies changes nothing."""
    from ingestion.minilm import minilm_folder

    row, _ = resolve(f"minilm={minilm_folder()}")
    assert identity_of(row, embedder.identity.masking) == embedder.identity


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}, "mean"),
        ({"embedding_dimension": 32, "pooling_mode": "cls"}, "cls"),
    ],
)
def test_another_folder_says_itself_how_it_is_used(
    tiny: Path, tmp_path: Path, pooling: dict[str, object], expected: str
) -> None:
    """Pooling and prefixes come from its own files and stand in its identity."""
    prompts = {"prompts": {"query": "ask: ", "document": "read: "}}
    identity = unchecked(str(copy_of(tiny, tmp_path, pooling=pooling, prompts=prompts))).identity
    assert identity.model == tmp_path.name
    assert (identity.pooling, identity.query_prefix, identity.passage_prefix) == (expected, "ask: ", "read: ")


def test_a_folder_that_names_no_pooling_is_refused(tiny: Path) -> None:
    """Guessing would give vectors that look healthy; the message shows how to say what it is."""
    with pytest.raises(WeightsError, match=r"must name mean or CLS pooling, but names none: .*bge-large="):
        load_embedder(str(tiny), masking="1")


def test_weights_of_another_shape_are_refused(tiny: Path) -> None:
    """A vector of 32 numbers is not E5's, whatever the row says."""
    with pytest.raises(SpaceError, match="must give 1024 numbers a vector, but this copy gives 32"):
        LetterEmbedder(folder=tiny, row=EMBEDDERS["e5-large"], masking="1")
    row, folder = resolve(f"e5-large={tiny}")
    with pytest.raises(SpaceError, match="must read 600 word pieces, but this copy has 512 positions"):
        LetterEmbedder(folder=folder, row=replace(row, window=600), masking="1")


@pytest.mark.parametrize("name", ["bge-large", "e5-large"])
def test_missing_weights_are_named_with_the_remedy(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No socket is opened to fetch them (the suite forbids it), and the person learns what to do."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(
        WeightsError, match=rf"{EMBEDDERS[name].model} is not on this machine: .*{name}=FOLDER"
    ):
        load_embedder(name, masking="1")
    assert EMBEDDERS[name].model in str(embedder_available(name))


def test_the_bundled_encoder_is_available() -> None:
    """The default pipeline needs nothing."""
    assert embedder_available("minilm") is None


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    """A typing error is not a hub id to look for."""
    with pytest.raises(
        WeightsError, match=r"must be one of minilm, bge-large, e5-large, .*but got 'minilmm'"
    ):
        load_embedder("minilmm", masking="1")


def test_an_incomplete_folder_is_refused(tmp_path: Path) -> None:
    """Each missing file is named."""
    with pytest.raises(WeightsError, match=r"lacks config\.json, tokenizer\.json, model\.safetensors"):
        load_embedder(f"bge-large={tmp_path}", masking="1")
