"""The encoder page's plugin example runs as it stands."""

import re
from pathlib import Path

import pytest

import whorl.encoders.load as module
from whorl.checks import check_encoder
from whorl.encoders import load_encoder
from whorl.errors import EncoderError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "encoders.md"


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    from importlib.metadata import EntryPoint

    text = PAGE.read_text(encoding="utf-8")
    code = next(
        block
        for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        if "class ChannelMeans" in block
    )
    name, value = re.search(r'^([\w-]+) = "(my_package.*?)"$', text, re.MULTILINE).groups()
    (tmp_path / "my_package").mkdir()
    (tmp_path / "my_package" / "__init__.py").touch()
    (tmp_path / "my_package" / "encoder.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(module, "entry_points", lambda group: [EntryPoint(name, value, group)])
    return name


def test_the_example_keeps_to_the_contract(plugin):
    encoder = load_encoder(plugin)
    check_encoder(encoder)
    assert load_encoder(encoder) is encoder


def test_the_example_refuses_what_it_cannot_do(plugin):
    with pytest.raises(EncoderError, match=r"channel-means = my_package\.encoder:make failed: ValueError"):
        load_encoder(plugin, pooling="mean")
