"""Pictures of the old site: found in a folder that was copied from it, checked, and put into our image library."""

import hashlib
import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files import File
from PIL import Image as Pillow
from wagtail.images.models import Image

from cms.wordpress.reading import MOST_BYTES

_SIZE_SUFFIX = re.compile(r"-\d{2,5}x\d{2,5}(?=\.\w+$)")


@dataclass
class Media:
    """Looks pictures up by their path below ``wp-content/uploads``, then by their bare name at the top of the folder.

    :param is_dry: nothing is stored, neither rows nor files
    """

    folder: Path | None
    is_dry: bool
    _stored: list[Image] = field(default_factory=list)

    def find(self, src: str) -> tuple[Path | None, str]:
        """Return the picture's file, or none and why it cannot come along. The original is preferred to a smaller copy."""
        if self.folder is None:
            return None, "no folder with the old site's files was given (--media)"
        path = unquote(urlsplit(src).path)
        below = path.partition("/wp-content/uploads/")[2] or path.lstrip("/")
        whole = _SIZE_SUFFIX.sub("", below)
        root = self.folder.resolve()
        for name in dict.fromkeys([whole, below]):
            for place in [name, f"uploads/{name}", f"wp-content/uploads/{name}", name.rpartition("/")[2]]:
                candidate = (root / place).resolve()
                if candidate.is_relative_to(root) and candidate.is_file():
                    problem = _problem(candidate)
                    return (None, problem) if problem else (candidate, "")
        return None, "the file is not in the folder given"

    def take(self, path: Path, title: str) -> Image | None:
        """Return the picture from the library; put it there first if it is new. None in a dry run."""
        if self.is_dry:
            return None
        content = path.read_bytes()
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()  # as Wagtail keeps it
        known = Image.objects.filter(file_hash=digest).first()
        if known is not None:
            return known
        with path.open("rb") as opened:
            image = Image(title=(title or path.stem)[:255], file=File(opened, name=path.name))
            image.file_hash = digest
            image.save()
        self._stored.append(image)
        return image

    def keep(self) -> None:
        """What was stored so far is used by a page now."""
        self._stored.clear()

    def throw_away(self) -> None:
        """Delete the files that were stored for a page which did not come in; their rows went with its transaction."""
        for image in self._stored:
            image.file.storage.delete(image.file.name)
        self._stored.clear()


def _problem(path: Path) -> str:
    if path.suffix.lower().lstrip(".") not in settings.WAGTAILIMAGES_EXTENSIONS:
        return f"files of the kind {path.suffix} are not taken as pictures"
    if path.stat().st_size > MOST_BYTES:
        return "the file is too large"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            with Pillow.open(path) as picture:
                picture.verify()
    except (OSError, SyntaxError, ValueError, Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        return "the file is not a picture that can be read"
    return ""
