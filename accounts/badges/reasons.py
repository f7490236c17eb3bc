"""Why a badge was suspended or revoked: coded, with the sentence that everyone may read on the card."""

from accounts.text import Text

REASONS: dict[str, Text] = {
    "number_unproven": Text(
        "Nomor tidak lagi terbukti milik usaha ini.", "The number is no longer proven to be this business's."
    ),
    "website_unproven": Text(
        "Situs web tidak lagi terbukti milik usaha ini.",
        "The website is no longer proven to be this business's.",
    ),
    "impersonation": Text("Meniru usaha lain.", "It imitates another business."),
    "fraud": Text("Dilaporkan dan terbukti menipu.", "Reported for fraud, and confirmed."),
    "spam": Text("Mengirim pesan yang tidak diminta.", "It sends messages nobody asked for."),
    "false_statements": Text("Data yang diajukan tidak benar.", "What it told the registry is not true."),
    "under_investigation": Text("Sedang diperiksa.", "It is being looked into."),
    "business_closed": Text("Usaha sudah tutup.", "The business has closed."),
    "owner_request": Text("Atas permintaan pemilik.", "At the owner's request."),
    "barred": Text(
        "Usaha ini tidak lagi diterima di registri.", "The registry no longer admits this business."
    ),
}
