"""What screens say, by message id, in each language: gettext catalogues and the safe filling of their placeholders."""

from conversations.texts.catalogues import MissingText, Texts, load_texts
from conversations.texts.filling import PLACEHOLDER, fill, placeholders

__all__ = ["PLACEHOLDER", "MissingText", "Texts", "fill", "load_texts", "placeholders"]
