"""The real ViT-Tiny on real pictures, against transformers' own model and image processor."""

import io

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
import transformers as tr
from PIL import Image

from whorl.checks import check_encoder
from whorl.encoders import load_encoder

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data / "vit-tiny-patch16-224"


@pytest.fixture(scope="module")
def encoder(folder):
    return load_encoder(folder)


@pytest.fixture(scope="module")
def photographs(shared_data):
    rows = next(pq.ParquetFile(shared_data / "cifar10" / "test.parquet").iter_batches(6)).to_pylist()
    pictures = [Image.open(io.BytesIO(row["img"]["bytes"])).convert("RGB") for row in rows]
    stretched = [pictures[0].resize((300, 500)), pictures[1].resize((640, 211))]
    return [np.asarray(picture) for picture in [*pictures, *stretched]]


@pytest.fixture(scope="module")
def batch(encoder, photographs):
    return torch.stack([encoder.preprocess(picture) for picture in photographs])


def test_the_contract_is_kept(encoder):
    check_encoder(encoder)
    assert encoder.layers == tuple(range(1, 13))
    assert encoder.name == "vit-tiny-patch16-224"


def test_preprocessing_is_transformers_own(folder, encoder, photographs):
    theirs = tr.AutoImageProcessor.from_pretrained(folder, backend="pil")
    for picture in photographs:
        expected = theirs(Image.fromarray(picture), return_tensors="pt").pixel_values[0]
        torch.testing.assert_close(encoder.preprocess(picture), expected, rtol=0, atol=1e-5)


def test_embeddings_are_transformers_own_cls_rows(folder, encoder, batch):
    model = tr.AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        hidden = model(batch, output_hidden_states=True).hidden_states
    for layer, rows in encoder.encode(batch).items():
        assert rows.shape == (len(batch), 192)
        torch.testing.assert_close(rows, hidden[layer][:, 0], rtol=1e-5, atol=1e-5)


def test_batch_size_and_company_change_nothing(encoder, batch):
    whole = encoder.encode(batch)
    for size in (1, 3):
        pieces = [encoder.encode(batch[i : i + size]) for i in range(0, len(batch), size)]
        for layer, rows in whole.items():
            pieced = torch.cat([piece[layer] for piece in pieces])
            torch.testing.assert_close(pieced, rows, rtol=0, atol=1e-6 * float(rows.abs().max()))


def test_the_same_picture_is_nearest_to_itself(encoder, batch):
    """Embeddings of different photographs are far apart, of a slightly darker copy near."""
    darker = encoder.encode(batch * 0.97)[12]
    distances = torch.cdist(encoder.encode(batch)[12].double(), darker.double())
    assert (distances.argmin(dim=1) == torch.arange(len(batch))).all()


def test_the_digest_stays(encoder):
    """Registries hold it for years: if this fails, stored References become foreign; raise FORMAT on purpose."""
    assert encoder.digest == "7b375fe717a9e1ab166137f82e7bbd724e7a0092033b7e0bd0d2c1a2c98a6ba8"
