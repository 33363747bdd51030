"""Makes a picture anew from its pixels, so that nothing else of the file is left. A program of its own, see ``file_types``.

It reads a file from standard input and writes ``jpeg`` or ``png``, a line break, and the new picture. Decoders of
pictures are where strangers' bytes do most harm: it is given no key, setting or database, opens no file and no connection
once it decodes, and ends itself above its share of memory and time.

It is no jail. It runs as the web server's user, whose keys stand in the environment of processes that go on beside it.
They cannot be opened from here; that nothing else reads them out of web and worker is ``config.unreadable``'s, in
production. Whoever needs more gives the web server's unit a kernel's filter of calls.
"""

import importlib
import io
import resource
import sys

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

UNKNOWN, TOO_MANY_PIXELS, DAMAGED = 3, 4, 5
# What a telephone's best camera makes. Decoded: 260 MB.
MOST_PIXELS = 65_000_000
# What is kept: a page of small print, 240 dots an inch.
_KEPT_PIXELS = 8_000_000
_FORMATS = ["JPEG", "PNG", "WEBP", "HEIF"]
# Pillow fetches them when a picture asks for them: too late, when nothing may be opened any more.
_PARTS = ("JpegImagePlugin", "MpoImagePlugin", "PngImagePlugin", "TiffImagePlugin", "WebPImagePlugin")
_FEW_COLOURS = 256
_MEMORY_BYTES = 1024 * 1024 * 1024
_SECONDS = 20


def limit() -> None:
    """Give this program a share that it cannot leave again."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    register_heif_opener()
    for part in _PARTS:
        importlib.import_module(f"PIL.{part}")
    Image.preinit()
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def press(content: bytes) -> tuple[int, bytes]:
    """Return 0 and the new picture, or why there is none."""
    try:
        picture = Image.open(io.BytesIO(content), formats=_FORMATS)
    except UnidentifiedImageError:
        return UNKNOWN, b""
    except Image.DecompressionBombError:
        return TOO_MANY_PIXELS, b""
    if picture.width * picture.height > MOST_PIXELS:
        return TOO_MANY_PIXELS, b""
    return 0, _anew(picture)


def _anew(picture: ImageFile.ImageFile) -> bytes:
    size = _kept_size(picture)
    # JPEG's decoder can leave out what would be thrown away; the others do nothing here.
    picture.draft(None, size)
    pixels = _opaque(ImageOps.exif_transpose(picture))
    has_few_colours = picture.format != "JPEG" and pixels.getcolors(_FEW_COLOURS) is not None
    pixels.thumbnail(_kept_size(pixels), reducing_gap=2.0)
    # A new canvas: whatever Pillow carries along with the pixels (texts, profiles, comments) stays behind.
    kept = Image.new("RGB", pixels.size)
    kept.paste(pixels)
    made = io.BytesIO()
    if has_few_colours:
        kept.quantize(_FEW_COLOURS, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
        return b"png\n" + made.getvalue()
    kept.save(made, "JPEG", quality=85, optimize=True)
    return b"jpeg\n" + made.getvalue()


def _kept_size(picture: Image.Image) -> tuple[int, int]:
    share = min(1.0, (_KEPT_PIXELS / (picture.width * picture.height)) ** 0.5)
    return max(1, int(picture.width * share)), max(1, int(picture.height * share))


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16") or picture.mode == "I":
        # 16 bits of grey: Pillow would cut them off above 255 instead of scaling them.
        return picture.point(lambda level: level / 256).convert("L").convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper


def main() -> int:
    content = sys.stdin.buffer.read()
    limit()
    try:
        outcome, made = press(content)
    except MemoryError:
        return TOO_MANY_PIXELS
    except Exception:  # noqa: BLE001 - whatever a decoder says about a stranger's bytes: they are no picture
        return DAMAGED
    sys.stdout.buffer.write(made)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
