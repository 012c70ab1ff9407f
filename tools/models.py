"""Loading a model, its tokenizer and an adapter, the same way everywhere.

Owns: what a project's `model:` means, which weights are accepted (safetensors only, never remote code), where they are put, and
the errors a person sees when that fails. Training is in `training/`, merging in `serving/`, scoring in `evaluation/`.
"""

from __future__ import annotations

import importlib
import json
import logging
import math
import os
import socket
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlparse

from .. import settings
from ..errors import InputError, MissingDependency, Problem, TuneGuildError

PICKLE_WEIGHTS = (".bin", ".pt", ".pth", ".ckpt")
NEXT_MODEL = "name `starter`, a folder with config.json and *.safetensors, or a model that transformers can download"


@dataclass(frozen=True)
class Loaded:
    """A model ready to generate.

    Attributes:
        name: what `resolve` made of the project's `model:`.
        model: the transformers model, in evaluation mode, adapter attached where one was given.
        tokenizer: its tokenizer, with a chat template and a padding token.
        device: "cuda" or "cpu".
    """

    name: str
    model: Any
    tokenizer: Any
    device: str


def resolve(name: str, base: Path | None = None) -> str:
    """The folder or hub name that a project's `model:` stands for.

    Args:
        name: `starter`, a folder, or a hub name.
        base: folder that a relative path is relative to (the project's); the current folder as well.

    Raises:
        InputError: for a path that does not exist or is no model.
    """
    if name == settings.STARTER:
        if not (settings.STARTER_MODEL / "config.json").is_file():
            raise TuneGuildError(
                "the starter model is not installed",
                expected=f"config.json and model.safetensors in {settings.STARTER_MODEL}",
                next_action="install TuneGuild again",
            )
        return str(settings.STARTER_MODEL)
    places = [Path(name).expanduser(), *([base / name] if base else [])]
    for place in places:
        if place.is_dir():
            _check_folder(place, name)
            return str(place.resolve())
    if name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise InputError(
            "the model cannot be found",
            [Problem(name, "no such folder", expected="a folder with config.json and *.safetensors")],
            next_action=NEXT_MODEL,
        )
    return name


