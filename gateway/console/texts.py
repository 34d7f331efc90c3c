"""What the console says: one catalogue of texts for each language, Chinese first, read when the first page is shown."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
FOLDER = Path(__file__).parent / "locale"


class MissingTextError(LookupError):
    """A page asks for a text that no catalogue holds; the argument is the text's key."""


class _Nothing(NullTranslations):
    """Stands behind a catalogue: a key is never shown to people in the place of its text."""

    def gettext(self, message: str) -> str:
        raise MissingTextError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - the names of gettext
        raise MissingTextError(msgid1)


def catalogue_file(language: str) -> Path:
    """Return where the texts of "zh" or "en" stand."""
    return FOLDER / language / "LC_MESSAGES" / "console.po"


@cache
def load_texts(language: str) -> GNUTranslations:
    """Return the texts of "zh" or "en". They raise MissingTextError for a key they do not hold."""
    compiled = BytesIO()
    with catalogue_file(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    texts = GNUTranslations(compiled)
    texts.add_fallback(_Nothing())
    return texts
