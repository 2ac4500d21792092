import pytest

from zjip_qa.training.transliteration import combine, learn, letters_of, name_pairs, readings


def test_names_are_rows_of_one_capitalised_word_and_as_many_characters_as_it_can_have() -> None:
    rows = [
        ("Newton", "牛顿"),
        ("Newton", "牛顿"),
        ("patent", "专利"),
        ("New York", "纽约"),
        ("Mars", "火星"),
        ("Wu", "吴"),
        ("Xi'an", "西安"),
        ("Nebuchadnezzar", "王"),
    ]
    assert name_pairs(rows) == [("mars", "火星"), ("newton", "牛顿"), ("xian", "西安")]
    assert letters_of("Xi'an") == "xian"


def test_readings_are_counted_by_character() -> None:
    entries = [
        {"simplified": "银行", "pinyin": "yin2 hang2"},
        {"simplified": "行走", "pinyin": "xing2 zou3"},
        {"simplified": "AA制", "pinyin": "A A zhi4"},
    ]
    assert readings(entries)["行"] == {"hang": 0.5, "xing": 0.5}


def test_letters_are_shared_out_and_a_meaning_is_not_learnt_by_heart() -> None:
    names = [
        ("boton", "博顿"),
        ("milton", "米尔顿"),
        ("miton", "米顿"),
        ("bomi", "博米"),
        ("bol", "博尔"),
        ("mil", "米尔"),
        ("jupiter", "木星"),
    ]
    learnt = learn(names * 2 + names[:-1], {})
    assert max(learnt["顿"], key=learnt["顿"].__getitem__) == "ton"
    assert max(learnt["米"], key=learnt["米"].__getitem__) == "mi"
    assert max(learnt["尔"], key=learnt["尔"].__getitem__) == "l"
    alone = learn(names, {})
    assert not {chunk for chunk in alone.get("木", {}) if len(chunk) > 2}


def test_readings_stand_beside_what_names_taught() -> None:
    table = combine({"顿": {"ton": 1.0}}, {"顿": {"dun": 1.0}, "周": {"zhou": 1.0}})
    assert table["周"] == {"zhou": 1.0}
    assert table["顿"] == pytest.approx({"ton": 0.6, "dun": 0.4})
