"""The options of every command that runs pictures through an encoder."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from types import SimpleNamespace
from typing import Any, get_type_hints

from whorl.cli import options as shared

_OPTIONS: dict[str, tuple[Any, Any]] = {
    "batch_size": (shared.BatchSize, None),
    "workers": (shared.Workers, None),
    "shard_size": (shared.ShardSize, 1024),
    "cache": (shared.Cache, None),
    "no_cache": (shared.NoCache, False),
    "on_error": (shared.OnErrorOption, shared.OnError.fail),
}


def takes_encode_options(
    *, but: Collection[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a command have, in place of its parameter `run`, the options that an `EncodeOptions` is made of.

    `--quiet` comes last. A command that asks for it itself, as `quiet`, is told too.

    Args:
        but: options that the command does not have: they are as they are by default.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        added = {name: option for name, option in _OPTIONS.items() if name not in but}
        hints = {name: hint for name, hint in command.__annotations__.items() if name != "run"}
        # `run` is known to the type checker alone; all else is read here, as Typer would.
        hints = get_type_hints(
            SimpleNamespace(__annotations__=hints), inspect.unwrap(command).__globals__, include_extras=True
        )
        told = "quiet" in hints
        parameters = []
        for name, own in inspect.signature(command).parameters.items():
            if name == "run":
                parameters += [_keyword(each, default, hint) for each, (hint, default) in added.items()]
            else:
                parameters.append(_keyword(name, own.default, hints[name]))
        if not told:
            parameters.append(_keyword("quiet", False, shared.Quiet))

        @functools.wraps(command)
        def with_options(**given: Any) -> None:
            chosen = {name: given.pop(name, default) for name, (_, default) in _OPTIONS.items()}
            quiet = given["quiet"] if told else given.pop("quiet")
            command(**given, run=shared.encode_options(**chosen, quiet=quiet))

        with_options.__annotations__ = {each.name: each.annotation for each in parameters}
        with_options.__dict__["__signature__"] = inspect.Signature(parameters)
        return with_options

    return decorate


def _keyword(name: str, default: Any, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
