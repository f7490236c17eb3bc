"""Every code that a refusal or a requirement can carry, with its sentence: the one table.

The rules of display names have their sentences beside them, in `accounts.names.RULES`.
"""

from accounts.text import Text

SENTENCES: dict[str, Text] = {
    # The request itself.
    "malformed": Text("Isi permintaan bukan JSON yang benar.", "The body is not well-formed JSON."),
    "invalid": Text(
        "Ada isian yang tidak dapat diterima; lihat daftar masalah.",
        "Something sent can't be accepted; see the list of problems.",
    ),
    "required": Text("Isian ini wajib diisi.", "This field is required."),
    "field_unknown": Text(
        "Isian ini tidak dikenal; hapus saja.", "This field is not known here; leave it out."
    ),
    "field_read_only": Text("Isian ini tidak dapat diubah.", "This field can't be changed."),
    "field_repeated": Text(
        "Isian ini ditulis dua kali; kirim sekali saja.", "This field stands there twice; send it once."
    ),
    "wrong_type": Text(
        "Jenis nilai ini keliru; kirim {expected}.", "This is the wrong type of value; send {expected}."
    ),
    "value_invalid": Text(
        "Nilai ini tidak dapat diterima; lihat dokumentasi API.",
        "This value can't be accepted; see the API's documentation.",
    ),
    "value_too_short": Text(
        "Isian ini terlalu pendek: paling sedikit {limit}.", "This is too short: {limit} at least."
    ),
    "value_too_low": Text(
        "Nilai ini terlalu kecil: paling sedikit {limit}.", "This value is too low: {limit} at least."
    ),
    "value_too_high": Text(
        "Nilai ini terlalu besar: paling banyak {limit}.", "This value is too high: {limit} at most."
    ),
    "choice_unknown": Text(
        "Nilai ini tidak ada dalam daftar; lihat dokumentasi API.",
        "This value is not in the list; see the API's documentation.",
    ),
    "too_deep": Text(
        "Isi permintaan bersarang terlalu dalam: paling banyak {limit} tingkat.",
        "The body is nested too deeply: {limit} levels at most.",
    ),
    "hidden_characters": Text(
        "Teks berisi karakter yang tidak terlihat; hapus lalu kirim lagi.",
        "The text holds characters that can't be seen; remove them and send it again.",
    ),
    "too_many_members": Text(
        "Sebuah objek paling banyak berisi {limit} isian.",
        "An object can have {limit} members at most.",
    ),
    "too_many_numbers": Text(
        "Paling banyak {limit} nomor sekali tanya; bagi menjadi beberapa permintaan.",
        "At most {limit} numbers at once; split them over several requests.",
    ),
    "body_too_large": Text(
        "Isi permintaan melebihi {limit} byte.", "The body is larger than the {limit} bytes allowed."
    ),
    "length_required": Text(
        "Kirim isi permintaan dengan Content-Length, tidak terpotong-potong.",
        "Send the body with a Content-Length, not chunked.",
    ),
    "cursor_invalid": Text(
        "Penanda halaman tidak dikenal; mulai lagi dari halaman pertama.",
        "The page cursor is not one of ours; start again from the first page.",
    ),
    "not_found": Text("Tidak ada yang seperti itu di sini.", "There is no such thing here."),
    "method_not_allowed": Text("Metode ini tidak berlaku di sini.", "This method is not possible here."),
    "not_acceptable": Text("Jawaban hanya tersedia sebagai JSON.", "The answer is only to be had as JSON."),
    "unsupported_media_type": Text(
        "Jenis isi ini tidak diterima; kirim {accepted}.",
        "This content type is not accepted; send {accepted}.",
    ),
    "precondition_required": Text(
        "Kirim If-Match berisi ETag dari jawaban terakhir.",
        "Send If-Match with the ETag of your last answer.",
    ),
    "stale": Text(
        "Data sudah diubah orang lain; baca lagi lalu ulangi.",
        "It was changed in the meantime; read it again and repeat the change.",
    ),
    "database_unavailable": Text(
        "Registri sedang tidak dapat membaca datanya; coba lagi sebentar lagi.",
        "The registry can't read its data right now; try again shortly.",
    ),
    "status_page_missing": Text(
        "Halaman status belum ada; coba lagi setengah menit lagi. Kalau tetap tidak ada, registri tidak sedang diperiksa.",
        "There is no status page yet; try again in half a minute. If it stays away, nobody is checking the registry.",
    ),
    "forbidden": Text("Ini tidak diizinkan.", "This is not allowed."),
    "owners_only": Text(
        "Halaman ini untuk pemilik usaha. Keluar dulu dari halaman staf, lalu masuk dengan kontak Anda sendiri.",
        "This page is for owners of businesses. Sign out of the staff's pages first, then sign in with your own contact.",
    ),
    "already_member": Text("Orang ini sudah menjadi anggota.", "This person is a member already."),
    "already_owner": Text("Orang ini sudah menjadi pemilik.", "This person is an owner already."),
    "invitations_too_often": Text(
        "Terlalu banyak undangan hari ini; coba lagi dalam {hours} jam.",
        "Too many invitations today; try again in {hours} hours.",
    ),
    "invitation_over": Text(
        "Undangan ini sudah tidak berlaku. Mintalah undangan baru kepada pemilik usaha.",
        "This invitation is over. Ask an owner of the business for a new one.",
    ),
    "owner_by_themself": Text(
        "Seorang pemilik hanya dapat keluar atau melepas perannya sendiri.",
        "An owner leaves, or steps back, by themself only.",
    ),
    "last_owner": Text(
        "Usaha ini harus punya pemilik. Serahkan dulu kepada orang lain.",
        "The business needs an owner. Hand it over to somebody else first.",
    ),
    "member_role_missing": Text(
        "Peran Anda di usaha ini tidak mengizinkannya. Mintalah pemiliknya.",
        "Your role in this business does not allow that. Ask its owner.",
    ),
    "consent_outdated": Text(
        "Teks persetujuan ini sudah diganti. Muat ulang halaman dan baca teks yang baru.",
        "This text was replaced. Reload the page and read the new one.",
    ),
    "own_data_only": Text(
        "Setiap orang hanya dapat meminta penghapusan datanya sendiri.",
        "Everybody can ask for their own data to be erased, and nobody else's.",
    ),
    "own_contact_only": Text(
        "Setiap orang hanya dapat mengganti kontaknya sendiri.",
        "Everybody can change their own contact, and nobody else's.",
    ),
    "contact_unchanged": Text(
        "Anda sudah masuk dengan kontak ini; tulis yang lain.",
        "You sign in with this contact already; write another one.",
    ),
    "contact_taken": Text(
        "Kontak ini sudah dipakai untuk masuk. Pakai kontak lain.",
        "Somebody signs in with this contact already. Use another one.",
    ),
    "erased_already": Text("Data Anda sudah dihapus.", "Your data are erased already."),
    "sign_in_again_first": Text(
        "Demi keamanan: keluar dulu, masuk lagi dengan kode, lalu ulangi.",
        "To be safe: sign out, sign in again with a code, and repeat this.",
    ),
    "form_expired": Text(
        "Formulir ini sudah terlalu lama terbuka. Muat ulang halamannya, lalu kirim sekali lagi.",
        "This form was open for too long. Reload the page and send it once more.",
    ),
    "bad_request": Text("Permintaan ini tidak dapat dibaca.", "The request can't be read."),
    "conflict": Text(
        "Orang lain melakukan hal yang sama pada saat yang sama; baca lagi lalu ulangi.",
        "Somebody else did the same at the same moment; read it again and repeat.",
    ),
    "internal": Text(
        "Terjadi kesalahan pada kami; sudah dicatat.", "Something went wrong on our side; it was noted."
    ),
    "quota_requests": Text(
        "Kunci ini boleh mengirim {limit} permintaan per menit, dan menit ini sudah habis: coba lagi pada menit "
        "berikutnya, atau minta batas yang lebih tinggi dari pengelola registri.",
        "This key may send {limit} requests a minute, and they are used up: try again in the next minute, or ask the "
        "registry's operators for a higher limit.",
    ),
    "quota_numbers": Text(
        "Kunci ini boleh menanyakan {limit} nomor per hari (UTC), dan sisa hari ini {left}: tanyakan paling banyak "
        "sejumlah itu, coba lagi setelah tengah malam UTC, atau minta batas yang lebih tinggi dari pengelola registri.",
        "This key may ask for {limit} numbers a day (UTC), and {left} are left today: ask for that many at most, try "
        "again after midnight UTC, or ask the registry's operators for a higher limit.",
    ),
    "numbers_in_sequence": Text(
        "Kunci ini menanyakan nomor yang berurutan, sedikitnya {count}: mungkin seseorang menyalin daftarnya. "
        "Tanyakan kepada pengelola aplikasinya; kunci dapat dibatasi atau dicabut.",
        "This key asks for numbers in sequence, {count} at least: somebody may be copying the list. Ask the app's "
        "operators; a key can be limited or revoked.",
    ),
    "log_entries_lost": Text(
        "{count} entri log ini hilang: basis data terlalu lama tidak tersedia.",
        "{count} entries of this log are lost: the database was away for too long.",
    ),
    "throttled": Text("Terlalu sering; coba lagi nanti.", "Too often; try again later."),
    # Who asks.
    "key_missing": Text(
        "Kirim kunci API: Authorization: Bearer vbr_…", "Send an API key: Authorization: Bearer vbr_…"
    ),
    "key_malformed": Text(
        "Ini bukan kunci API registri; periksa apakah tersalin utuh.",
        "This is not an API key of the registry; check that it was copied whole.",
    ),
    "key_repeated": Text("Kirim tepat satu header Authorization.", "Send exactly one Authorization header."),
    "key_unknown": Text("Kunci API ini tidak dikenal.", "This API key is not known."),
    "metrics_token_wrong": Text(
        "Kirim METRICS_TOKEN dari server ini: Authorization: Bearer …",
        "Send this server's METRICS_TOKEN: Authorization: Bearer …",
    ),
    "key_revoked": Text(
        "Kunci API ini sudah dicabut; pakai kunci yang baru.", "This API key was revoked; use the new one."
    ),
    "key_wrong_deployment": Text(
        "Kunci ini untuk lingkungan {theirs}, sedangkan ini lingkungan {ours}.",
        "This key is for the {theirs} deployment; this is the {ours} one.",
    ),
    "scope_missing": Text(
        "Kunci ini tidak memiliki cakupan {scope}.", "This key does not have the scope {scope}."
    ),
    "app_disabled": Text("Aplikasi klien ini dinonaktifkan.", "This client app is switched off."),
    "two_live_keys": Text(
        "Aplikasi ini sudah punya dua kunci aktif; cabut satu dahulu.",
        "This app has two live keys already; revoke one first.",
    ),
    "client_name_taken": Text(
        "Sudah ada aplikasi klien bernama itu.", "There is a client app of that name already."
    ),
    "scope_unknown": Text("Tidak ada cakupan {scope}.", "There is no scope {scope}."),
    "closed_to_keys": Text(
        "Alamat ini tidak terbuka untuk kunci API.", "This address is not open to API keys."
    ),
    "own_access": Text(
        "Orang lain harus mengubah peran atau akses Anda sendiri.",
        "Somebody else has to change your own role or access.",
    ),
    "username_taken": Text("Nama pengguna ini sudah dipakai.", "This username is taken."),
    "email_taken": Text("Alamat email ini sudah dipakai.", "This e-mail address is taken."),
    "role_unknown": Text("Pilih peran staf dari daftar.", "Choose a role of the staff from the list."),
    "permission_missing": Text("Peran Anda tidak mengizinkan ini.", "Your role does not allow this."),
    # Numbers.
    "number_missing": Text("Nomor telepon belum diisi.", "The phone number is missing."),
    "number_invalid": Text(
        "Nomor ini tidak ada; tulis lengkap, misalnya +62 812 3456 7890.",
        "There is no such number; write it whole, for example +62 812 3456 7890.",
    ),
    "number_not_e164": Text(
        "Tulis nomor dalam bentuk E.164, misalnya +6281234567890.",
        "Write the number in E.164 form, for example +6281234567890.",
    ),
    "number_not_canonical": Text(
        "Maksud Anda {canonical}? Kirim nomor dalam bentuk itu.",
        "Did you mean {canonical}? Send the number in that form.",
    ),
    "number_taken": Text(
        "Nomor ini sudah dipakai usaha lain di registri. Bila nomor ini milik Anda, Anda dapat memintanya.",
        "Another business of the registry has this number. If it is yours, you can claim it.",
    ),
    "number_ambiguous": Text(
        "Nomor ini dapat dibaca dengan dua cara; tulis dengan 0 atau +62 di depan.",
        "This can be read as two numbers; write it with 0 or + and the country's code in front.",
    ),
    "number_costs_extra": Text(
        "Nomor ini bertarif khusus dan tidak dapat menerima kode; pakai nomor biasa.",
        "This is a premium or service number, which gets no codes; use an ordinary one.",
    ),
    "number_needs_a_call": Text(
        "Telepon rumah tidak menerima SMS; pilih kode lewat telepon.",
        "A landline gets no SMS; choose a call that reads the code out.",
    ),
    "number_not_taken": Text(
        "Nomor ini tidak dipakai usaha lain; Anda dapat langsung memakainya.",
        "No other business has this number; you can simply use it.",
    ),
    "number_claimed": Text(
        "Usaha lain sedang meminta nomor ini juga; coba lagi dalam beberapa hari.",
        "Another business claims this number too; try again in a few days.",
    ),
    "claim_refused_lately": Text(
        "Pemilik nomor ini belum lama membuktikannya lagi; Anda dapat memintanya lagi mulai {until}.",
        "Whoever has the number proved it again not long ago; you can claim it again from {until}.",
    ),
    "claim_settled": Text(
        "Permintaan nomor ini sudah diputuskan.", "This claim of a number is settled already."
    ),
    "reproof_asked_already": Text(
        "Usaha ini sudah diminta membuktikan nomornya lagi; tunggu sampai tanggalnya.",
        "The business was asked to prove the number again already; wait for the date.",
    ),
    "reproof_closed": Text(
        "Pembuktian ulang nomor ini sudah selesai.", "This number does not have to be proven again any more."
    ),
    "reproof_not_due": Text(
        "Waktu untuk membuktikan nomor ini belum habis.", "The time to prove the number is not over yet."
    ),
    "number_is_personal": Text(
        "Nomor ini nomor pribadi menurut aplikasi pesan; lepaskan dahulu di aplikasi itu.",
        "A messenger says this number is personal; release it there first.",
    ),
    "number_declared_by_another": Text(
        "Klien lain yang menyatakan nomor ini pribadi; hanya dia yang dapat melepaskannya.",
        "Another client declared this number personal; only that one can release it.",
    ),
    "number_not_proven": Text(
        "Nomor belum dibuktikan; pakai kode enam angka atau telepon balik.",
        "The number is not proven yet; use the six-digit code or a call-back.",
    ),
    "number_unchanged": Text("Nomor baru sama dengan yang lama.", "The new number is the present one."),
    # Proofs.
    "code_wrong": Text("Kode salah; sisa percobaan: {left}.", "That code is wrong; tries left: {left}."),
    "code_used_up": Text(
        "Kode ini tidak berlaku lagi; minta kode baru.", "This code is no longer valid; ask for a new one."
    ),
    "code_too_often": Text(
        "Terlalu banyak kode diminta; tunggu {minutes} menit.",
        "Too many codes were asked for; wait {minutes} minutes.",
    ),
    "code_too_often_today": Text(
        "Terlalu banyak kode diminta hari ini; coba lagi dalam {hours} jam.",
        "Too many codes were asked for today; try again in {hours} hours.",
    ),
    "code_malformed": Text("Kode terdiri dari enam angka.", "The code has six digits."),
    "sign_in_contact_missing": Text(
        "Tulis nomor HP atau alamat email Anda.", "Write your phone number or your e-mail address."
    ),
    "sign_in_contact_invalid": Text(
        "Ini bukan nomor HP atau alamat email yang dapat dipakai. Contoh: 0812 3456 7890 atau nama@contoh.id.",
        "This phone number or e-mail address can't be used. For example: 0812 3456 7890, or name@example.com.",
    ),
    "sign_in_closed": Text(
        "Anda tidak dapat masuk lagi dengan kontak ini. Hubungi kami bila ini keliru.",
        "You can't sign in with this contact any more. Write to us if that is a mistake.",
    ),
    "code_too_soon": Text(
        "Kode baru saja dikirim; tunggu {seconds} detik sebelum meminta lagi.",
        "A code was sent a moment ago; wait {seconds} seconds before you ask again.",
    ),
    "number_already_proven": Text("Nomor ini sudah dibuktikan.", "This number is proven already."),
    # Businesses and accounts.
    "legal_name_missing": Text("Nama badan usaha belum diisi.", "The legal name is missing."),
    "owner_contact_missing": Text(
        "Kontak pemilik belum diisi: email atau nomor telepon.",
        "The owner's contact is missing: e-mail or phone.",
    ),
    "owner_contact_invalid": Text(
        "Kontak ini tidak dapat dipakai; tulis email atau nomor telepon pemilik.",
        "This contact can't be used; write the owner's e-mail address or phone number.",
    ),
    "owner_contact_is_the_number": Text(
        "Kontak pemilik dan nomor usaha tidak boleh sama: tulis nomor usaha yang lain, atau pakai email sebagai kontak.",
        "The owner's contact can't be the number of the business: write another number for the business, or sign in by "
        "e-mail.",
    ),
    "country_unknown": Text(
        "Kode negara tidak dikenal (ISO 3166-1, dua huruf).",
        "No such country code (ISO 3166-1, two letters).",
    ),
    "category_unknown": Text("Kategori tidak ada dalam daftar.", "The category is not in the list."),
    "website_invalid": Text(
        "Tulis alamat situs lengkap, misalnya https://usaha.example.",
        "Write the website's whole address, for example https://business.example.",
    ),
    "about_too_long": Text(
        "Keterangan paling panjang 512 karakter.", "About can have 512 characters at most."
    ),
    "contact_purpose_unknown": Text(
        "Tujuan kontak tidak ada dalam daftar.", "A contact purpose is not in the list."
    ),
    "contact_purposes_missing": Text(
        "Pilih sedikitnya satu tujuan kontak.", "Choose at least one contact purpose."
    ),
    "account_closed": Text("Akun ini sudah ditutup.", "This account is closed."),
    "account_not_live": Text("Akun ini belum disetujui.", "This account is not approved yet."),
    "business_in_review": Text(
        "Pengajuan usaha ini sedang diperiksa; datanya dapat diubah bila peninjau bertanya.",
        "An application of this business is in review; its facts can be changed when the reviewer asks.",
    ),
    "business_barred": Text(
        "Usaha ini tidak dapat mengajukan lagi; hubungi kami bila ini keliru.",
        "This business can't apply; write to us if that is a mistake.",
    ),
    "bar_lifted": Text("Larangan ini sudah dicabut.", "This bar was lifted already."),
    "dispute_settled": Text("Perkara ini sudah diselesaikan.", "This case was settled already."),
    "row_incomplete": Text("Baris ini kurang kolom.", "This row has too few columns."),
    "row_too_long": Text("Baris ini kelebihan kolom.", "This row has too many columns."),
    "row_not_utf8": Text(
        "Baris ini bukan UTF-8; simpan berkas sebagai UTF-8.",
        "This row is not UTF-8; save the file as UTF-8.",
    ),
    "locale_unknown": Text(
        "Bahasa itu tidak ada di sini; misalnya id atau en.",
        "That language is not to be had here; id or en, for example.",
    ),
    "value_too_long": Text(
        "Isian ini terlalu panjang: paling banyak {limit} karakter.",
        "This is too long: {limit} characters at most.",
    ),
    # Cohorts.
    "cohort_unknown": Text("Tidak ada gelombang dengan nama itu.", "There is no cohort of that name."),
    "cohort_not_open": Text("Gelombang ini belum dibuka atau sudah ditutup.", "This cohort is not open."),
    "cohort_full": Text(
        "Gelombang ini sudah penuh; masuklah ke daftar tunggu.",
        "This cohort is full; join the waiting list.",
    ),
    "cohort_other_country": Text("Gelombang ini untuk negara lain.", "This cohort is for another country."),
    "invitation_required": Text(
        "Untuk saat ini hanya usaha yang diundang dapat mendaftar.",
        "For now only invited businesses can apply.",
    ),
    "cohort_name_taken": Text("Sudah ada gelombang bernama itu.", "There is a cohort of that name already."),
    "cohort_closes_too_early": Text(
        "Gelombang harus ditutup sesudah dibuka.", "A cohort has to close after it opens."
    ),
    # Invitations and the waiting list.
    "invitation_unknown": Text(
        "Tautan undangan ini tidak berlaku; buka tautan dari pesan terakhir kami.",
        "This invitation link is not valid; open the one in our latest message.",
    ),
    "invitation_expired": Text(
        "Undangan ini sudah lewat waktunya; minta yang baru.",
        "This invitation has expired; ask for a new one.",
    ),
    "invitation_revoked": Text(
        "Undangan ini sudah dicabut; hubungi kami bila ini keliru.",
        "This invitation was revoked; write to us if that is a mistake.",
    ),
    "invitation_used": Text(
        "Undangan ini sudah diterima; setiap undangan berlaku sekali.",
        "This invitation has been accepted already; each is good for once.",
    ),
    "invited_already": Text(
        "Kontak ini sudah diundang; kirim ulang tautannya.",
        "This contact is invited already; send the link again.",
    ),
    "contact_invalid": Text(
        "Tulis alamat email atau nomor telepon, misalnya +62 812 3456 7890.",
        "Write an e-mail address or a phone number, for example +62 812 3456 7890.",
    ),
    "contact_erased": Text(
        "Kontaknya sudah dihapus; undang lagi dengan kontak yang baru.",
        "The contact was erased; invite them anew.",
    ),
    "expiry_out_of_range": Text(
        "Undangan berlaku 1 sampai {longest} hari.", "An invitation is good for 1 to {longest} days."
    ),
    "waiting_not_needed": Text(
        "Anda tidak perlu menunggu: Anda dapat mendaftar sekarang.",
        "You need not wait: you can apply now.",
    ),
    "nobody_waits": Text("Tidak ada yang menunggu.", "Nobody is waiting."),
    # Applications.
    "wrong_status": Text(
        "Tidak dapat {action}: pengajuan berstatus {status}.", "Can't {action}: the application is {status}."
    ),
    "decided_by_another": Text(
        "{name} sudah memutuskan; pengajuan berstatus {status}.",
        "{name} has decided already; the application is {status}.",
    ),
    "claim_held": Text(
        "{name} sedang mengerjakan ini sampai {until}.", "{name} is working on this until {until}."
    ),
    "claim_missing": Text("Ambil dahulu pengajuan ini.", "Claim the application first."),
    "claims_used_up": Text(
        "Paling banyak {limit} pengajuan sekaligus; selesaikan atau lepaskan satu.",
        "At most {limit} applications at a time; decide or release one.",
    ),
    "offered_to_another": Text(
        "Pengajuan ini ditawarkan dahulu kepada {name} sampai {until}.",
        "This case is offered to {name} first, until {until}.",
    ),
    "nothing_to_take": Text(
        "Tidak ada lagi pengajuan yang dapat Anda ambil sekarang.", "No case is left that you could take now."
    ),
    "assignee_no_reviewer": Text(
        "{name} tidak dapat meninjau: bukan peninjau, atau tidak boleh masuk.",
        "{name} can't review: no reviewer, or not allowed to sign in.",
    ),
    "assignee_involved": Text(
        "{name} tidak boleh mengerjakan pengajuan ini: anggota usaha itu, atau sudah memutuskan di sini.",
        "{name} may not work on this case: a member of the business, or decided here before.",
    ),
    "tag_malformed": Text(
        "Tag terdiri dari huruf kecil, angka, dan tanda hubung, paling banyak {limit} karakter.",
        "A tag has small letters, digits and hyphens, {limit} characters at most.",
    ),
    "tag_there_already": Text("Pengajuan ini sudah bertag itu.", "The case has this tag already."),
    "tag_missing": Text("Pengajuan ini tidak bertag itu.", "The case does not have this tag."),
    "tags_used_up": Text("Paling banyak {limit} tag per pengajuan.", "At most {limit} tags a case."),
    "filters_used_up": Text(
        "Paling banyak {limit} tampilan tersimpan; hapus satu dahulu.",
        "At most {limit} saved views; delete one first.",
    ),
    "own_business": Text(
        "Anda anggota usaha ini; orang lain harus memutuskan.",
        "You are a member of this business; somebody else has to decide.",
    ),
    "same_person": Text(
        "Orang yang memutuskan pertama tidak boleh menjadi yang kedua.",
        "Whoever decided first can't be the second.",
    ),
    "another_reviewer_needed": Text(
        "Peninjau lain harus memutuskan kali ini.", "Another reviewer has to decide this time."
    ),
    "senior_needed": Text(
        "Setelah pembatalan atau penerusan, peninjau senior yang belum terlibat memutuskan.",
        "After an overruling or an escalation, a senior reviewer who took no part decides.",
    ),
    "not_the_author": Text(
        "Hanya pembuat keputusan dapat menariknya.", "Only its author can take a decision back."
    ),
    "taken_back": Text("Ditarik kembali oleh pembuatnya.", "Taken back by its author."),
    "withdrawn": Text("Pemilik menarik pengajuan.", "The owner withdrew the application."),
    "undo_window_over": Text(
        "Keputusan sudah berlaku dan tidak dapat ditarik.",
        "The decision has taken effect and can't be taken back.",
    ),
    "undo_window_open": Text(
        "Keputusan ini masih dapat ditarik; tunggu sampai waktunya habis.",
        "The decision can still be taken back; wait until that time is over.",
    ),
    "lapse_too_early": Text(
        "Belum {days} hari sejak langkah terakhir pemilik.",
        "The owner's last step is less than {days} days ago.",
    ),
    "open_application_exists": Text(
        "Masih ada pengajuan sejenis yang terbuka untuk akun ini.",
        "This account has an open application of this kind already.",
    ),
    "cool_down": Text(
        "Pengajuan baru dapat dikirim mulai {until}.", "A new application can be sent from {until} on."
    ),
    "question_answered": Text(
        "Pertanyaan ini sudah dijawab, mungkin di tab lain. Lihat halaman pengajuan; tulisan Anda masih ada di sini.",
        "This question was answered already, maybe in another tab. See the application's page; what you wrote is still here.",
    ),
    "withdraw_not_now": Text(
        "Sekarang pengajuan ini tidak dapat ditarik. Lihat lagi dalam beberapa menit.",
        "The application can't be withdrawn right now. Please look again in a few minutes.",
    ),
    "step_over": Text(
        "Ini tidak dapat dilakukan lagi: keadaannya sudah berubah. Lihat halaman pengajuan.",
        "This is no longer possible: things have changed. See the application's page.",
    ),
    "change_in_review": Text(
        "Perubahan yang Anda kirim sebelumnya masih diperiksa. Tunggu hasilnya, atau tarik dahulu.",
        "The change you sent before is still being checked. Wait for the result, or withdraw it first.",
    ),
    "profile_changed_meanwhile": Text(
        "Data ini baru saja diubah di tempat lain. Periksa lagi isinya, lalu kirim sekali lagi.",
        "This was changed somewhere else a moment ago. Check it again, then send it once more.",
    ),
    "confirm_first": Text("Centang kotaknya bila Anda yakin.", "Tick the box if you are sure."),
    "contested_already": Text(
        "Keberatan hanya dapat diajukan sekali.", "A decline can be contested once only."
    ),
    "requirements_missing": Text(
        "Masih ada yang kurang; lihat daftar masalah.",
        "Something is still missing; see the list of problems.",
    ),
    "place_photo_missing": Text(
        "Unggah foto tempat usaha Anda.", "Upload a photo of your place of business."
    ),
    "trade_reference_missing": Text(
        "Sebutkan seseorang yang mengenal usaha Anda.", "Name somebody who knows your business."
    ),
    "reference_contact_invalid": Text(
        "Tulis nomor telepon atau email orang itu, misalnya 0812 3456 7890.",
        "Write that person's phone number or e-mail address, for example 0812 3456 7890.",
    ),
    "reference_is_the_applicant": Text(
        "Ini kontak Anda sendiri; sebutkan orang lain yang mengenal usaha Anda.",
        "This is a contact of your own; name somebody else who knows your business.",
    ),
    "drafts_too_many": Text(
        "Anda sudah memulai {limit} pengajuan. Lanjutkan salah satunya, atau tarik yang tidak diperlukan.",
        "You have begun {limit} applications already. Go on with one of them, or withdraw what you don't need.",
    ),
    "question_unanswered": Text("Pertanyaan ini belum dijawab.", "This question is not answered yet."),
    "changed_elsewhere": Text(
        "Jawaban ini sudah diubah di tempat lain. Periksa, lalu kirim lagi bila jawaban Anda yang benar.",
        "This answer was changed elsewhere in the meantime. Look at both, and send yours again if it is the right one.",
    ),
    "file_missing": Text("Pilih berkas atau ambil foto dahulu.", "Choose a file or take a photo first."),
    "photo_too_small": Text(
        "Gambar terlalu kecil; pilih yang sisinya sedikitnya {limit} piksel.",
        "The picture is too small; choose one of at least {limit} pixels a side.",
    ),
    "evidence_missing": Text("Unggah sedikitnya satu bukti usaha.", "Upload at least one piece of evidence."),
    "name_unchanged": Text("Nama baru sama dengan nama sekarang.", "The new name is the present one."),
    "nothing_changes": Text(
        "Tidak ada yang berubah dari data sekarang.", "Nothing differs from the present profile."
    ),
    "badge_revoked": Text(
        "Lencana sudah dicabut; ajukan pemulihan.", "The badge was revoked; apply for its reinstatement."
    ),
    "badge_changed_since": Text(
        "Lencana ditangguhkan atau dicabut sesudah keputusan ini.",
        "The badge was suspended or revoked after this decision.",
    ),
    "badge_suspended": Text(
        "Lencana sedang ditangguhkan; pulihkan dahulu.",
        "The badge is suspended; it has to be reinstated first.",
    ),
    "badge_wrong_status": Text(
        "Tidak dapat {action}: lencana berstatus {status}.", "Can't {action}: the badge is {status}."
    ),
    "renewal_too_early": Text(
        "Perpanjangan dapat diajukan mulai {opens}.", "A renewal can be sent from {opens} on."
    ),
    "nothing_to_reinstate": Text(
        "Tidak ada lencana yang ditangguhkan atau dicabut.",
        "No badge of this account is suspended or revoked.",
    ),
    "account_already_approved": Text("Akun ini sudah disetujui.", "This account is approved already."),
    "date_in_the_past": Text("Pilih tanggal sesudah hari ini.", "Choose a date after today."),
    "reason_required": Text("Tulis alasannya.", "Give a reason."),
    "note_empty": Text("Tulis catatannya.", "Write the note."),
    "reason_unknown": Text("Alasan tidak ada dalam daftar.", "The reason is not in the list."),
    "reason_retired": Text(
        "Alasan ini tidak dipakai lagi; pilih yang lain.", "This reason is no longer in use; choose another."
    ),
    "placeholder_unfilled": Text(
        "Isi dahulu {name}: kalimatnya belum lengkap.", "Fill in {name} first: the sentence is not complete."
    ),
    "placeholder_unknown": Text(
        "Kalimat alasan ini tidak memuat {name}.", "The sentence of this reason has no place for {name}."
    ),
    "question_missing": Text(
        "Pilih alasan atau tulis pertanyaannya.", "Choose a reason, or write the question."
    ),
    "question_field_missing": Text(
        "Pilih isian yang ditanyakan.", "Choose the field that the question is about."
    ),
    "escalated_already": Text(
        "Pengajuan ini sudah diteruskan kepada peninjau senior.",
        "This case was passed on to a senior reviewer already.",
    ),
    "news_of_another": Text(
        "Kabar ini untuk pembuat keputusan itu.", "This news is for whoever made the decision."
    ),
    "nothing_undone": Text("Keputusan ini tidak dibatalkan.", "This decision was not undone."),
    # Reasons, as seniors edit them.
    "reason_code_invalid": Text(
        "Kode terdiri dari huruf kecil a–z dan garis bawah.", "A code is made of a–z and underscores."
    ),
    "reason_code_taken": Text("Sudah ada alasan berkode itu.", "There is a reason of that code already."),
    "reason_text_missing": Text(
        "Tulis kalimatnya dalam kedua bahasa.", "Write the sentence in both languages."
    ),
    "placeholder_malformed": Text(
        "Isian dalam kalimat ditulis {example}: huruf a–z dan garis bawah dalam kurung kurawal.",
        "A placeholder is written {example}: a–z and underscores in curly brackets.",
    ),
    "placeholders_differ": Text(
        "Kedua bahasa harus memuat isian yang sama.", "Both languages need the same placeholders."
    ),
    "reason_is_retired": Text("Alasan ini sudah tidak dipakai.", "This reason is out of use already."),
    "reason_in_use": Text("Alasan ini masih dipakai.", "This reason is in use already."),
    "tier_unknown": Text("Pilih verified atau confirmed.", "Choose verified or confirmed."),
    # The staff's sign-in.
    "too_many_guesses": Text(
        "Terlalu banyak percobaan yang keliru. Tunggu 15 menit, lalu coba lagi.",
        "Too many wrong attempts. Wait 15 minutes, then try again.",
    ),
    "last_factor": Text(
        "Ini langkah kedua Anda yang terakhir; tambahkan yang lain dahulu.",
        "This is your last second factor; add another one first.",
    ),
    "no_second_factor": Text(
        "Tambahkan aplikasi autentikator atau kunci sandi dahulu.",
        "Add an authenticator app or a passkey first.",
    ),
    # Quality and figures.
    "quality_own_decision": Text(
        "Anda ikut memutuskan permohonan ini; pemeriksaan mutu dilakukan orang lain.",
        "You had a part in deciding on this application; somebody else checks its quality.",
    ),
    "quality_checked_already": Text(
        "Pemeriksaan ini sudah dijawab oleh {name}.", "{name} has answered this check already."
    ),
    "quality_note_required": Text(
        "Tulis mengapa Anda tidak akan menyetujuinya.", "Write why you would not have approved it."
    ),
    "period_unknown": Text(
        "Pilih salah satu periode dalam daftar.", "Choose one of the periods in the list."
    ),
    # Suspensions for an incident.
    "nothing_to_suspend": Text(
        "Tidak ada lencana aktif dalam pilihan ini.", "No badge of this selection is active."
    ),
    "bulk_too_many": Text(
        "Paling banyak {limit} lencana sekaligus; persempit pilihannya.",
        "At most {limit} badges at once; narrow the selection.",
    ),
    "bulk_ended": Text("Penangguhan ini sudah berakhir.", "This suspension has ended already."),
    "selection_changed": Text(
        "Pilihan sekarang berisi {count} lencana aktif; periksa lalu pastikan lagi.",
        "The selection now has {count} active badges; look again and confirm.",
    ),
    # Reports.
    "number_not_listed": Text(
        "Hanya akun yang tampil dalam pencarian yang dapat dilaporkan.",
        "Only an account that a look-up lists can be reported.",
    ),
    "reported_already": Text(
        "Pelapor ini sudah melaporkan akun ini hari ini; kirim lagi besok.",
        "This reporter has reported this account today already; send it again tomorrow.",
    ),
    "status_address_missing": Text("Tulis alamat email Anda.", "Write your e-mail address."),
    "status_address_invalid": Text(
        "Ini bukan alamat email yang dapat dipakai. Contoh: nama@contoh.id.",
        "This e-mail address can't be used. For example: name@example.com.",
    ),
    "status_asked_too_often": Text(
        "Terlalu banyak permintaan dari jaringan ini atau hari ini; coba lagi dalam {minutes} menit.",
        "Too many have asked from this network, or today; try again in {minutes} minutes.",
    ),
    "suggestions_used_up": Text(
        "Batas {limit} saran sehari sudah tercapai; kirim lagi besok.",
        "The limit of {limit} suggestions a day is reached; send it tomorrow.",
    ),
    "suggestion_wrong_status": Text(
        "Tidak dapat {action}: saran berstatus {status}.", "Can't {action}: the suggestion is {status}."
    ),
    "report_case_closed": Text("{name} sudah menutup perkara ini.", "{name} has closed this case already."),
    # The status page: what staff tell of outages and maintenance.
    "incident_stage_wrong": Text(
        "Langkah ini tidak dapat menyusul kabar terakhir. Muat ulang halaman lalu pilih salah satu yang ditawarkan.",
        "This step can't follow what was told last. Read the page again and choose one that it offers.",
    ),
    "incident_published_already": Text(
        "Kabar dari formulir ini sudah terbit dan tidak dapat diubah. Buka kabar itu lalu susulkan yang baru.",
        "What this form made is published, and can't be changed. Open it and write an update that follows.",
    ),
    "incident_in_the_future": Text(
        "Waktu ini belum tiba. Tulis waktu yang sudah lewat, atau kosongkan untuk sekarang.",
        "That time is yet to come. Write one that has passed, or leave it empty for now.",
    ),
    "incident_too_long_ago": Text(
        "Halaman status bercerita tentang {days} hari terakhir. Tulis waktu di dalamnya.",
        "The status page tells of the last {days} days. Write a time within them.",
    ),
    "incident_over_before_it_began": Text(
        "Gangguan tidak dapat selesai sebelum dimulai. Periksa kedua waktu.",
        "An incident can't be over before it began. Check both times.",
    ),
    "incident_not_over": Text(
        "Waktu selesai hanya ada bila langkahnya Selesai. Kosongkan, atau pilih langkah itu.",
        "Only what is resolved has an end. Leave this empty, or choose that step.",
    ),
    "component_missing": Text(
        "Pilih paling sedikit satu bagian layanan.", "Choose at least one part of the service."
    ),
    "maintenance_in_the_past": Text(
        "Waktu pemeliharaan ini sudah lewat. Tulis waktu yang akan datang.",
        "This time of the maintenance has passed. Write one that is yet to come.",
    ),
    "maintenance_ends_before_it_starts": Text(
        "Pemeliharaan harus selesai sesudah dimulai. Periksa kedua waktu.",
        "A maintenance has to end after it starts. Check both times.",
    ),
    "maintenance_too_long": Text(
        "Pemeliharaan paling lama {days} hari. Rencanakan beberapa yang lebih pendek.",
        "A maintenance can take {days} days at most. Plan several shorter ones.",
    ),
    "maintenance_too_far_ahead": Text(
        "Pemeliharaan diumumkan paling awal {days} hari sebelumnya. Umumkan nanti.",
        "A maintenance is announced {days} days ahead at most. Announce it later.",
    ),
    # Websites: what keeps one from being proven. {found} is an address, or what its server answered.
    "website_missing": Text("Isi dahulu alamat situs web.", "Enter the address of the website first."),
    "website_unfit": Text(
        "Alamat ini tidak dapat dibuktikan. Tulis https:// lalu nama situsnya, tanpa nomor port, tanpa angka IP.",
        "This address can't be proven. Write https:// and then the website's name: no port, no IP address.",
    ),
    "website_proof_over": Text(
        "Pembuktian ini sudah berakhir; mulai yang baru.", "This proof is over; start a new one."
    ),
    "website_checks_used_up": Text(
        "Situs ini sudah sering diperiksa. Coba lagi {minutes} menit lagi.",
        "That was checked often enough for now. Try again in {minutes} minutes.",
    ),
    "website_not_proven": Text(
        "Situs web belum terbukti; buktikan dahulu.", "The website is not proven; prove it first."
    ),
    "website_no_name": Text(
        "Nama situs ini tidak ditemukan di internet. Periksa ejaannya, atau tanyakan apakah domainnya masih aktif.",
        "No website of that name was found. Check its spelling, or whether the domain has expired.",
    ),
    "website_dns_broken": Text(
        "Server nama situs ini tidak menjawab. Coba lagi nanti; bila tetap begitu, hubungi pengelola domain.",
        "The name servers of this website don't answer. Try later; if it stays so, ask whoever runs the domain.",
    ),
    "website_private": Text(
        "Nama ini menunjuk ke alamat yang tidak terbuka di internet. Arahkan domain ke alamat umum hosting Anda.",
        "The name leads to an address that is not on the public internet. Point it to your host's public address.",
    ),
    "website_unreachable": Text(
        "Situs ini tidak dapat dihubungi. Pastikan situs terbuka dari ponsel lain, lalu periksa lagi.",
        "The website can't be reached. Make sure that it opens on another phone, then check again.",
    ),
    "website_tls": Text(
        "Sambungan aman (https) situs ini rusak. Minta pengelola hosting memperbarui sertifikatnya.",
        "The secure connection (https) of this website is broken. Ask your host to renew its certificate.",
    ),
    "website_slow": Text(
        "Situs ini terlalu lambat menjawab. Coba lagi nanti, atau pilih cara catatan DNS.",
        "The website took too long to answer. Try later, or choose the DNS record.",
    ),
    "website_too_large": Text(
        "Halaman ini terlalu besar untuk dibaca seluruhnya. Taruh kodenya lebih ke atas, atau pilih cara lain.",
        "The page is too large to read all of it. Put the code nearer to its top, or choose another way.",
    ),
    "website_answer_broken": Text(
        "Jawaban situs ini tidak dapat dibaca. Minta pengelola hosting memeriksanya.",
        "What the website answers can't be read. Ask your host to look into it.",
    ),
    "website_not_found": Text(
        "Di {found} tidak ada apa-apa. Unggah berkasnya ke sana, lalu periksa lagi.",
        "There is nothing at {found}. Upload the file there, then check again.",
    ),
    "website_answer_other": Text(
        "Situs ini menolak kunjungan kami (jawaban {found}). Izinkan, atau pilih cara catatan DNS.",
        "The website turned our visit away (it answered {found}). Let it in, or choose the DNS record.",
    ),
    "website_not_text": Text(
        "Yang dikirim situs ini bukan berkas teks yang diminta. Unggah berkas teks biasa, atau pilih cara lain.",
        "What the website sent is not the text we asked for. Upload a plain text file, or choose another way.",
    ),
    "website_token_missing": Text(
        "Situs ini terbuka, tetapi kodenya tidak ada di sana. Perubahan DNS bisa perlu beberapa jam.",
        "We got through, but the code is not there. A change of the DNS can take some hours.",
    ),
    "website_token_wrong": Text(
        "Di sana ada kode lain. Ganti dengan kode yang tertulis di halaman ini.",
        "There is another code there. Replace it by the one on this page.",
    ),
    "website_redirects": Text(
        "Situs ini mengalihkan ke {found}. Bila itu situs Anda, tulis alamat itu sebagai situs web Anda.",
        "The website leads on to {found}. If that is yours, enter that address as your website.",
    ),
    "website_redirects_within": Text(
        "Halaman ini mengalihkan ke halaman lain di {found}. Pilih cara catatan DNS atau berkas tanpa pengalihan.",
        "The page leads on to another one at {found}. Choose the DNS record, or a file that leads nowhere else.",
    ),
    # Evidence.
    "evidence_empty": Text("Berkas ini kosong.", "The file is empty."),
    "evidence_too_large": Text("Berkas paling besar 10 MB.", "A file can have 10 MB at most."),
    "evidence_kind": Text("Kirim JPEG, PNG, WebP atau PDF.", "Send a JPEG, PNG, WebP or PDF file."),
    "evidence_heic": Text(
        "Foto HEIC dari iPhone tidak dapat dibaca di sini. Buka Pengaturan > Kamera > Format, pilih Paling "
        "Kompatibel, lalu ambil fotonya lagi; atau kirim tangkapan layarnya.",
        "A HEIC photo from an iPhone can't be read here. Open Settings > Camera > Formats, choose Most Compatible, "
        "and take the photo again; or send a screenshot of it.",
    ),
    "evidence_not_what_it_says": Text(
        "Isi berkas tidak cocok dengan namanya.", "The file's content is not what its name says."
    ),
    "evidence_broken": Text(
        "Berkas ini tidak dapat dibuka; ambil gambar lagi.",
        "The file can't be opened; take the picture again.",
    ),
    "evidence_too_many_pixels": Text(
        "Gambar terlalu besar; kirim paling banyak {limit} megapiksel.",
        "The picture is too large; send {limit} megapixels at most.",
    ),
    "pictures_busy": Text(
        "Saat ini terlalu banyak gambar besar yang dibaca; kirim lagi beberapa detik lagi.",
        "Too many large pictures are being read right now; send yours again in a few seconds.",
    ),
    "reading_one_source": Text(
        "Pilih berkas bukti atau tulis nama sumber lain: salah satu saja.",
        "Choose a file of evidence or name another source: one of the two.",
    ),
    "readings_too_many": Text(
        "Paling banyak {limit} catatan sumber untuk satu permohonan.",
        "At most {limit} readings of sources for one application.",
    ),
    "evidence_too_many": Text(
        "Paling banyak {limit} berkas untuk satu pengajuan.", "At most {limit} files for one application."
    ),
    # Copies for client platforms.
    "range_unsatisfiable": Text(
        "Berkas ini hanya {size} byte; minta bagian yang ada di dalamnya.",
        "This file has {size} bytes only; ask for a part that lies within.",
    ),
    "snapshot_unknown": Text(
        "Tidak ada salinan {name}; lihat daftar dengan snapshots list.",
        "There is no copy {name}; snapshots list says what there is.",
    ),
    "snapshot_build_running": Text(
        "Salinan sedang dibuat atau dirapikan oleh proses lain; tunggu sampai selesai.",
        "Another process is building or tidying copies right now; wait until it is done.",
    ),
    "snapshot_no_space": Text(
        "Ruang disk untuk {path} habis. Salinan sebelumnya tetap ada; kosongkan ruang lalu ulangi.",
        "The disk that holds {path} is full. The copies before stay as they are; make room and build again.",
    ),
    "snapshot_store_unusable": Text(
        "Simpanan kartu di mesin ini tidak dapat dibaca ({why}), jadi tidak ada salinan yang dibuat. Periksa dengan "
        "cards verify.",
        "This machine's store of cards can't be read ({why}), so no copy was built. Look with cards verify.",
    ),
    "snapshot_store_stale": Text(
        "Simpanan kartu di mesin ini terakhir benar pada {as_of}, jadi tidak ada salinan yang dibuat. Periksa apakah "
        "pengikut jurnal berjalan.",
        "This machine's store of cards was last right at {as_of}, so no copy was built. See whether its follower runs.",
    ),
    "snapshot_keys_unusable": Text(
        "Kunci tanda tangan di {path} tidak dapat dibaca: perlu kunci P-256 dalam PEM.",
        "The signing keys in {path} can't be read: they have to be keys on P-256 in PEM.",
    ),
    "snapshot_keys_elsewhere": Text(
        "Kunci tanda tangan ada di {path}; ganti di sana, seperti dijelaskan docs/snapshot.md.",
        "The signing keys are in {path}; change them there, as docs/snapshot.md says.",
    ),
    "snapshot_key_waiting": Text(
        "Kunci berikutnya sudah diterbitkan dan mulai dipakai pada {since}; tunggu sampai saat itu.",
        "The next key is published already and signs from {since} on; wait until then.",
    ),
    # Policies.
    "policy_missing": Text(
        "Belum ada kebijakan tampilan yang diterbitkan.", "No display policy has been published yet."
    ),
    "policy_in_force": Text(
        "Kebijakan ini sudah berlaku dan tidak dapat diubah.",
        "This policy was published and can't be changed.",
    ),
}

