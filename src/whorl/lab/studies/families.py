"""Which encoders are transformers, and which convolutional networks."""

from __future__ import annotations

from whorl.encoders import Encoder

CNNS = frozenset(
    {
        *(
            "resnet",
            "convnext",
            "convnextv2",
            "regnet",
            "mobilenet_v1",
            "mobilenet_v2",
            "efficientnet",
            "bit",
        ),
        *("inception", "inception_v3"),
    }
)
TRANSFORMERS = frozenset(
    {
        *(
            "vit",
            "deit",
            "dinov2",
            "dinov2_with_registers",
            "dinov3_vit",
            "swin",
            "swinv2",
            "beit",
            "vit_mae",
        ),
        *("vit_msn", "ijepa", "data2vec-vision", "clip_vision_model", "siglip_vision_model"),
    }
)


def is_cnn(encoder: Encoder) -> bool:
    """Return whether an encoder is a convolutional network, by the family that its configuration names."""
    return str(encoder.settings.get("family", "")) in CNNS


def is_transformer(encoder: Encoder) -> bool:
    """Return whether an encoder is a transformer, by the family that its configuration names."""
    return str(encoder.settings.get("family", "")) in TRANSFORMERS
