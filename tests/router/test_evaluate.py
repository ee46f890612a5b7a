"""How a book is measured."""

from judge_book import rule, small

from router.evaluate import evaluate, predictions
from router.place import Area, Gazetteer

BOOK = small(
    rule(),
    rule(
        id="pohon",
        when={"words": ["pohon"]},
        assign="DLH",
        because="Pohon.",
        examples=["pohon tumbang", "pohon rindang"],
    ),
    rule(
        id="listrik",
        when={"words": ["listrik"]},
        assign="PLN",
        because="Listrik.",
        examples=["listrik padam", "listrik mati"],
    ),
    rule(
        id="di-meri",
        when={"words": ["taman"], "kelurahan": ["Meri"]},
        assign="DLH",
        because="Taman.",
        examples=["taman", "taman kotor"],
    ),
    kelurahan=["Meri"],
)
ROWS = [
    {"id": "1", "text": "lampu jalan padam sekali", "opd": "DISHUB"},
    {"id": "2", "text": "pohon besar", "opd": "DISHUB"},
    {"id": "3", "text": "pohon dan lampu jalan", "opd": "DLH"},
    {"id": "4", "text": "listrik mati lagi", "opd": None},
    {"id": "5", "text": "halo", "opd": None},
    {"id": "6", "text": "pohon", "opd": None},
    {"id": "7", "text": "Lampu jalan PADAM", "opd": "DISHUB"},
    {"id": "8", "text": None, "opd": ""},
]


def test_top_one_counts_the_best_guess_and_external_is_no_opd() -> None:
    result = evaluate(ROWS, BOOK)
    assert result["n"] == 8
    assert result["top1"] == 0.625
    assert result["top2"] == 0.75
    assert result["none_kept"] == 0.75
    assert result["macro_f1"] == 0.0
    assert result["triage_share"] == 0.5
    assert result["auto_precision"] == 0.5
    classes = result["classes"]
    assert isinstance(classes, dict)
    assert classes["DISHUB"] == {"n": 3, "precision": 0.6667, "recall": 0.6667, "f1": 0.6667}
    assert classes["none"]["recall"] == 0.75


def test_small_classes_do_not_count_in_macro_f1() -> None:
    assert evaluate(ROWS * 4, BOOK)["macro_f1"] > 0  # type: ignore[operator]
    assert evaluate([], BOOK)["top1"] == 0.0


def test_examples_of_the_book_may_be_left_out() -> None:
    assert evaluate(ROWS, BOOK, exclude_examples=True)["n"] == 7


def test_predictions_are_lines_with_both_guesses() -> None:
    lines = list(predictions(ROWS[:5], BOOK))
    assert lines[0] == {"id": "1", "opd": ["DISHUB", None], "auto": True}
    assert lines[2]["opd"] == ["DISHUB", "DLH"]
    assert lines[3] == {"id": "4", "opd": [None, None], "auto": False}
    assert lines[4] == {"id": "5", "opd": [None, None], "auto": False}


def test_a_written_place_is_used_when_there_is_a_gazetteer() -> None:
    row = [{"id": "1", "text": "taman di Meri", "opd": "DLH"}]
    city = Gazetteer((Area(kelurahan="Meri", kecamatan="Kranggan", points=()),))
    assert evaluate(row, BOOK)["top1"] == 0.0
    assert evaluate(row, BOOK, city)["top1"] == 1.0
