"""The badge that other sites embed: one word and one colour, as an image that a screen reader reads."""

from django.utils.html import escape

from registry.status.drawing.words import WORDS
from registry.status.picture import UNKNOWN, Overall

# White on each is readable (WCAG AA, 4.5 to 1).
COLOURS = {
    "none": "#1a7f37",
    "maintenance": "#0550ae",
    "minor": "#8a5a00",
    "major": "#a33a00",
    "critical": "#b3261e",
}
UNKNOWN_COLOUR = "#57606a"
CHARACTER = 6.4  # pixels that one takes on average at 11 pixels, in the fonts named below
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" viewBox="0 0 {width} 20" role="img"'
    ' aria-label="{label}: {said}" xml:lang="{language}"><title>{label}: {said}</title>'
    '<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>'
    '<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#333a41"/>'
    '<rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>'
    '<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle">'
    '<text x="{left_middle}" y="14" textLength="{left_text}">{label}</text>'
    '<text x="{right_middle}" y="14" textLength="{right_text}">{said}</text></g></svg>\n'
)


def svg(overall: Overall, language: str) -> bytes:
    label, said = WORDS["status"].in_language(language), overall.description.in_language(language)
    left_text, right_text = round(len(label) * CHARACTER), round(len(said) * CHARACTER)
    left, right = left_text + 12, right_text + 12
    return _SVG.format(
        width=left + right,
        left=left,
        right=right,
        left_middle=left / 2,
        right_middle=left + right / 2,
        left_text=left_text,
        right_text=right_text,
        label=escape(label),
        said=escape(said),
        language=language,
        colour=UNKNOWN_COLOUR if overall == UNKNOWN else COLOURS[overall.indicator],
    ).encode()