# Words for the codes that stand in a refusal's `params`, where its sentence names them.
WORDS: dict[str, dict[str, Text]] = {
    "action": {
        "submit": Text("mengirim", "submit it"),
        "change": Text("mengubah", "change it"),
        "claim": Text("mengambil", "claim it"),
        "ask": Text("bertanya", "ask"),
        "answer": Text("menjawab", "answer"),
        "defer": Text("menunda", "defer it"),
        "resume": Text("melanjutkan", "resume it"),
        "approve": Text("menyetujui", "approve it"),
        "decline": Text("menolak", "decline it"),
        "bar": Text("melarang usaha ini", "bar the business"),
        "escalate": Text("meneruskan kepada senior", "escalate it"),
        "second": Text("menyepakati", "agree"),
        "overrule": Text("membatalkan keputusan", "overrule it"),
        "take_back": Text("menarik keputusan", "take the decision back"),
        "take_effect": Text("memberlakukan keputusan", "let it take effect"),
        "fall_back": Text("mengembalikan ke antrean", "put it back"),
        "contest": Text("mengajukan keberatan", "contest it"),
        "withdraw": Text("menarik pengajuan", "withdraw it"),
        "lapse": Text("menutup", "let it lapse"),
        "call_back": Text("mencatat telepon balik", "record a call-back"),
        "add_evidence": Text("menambah bukti", "add evidence"),
        "remove_evidence": Text("menghapus bukti", "remove evidence"),
        "send_code": Text("mengirim kode", "send a code"),
        "check_code": Text("memeriksa kode", "check a code"),
        # With a suggestion.
        "plan": Text("merencanakan", "plan it"),
        "finish": Text("menyelesaikan", "finish it"),
        "reword": Text("mengubah kata-kata", "reword it"),
        # Of a badge.
        "issue": Text("menerbitkan", "issue it"),
        "suspend": Text("menangguhkan", "suspend it"),
        "reinstate": Text("memulihkan", "reinstate it"),
        "revoke": Text("mencabut", "revoke it"),
        "expire": Text("mengakhiri", "let it expire"),
        "supersede": Text("mengganti", "supersede it"),
    },
    "status": {
        "draft": Text("rancangan", "a draft"),
        "submitted": Text("terkirim", "submitted"),
        "in_review": Text("sedang diperiksa", "in review"),
        "needs_information": Text("menunggu pemilik", "waiting for the owner"),
        "deferred": Text("ditunda", "deferred"),
        "awaiting_second": Text("menunggu peninjau kedua", "waiting for a second reviewer"),
        "decided": Text("sudah diputuskan", "decided"),
        "approved": Text("disetujui", "approved"),
        "declined": Text("tidak disetujui", "declined"),
        "barred": Text("dilarang", "barred"),
        "withdrawn": Text("ditarik", "withdrawn"),
        "lapsed": Text("ditutup karena tidak dilanjutkan", "lapsed"),
        # Of a badge.
        "active": Text("aktif", "active"),
        "suspended": Text("ditangguhkan", "suspended"),
        "revoked": Text("dicabut", "revoked"),
        "expired": Text("habis masa berlaku", "expired"),
        "superseded": Text("digantikan", "superseded"),
        # Of a suggestion.
        "new": Text("baru", "new"),
        "planned": Text("direncanakan", "planned"),
        "done": Text("selesai", "done"),
    },
}
