"""What is wrong with how a command was typed, in both languages: the option, what it takes, or the nearest command."""

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import typer
from typer._click import exceptions as told  # the parser's own, which typer does not hand on under a name

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_COMMAND, _EXTRA = re.compile(r"'([^']*)'"), re.compile(r"\(([^()]*)\)$")
_FILE = re.compile(r"^\w+ '(.*)' (does not exist|is a directory|is not readable)\.$", re.DOTALL)
_FILES = {
    "does not exist": "没有文件 there is no file",
    "is a directory": "这是文件夹，不是文件 this is a folder and no file:",
    "is not readable": "不能读 this cannot be read:",
}
_DASHED = "；以 - 开头的编号写在 -- 之后 an id that begins with - comes after --"  # as the ids of some keys do
_BOUNDS = re.compile(r"\[[^\]]*?([^\s;\[]*[<>]=?[^\s;\]]*)")


class UsageError(told.UsageError):
    """A command that was typed wrongly; shown as one line, with where to read how it is typed."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it."""
        typer.echo(f"失败 failed: {self.message}", file=file, err=True)


@contextmanager
def in_both_languages(context: typer.Context) -> Iterator[None]:
    """Turn what the parser raises within the block into words of ours; help that was asked for passes."""
    try:
        yield
    except (UsageError, told.NoArgsIsHelpError):
        raise
    except told.UsageError as error:
        where = error.ctx or context
        more = f"用法见 see {where.command_path} --help"
        raise UsageError(f"{_words(error, where)}；{more}", where) from None


def _words(error: Any, context: Any) -> str:  # noqa: ANN401 - the parser's classes are untyped
    if isinstance(error, told.NoSuchOption):
        options = [name for param in context.command.params for name in param.opts]
        return f"没有选项 there is no option {error.option_name}{_nearest(error.option_name, options) or _DASHED}"
    if isinstance(error, told.MissingParameter):
        return f"缺少 missing: {_named(error.param)}{_takes(error.param, context)}"
    if isinstance(error, told.BadParameter):
        if file := _FILE.match(error.message):
            return f"{_named(error.param)}: {_FILES[file[2]]} {file[1]}"
        said = error.message if _CHINESE.search(error.message) else "值不对 this value is wrong"
        takes = "" if said is error.message else _takes(error.param, context)
        return f"{_named(error.param)}: {said}{takes}"
    if isinstance(error, told.BadOptionUsage):
        return (
            f"{error.option_name}: 要有一个值 it takes a value"
            if "requires" in error.message
            else (f"{error.option_name}: 不带值 it takes no value")
        )
    if found := _COMMAND.search(error.message):
        commands = list(getattr(context.command, "commands", {}))
        return f"没有命令 there is no command {found[1]}{_nearest(found[1], commands)}"
    extra = _EXTRA.search(error.message)
    return f"多余的内容 this is too much: {extra[1]}" if extra else "缺少命令 a command is missing"


def _named(param: Any) -> str:  # noqa: ANN401
    if param is None:
        return "参数 argument"
    return str(max(param.opts, key=len)) if param.param_type_name == "option" else str(param.name).upper()


def _takes(param: Any, context: Any) -> str:  # noqa: ANN401
    """Say what an option or argument takes: its choices, its bounds, or what help says of it."""
    if param is None:
        return ""
    _, text = param.get_help_record(context) or ("", "")
    shown = param.display_type(context).strip("<>")
    bounds = _BOUNDS.search(text)
    right = shown if "|" in shown and "%" not in shown else bounds[1] if bounds else text.partition("  [")[0]
    return f"（{right}）" if right else ""


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"，是否为 was {near[0]} meant?" if near else ""
