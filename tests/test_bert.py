import json
from pathlib import Path

import numpy as np
import pytest
import torch

from ingestion.bert import ArchitectureError, BertEncoder
from ingestion.minilm import minilm_folder


@pytest.fixture(scope="module")
def ids() -> torch.Tensor:
    """Three rows of word pieces, int64 (3, 40)."""
    return torch.randint(1000, 30_000, (3, 40), generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def mask() -> torch.Tensor:
    """The second row is seven pieces long, bool (3, 40)."""
    mask = torch.ones((3, 40), dtype=torch.bool)
    mask[1, 7:] = False
    return mask


def folder_with(tmp_path: Path, **changes: str) -> Path:
    """A folder with the bundled model's configuration, changed."""
    config = json.loads((minilm_folder() / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | changes))
    return tmp_path


@torch.inference_mode()
def test_hidden_states_are_those_of_transformers(ids: torch.Tensor, mask: torch.Tensor) -> None:
    """The arithmetic is the reference's, in float32 to the fifth decimal."""
    from transformers.models.bert.modeling_bert import BertModel

    reference = BertModel.from_pretrained(minilm_folder(), dtype=torch.float32, local_files_only=True).eval()
    expected = reference(input_ids=ids, attention_mask=mask.long()).last_hidden_state
    actual = BertEncoder(minilm_folder(), torch.float32)(ids, mask)
    np.testing.assert_allclose(actual[mask].numpy(), expected[mask].numpy(), atol=2e-5)


@torch.inference_mode()
def test_what_stands_behind_the_mask_does_not_matter(ids: torch.Tensor, mask: torch.Tensor) -> None:
    """Padding is never read."""
    encoder = BertEncoder(minilm_folder(), torch.float32)
    other = torch.where(mask, ids, 5)
    assert torch.equal(encoder(ids, mask)[mask], encoder(other, mask)[mask])


@torch.inference_mode()
def test_bfloat16_keeps_the_direction_of_each_hidden_state(ids: torch.Tensor, mask: torch.Tensor) -> None:
    """Only matrix products are shortened; what they add up to is float32."""
    exact, fast = (
        BertEncoder(minilm_folder(), dtype)(ids, mask) for dtype in (torch.float32, torch.bfloat16)
    )
    assert fast.dtype == torch.float32
    assert torch.cosine_similarity(exact, fast, dim=2)[mask].min() > 0.999


@pytest.mark.parametrize(
    ("name", "value"),
    [("model_type", "mpnet"), ("hidden_act", "relu"), ("position_embedding_type", "relative_key")],
)
def test_another_architecture_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    """Other weights in this arithmetic would give vectors that look healthy."""
    with pytest.raises(ArchitectureError, match=f"{name} must be .*, but is '{value}'"):
        BertEncoder(folder_with(tmp_path, **{name: value}), torch.float32)


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    """The message says what to save there."""
    with pytest.raises(ArchitectureError, match=r"model\.safetensors is missing; save the model"):
        BertEncoder(folder_with(tmp_path), torch.float32)


def test_a_folder_without_a_configuration_is_refused(tmp_path: Path) -> None:
    """An empty folder is no model."""
    with pytest.raises(ArchitectureError, match=r"config\.json is missing"):
        BertEncoder(tmp_path, torch.float32)
