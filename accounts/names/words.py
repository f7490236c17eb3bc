"""The words that the warnings look for. A phrase stands with its words apart; all are compared by skeleton.

Short on purpose: a reviewer judges, and a list that warns of half the names is read by nobody.
"""

from functools import cache

PLATFORM = """
    whatsapp whats*app instagram facebook messenger telegram tiktok tik*tok twitter youtube snapchat
    wechat
"""
# Too short to tell from other words, unless written in capitals.
PLATFORM_ABBREVIATIONS = frozenset({"WA", "IG", "FB"})

CLAIMS_VERIFIED = """
    official officially ofisial verified verify verification resmi terverifikasi verifikasi
    centang*biru centang*hijau green*tick blue*tick green*pin
"""

PROMOTION = """
    diskon discount discounts promo promosi promotion gratis free sale cashback obral voucher
    giveaway undian
    doorprize termurah terlaris terbaik cheapest bestseller best*seller cuci*gudang nomor*satu
    number*one
"""

LICENSED = """
    bank perbankan banking bpr asuransi insurance reasuransi notaris notary ppat sekuritas
    securities pegadaian
    leasing pinjaman pinjol fintech money*changer dana*pensiun pialang broker advokat
"""

GOVERNMENT = """
    kementerian kementrian ministry pemerintah pemerintahan government pemda pemkot pemkab pemprov
    kelurahan
    kecamatan direktorat dirjen dinas imigrasi disdukcapil dukcapil samsat polri polisi police
    polres polda polsek
    tni kejaksaan pengadilan mahkamah kpk kpu ojk bpjs bpom djp presiden kepresidenan kedutaan
    embassy konsulat
    consulate bea*cukai pajak republik*indonesia bank*indonesia
"""

# A name made of these alone says what is sold, or in what kind of place, and by nobody in particular.
GENERIC = """
    toko kios warung kedai depot lapak rumah makan restoran restaurant resto kafe cafe kopi coffee
    shop store mart
    market minimarket supermarket swalayan pasar grosir eceran agen distributor serba ada usaha
    dagang online
    fashion baju pakaian busana butik boutique batik tenun kain konveksi sepatu sandal tas hijab
    kerudung aksesoris
    bakso soto sate mie nasi goreng ayam bakar katering catering kue basah kering roti bakery
    martabak gorengan
    minuman makanan food drink dapur seafood
    laundry salon barbershop barber pangkas rambut spa kosmetik beauty skincare
    bengkel motor mobil sewa rental cuci servis service ac elektronik electronics komputer laptop hp
    handphone
    pulsa fotokopi percetakan printing sablon fotografi studio jahit penjahit tukang
    apotek klinik dokter gigi bidan obat farmasi
    sekolah kursus les bimbel pelatihan buku alat tulis atk mainan bunga florist mebel furniture
    bangunan material
    travel tour wisata hotel homestay penginapan kos properti property konsultan jasa perusahaan
    company business
    bisnis koperasi yayasan kelontong sembako sayur buah ikan daging beras air isi ulang galon gas
"""

PLACES = """
    indonesia nusantara aceh sumatera sumatra riau jambi bengkulu lampung banten jakarta jawa java
    yogyakarta jogja
    jogjakarta bali kalimantan sulawesi gorontalo maluku papua ntb ntt lombok sumbawa flores sumba
    timor nias madura
    batam bintan belitung bangka medan padang pekanbaru palembang pinang
    bandung bekasi bogor depok tangerang cirebon sukabumi tasikmalaya garut karawang cikarang serang
    cilegon
    semarang solo surakarta salatiga magelang tegal pekalongan kudus purwokerto klaten
    surabaya malang kediri madiun jember banyuwangi sidoarjo gresik mojokerto probolinggo pasuruan
    blitar
    denpasar ubud mataram kupang pontianak banjarmasin banjarbaru samarinda balikpapan palangkaraya
    tarakan
    makassar manado palu kendari ambon ternate jayapura sorong merauke
    singapore singapura malaysia kuala lumpur thailand bangkok vietnam manila japan jepang tokyo
    china beijing
    shanghai korea seoul india delhi australia sydney england london america amerika
"""

# Directions and kinds of places name no place by themselves.
PLACE_PARTS = (
    "kota kabupaten kab provinsi pulau utara selatan timur barat tengah pusat city bandar tanjung pangkal"
)

PERSONS = """
    siti wati agus budi hadi dewi sri tri dwi eka eko putri putra rina rini ratna ayu indah yanti
    yuni yulia yuli
    ani endang slamet bambang joko sugeng sutrisno suharto sukarno supri supriadi wahyu wawan wayan
    made nyoman
    ketut kadek komang gede putu nengah iwan irwan hendra hendri andi andri anton anwar arif arief
    ahmad achmad
    muhammad mohammad mohamad abdul abdullah umar usman ali hasan husein husen ibrahim ismail yusuf
    yunus ridwan
    rizki rizky rahmat rahman rudi rudy dedi dedy dodi doni deni didi dian dina desi fitri fitria
    fatimah aisyah
    aminah nur nurul nuraini lestari lina linda lia lilis maria mega mira nia nina novi novita
    rahayu ratih retno
    rosa sari sinta susi susanti tini titin tuti wulan yeni yanto susanto santoso setiawan kurniawan
    gunawan
    hidayat hidayati nugroho wibowo prasetyo saputra saputri permata kartini kartika murni ucok
    butet togar
    john mary michael david james robert
"""
TITLES = "pak bapak bu ibu mbak mas kak kakak bang abang om tante haji hajah h hj mr mrs ms miss nyonya tuan"


def phrases(listed: str) -> frozenset[str]:
    """The words of one list; `*` stands for the space within a phrase."""
    return frozenset(entry.replace("*", " ") for entry in listed.split())


@cache
def ordinary_words() -> frozenset[str]:
    """No acronyms, in capitals either. Words of two or three letters may be some (AC, RM, SPA)."""
    listed = " ".join((PROMOTION, GENERIC, PLACES, PLACE_PARTS, PERSONS, TITLES))
    return frozenset(word for word in listed.replace("*", " ").split() if len(word) > 3)
