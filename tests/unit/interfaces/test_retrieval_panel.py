from zjip_qa.interfaces.retrieval_panel import render_retrieval
from zjip_qa.types import Chunk, Hit, Language


def test_every_leg_has_a_column_and_matched_words_are_marked() -> None:
    hits = [
        Hit(1, 1.25, Chunk("a.md", 0, 6, "<满意度>高", ("甲",)), {"dense": 0.5, "late": 0.75}),
        Hit(2, 1.0, Chunk("b.md", 0, 2, "其他"), {"dense": 0.25, "odd": 2.0}),
    ]
    page = render_retrieval("满意度?", hits, {1: ["满意", "满意度"]}, Language.EN)
    heads = [head.split("<")[0] for head in page.split('<th scope="col">')[1:]]
    assert heads == ["Rank", "Dense", "Late", "odd", "Score", "Passage"]
    assert "&lt;<b>满意度</b>&gt;高" in page
    assert '<td>1</td><td class="score">0.500</td><td class="score">0.750</td><td>–</td>' in page
    assert page.count("Matched words:") == 1
