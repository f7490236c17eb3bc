"""What the page says, in both languages; the templates name these by their key (`{{ "history"|word:language }}`)."""

from accounts.text import Text

WORDS = {
    "title": Text("Status layanan", "Service status"),
    "skip": Text("Ke isi halaman", "To the content"),
    "languages": Text("Bahasa", "Languages"),
    "last_check": Text("Pemeriksaan terakhir: {time}", "Last check: {time}"),
    "never": Text("Belum ada pemeriksaan.", "Nothing has been checked yet."),
    "every": Text(
        "Setiap bagian diperiksa tiap {seconds} detik.",
        "Every component is checked every {seconds} seconds.",
    ),
    "late_title": Text("Keadaan saat ini tidak diketahui", "How things are right now is not known"),
    "late": Text(
        "Tidak ada pemeriksaan baru sejak {time}. Yang tertulis di bawah ini adalah keadaan waktu itu.",
        "There has been no new check since {time}. What stands below is how things were then.",
    ),
    "late_never": Text("Belum ada pemeriksaan yang tercatat.", "No check has been recorded yet."),
    "newer": Text("Ada pemeriksaan yang lebih baru.", "There is a newer check."),
    "reload": Text("Muat ulang halaman", "Reload the page"),
    "components": Text("Bagian layanan", "Components"),
    "open": Text("Gangguan yang sedang terjadi", "Open incidents"),
    "active": Text("Pemeliharaan yang sedang berjalan", "Maintenance going on"),
    "upcoming": Text("Pemeliharaan yang direncanakan", "Planned maintenance"),
    "history": Text("15 hari terakhir", "The last 15 days"),
    "none": Text("Tidak ada gangguan yang dilaporkan.", "No incidents reported."),
    "before": Text("Data belum ada sebelum itu.", "There is no data from before that."),
    "unmeasured": Text("Tidak ada data hari itu.", "There is no data of that day."),
    "goes_on": Text("Masih berlangsung:", "Still going on:"),
    "since": Text("Sejak {start}", "Since {start}"),
    "between": Text("Dari {start} sampai {end}", "From {start} to {end}"),
    "affects": Text("Terdampak: {names}", "Affects: {names}"),
    "automatic": Text("Ditemukan oleh pemeriksaan otomatis.", "Found by our automatic checks."),
    "ninety": Text("90 hari lalu", "90 days ago"),
    "today": Text("Hari ini", "Today"),
    "uptime": Text("{share} berfungsi", "{share} uptime"),
    "uptime_of": Text("{share} berfungsi ({time})", "{share} uptime ({time})"),
    "bars": Text(
        "{name}, 90 hari terakhir: {uptime}; hari dengan gangguan: {bad}; hari tanpa data: {missing}."
        " Angkanya ada di tabel.",
        "{name}, the last 90 days: {uptime}; days with an outage: {bad}; days without data: {missing}."
        " The table has the numbers.",
    ),
    "each_day": Text("Angka setiap hari", "Each day in numbers"),
    "date": Text("Tanggal", "Date"),
    "up": Text("Berfungsi", "Uptime"),
    "down": Text("Terganggu", "Down"),
    "missing": Text("Tanpa data", "No data"),
    "legend": Text("Arti batang", "What the bars mean"),
    "level_up": Text("Tanpa gangguan", "No outage"),
    "level_slow": Text("Lambat, atau terganggu kurang dari 1%", "Slow, or down less than 1%"),
    "level_some": Text("Terganggu kurang dari 10%", "Down less than 10%"),
    "level_much": Text("Terganggu 10% atau lebih", "Down 10% or more"),
    "level_planned": Text("Pemeliharaan", "Maintenance"),
    "level_missing": Text("Tidak ada data", "No data"),
    "how": Text(
        "Persentase dihitung dari pemeriksaan yang berlangsung, di luar pemeliharaan. Makin rendah batang, makin lama"
        " tidak ada data hari itu; gangguan ditandai di atas batang. Hari menurut waktu Jakarta (WIB). Dalam kurung:"
        " lamanya yang diukur, kalau belum hampir 90 hari.",
        "Percentages are shares of the checks that took place, maintenance aside. The lower a bar, the longer there was"
        " no data that day; an outage has a mark above the bar. Days are Jakarta's (WIB). In brackets: how much was"
        " measured, where that is far from 90 days.",
    ),
    "follow": Text("Ikuti kabarnya", "Follow"),
    "email": Text("Kabar lewat email", "Updates by e-mail"),
    "feed": Text("Umpan Atom", "Atom feed"),
    "json": Text("Status sebagai JSON", "Status as JSON"),
    "badge": Text("Lencana untuk situs lain", "Badge to embed"),
    "feed_title": Text("Status {registry}", "{registry} status"),
    "status": Text("status", "status"),
}
DAYS = Text("{days} hari", "{days} days")
HOURS_AND_MINUTES = Text("{hours} jam {minutes} mnt", "{hours} h {minutes} min")
HOURS = Text("{hours} jam", "{hours} h")
MINUTES = Text("{minutes} mnt", "{minutes} min")
