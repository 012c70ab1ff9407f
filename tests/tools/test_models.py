"""Loading models: what is accepted, and what a person is told when it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.tiny_model import tiny_model
from tuneguild import settings
from tuneguild.errors import InputError, TuneGuildError
from tuneguild.tools import models


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "tiny")


def test_starter_is_the_embedded_folder(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    monkeypatch.setattr(settings, "STARTER_MODEL", tiny)
    assert models.resolve("starter") == str(tiny)


def test_a_missing_starter_says_to_install_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "STARTER_MODEL", tmp_path)
    with pytest.raises(TuneGuildError, match="starter model is not installed"):
        models.resolve("starter")


def test_a_folder_is_found_beside_the_project(tiny: Path) -> None:
    assert models.resolve("tiny", base=tiny.parent) == str(tiny)


def test_a_path_that_does_not_exist_is_no_hub_name() -> None:
    with pytest.raises(InputError, match="no such folder"):
        models.resolve("./nowhere")


def test_a_hub_name_is_left_as_it_is() -> None:
    assert models.resolve("owner/some-model") == "owner/some-model"


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(InputError, match=r"no safetensors weights; found pytorch_model\.bin"):
        models.resolve(str(tmp_path))


def test_an_adapter_is_not_taken_for_a_model(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(InputError, match="name its base model"):
        models.resolve(str(tmp_path))


def test_a_base_model_without_a_chat_template_is_explained(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "base")
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(InputError, match="no chat template"):
        models.load_tokenizer(str(folder))


def test_an_unreachable_hub_is_not_a_wrong_name() -> None:
    with pytest.raises(TuneGuildError, match="hub cannot be reached") as told:
        models.load_tokenizer("owner/some-model")
    assert not isinstance(told.value, InputError)


def test_a_broken_configuration_is_explained(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "no-such-architecture"}))
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be loaded"):
        models.load_model(str(tmp_path))


def test_the_size_is_read_from_the_header_without_weights(tiny: Path) -> None:
    counted = sum(parameter.numel() for parameter in models.load_model(str(tiny)).parameters())
    assert models.model_size(str(tiny)) == counted


def test_a_loaded_model_is_ready_to_generate(tiny: Path) -> None:
    loaded = models.load(str(tiny))
    assert not loaded.model.training
    assert loaded.tokenizer.pad_token is not None


def test_an_adapter_folder_without_weights_is_explained(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no adapter_config\.json"):
        models.load_model(str(tiny), adapter=tmp_path)
