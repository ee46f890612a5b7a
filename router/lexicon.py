"""Our own small dictionary: abbreviations, slang and Javanese → the word rules are written with."""


def _table(text: str) -> dict[str, str]:
    """Lines `canonical: variant variant …` → {variant: canonical}."""
    found: dict[str, str] = {}
    for line in text.strip().splitlines():
        word, _, variants = line.partition(":")
        found.update(dict.fromkeys(variants.split(), word.strip()))
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEXICON = _table("""
jalan: embong ratan jln jl jlan jalam jalnn dalan ndalan dalane mergi margi jalur
gang: gg
nomor: no nmr
rumah: compok rmh omah griya umah
tidak: gk gak ga nggak ngga enggak engga ndak nda tdk tak ora ra rak gax g kagak mboten boten dak tidk tdak
tidak: nggk gada gaada ngak gaono
belum: blm blom blum durung urung rung dereng belom
sudah: sdh udh udah dah wis wes uwis sampun sudh sdah
ada: ono ana enek onok wonten enten
bukan: bkn dudu sanes
tetapi: tp tapi tpi ning nanging
dengan: dg dgn dngn karo kalih kaliyan
dari: dr dri teko saking seko
untuk: utk untk buat kanggo kangge gawe
karena: krn karna krna soale mergo amargi
yang: yg sing seng ingkang ing
saya: sy aku kulo kula ak gw gue
kami: km kita kt
bapak: pak bpk pk
ibu: bu bund bunda
mohon: mhn mhon mohan mohn memohon pemohon nyuwun
tolong: tlg tlng tulung tlong
minta: mnta mintak minto njaluk jaluk
bantuan: bntuan bantuane
tidur: turu
orang: org wong tiyang orng oreng
banyak: bnyk byk akeh kathah akih bnyak
besar: gede ageng bsar
kecil: cilik alit kcil
lama: suwe dangu lma
bagaimana: gimana gmn bgmn piye pripun yoopo yokpo bgaimana gmana kepriye
kenapa: knp kok mengapa opoo ngopo kenopo kenging
kapan: kpn
berapa: brp piro pinten
hari: hr dino dinten
bulan: bln wulan sasi
tahun: thn th taun
malam: mlm bengi wengi dalu malem mlam
siang: awan
pagi: isuk enjing
lagi: lg maneh meneh malih
sangat: sgt banget bgt sanget sngt bngt temen
semua: kabeh sedoyo sedaya smua
setiap: tiap saben
rusak: risak ruzak rosak bubrah
berlubang: bolong growak jeglong jeglongan jeglonge berlobang lobang lubang growong kejeglong legok
ambles: amblas ambleg mbleduk
roboh: rubuh ambruk rebah
tumbang: rubohe
gelap: peteng petang mbingungi ptg gulita
mati: pejah pedot pedhot mteni modhar modar mate
lampu: lmpu lamp lampue
air: banyu toya aer aeng
sampah: sampa smph uwuh larahan smpah uwoh
bau: mambu mambet bacin badeg ambu bauk
kotor: reged
keruh: buthek butek kerug
tersumbat: mampet buntu bunthet bunthu mampeg sumbat mampat tersumbat pampet kesumbat buntet
selokan: got kalen slokan solokan gorong comberan peceren parit
sungai: lepen afur avur
banjir: mblabar kebanjiran banjer bajir kbanjiran rob
genangan: genang tergenang menggenang nggenang ngecembeng kembeng
pohon: wit pohun witwitan uwit
ranting: pang dahan
listrik: setrum listrek lstrik listrike
nyamuk: lemut jingklong
sekolah: skolah sklh sekolahan skul
anak: ank bocah lare arek
guru: gru
uang: pesse duit dhuwit duwit dwit yatra artos arto
bayar: byr mbayar mbayare
antre: antri ngantri antrian antrean ngantre
masyarakat: masy warga wargo wrg wargane
kelurahan: kel klurahan
kecamatan: kec kcamatan
kabupaten: kab
provinsi: prov propinsi
puskesmas: pkm puskes
posyandu: posiandu
rsud: rumkit
ktp: ktpel ektp
pju: pjuu
pdam: pam pdm perumdam ledeng ledhing
polisi: pulisi
pegawai: peg
petugas: ptgs ptugas
parkir: parkiran markir parkire
motor: sepedamotor spdmtr montor honda
kendaraan: kendaran kndaraan
perbaikan: perbaiki diperbaiki memperbaiki dibenahi benahi dandani didandani ndandani
perbaikan: dibenerin benerin mbenakno didandanono
aspal: pengaspalan diaspal asapal ngaspal
paving: pavingisasi pafing peving pavin
trotoar: trotoir trotoal pedestrian pedestrean
bising: brebeg mbrebegi brebek mbrebeki berisik brisik bisingnya
anjing: asu kirik
kucing: meong
kebakaran: kobong kobongan kobaran kbakaran terbakar
mabuk: mendem mendeman mabok
pengangguran: nganggur
kerja: gawean nyambut kerjo kerjoan pegawean
sakit: loro gerah skit
meninggal: sedo seda almarhum almarhumah wafat mninggal tilar
hujan: udan jawah ojen
pasar: peken
pedagang: bakul dodolan
sumbangan: smbangan
wifi: hotspot waifi
pungli: pungutanliar pungly
dipukul: dipukuli digebuk digebuki digebugi digebug disabet disabeti diantem diantemi dikeplak dikeplaki
dipukul: dihajar ditempeleng ditampar digampar dikampleng disawat ditendang ditendangi dithuthuk ditutuk
memukul: memukuli mukul mukuli nggebuki nggebug ngantemi ngantem nyabeti ngeplaki nampar menampar
memukul: nempeleng menempeleng menghajar ngampleng menendang nendang menjewer njewer
sarang: susuh
gila: edan kenthir
kos: kost kosan kostan kosnya
tercebur: kecebur kecemplung kecemplong nyemplung kejegur njegur
harga: rego regane regone reregan
naik: mundhak mundak munggah
izin: ijin idzin ijen
pajak: pajek
limbah: limba
cabai: cabe lombok
minyak: lengo lenga
ikan: iwak
desa: deso ndeso
hewan: kewan
bangkai: bathang
masalah: mslh permasalahan mslah
informasi: info infonya informasinya inpo
jembatan: jmbatan kreteg
tanggul: plengsengan plengseng
pakai: pake ngge nganggo
bocor: trocoh bocore bocorr rembes
genteng: gendeng gendheng
dapat: dpt dpet entuk
keluar: medal metu metune
dekat: cedak cedhak cerak
depan: ngarep ngajeng dpn
belakang: mburi mburine wingking
sebelah: sisih
sopir: supir
musik: music
hilang: ilang ical kelangan kehilangan
menumpuk: numpuk nglumpuk tumpuk ditumpuk bertumpuk ngumpuk menumpok
macet: mecet muacet
melanggar: nglanggar
tertutup: ketutup
ambulans: ambulan ambulance
perempuan: wadon wedok cewek wanita
lelaki: lanang cowok pria
tetangga: tonggo tanggi
nakal: mbeling
sapi: lembu
sawah: sabin
beras: wos
""")
"""Variant → canonical. Both the words of the rule book and the text pass through it."""

