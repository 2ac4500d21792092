import re
from string import Formatter

from zjip_qa.interfaces import strings
from zjip_qa.types import Language


def texts() -> list[strings.Text]:
    found: list[strings.Text] = []
    for value in vars(strings).values():
        found += [value] if isinstance(value, strings.Text) else []
        found += list(value.values()) if isinstance(value, dict) else []
    return [text for text in found if isinstance(text, strings.Text)]


def test_both_languages_say_something_with_the_same_placeholders() -> None:
    assert len(texts()) > 80
    for text in texts():
        names = [{name for _, name, _, _ in Formatter().parse(side) if name} for side in text]
        assert text.zh.strip() and text.en.strip()
        assert names[0] == names[1], text


def test_the_english_page_holds_no_chinese() -> None:
    assert [text.en for text in texts() if re.search(r"[\u4e00-\u9fff]", text.en)] == []


def test_values_are_put_in() -> None:
    assert strings.LEFT_OUT.to(Language.EN, count=3) == "Files left out (3)"
    assert strings.LEFT_OUT.to(Language.ZH, count=3) == "没有编入索引的文件(3)"
