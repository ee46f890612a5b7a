"""The judge: one lead or triage, with a reason anyone can read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_book import OWNERS, book, problems, rule, shipped_rules, small

from router.decide import Assignment, Facts, decide
from router.rules import TYPES, SensitiveCategory

EXAMPLES = [(r["id"], r.get("assign", ""), text) for r in shipped_rules() for text in r["examples"]]
WORDS = sorted({word for _, _, text in EXAMPLES for word in text.split()})


def judged(text: str, **facts: str) -> Assignment:
    return decide(text, Facts(**facts), book())


def whole(answer: Assignment, text: str) -> None:
    """What holds for every answer to every text."""
    assert not (answer.lead and answer.external)
    assert answer.lead in {"", *OWNERS}
    assert not answer.lead or OWNERS[answer.lead].kind == "opd"
    assert not answer.external or OWNERS[answer.external].kind == "external"
    assert (answer.lead or answer.external) in ("", *answer.candidates[:1])
    assert answer.lead not in answer.supporting
    assert len(answer.candidates) <= 5
    assert len(set(answer.candidates)) == len(answer.candidates)
    assert 0.0 <= answer.confidence <= 1.0
    assert answer.because
    assert "\n" not in answer.because
    assert answer.type in TYPES
    assert answer.rule_book == book().digest
    for match in answer.matches:
        for start, end, word in match.evidence:
            assert 0 <= start < end <= len(text)
            assert word


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_any_text_gets_exactly_one_lead_or_triage(text: str) -> None:
    whole(judged(text), text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_any_jumble_of_known_words_gets_exactly_one_lead_or_triage(text: str) -> None:
    whole(judged(text), text)


@pytest.mark.parametrize(
    ("name", "owner", "text"), EXAMPLES, ids=[f"{e[0]}-{n}" for n, e in enumerate(EXAMPLES)]
)
def test_every_example_of_the_book_reaches_its_owner(name: str, owner: str, text: str) -> None:
    answer = judged(text)
    whole(answer, text)
    assert any(match.rule == name for match in answer.matches)
    if owner:
        assert owner in (answer.lead, answer.external)


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Air mampet dari kran, PDAM kok diam", "PDAM"),
        ("Selokan mampet, air meluap ke jalan", "DPUPRPRKP"),
        ("got mampet banyune mblabar nang omah", "DPUPRPRKP"),
        ("TPS di pinggir kali penuh sampah", "DLH"),
        ("Di TPS 5 saya tidak dapat surat suara", "BAKESBANGPOL"),
        ("Lampu merah perempatan mati", "DISHUB"),
        ("Pengamen di lampu merah memaksa", "SATPOLPP"),
        ("Mati lampu sejak sore satu kampung", "PLN"),
        ("Lampu jalan mati sejak sore", "DISHUB"),
        ("Lurah sudah tahu tapi lampune dalan pejah terus", "DISHUB"),
        ("Tiang PJU miring", "DISHUB"),
        ("Tiang listrik miring", "PLN"),
        ("Tiang telkom miring", "TELKOM"),
        ("Pipa PDAM bocor di jalan", "PDAM"),
        ("Atap kelas SDN bocor", "DISDIKBUD"),
        ("Jalan Bypass berlubang besar", "BBPJN"),
        ("Tanggul Kali Sadar jebol", "PJT1"),
        ("Minta polisi tidur di gang", "DISHUB"),
        ("Polisi lambat menangani pencurian motor", "POLRES"),
        ("Pajak motor di samsat lama", "SAMSAT"),
        ("Pajak bumi bangunan naik", "BPKPD"),
        ("Ranting pohon kena kabel listrik PLN", "DLH"),
        ("Akta kematian bapak belum jadi", "DISPENDUKCAPIL"),
        ("Jalan rusak depan sekolah dekat pasar", "DPUPRPRKP"),
        ("Dalan bolong ra tau didandani, uwis suwe", "DPUPRPRKP"),
        ("toya mboten medal sampun tigang dinten", "PDAM"),
        ("ijazah anakku ditahan sekolahan mergo SPP", "DISDIKBUD"),
        ("Jalan di Kecamatan Sooko berlubang", "PEMKAB"),
        ("Vaksin anjing dan kucing liar", "DKPP"),
        ("jancok dalane bolong kabeh, cocot thok", "DPUPRPRKP"),
    ],
)
def test_the_traps_of_the_city(text: str, owner: str) -> None:
    answer = judged(text)
    assert owner in (answer.lead, answer.external), answer.because


def test_the_reason_quotes_the_citizen_and_explains() -> None:
    answer = judged("Lampu jalan di gang kami PADAM")
    assert answer.because.startswith("Kata “lampu jalan”")
    assert answer.because.endswith(": penerangan jalan umum adalah urusan Dinas Perhubungan.")


def test_the_reason_shows_no_word_that_it_showed_before() -> None:
    words = small(
        rule(
            when={"words": ["lampu jalan", "lampu", "jalan + gelap"]},
            because="PJU adalah urusan Dishub.",
            examples=["lampu jalan", "jalan gelap gulita"],
        )
    )

    def because(text: str) -> str:
        return decide(text, Facts(), words).because

    assert because("Lampu jalan mati") == "Kata “lampu jalan”: PJU adalah urusan Dishub."
    assert because("lampu jalan mati, jalan gelap").startswith("Kata “lampu jalan” dan “jalan gelap”:")


def test_an_acronym_or_name_keeps_its_capitals_in_the_reason() -> None:
    names = small(
        rule(because="PJU adalah urusan Dishub."),
        rule(
            id="k",
            assign="PJT1",
            when={"words": ["kali sadar"]},
            because="Kali Sadar milik PJT.",
            examples=["kali sadar", "kali sadar banjir"],
        ),
    )
    assert decide("lampu jalan", Facts(), names).because == "Kata “lampu jalan”: PJU adalah urusan Dishub."
    assert decide("kali sadar", Facts(), names).because == "Kata “kali sadar”: Kali Sadar milik PJT."


def test_nothing_known_goes_to_triage_and_says_so() -> None:
    answer = judged("halo selamat pagi")
    assert (answer.lead, answer.external, answer.candidates, answer.rule) == ("", "", (), "")
    assert "petugas Diskominfo" in answer.because
    assert judged("").lead == ""


def test_an_equal_tie_goes_to_triage_with_both_as_candidates() -> None:
    two = small(
        rule(when={"words": ["lampu"]}, examples=["lampu", "lampu lampu"]),
        rule(id="b", when={"words": ["taman"]}, assign="DLH", examples=["taman", "taman taman"]),
    )
    answer = decide("lampu taman", Facts(), two)
    assert (answer.lead, answer.candidates, answer.confidence) == ("", ("DISHUB", "DLH"), 0.0) or set(
        answer.candidates
    ) == {"DISHUB", "DLH"}
    assert answer.lead == ""
    assert "atau" in answer.because


def test_naming_an_agency_is_evidence_not_a_decision() -> None:
    answer = judged("Kepada Dinas Perhubungan, mohon perhatian")
    assert (answer.lead, answer.candidates, answer.named) == ("", ("DISHUB",), ("DISHUB",))
    assert "hanya menyebut Dinas Perhubungan" in answer.because
    plain = judged("Kepada Dishub: pohon tumbang menutup jalan")
    assert plain.lead == "DLH"
    assert "DISHUB" in plain.named


def test_a_weak_single_match_is_a_guess_for_an_officer() -> None:
    weak = small(rule(weight=0, when={"words": ["lampu", "lampu jalan"]}))
    answer = decide("lampu", Facts(), weak)
    assert (answer.lead, answer.candidates) == ("", ("DISHUB",))
    assert "mungkin urusan Dinas Perhubungan" in answer.because


def test_an_external_owner_is_a_guess_with_no_lead() -> None:
    answer = judged("Listrik padam sejak sore di RT kami")
    assert (answer.lead, answer.external, answer.candidates[0], answer.rule) == (
        "",
        "PLN",
        "PLN",
        "listrik-pln",
    )
    assert "PLN" in answer.because


def test_supporting_agencies_come_from_the_rule_that_decided() -> None:
    assert judged("Pohon tumbang menutup jalan").supporting == ("BPBD",)


def test_bribery_is_oversight_whatever_else_is_said() -> None:
    answer = judged("Jalan berlubang, lampu mati, dan lurah minta suap")
    assert (answer.lead, answer.type) == ("INSPEKTORAT", "oversight")


def test_kinds_of_reports() -> None:
    assert judged("Mohon informasi syarat membuat kartu kuning").type == "information"
    assert judged("Saya usul ada jalur sepeda").type == "aspiration"
    assert judged("Jalan berlubang").type == "complaint"
    assert judged("Jalan berlubang", type="aspiration").type == "aspiration"


def test_sensitive_matters_are_marked_and_reach_whom_the_category_names() -> None:
    answer = judged("tetangga saya mengalami pelecehan")
    assert (answer.sensitive, answer.lead) == ("kekerasan", "DINSOSP3A")
    assert judged("jalan berlubang").sensitive == ""
    assert judged("penderita HIV butuh obat").sensitive == "kesehatan"


def test_a_category_without_a_rule_still_has_an_owner_and_a_reason() -> None:
    one = small(
        rule(), sensitive=[SensitiveCategory(id="anak", name="Anak", words=("balita",), assign="DINSOSP3A")]
    )
    answer = decide("balita ditinggal", Facts(), one)
    assert (answer.lead, answer.rule, answer.sensitive) == ("DINSOSP3A", "sensitive:anak", "anak")
    assert answer.because == "Kata “balita”: laporan seperti ini diterima oleh Dinas Sosial P3A."


def test_a_rule_may_say_that_a_matter_is_sensitive() -> None:
    marked = small(rule(sensitive="kesehatan"))
    assert decide("lampu jalan", Facts(), marked).sensitive == "kesehatan"


def test_a_category_may_say_what_kind_of_report_it_always_is() -> None:
    bribes = SensitiveCategory(
        id="suap", name="Suap", words=("suap",), assign="INSPEKTORAT", type="oversight"
    )
    answer = decide("lampu jalan dan suap", Facts(), small(rule(type="complaint"), sensitive=[bribes]))
    assert (answer.type, answer.sensitive, answer.lead) == ("oversight", "suap", "INSPEKTORAT")


THANKS = rule(
    id="terima-kasih",
    assign=None,
    triage=True,
    when={"words": ["terima kasih"]},
    unless={"words": ["belum"]},
    because="Ini ucapan terima kasih.",
    examples=["terima kasih lampu jalan", "terima kasih banyak"],
)


def test_a_triage_rule_leaves_the_choice_to_an_officer_whatever_else_is_found() -> None:
    answer = decide("terima kasih lampu jalan menyala", Facts(), small(rule(weight=9), THANKS))
    assert (answer.lead, answer.external, answer.supporting, answer.rule) == ("", "", (), "terima-kasih")
    assert answer.candidates == ("DISHUB",)
    assert answer.because == "Kata “terima kasih”: ini ucapan terima kasih."
    alone = decide("terima kasih", Facts(), small(rule(), THANKS))
    assert alone.because == "Kata “terima kasih”: ini ucapan terima kasih."
    assert decide("lampu jalan belum, terima kasih", Facts(), small(rule(), THANKS)).lead == "DISHUB"


def test_a_sensitive_matter_is_handed_on_though_somebody_says_thanks() -> None:
    answer = decide("terima kasih, ini soal KDRT", Facts(), small(rule(), THANKS))
    assert (answer.lead, answer.sensitive) == ("DINSOSP3A", "kekerasan")


def test_an_example_of_a_triage_rule_must_stay_with_the_officers() -> None:
    taken = THANKS | {"examples": ["terima kasih", "terima kasih KDRT"]}
    wrong = problems(rule(), taken)
    assert "bukan triase" in wrong[("rules", 1, "examples", 1)]


def test_a_rule_may_say_that_there_is_danger() -> None:
    danger = small(rule(urgent=True, unless={"words": ["mainan"]}))
    assert decide("lampu jalan", Facts(), danger).urgent
    assert not decide("lampu jalan mainan", Facts(), danger).urgent


def test_what_is_said_first_is_what_the_report_is_about() -> None:
    trees = rule(id="b", when={"words": ["pohon besar"]}, assign="DLH", examples=["pohon besar"] * 2)
    trees["examples"] = ["pohon besar", "pohon besar sekali"]
    both = small(rule(), trees)
    far = " ".join(["kata"] * 50)
    assert decide(f"lampu jalan {far} pohon besar", Facts(), both).lead == "DISHUB"
    assert decide(f"pohon besar {far} lampu jalan", Facts(), both).lead == "DLH"


def test_urgent_words_are_noticed() -> None:
    assert judged("ada kecelakaan di perempatan").urgent
    assert judged("omahe kobong, tulung cepet").urgent
    assert not judged("jalan berlubang").urgent


def test_evidence_shows_the_words_of_the_text() -> None:
    text = "Tulung, LAMPUNE dalan pejah"
    top = judged(text).matches[0]
    assert {text[start:end] for start, end, _ in top.evidence} >= {"LAMPUNE", "dalan"}


def test_a_hundred_thousand_characters_are_judged_with_bounded_evidence() -> None:
    text = "jalan rusak lampu mati sampah menumpuk " * 2_600
    answer = judged(text)
    assert len(text) > 100_000
    assert sum(len(match.evidence) for match in answer.matches) < 500


def test_hostile_text_is_only_text() -> None:
    for text in ("\x00\ud800jalan\udfff berlubang", "z̷̢̛a̴l̶g̸o̵" * 50, "‮jalan rusak‬", "' OR 1=1; --", "<script>"):
        whole(judged(text), text)
