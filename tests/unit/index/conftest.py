from collections.abc import Callable
from pathlib import Path

import pytest
from tests.encoders import HashingEncoder

from zjip_qa.index import BuildReport, build_index
from zjip_qa.settings import IndexSettings

SETTINGS = IndexSettings(chunk_tokens=16, overlap_sentences=1)

Build = Callable[..., BuildReport]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Five documents in two languages, one of them with a translation beside it."""
    folder = tmp_path / "corpus"
    (folder / "法律").mkdir(parents=True)
    texts = {
        "a.md": "# 专利转化\n\n2024年浙江省专利转化率为35.6%。许可合同共1,234份。\n\n"
        "## 高校\n\n浙江大学转让专利500件。企业实施了其中的一半。\n",
        "a.en.md": "# 专利转化 in 2024\n\n2024年浙江省专利转化率: 35.6%. 许可合同: 1,234.\n\n"
        "## 高校 too\n\n浙江大学转让专利 500. 企业实施了其中 half.\n",
        "b.txt": "Patents protect inventions. A trade mark protects a name. Both expire in time.\n",
        "c.txt": "商标注册申请由国家知识产权局受理。𠮷祥物也可以注册。\n",
        "法律/第一章.md": "# 第一章\n\n第一条 为了保护专利权人的合法权益，制定本法。\n",
        "法律/第二章.md": "# 第二章\n\n第二条 本法所称的发明创造是指发明、实用新型和外观设计。\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def build(corpus: Path, index: Path) -> Build:
    """`build_index` on the fixture folders; every part can be replaced by name."""

    def run(
        encoder: HashingEncoder | None = None,
        settings: IndexSettings = SETTINGS,
        *,
        into: Path = index,
        **options: object,
    ) -> BuildReport:
        return build_index(corpus, into, encoder or HashingEncoder(), settings, **options)  # type: ignore[arg-type]

    return run
