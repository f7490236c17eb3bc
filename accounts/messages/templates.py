"""What the registry writes to people, in both languages: the one table. How it is written out: rendering.py."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from accounts.messages.models import Channel
from accounts.messages.rendering import Template
from accounts.text import Text

PROBE = "probe"


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
    "sign_in_code": Template(
        Text("Kode masuk Anda", "Your code for signing in"),
        Text(
            "Kode masuk Anda {code}. Jangan berikan kepada siapa pun, juga bila ada yang mengaku dari kami. "
            "Bila bukan Anda yang memintanya, abaikan pesan ini.",
            "Your code for signing in is {code}. Give it to nobody, not even to someone who says they are us. "
            "If you did not ask for it, do nothing.",
        ),
        secret="code",  # noqa: S106  # the placeholder's name
    ),
    "sign_in_elsewhere": Template(
        Text("Masuk bagi staf", "Where staff sign in"),
        Text(
            "Seseorang meminta kode masuk bagi pemilik usaha dengan alamat ini. Alamat ini milik staf: "
            "staf masuk di halaman staf. Bila bukan Anda yang memintanya, abaikan pesan ini.",
            "Somebody asked for a business owner's code at this address. It is of the staff, who sign in on the "
            "staff's page. If that was not you, do nothing.",
        ),
    ),
    # Before there is an application.
    "invitation": Template(
        Text("Anda diundang", "You are invited"),
        Text(
            "Usaha Anda diundang untuk mendaftar sebagai bisnis terverifikasi. Waktunya sekitar sepuluh menit.\n\n"
            "Terima undangan sampai {date}: {link}\n\nTautan ini hanya untuk Anda dan berlaku satu kali.",
            "Your business is invited to apply as a verified business. It takes about ten minutes.\n\n"
            "Accept by {date}: {link}\n\nThis link is for you only, and good for once.",
        ),
        secret="link",  # noqa: S106  # the placeholder's name
        secret_life=timedelta(days=3),
    ),
    "invitation_after_waiting": Template(
        Text("Giliran Anda: Anda diundang", "Your turn: you are invited"),
        Text(
            "Terima kasih sudah menunggu. Sekarang giliran usaha Anda untuk mendaftar; waktunya sekitar sepuluh "
            "menit.\n\nTerima undangan sampai {date}: {link}\n\nTautan ini hanya untuk Anda dan berlaku satu kali.",
            "Thank you for waiting. It is your business's turn to apply now; it takes about ten minutes.\n\n"
            "Accept by {date}: {link}\n\nThis link is for you only, and good for once.",
        ),
        secret="link",  # noqa: S106  # the placeholder's name
        secret_life=timedelta(days=3),
    ),
    # Who belongs to a business.
    "member_invited": Template(
        Text("Anda diundang oleh {name}", "{name} invites you"),
        Text(
            "{name} mengundang Anda untuk ikut mengurus akun usahanya. Masuk dengan kontak ini, lalu terima atau "
            "tolak: {link}\n\nBila Anda tidak mengenalnya, abaikan pesan ini.",
            "{name} invites you to help with its account. Sign in with this contact, then accept or decline: {link}"
            "\n\nIf you do not know them, do nothing.",
        ),
    ),
    "ownership_offered": Template(
        Text("{name} akan diserahkan kepada Anda", "{name} is to be yours"),
        Text(
            "Pemilik {name} ingin menyerahkan usaha itu di registri kepada Anda. Terima atau tolak di sini: {link}",
            "The owner of {name} wants to hand it over to you at the registry. Accept or decline here: {link}",
        ),
    ),
    "ownership_taken": Template(
        Text("{name} sudah diserahkan", "{name} is handed over"),
        Text(
            "Pemilik baru {name} sudah menerima. Anda sekarang pengelola. Bila bukan Anda yang menyerahkannya, "
            "segera beri tahu kami.",
            "The new owner of {name} has accepted; you are a manager now. If it was not you who handed it over, "
            "tell us at once.",
        ),
    ),
    # While an application is open.
    "application_submitted": Template(
        Text("Pengajuan untuk {name} sudah kami terima", "We received the application for {name}"),
        Text(
            "Pengajuan untuk {name} sudah kami terima. Seorang peninjau akan memeriksanya.\n\n"
            "Lihat statusnya: {link}",
            "We received the application for {name}. A reviewer will look at it.\n\nSee how it goes: {link}",
        ),
    ),
    "question_asked": Template(
        Text("Satu pertanyaan tentang {name}", "A question about {name}"),
        Text(
            "Peninjau bertanya tentang pengajuan {name} ({field}):\n\n{question}\n\n"
            "Pengajuan berlanjut setelah Anda menjawab. Jawab di sini: {link}",
            "The reviewer asks about the application for {name} ({field}):\n\n{question}\n\n"
            "The application goes on once you have answered. Answer here: {link}",
        ),
        short=Text(
            "Peninjau bertanya tentang pengajuan {name}. Pengajuan berlanjut setelah Anda menjawab.\n"
            "Baca dan jawab: {link}",
            "The reviewer has a question about the application for {name}. It goes on once you have answered.\n"
            "Read and answer: {link}",
        ),
    ),
    "application_lapsed": Template(
        Text("Pengajuan untuk {name} ditutup", "The application for {name} lapsed"),
        Text(
            "Pengajuan untuk {name} ditutup karena lama tidak dilanjutkan. Anda boleh mengajukan lagi.\n\n"
            "Mulai dari sini: {link}",
            "The application for {name} was closed because nothing happened for long. You may apply again.\n\n"
            "Begin here: {link}",
        ),
    ),
    "application_withdrawn": Template(
        Text("Pengajuan untuk {name} sudah ditarik", "The application for {name} was withdrawn"),
        Text(
            "Pengajuan untuk {name} sudah ditarik. Bila bukan Anda yang menariknya, beri tahu kami.\n\n"
            "Lihat: {link}",
            "The application for {name} was withdrawn. If that was not you, tell us.\n\nSee: {link}",
        ),
    ),
    # Decisions, once they have taken effect.
    "approved": Template(
        Text("{name} sudah terverifikasi", "{name} is verified"),
        Text(
            "{name} sudah terverifikasi. Mulai sekarang pengguna melihat nama itu dengan lencana.\n\n"
            "Lihat lencana Anda: {link}",
            "{name} is verified. From now on users see that name with its badge.\n\nSee your badge: {link}",
        ),
    ),
    "confirmed": Template(
        Text("{name} sudah dikonfirmasi", "{name} is confirmed"),
        Text(
            "{name} sudah dikonfirmasi: nomornya milik usaha itu. Lencana terverifikasi belum diberikan.\n\n"
            "Selengkapnya: {link}",
            "{name} is confirmed: the number belongs to the business. It has no verified badge yet.\n\n"
            "Read more: {link}",
        ),
    ),
    "declined": Template(
        Text("Pengajuan untuk {name} belum dapat disetujui", "The application for {name} was declined"),
        Text(
            "Pengajuan untuk {name} belum dapat disetujui: {reason}\n\n{message}\n\n"
            "Bila ini keliru, Anda dapat mengajukan keberatan satu kali: {link}",
            "The application for {name} was declined: {reason}\n\n{message}\n\n"
            "If that is a mistake, you can contest it once: {link}",
        ),
        short=Text(
            "Pengajuan untuk {name} belum dapat disetujui.\nAlasan dan cara mengajukan keberatan: {link}",
            "The application for {name} was declined.\nThe reason, and how to contest it: {link}",
        ),
    ),
    "declined_after_objection": Template(
        Text("Jawaban atas keberatan Anda tentang {name}", "The answer to your objection about {name}"),
        Text(
            "Peninjau lain sudah memeriksa keberatan Anda. Pengajuan untuk {name} tetap tidak disetujui: "
            "{reason}\n\n{message}\n\n"
            "Ini jawaban akhir untuk pengajuan ini; keberatan tidak dapat diajukan lagi.\n\n"
            "Selengkapnya: {link}",
            "Another reviewer looked at your objection. The application for {name} stays declined: "
            "{reason}\n\n{message}\n\n"
            "That is the final answer to this application; it can't be contested again.\n\n"
            "Read more: {link}",
        ),
        short=Text(
            "Peninjau lain sudah memeriksa keberatan Anda. Pengajuan untuk {name} tetap tidak disetujui.\n"
            "Alasannya: {link}",
            "Another reviewer looked at your objection. The application for {name} stays declined.\n"
            "The reason: {link}",
        ),
    ),
    "barred": Template(
        Text("Pengajuan untuk {name} ditolak", "The application for {name} was refused"),
        Text(
            "Pengajuan untuk {name} ditolak, dan usaha ini tidak dapat mengajukan lagi: {reason}\n\n"
            "{message}\n\nBila ini keliru, beri tahu kami. Selengkapnya: {link}",
            "The application for {name} was refused, and the business can't apply again: {reason}\n\n"
            "{message}\n\nIf that is a mistake, tell us. Read more: {link}",
        ),
        short=Text(
            "Pengajuan untuk {name} ditolak, dan usaha ini tidak dapat mengajukan lagi.\nAlasannya: {link}",
            "The application for {name} was refused, and the business can't apply again.\nThe reason: {link}",
        ),
    ),
    "name_change_approved": Template(
        Text("Nama baru disetujui: {name}", "The new name is approved: {name}"),
        Text(
            "Nama baru disetujui. Mulai sekarang pengguna melihat {name}.\n\nLihat: {link}",
            "The new name is approved. From now on users see {name}.\n\nSee: {link}",
        ),
    ),
    "number_change_approved": Template(
        Text("Nomor baru untuk {name} disetujui", "The new number of {name} is approved"),
        Text(
            "Nomor baru untuk {name} disetujui. Nomor lama tidak lagi membawa nama itu.\n\nLihat: {link}",
            "The new number of {name} is approved. The old number does not carry the name any more.\n\nSee: {link}",
        ),
    ),
    # The number: who answers there.
    "number_prove_again": Template(
        Text("Buktikan lagi nomor {number}", "Prove the number {number} again"),
        Text(
            "Kami perlu tahu apakah nomor {number} masih milik Anda. Buktikan lagi sebelum {date}: {link}\n\n"
            "Bila tidak, usaha Anda kehilangan nomor ini dan lencananya ditangguhkan.",
            "We need to know whether {number} is still yours. Prove it again before {date}: {link}\n\n"
            "Otherwise your business loses this number, and its badge is suspended.",
        ),
        short=Text(
            "Buktikan sebelum {date} bahwa {number} masih milik Anda, atau usaha Anda kehilangan nomor ini: {link}",
            "Prove before {date} that {number} is still yours, or your business loses it: {link}",
        ),
    ),
    "number_lost": Template(
        Text("Nomor {number} bukan lagi milik usaha Anda", "The number {number} is no longer yours"),
        Text(
            "Nomor {number} tidak dibuktikan lagi, dan tidak lagi membawa nama usaha Anda.\n\n"
            "Punya nomor baru? Lanjutkan di sini: {link}",
            "The number {number} was not proven again, and no longer carries the name of your business.\n\n"
            "Do you have a new number? Go on here: {link}",
        ),
    ),
    "number_claim_given": Template(
        Text("Nomor {number} sekarang milik Anda", "The number {number} is yours now"),
        Text(
            "Nomor {number} sekarang dapat dipakai untuk pengajuan Anda. Lanjutkan di sini: {link}",
            "You can use the number {number} for your application now. Go on here: {link}",
        ),
    ),
    "number_claim_refused": Template(
        Text("Nomor {number} tidak dapat diberikan", "You can't have the number {number}"),
        Text(
            "Nomor {number} tetap dipakai pihak lain, yang sudah membuktikannya. Pakailah nomor lain: {link}",
            "The number {number} stays with somebody else, who has proven it. Use another one: {link}",
        ),
    ),
    # The badge.
    "badge_suspended": Template(
        Text("Lencana {name} ditangguhkan", "The badge of {name} is suspended"),
        Text(
            "Lencana {name} ditangguhkan dan tidak terlihat: {reason}\n\nApa yang dapat Anda lakukan: {link}",
            "The badge of {name} is suspended and not shown: {reason}\n\nWhat you can do: {link}",
        ),
        short=Text(
            "Lencana {name} ditangguhkan dan tidak terlihat.\nAlasan dan apa yang dapat Anda lakukan: {link}",
            "The badge of {name} is suspended and not shown.\nThe reason, and what you can do: {link}",
        ),
    ),
    "badge_reinstated": Template(
        Text("Lencana {name} dipulihkan", "The badge of {name} is back"),
        Text(
            "Lencana {name} dipulihkan; pengguna melihatnya lagi.\n\nLihat: {link}",
            "The badge of {name} is back; users see it again.\n\nSee: {link}",
        ),
    ),
    "badge_revoked": Template(
        Text("Lencana {name} dicabut", "The badge of {name} was revoked"),
        Text(
            "Lencana {name} dicabut: {reason}\n\nLencana baru memerlukan pengajuan baru. Selengkapnya: {link}",
            "The badge of {name} was revoked: {reason}\n\nA new badge needs a new application. Read more: {link}",
        ),
        short=Text(
            "Lencana {name} dicabut. Lencana baru memerlukan pengajuan baru.\nAlasannya: {link}",
            "The badge of {name} was revoked. A new badge needs a new application.\nThe reason: {link}",
        ),
    ),
    "renewal_reminder": Template(
        Text("Lencana {name} berlaku sampai {date}", "The badge of {name} is valid until {date}"),
        Text(
            "Lencana {name} berlaku sampai {date}. Bila diperpanjang sebelum itu, lencana tetap terlihat.\n\n"
            "Perpanjang di sini: {link}",
            "The badge of {name} is valid until {date}. Renew it before then, and it stays in sight.\n\n"
            "Renew it here: {link}",
        ),
    ),
    "badge_expired": Template(
        Text("Lencana {name} sudah habis masa berlakunya", "The badge of {name} has expired"),
        Text(
            "Lencana {name} sudah habis masa berlakunya dan tidak terlihat lagi.\n\nPerpanjang di sini: {link}",
            "The badge of {name} has expired and is not shown any more.\n\nRenew it here: {link}",
        ),
    ),
    # What became of a suggestion. `suggestion` is how the sender's own words begin.
    "suggestion_planned": Template(
        Text("Saran Anda akan kami kerjakan", "Your suggestion is planned"),
        Text(
            "Saran Anda akan kami kerjakan: “{suggestion}”\n\n{answer}\n\nLihat semua saran Anda: {link}",
            "Your suggestion is planned: “{suggestion}”\n\n{answer}\n\nAll your suggestions: {link}",
        ),
        short=Text("Saran Anda akan kami kerjakan. {link}", "Your suggestion is planned. {link}"),
    ),
    "suggestion_done": Template(
        Text("Saran Anda sudah kami kerjakan", "Your suggestion is done"),
        Text(
            "Saran Anda sudah kami kerjakan: “{suggestion}”\n\n{answer}\n\nLihat semua saran Anda: {link}",
            "Your suggestion is done: “{suggestion}”\n\n{answer}\n\nAll your suggestions: {link}",
        ),
        short=Text("Saran Anda sudah kami kerjakan. {link}", "Your suggestion is done. {link}"),
    ),
    "suggestion_declined": Template(
        Text("Saran Anda tidak kami kerjakan", "Your suggestion was declined"),
        Text(
            "Saran Anda tidak kami kerjakan: “{suggestion}”\n\n{answer}\n\nLihat semua saran Anda: {link}",
            "Your suggestion was declined: “{suggestion}”\n\n{answer}\n\nAll your suggestions: {link}",
        ),
        short=Text("Saran Anda tidak kami kerjakan. {link}", "Your suggestion was declined. {link}"),
    ),
    "website_check_failed": Template(
        Text("Kode di {website} tidak kami temukan lagi", "We no longer find the code on {website}"),
        Text(
            "Kami memeriksa {website} dan tidak menemukan kode pembuktiannya.\n\n{problem}\n\n"
            "Kami memeriksa lagi setiap hari. Bila belum ada sampai {date}, situs itu tidak lagi terbukti, dan "
            "lencana yang bersandar padanya ditangguhkan. Lihat dan periksa sendiri: {link}",
            "We looked at {website} and did not find the code that proves it.\n\n{problem}\n\n"
            "We look again every day. If it is not there by {date}, the website is no longer proven, and a badge "
            "that rests on it is suspended. See, and check for yourself: {link}",
        ),
        short=Text(
            "Kode di {website} tidak kami temukan lagi. Perbaiki sebelum {date}: {link}",
            "We no longer find the code on {website}. Put it right before {date}: {link}",
        ),
    ),
    # About oneself.
    "contact_changed": Template(
        Text("Kontak Anda untuk masuk diganti", "You sign in with another contact now"),
        Text(
            "Kontak Anda untuk masuk ke registri sudah diganti; kontak ini tidak berlaku lagi. Bila bukan Anda yang "
            "menggantinya, segera beri tahu kami.",
            "You sign in at the registry with another contact now, and no longer with this one. If you did not change "
            "it, tell us at once.",
        ),
    ),
    "person_erased": Template(
        Text("Data Anda sudah dihapus", "Your data are erased"),
        Text(
            "Data Anda sudah dihapus seperti yang Anda minta. Ini pesan terakhir kami.",
            "Your data are erased, as you asked. This is our last message.",
        ),
    ),
    # To subscribers of the status page.
    "status_confirm": Template(
        Text("Konfirmasi: kabar gangguan lewat email", "Please confirm: news of outages by e-mail"),
        Text(
            "Seseorang meminta kabar gangguan dan pemeliharaan dikirim ke alamat ini. Bila itu Anda, buka tautan ini "
            "dalam tiga hari: {link}\n\nBila bukan Anda, abaikan pesan ini, dan tidak ada yang dikirim. Di halaman "
            "yang sama Anda dapat menghapus alamat Anda; tanpa itu kami menghapusnya setelah tujuh hari.",
            "Somebody asked that news of outages and maintenance be sent to this address. If that was you, open this "
            "link within three days: {link}\n\nIf it was not you, do nothing, and nothing is sent. On the same page "
            "you can have your address deleted; else we delete it after seven days.",
        ),
        short=Text(
            "Konfirmasikan bahwa Anda ingin menerima kabar gangguan: {link}",
            "Confirm that you want news of outages: {link}",
        ),
        secret="link",  # noqa: S106  # the placeholder's name
        secret_life=timedelta(days=3),
    ),
    "status_update": Template(
        Text("Kabar layanan: {title} ({stage})", "Service news: {title} ({stage})"),
        Text(
            "{title}\n\n{news}\n\nBagian yang terdampak: {components}\n\nHalaman status: {page}\n\n"
            "Berhenti menerima kabar ini: {link}",
            "{title}\n\n{news}\n\nAffected: {components}\n\nStatus page: {page}\n\nStop these mails: {link}",
        ),
        short=Text("{title}: {stage}. Berhenti: {link}", "{title}: {stage}. Stop: {link}"),
        secret="link",  # noqa: S106  # the placeholder's name
        secret_life=timedelta(days=1),  # later it is no news
        stops=True,
    ),
    # To whoever watches that messages leave, or to nobody: probes.py.
    PROBE: Template(
        Text("Pesan uji", "Test message"),
        Text(
            "Pesan uji dari halaman status. Tidak ada yang perlu dilakukan.",
            "A test message of the status page. There is nothing to do.",
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
            "Peninjau senior akan memutuskan. Kasusnya: {link}",
            "The second reviewer overruled your decision on {name}: {reason}\n\n"
            "A senior reviewer will decide. The case: {link}",
        ),
    ),
    "fell_back": Template(
        Text(
            "Keputusan Anda tentang {name} tidak jadi berlaku", "Your decision on {name} did not take effect"
        ),
        Text(
            "Keputusan Anda tentang {name} tidak jadi berlaku: {reason}\n\n"
            "Pengajuan kembali ke antrean: {link}",
            "Your decision on {name} did not take effect: {reason}\n\n"
            "The application is back in the queue: {link}",
        ),
    ),
}
