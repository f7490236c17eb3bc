"""What the registry writes to people, in both languages: the one table. How it is written out: rendering.py."""

from collections.abc import Mapping
from typing import Any

from accounts.messages.models import Channel
from accounts.messages.rendering import Template
from accounts.text import Text


def render(template: str, channel: Channel, language: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Subject (of an e-mail only) and body.

    Raises ValueError: no such template, or a placeholder has no value.
    """
    if template not in TEMPLATES:
        raise ValueError(f"no message template is called {template}")
    chosen = TEMPLATES[template]
    missing = sorted(chosen.placeholders - params.keys())
    if missing:
        raise ValueError(f"{template} lacks {', '.join(missing)}")
    return chosen.render(channel, language, params)


TEMPLATES: dict[str, Template] = {
    "number_code": Template(
        Text("Kode Anda", "Your code"),
        Text(
            "Kode Anda {code}. Jangan berikan kepada siapa pun, juga bila ada yang mengaku dari kami.",
            "Your code is {code}. Give it to nobody, not even to someone who says they are us.",
        ),
        secret="code",  # noqa: S106  # the placeholder's name
    ),
    # While an application is open.
    "application_submitted": Template(
        Text("Pengajuan untuk {name} sudah kami terima", "We received the application for {name}"),
        Text(
            "Pengajuan untuk {name} sudah kami terima. Seorang peninjau akan memeriksanya.",
            "We received the application for {name}. A reviewer will look at it.",
        ),
    ),
    "question_asked": Template(
        Text("Satu pertanyaan tentang {name}", "A question about {name}"),
        Text(
            "Peninjau bertanya tentang pengajuan {name} ({field}):\n\n{question}\n\n"
            "Kami menunggu jawaban Anda.",
            "The reviewer asks about the application for {name} ({field}):\n\n{question}\n\n"
            "We wait for your answer.",
        ),
    ),
    "application_lapsed": Template(
        Text("Pengajuan untuk {name} ditutup", "The application for {name} lapsed"),
        Text(
            "Pengajuan untuk {name} ditutup karena lama tidak dilanjutkan. Anda boleh mengajukan lagi.",
            "The application for {name} was closed because nothing happened for long. You may apply again.",
        ),
    ),
    "application_withdrawn": Template(
        Text("Pengajuan untuk {name} sudah ditarik", "The application for {name} was withdrawn"),
        Text(
            "Pengajuan untuk {name} sudah ditarik. Bila bukan Anda yang menariknya, hubungi kami.",
            "The application for {name} was withdrawn. If that was not you, write to us.",
        ),
    ),
    # Decisions, once they have taken effect.
    "approved": Template(
        Text("{name} sudah terverifikasi", "{name} is verified"),
        Text(
            "{name} sudah terverifikasi. Mulai sekarang pengguna melihat nama itu dengan lencana.",
            "{name} is verified. From now on users see that name with its badge.",
        ),
    ),
    "confirmed": Template(
        Text("{name} sudah dikonfirmasi", "{name} is confirmed"),
        Text(
            "{name} sudah dikonfirmasi: nomornya milik usaha itu. Lencana terverifikasi belum diberikan.",
            "{name} is confirmed: the number belongs to the business. It has no verified badge yet.",
        ),
    ),
    "declined": Template(
        Text("Pengajuan untuk {name} belum dapat disetujui", "The application for {name} was declined"),
        Text(
            "Pengajuan untuk {name} belum dapat disetujui: {reason}\n\n{message}\n\n"
            "Bila ini keliru, Anda dapat mengajukan keberatan satu kali.",
            "The application for {name} was declined: {reason}\n\n{message}\n\n"
            "If that is a mistake, you can contest it once.",
        ),
    ),
    "declined_after_objection": Template(
        Text("Jawaban atas keberatan Anda tentang {name}", "The answer to your objection about {name}"),
        Text(
            "Peninjau lain sudah memeriksa keberatan Anda. Pengajuan untuk {name} tetap tidak disetujui: "
            "{reason}\n\n{message}\n\n"
            "Ini jawaban akhir untuk pengajuan ini; keberatan tidak dapat diajukan lagi.",
            "Another reviewer looked at your objection. The application for {name} stays declined: "
            "{reason}\n\n{message}\n\n"
            "That is the final answer to this application; it can't be contested again.",
        ),
    ),
    "barred": Template(
        Text("Pengajuan untuk {name} ditolak", "The application for {name} was refused"),
        Text(
            "Pengajuan untuk {name} ditolak, dan usaha ini tidak dapat mengajukan lagi: {reason}\n\n"
            "{message}\n\nBila ini keliru, hubungi kami.",
            "The application for {name} was refused, and the business can't apply again: {reason}\n\n"
            "{message}\n\nIf that is a mistake, write to us.",
        ),
    ),
    "name_change_approved": Template(
        Text("Nama baru disetujui: {name}", "The new name is approved: {name}"),
        Text(
            "Nama baru disetujui. Mulai sekarang pengguna melihat {name}.",
            "The new name is approved. From now on users see {name}.",
        ),
    ),
    "number_change_approved": Template(
        Text("Nomor baru untuk {name} disetujui", "The new number of {name} is approved"),
        Text(
            "Nomor baru untuk {name} disetujui. Nomor lama tidak lagi membawa nama itu.",
            "The new number of {name} is approved. The old number does not carry the name any more.",
        ),
    ),
    # The badge.
    "badge_suspended": Template(
        Text("Lencana {name} ditangguhkan", "The badge of {name} is suspended"),
        Text(
            "Lencana {name} ditangguhkan dan tidak terlihat: {reason}\n\nHubungi kami bila ini keliru.",
            "The badge of {name} is suspended and not shown: {reason}\n\nWrite to us if that is a mistake.",
        ),
    ),
    "badge_reinstated": Template(
        Text("Lencana {name} dipulihkan", "The badge of {name} is back"),
        Text(
            "Lencana {name} dipulihkan; pengguna melihatnya lagi.",
            "The badge of {name} is back; users see it again.",
        ),
    ),
    "badge_revoked": Template(
        Text("Lencana {name} dicabut", "The badge of {name} was revoked"),
        Text(
            "Lencana {name} dicabut: {reason}\n\nLencana baru memerlukan pengajuan baru.",
            "The badge of {name} was revoked: {reason}\n\nA new badge needs a new application.",
        ),
    ),
    "renewal_reminder": Template(
        Text("Lencana {name} berlaku sampai {date}", "The badge of {name} is valid until {date}"),
        Text(
            "Lencana {name} berlaku sampai {date}. Bila diperpanjang sebelum itu, lencana tetap terlihat.",
            "The badge of {name} is valid until {date}. Renew it before then, and it stays in sight.",
        ),
    ),
    "badge_expired": Template(
        Text("Lencana {name} sudah habis masa berlakunya", "The badge of {name} has expired"),
        Text(
            "Lencana {name} sudah habis masa berlakunya dan tidak terlihat lagi. Silakan perpanjang.",
            "The badge of {name} has expired and is not shown any more. You can renew it.",
        ),
    ),
    # To staff.
    "sign_in_reset": Template(
        Text("Cara masuk Anda disetel ulang", "Your sign-in was reset"),
        Text(
            "Seorang operator menyetel ulang cara masuk Anda: semua sesi berakhir, aplikasi autentikator, kunci "
            "sandi, dan kode pemulihan dihapus. Mintalah kata sandi untuk sekali masuk kepadanya.\n\n"
            "Bila bukan Anda yang memintanya, segera beri tahu operator lain.",
            "An operator reset your sign-in: all sessions have ended; authenticator app, passkeys and recovery "
            "codes are removed. Ask them for the password for one sign-in.\n\n"
            "If that was not your wish, tell another operator at once.",
        ),
    ),
    "password_set": Template(
        Text("Kata sandi Anda diganti", "Your password was set"),
        Text(
            "Seorang operator memberi Anda kata sandi baru untuk sekali masuk; semua sesi berakhir.\n\n"
            "Bila bukan Anda yang memintanya, segera beri tahu operator lain.",
            "An operator gave you a new password for one sign-in; all sessions have ended.\n\n"
            "If that was not your wish, tell another operator at once.",
        ),
    ),
    "address_changed": Template(
        Text("Alamat Anda diubah", "Your address was changed"),
        Text(
            "Seorang operator mengubah alamat surel Anda di registri; pemberitahuan tidak lagi dikirim ke sini.\n\n"
            "Bila bukan Anda yang memintanya, segera beri tahu operator lain.",
            "An operator changed your e-mail address at the registry; notices no longer come here.\n\n"
            "If that was not your wish, tell another operator at once.",
        ),
    ),
    "overruled": Template(
        Text("Keputusan Anda tentang {name} dibatalkan", "Your decision on {name} was overruled"),
        Text(
            "Peninjau kedua membatalkan keputusan Anda tentang {name}: {reason}\n\n"
            "Peninjau senior akan memutuskan.",
            "The second reviewer overruled your decision on {name}: {reason}\n\n"
            "A senior reviewer will decide.",
        ),
    ),
    "fell_back": Template(
        Text(
            "Keputusan Anda tentang {name} tidak jadi berlaku", "Your decision on {name} did not take effect"
        ),
        Text(
            "Keputusan Anda tentang {name} tidak jadi berlaku: {reason}\n\nPengajuan kembali ke antrean.",
            "Your decision on {name} did not take effect: {reason}\n\nThe application is back in the queue.",
        ),
    ),
}