def load_tokenizer(name: str, base: Path | None = None) -> Any:
    """The tokenizer of a model: with a chat template, and with a padding token (its end token where it has none).

    Raises:
        InputError: no such model, or a model without a chat template (a base model).
        TuneGuildError: the model hub cannot be reached.
    """
    transformers = require("transformers", "training")
    place = resolve(name, base)
    with explained(name, "tokenizer"), quiet():
        tokenizer = transformers.AutoTokenizer.from_pretrained(place, **load_options(place))
    if not tokenizer.chat_template:
        raise InputError(
            f"the model {name} has no chat template",
            [
                Problem(
                    name, "no chat_template", expected="chat_template.jinja, or chat_template in tokenizer_config.json"
                )
            ],
            next_action="use the instruct version of the model, or put a chat_template.jinja beside its tokenizer",
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(name: str, *, adapter: Path | None = None, dtype: Any = None, base: Path | None = None) -> Any:
    """The causal language model, on the GPU if there is one, in evaluation mode.

    Args:
        name: see `resolve`.
        adapter: folder of a peft adapter to attach.
        dtype: torch dtype; by default float32 on a CPU and bfloat16 on a GPU that has it.
        base: see `resolve`.

    Raises:
        InputError: no such model, only pickled weights, or an adapter that does not fit the model.
        TuneGuildError: the model hub cannot be reached.
    """
    transformers = require("transformers", "training")
    place = resolve(name, base)
    where = device()
    with explained(name, "weights"), quiet():
        model = transformers.AutoModelForCausalLM.from_pretrained(
            place, use_safetensors=True, dtype=dtype or default_dtype(where), **load_options(place)
        )
    if adapter is not None:
        model = _attach(model, adapter, name)
    return model.to(where).eval()


def load(name: str, *, adapter: Path | None = None, dtype: Any = None, base: Path | None = None) -> Loaded:
    """Model and tokenizer together."""
    tokenizer = load_tokenizer(name, base)
    model = load_model(name, adapter=adapter, dtype=dtype, base=base)
    return Loaded(name=resolve(name, base), model=model, tokenizer=tokenizer, device=device())


def model_size(name: str, base: Path | None = None) -> int:
    """Number of parameters, without loading weights: from the safetensors headers of a folder, else from the config.

    Tied weights count once. A model from the hub needs its config.json only; it is built on torch's `meta` device.

    Raises:
        InputError: no such model.
        TuneGuildError: the model hub cannot be reached.
    """
    place = resolve(name, base)
    files = sorted(Path(place).glob("*.safetensors")) if Path(place).is_dir() else []
    if files and not (Path(place) / "adapter_config.json").is_file():
        return sum(_count_in_header(file) for file in files)
    torch, transformers = require("torch", "training"), require("transformers", "training")
    with explained(name, "configuration"), quiet():
        config = transformers.AutoConfig.from_pretrained(place, **load_options(place))
        with torch.device("meta"):
            model = transformers.AutoModelForCausalLM.from_config(config)
    model.tie_weights()
    return sum(parameter.numel() for parameter in model.parameters())


def device() -> str:
    """ "cuda" where torch sees a GPU, else "cpu"."""
    return "cuda" if require("torch", "training").cuda.is_available() else "cpu"


def default_dtype(where: str) -> Any:
    """float32 on a CPU; bfloat16 on a GPU that computes in it, else float16."""
    torch = require("torch", "training")
    if where == "cpu":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16


def use_threads(count: int | None = None) -> int:
    """Let torch compute with `count` threads (OMP_NUM_THREADS, else every CPU this process may use); returns the count."""
    torch = require("torch", "training")
    wanted = count or int(os.environ.get("OMP_NUM_THREADS", "0") or 0) or usable_cpus()
    torch.set_num_threads(wanted)
    return wanted


def usable_cpus() -> int:
    """CPUs that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def require(module: str, extra: str) -> ModuleType:
    """Import a library of an optional extra.

    Raises:
        MissingDependency: naming the extra to install.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        raise MissingDependency(
            f"{missing.name or module} is not installed", next_action=f"pip install 'tuneguild[{extra}]'"
        ) from None


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' own progress bars off the terminal, which shows TuneGuild's."""
    from transformers.utils import logging as bars

    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()


@contextmanager
def explained(name: str, part: str) -> Iterator[None]:
    """Turn what transformers raises while loading `part` of the model `name` into an error with a next action."""
    try:
        yield
    except (OSError, ValueError) as failure:
        text = str(failure)
        first = text.strip().split("\n")[0][:200]
        if "trust_remote_code" in text or "contains custom code" in text:
            raise InputError(
                f"the model {name} needs code of its own, which TuneGuild never runs",
                [Problem(name, "custom code", found=first)],
                next_action="choose a model whose architecture is part of transformers",
            ) from failure
        if _is_unreachable(failure):
            raise TuneGuildError(
                f"the model {name} is not on this machine and the model hub cannot be reached",
                found=first,
                next_action="go online, download the model first, or name its folder",
            ) from failure
        raise InputError(
            f"the {part} of the model {name} cannot be loaded", [Problem(name, first)], next_action=NEXT_MODEL
        ) from failure


def load_options(place: str) -> dict[str, Any]:
    """Options that keep transformers from waiting for a hub whose address cannot be found."""
    if Path(place).is_dir():
        return {}
    host = urlparse(os.environ.get("HF_ENDPOINT", "https://huggingface.co")).hostname or ""
    proxied = any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"))
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return {} if proxied else {"local_files_only": True}
    return {}


def _is_unreachable(failure: BaseException) -> bool:
    """Whether the hub could not be asked, as opposed to having said no."""
    marks = ("couldn't connect", "cannot reach", "offline mode", "connection error", "name resolution", "max retries")
    seen: BaseException | None = failure
    while seen is not None:
        if type(seen).__name__ in ("LocalEntryNotFoundError", "OfflineModeIsEnabled", "ConnectError", "ConnectTimeout"):
            return True
        if any(mark in str(seen).lower() for mark in marks):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _check_folder(folder: Path, name: str) -> None:
    """Refuse a folder that is no model, an adapter, or pickled weights only."""
    if (folder / "adapter_config.json").is_file():
        problem = Problem(name, "an adapter, not a model", found="adapter_config.json", expected="config.json")
        raise InputError("an adapter cannot be fine-tuned by itself", [problem], next_action="name its base model")
    if not (folder / "config.json").is_file():
        problem = Problem(name, "not a model folder", found="no config.json", expected="config.json and *.safetensors")
        raise InputError("the model cannot be used", [problem], next_action=NEXT_MODEL)
    if not any(folder.glob("*.safetensors")):
        pickled = sorted(file.name for file in folder.iterdir() if file.suffix in PICKLE_WEIGHTS)
        found = ", ".join(pickled) or "no weights"
        problem = Problem(name, "no safetensors weights", found=found, expected="*.safetensors")
        action = "save the model again with safe_serialization (pickled files can run code when loaded)"
        raise InputError("the model cannot be used", [problem], next_action=action if pickled else NEXT_MODEL)


def _attach(model: Any, adapter: Path, name: str) -> Any:
    """The model with a peft adapter on it."""
    # peft imports bitsandbytes where it is installed, which complains of a kernel that only its own layers would use.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    peft = require("peft", "training")
    if not (adapter / "adapter_config.json").is_file():
        problem = Problem(str(adapter), "no adapter_config.json", expected="the folder that training wrote")
        raise InputError("the adapter cannot be loaded", [problem])
    if not (adapter / "adapter_model.safetensors").is_file():
        problem = Problem(str(adapter), "no safetensors weights", expected="adapter_model.safetensors")
        raise InputError("the adapter cannot be loaded", [problem])
    try:
        with warnings.catch_warnings():
            # peft still asks transformers under the attribute's old name; nothing a user could do about it.
            warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing", category=FutureWarning)
            return peft.PeftModel.from_pretrained(model, str(adapter))
    except (RuntimeError, ValueError) as failure:
        problem = Problem(str(adapter), "does not fit the model", found=str(failure).strip().split("\n")[0][:200])
        raise InputError(
            f"the adapter cannot be put on {name}", [problem], next_action="use the model it was trained on"
        ) from failure


def _count_in_header(file: Path) -> int:
    """Elements of all tensors named in a safetensors header (8 bytes of length, then JSON; format of huggingface/safetensors)."""
    with file.open("rb") as handle:
        (length,) = struct.unpack("<Q", handle.read(8))
        header = json.loads(handle.read(length))
    return sum(math.prod(entry["shape"]) for key, entry in header.items() if key != "__metadata__")
