"""Which modules get an adapter, on models that have no weights."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from training.settings import SEED_TARGETS
from training.targets import Matched, TargetError, match_targets

SHAPE = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 64,
    "pad_token_id": 0,
}


def model_of(model_type: str, **more: object) -> torch.nn.Module:
    """Return a model of that architecture on torch's meta device."""
    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(AutoConfig.for_model(model_type, **SHAPE, **more))


@pytest.mark.parametrize("model_type", ["qwen2", "granite", "llama"])
def test_the_seeds_targets_match_once_a_layer(model_type: str) -> None:
    """Attention and the three parts of the MLP are found in each layer, and the head is not among them."""
    assert match_targets(model_of(model_type), SEED_TARGETS) == dict.fromkeys(SEED_TARGETS, 2)


def test_a_fused_model_names_what_could_have_been_meant() -> None:
    """Phi-3 keeps q, k, v in one matrix and gate, up in another: both are named, and the remedy can be copied."""
    with pytest.raises(TargetError) as refused:
        match_targets(model_of("phi3"), SEED_TARGETS)
    assert str(refused.value) == (
        "every target must name a module, but this model (Phi3ForCausalLM) has no q_proj, k_proj, v_proj, gate_proj, "
        "up_proj; it could have meant qkv_proj, gate_up_proj. "
        "Give --target o_proj --target down_proj --target qkv_proj --target gate_up_proj"
    )


def test_a_mixture_of_experts_says_which_weights_no_target_reaches() -> None:
    """Granite 3's 1B is a mixture: its experts are one tensor a layer, which an adapter on modules can't reach."""
    model = model_of("granitemoe", num_local_experts=4, num_experts_per_tok=2)
    with pytest.raises(TargetError) as refused:
        match_targets(model, SEED_TARGETS)
    assert "has no gate_proj, up_proj, down_proj" in str(refused.value)
    assert "experts.gate_up_proj, experts.down_proj are the joint weights of its experts" in str(
        refused.value
    )
    assert str(refused.value).endswith("--target q_proj --target k_proj --target v_proj --target o_proj")


def test_a_dense_granite_4_names_its_two_matrices() -> None:
    """Granite 4 calls the MLP's matrices input_linear and output_linear."""
    model = model_of(
        "granitemoehybrid",
        num_local_experts=0,
        num_experts_per_tok=0,
        shared_intermediate_size=64,
        layer_types=["attention", "attention"],
        mamba_n_heads=16,
    )
    with pytest.raises(TargetError, match="it could have meant input_linear, output_linear"):
        match_targets(model, SEED_TARGETS)


def test_the_share_that_is_trained_is_said() -> None:
    """What matched and how much is trained stand in one line."""
    assert str(Matched({"q_proj": 36}, 9_961_472, 3_000_000_000)) == (
        "adapters on q_proj x36: 9,961,472 of 3,000,000,000 parameters are trained (0.33 %)"
    )
