"""The reasons that were code until now become data, with the questions asked most; what was sent keeps its sentence."""

from typing import Any

from django.db import migrations

DECLINE = {
    "not_a_business": (
        "Kami tidak dapat memastikan bahwa ini usaha.",
        "We could not confirm that this is a business.",
    ),
    "evidence_insufficient": ("Bukti yang dikirim belum cukup.", "The evidence is not sufficient."),
    "name_not_acceptable": (
        "Nama tampilan tidak sesuai aturan nama.",
        "The display name does not follow the rules for names.",
    ),
    "name_of_another": (
        "Nama tampilan menyerupai usaha lain.",
        "The display name resembles another business.",
    ),
    "number_not_reachable": ("Nomor tidak dapat dihubungi.", "Nobody answers at the number."),
    "not_in_this_cohort": (
        "Usaha ini tidak termasuk gelombang ini.",
        "The business does not belong to this cohort.",
    ),
    "category_not_admitted": (
        "Jenis usaha ini belum diterima.",
        "This kind of business is not admitted yet.",
    ),
}
BAR = {
    "impersonation": ("Meniru usaha lain.", "It imitates another business."),
    "fraud": ("Penipuan.", "Fraud."),
    "forged_evidence": ("Bukti yang dikirim palsu.", "The evidence is forged."),
    "repeated_abuse": ("Pelanggaran berulang.", "Repeated abuse."),
}
ASK = {
    "evidence_unreadable": (
        "evidence",
        "Bukti yang dikirim tidak dapat dibaca. Mohon kirim foto atau pindaian yang jelas.",
        "The evidence can't be read. Please send a clear photo or scan.",
    ),
    "document_missing": (
        "evidence",
        "Dokumen ini belum ada: {document}. Mohon unggah.",
        "This document is missing: {document}. Please upload it.",
    ),
    "legal_name_differs": (
        "legal_name",
        "Nama badan usaha berbeda dari dokumen. Mohon betulkan, atau jelaskan perbedaannya.",
        "The legal name differs from the document. Please correct it, or tell us why it differs.",
    ),
    "name_needs_change": (
        "display_name",
        "Nama tampilan perlu diubah: {problem}.",
        "The display name has to be changed: {problem}.",
    ),
    "website_unreachable": (
        "website",
        "Situs web tidak dapat dibuka. Mohon periksa alamatnya.",
        "The website can't be reached. Please check its address.",
    ),
    "number_not_answered": (
        "number",
        "Kami menelepon nomor ini dan tidak ada yang menjawab ({times}). Kapan kami dapat menelepon?",
        "We called the number and nobody answered ({times}). When can we call?",
    ),
    "brand_permission_missing": (
        "evidence",
        "Mohon kirim izin dari pemilik merek {brand}.",
        "Please send the permission of the owner of the brand {brand}.",
    ),
    "category_unclear": (
        "category",
        "Kategori belum jelas. Apa yang Anda jual atau kerjakan?",
        "The category is not clear. What do you sell or do?",
    ),
}
KEEP_WHAT_WAS_SENT = """
    UPDATE verification_decision AS decision
    SET wording = jsonb_build_object('id', reason.text_id, 'en', reason.text_en)
    FROM verification_reason AS reason
    WHERE reason.code = decision.reason
"""
# Their authors got a message; only what comes from now on is news on the desk.
TOLD_ALREADY = "UPDATE verification_decision SET told_at = undone_at WHERE undone_at IS NOT NULL"


def seed(apps: Any, schema_editor: Any) -> None:
    reason = apps.get_model("verification", "Reason")
    plain = [("decline", code, "", *texts) for code, texts in DECLINE.items()]
    plain += [("bar", code, "", *texts) for code, texts in BAR.items()]
    rows = plain + [("ask", code, *texts) for code, texts in ASK.items()]
    reason.objects.bulk_create(
        reason(code=code, use=use, field=field, text_id=text_id, text_en=text_en, position=position)
        for position, (use, code, field, text_id, text_en) in enumerate(rows)
    )


class Migration(migrations.Migration):
    dependencies = [("verification", "0004_priority")]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunSQL(KEEP_WHAT_WAS_SENT, migrations.RunSQL.noop),
        migrations.RunSQL(TOLD_ALREADY, migrations.RunSQL.noop),
    ]
