from zjip_qa.interfaces.retrieval_panel import FoundPassage, render_retrieval
from zjip_qa.retrieval import WordMatch
from zjip_qa.types import Chunk, Hit, Language


def test_every_leg_has_a_column_and_matched_words_are_marked() -> None:
    first = Hit(1, 1.25, Chunk("a.md", 0, 6, "<满意度>高", ("甲",)), {"dense": 0.5, "late": 0.75})
    second = Hit(2, 1.0, Chunk("b.md", 0, 2, "其他"), {"dense": 0.25, "odd": 2.0})
    found = [FoundPassage(first, ["满意", "满意度"], []), FoundPassage(second, [], [])]
    page = render_retrieval("满意度?", found, Language.EN)
    heads = [head.split("<")[0] for head in page.split('<th scope="col">')[1:]]
    assert heads == ["Rank", "Dense", "Late", "odd", "Score"]
    assert "&lt;<b>满意度</b>&gt;高" in page
    assert '<td>1</td><td class="score">0.500</td><td class="score">0.750</td><td>–</td>' in page
    assert page.count("Matched words:") == 1


def test_words_near_in_meaning_are_listed_and_distant_ones_left_out() -> None:
    hit = Hit(1, 1.0, Chunk("a.md", 0, 6, "满意度很高"))
    near = [WordMatch("<satisfaction>", "满意度", 0.83), WordMatch("year", "很", 0.2)]
    page = render_retrieval("satisfaction?", [FoundPassage(hit, [], near)], Language.EN)
    assert "&lt;satisfaction&gt;</span> → <span" in page
    assert "满意度</span> 0.83" in page
    assert "year" not in page
    assert "Matched words:" not in page
