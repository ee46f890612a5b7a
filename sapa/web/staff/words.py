"""The console's Indonesian words: statuses, steps, notices, and what is said after an act."""

from collections.abc import Mapping

STATUSES: Mapping[str, str] = {
    "received": "Baru masuk",
    "triage": "Perlu triase",
    "assigned": "Menunggu OPD",
    "accepted": "Dikerjakan",
    "waiting": "Menunggu pelapor",
    "resolved": "Selesai, diperiksa pelapor",
    "closed": "Ditutup",
    "external": "Pihak luar",
    "archived": "Diarsipkan",
    "merged": "Digabung",
}
#: How a status looks: the class of its badge.
LOOKS: Mapping[str, str] = {
    "triage": "warn",
    "assigned": "warn",
    "accepted": "",
    "waiting": "",
    "resolved": "good",
    "closed": "good",
}
STEPS: Mapping[str, str] = {
    "verify": "Triase",
    "first_response": "Tanggapan pertama",
    "resolve": "Selesai",
    "confirm": "Diperiksa pelapor",
    "complete": "Jawaban pelapor",
}
NOTICES: Mapping[str, str] = {
    "ack": "Tanda terima",
    "accepted": "Mulai ditangani",
    "question": "Pertanyaan",
    "answer": "Jawaban",
    "resolved": "Hasil penanganan",
    "reopened": "Dibuka kembali",
    "closed": "Ditutup",
    "archived": "Diarsipkan",
    "handed_over": "Diserahkan ke pihak luar",
    "moved": "Pindah OPD",
    "help": "Cara melapor",
    "status": "Jawaban status",
    "status_list": "Jawaban status: semua laporannya",
    "status_none": "Jawaban status: tidak ditemukan",
    "status_limit": "Jawaban status: terlalu banyak bertanya",
    "report_asked": "Pertanyaan bot: apa laporannya",
    "which_asked": "Pertanyaan bot: untuk laporan apa",
    "part_kept": "Lokasi atau foto diterima",
    "question_over": "Pertanyaan bot sudah berakhir",
    "canceled": "Pertanyaan bot dibatalkan",
    "assigned": "Disposisi",
    "taken_away": "Disposisi dialihkan",
    "reopened_opd": "Dibuka kembali",
    "citizen_wrote": "Keterangan baru dari warga",
    "reminder": "Pengingat tenggat",
    "triage": "Perlu triase",
    "declined": "Ditolak OPD",
    "agenda_draft": "Rancangan agenda",
    "door_failing": "Kanal gagal",
    "door_silent": "Kanal sepi",
    "door_well": "Kanal pulih",
    "invitation": "Undangan petugas",
    "lost_password": "Tautan kata sandi baru",
    "chat_assigned": "Disposisi, lewat obrolan",
    "chat_taken_away": "Disposisi dialihkan, lewat obrolan",
    "chat_reopened_opd": "Dibuka kembali, lewat obrolan",
    "chat_citizen_wrote": "Keterangan baru dari warga, lewat obrolan",
    "chat_reminder": "Pengingat tenggat, lewat obrolan",
    "chat_asks": "Pertanyaan bot kepada petugas",
    "chat_said": "Jawaban bot kepada petugas",
    "chat_tapped": "Jawaban tombol",
}
POST: Mapping[str, str] = {
    "pending": "menunggu dikirim",
    "sent": "terkirim",
    "dead": "tidak terkirim",
    "canceled": "dibatalkan",
    "call": "perlu ditelepon",
    "called": "disampaikan lewat telepon",
}
DELIVERY: Mapping[str, str] = {"delivered": "sampai", "read": "dibaca", "failed": "gagal sampai"}
#: What is said after an act, by the act's word in the address.
SAID: Mapping[str, str] = {
    "terima": "Laporan diterima. Pelapor kami beri tahu.",
    "tolak": "Tercatat: bukan kewenangan. Laporan diteruskan.",
    "alihkan": "Laporan dialihkan.",
    "tanya": "Pertanyaan dikirim ke pelapor. Tenggat berhenti sampai ada jawaban.",
    "jawab": "Jawaban dikirim ke pelapor.",
    "selesai": "Hasil tercatat. Pelapor diminta memeriksanya.",
    "arsipkan": "Laporan diarsipkan. Pelapor kami beri tahu alasannya.",
    "serahkan": "Laporan diserahkan ke pihak luar. Pelapor kami beri tahu.",
    "catatan": "Catatan disimpan.",
    "ambil": "Berkas diambil lagi. Muat ulang halaman ini sebentar lagi.",
    "pisahkan": "Pesan dipisahkan menjadi laporan baru.",
    "cabut": "Tautan dicabut. OPD menangani laporan ini setelah masuk.",
    "buka": "Laporan dibuka kembali.",
    "urungkan": "Tindakan diurungkan.",
    "olah": "Kiriman diolah kembali.",
    "tutup": "Kiriman ditutup tanpa laporan.",
    "kirim": "Akan dikirim ulang.",
    "draf": "Rancangan agenda siap diperiksa.",
    "urutkan": "Urutan disimpan, jam dihitung ulang.",
    "keluarkan": "Titik dikeluarkan dari agenda.",
    "tambah": "Titik ditambahkan.",
    "setujui": "Agenda disetujui.",
    "susun": "Rancangan disusun ulang.",
    "pegang": "Laporan ini sekarang di tangan Anda. Rekan lain melihatnya.",
    "lepas": "Laporan dilepas; rekan lain dapat mengambilnya.",
    "keduluan": "Rekan lain baru saja mengambil laporan ini.",
    "habis": "Tidak ada lagi yang menunggu Anda.",
    "mati": "Kanal dinyatakan mati. Pemberitahuannya dialihkan, sisanya masuk daftar telepon.",
    "hidup": "Kanal dibuka lagi. Pemberitahuan yang tertahan dikirim sekarang.",
    "telepon-sudah": "Tercatat: sudah dihubungi. Dapat diurungkan di bawah.",
    "telepon-belum": "Tercatat: tidak tersambung. Tetap di daftar.",
    "telepon-batal": "Dikembalikan ke daftar telepon.",
    "aktif": "Petugas diaktifkan.",
    "diundang": "Undangan dikirim lewat surel.",
    "ditarik": "Undangan ditarik.",
    "peran": "Peran diubah. Haknya langsung berlaku.",
    "plt": "Penugasan Plt. dicatat.",
    "plt-selesai": "Penugasan Plt. diakhiri.",
    "keluar": "Akses petugas diakhiri.",
    "kembali": "Akses petugas dipulihkan.",
    "kode-mati": "Kode masuk dimatikan. Petugas itu harus masuk lagi.",
    "kode-lepas": "Kode masuk dimatikan.",
    "tersimpan": "Tersimpan.",
    "sesi": "Semua sesi lain sudah diakhiri.",
    "sandi": "Kata sandi diganti.",
    "jabatan": "Jabatan diganti.",
    "impor-batal": "Impor dibatalkan; tidak ada yang masuk.",
    "catatan-batal": "Catatan dibatalkan. Riwayatnya tetap tersimpan.",
    "tautan-lepas": "Tautan dilepas. Disposisi tidak dikirim lagi ke sana.",
}


def said(code: str) -> str:
    """What to say after an act; "" for anything unknown, as the address is anybody's to write."""
    return SAID.get(code, "")


def delivery(state: str, report: str) -> str:
    """How far a notice has come."""
    return DELIVERY.get(report, POST[state]) if state == "sent" else POST[state]


_PROOFS = {
    "none": "Pengirim tidak terbukti",
    "fail": "Pengirim tidak terbukti: pemeriksaan DMARC gagal, alamatnya mungkin dipalsukan",
    "reply-to": "Pengirim tidak terbukti: jawaban diminta ke alamat yang bukan alamat pengirimnya (Reply-To)",
}


def proven(proof: str) -> tuple[str, str]:
    """What a message's `proof` says of its sender, and the domain that proves it ("DKIM: contoh.id")."""
    method, colon, domain = proof.partition(":")
    if colon:
        return "Pengirim terbukti", f"{method.upper()}: {domain}"
    return _PROOFS.get(proof, ""), ""