FILLERS = _words(
    """
    yang di ke dari itu ini nya dan atau dengan untuk pada para si sang lah kah pun e a ya yo nggih njih
    sangat sekali juga jg dalam dlm oleh sebagai adalah ialah akan bahwa agar supaya saja aja ae wae mawon
    bapak ibu mas mbak cak kak min admin lho lo loh dong deh sih se kan to ta toh ndek nang ning ten teng
    iki iku niki niku kuwi mangke monggo nggeh ngeh inggih
    """
)
"""Words that may stand between the words of a phrase and are never looked for."""

LANDMARKS = _words(
    "sebelum depan dekat sebelah belakang samping seberang sebrang didepan dibelakang disamping disebelah"
)
"""The word after one of these says where, not what: "depan sekolah", "dekat pasar"."""

ADDRESSES = _words(
    """
    alamat alamatnya lokasi lokasinya tempat tempatnya posisi posisinya tepatnya persisnya daerah sekitar
    jl jln jalan gang gg perum perumahan dusun dsn blok rt rw kelurahan kel kecamatan kec lingkungan
    perempatan pertigaan simpang pasar sd sdn mi smp smpn sma sman smk masjid mushola musholla gereja
    balai pos kantor toko warung puskesmas lapangan
    """
)
"""Words of an address, or of what stands at one."""

EXCEPT = _words(
    """
    berjalan perjalanan kematian sekali terima kerumah dinas kemana seperti kepada kelapa tersebut
    semoga selamat malang mereka menurut memang mengenai masalah senin serta kepala keluarga
    kesehatan bersama perbatasan pemerintah kalian berair matikan mematikan penting
    bantuannya bantuanya bantuane mohon memohon pemohon terdapat terjadi terlalu tertera terapi
    memasukkan memasukan pemasukan masukkan masukan pemadam marah macet pangan pemangku mobile
    mangan sawahan kandangan dipercepat mempercepat kelurahan kecamatan pembangunan
    pengurukan berikan berkas smpe phone sampai sampaikan sesampai pekerjaan pelajaran kenapa
    """
)
"""Words whose affixes are not cut: what would be left is another word."""

NO_SLIP = _words(
    """
    selalu tanggal tambak berjalan kadang tingkat batang evaluasi kontak tulang pelamar kenakan kantin tenang
    seolah langkah sebaliknya rembang pegang gebang padang penerbangan urutan monitor kebaikan dadakan gotong
    pemulihan betapa putung lindung seiring punggung punggungan menembus matang tangkis syaraf berantas
    triwulan sentral rentang rekanan pengkajian meniup mengenang hadapan godong lereng gembol sepadan rating
    menyapa memuat kadung katung agunan peminat padangan terbang tangkai lembut kendang kenang iritasi statis
    pembulatan penjabat terjauh kedamaian kerumunan punten sumbar timbang skarang tarukan mandir merana
    langkat kanton borong pengamanan bantahan batuan gelang gelas belas tengan tandang undang terang seruan
    petang penari kontra notari mendengar kecamuk sarana sasana rambut ramuan tampang menimbang kebunan
    """
)
"""Words that are themselves, though one letter makes them another."""

EMPTY = _words(
    """
    sudah belum tidak bukan ada mohon tolong minta bantuan saya kami bapak ibu orang banyak besar kecil lama
    hari bulan tahun malam siang pagi lagi sangat semua setiap bagaimana kenapa kapan berapa tetapi karena
    dengan dari untuk yang sering terus segera cepat harap terima kasih lapor laporan warga kota mojokerto
    daerah sini sana situ sekitar sejak minggu kemarin sekarang bisa tindak lanjut perbaiki benah tangani
    depan nomor rumah pak min
    """
)
"""Words of politeness and circumstance: in nearly every complaint, and about nothing."""
