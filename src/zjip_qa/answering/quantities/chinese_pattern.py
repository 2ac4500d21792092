"""What figures and dates look like in Chinese: one pattern, its units and its period words.

The first alternatives are what looks like a figure and isn't (T+1, 5G, 第三方, 十分重要), so that
nothing inside them is read. Every repetition is bounded or possessive: time stays linear.
"""

from __future__ import annotations

import re

from zjip_qa.answering.quantities.numerals import ARABIC, NUMERAL, SCALE
from zjip_qa.answering.quantities.quantity import Period

# One character for one, so that positions hold: full-width signs, and the traditional forms of
# what figures are written with. The full-width comma stays: it never groups digits.
PLAIN = str.maketrans(
    {c: chr(ord(c) - 0xFEE0) for c in map(chr, range(0xFF01, 0xFF5F)) if c not in "，：；？！"}
    | dict(
        zip(
            "萬億兩餘約幾個項條圓歲類種門過數處噸畝鐘時間戶縣區場冊節臺輛張筆點週屆達後連來將滿內",
            "万亿两余约几个项条元岁类种门过数处吨亩钟时间户县区场册节台辆张笔点周届达后连来将满内",
            strict=True,
        )
    )
)

_UNIT_WORDS = (
    "个百分点 百分点 % ‰ 人民币 美元 美金 欧元 港元 日元 英镑 元 "
    "平方公里 平方米 公里 千米 米 公顷 亩 吨 公斤 千克 km kg "
    "小时 分钟 秒 个月 个工作日 工作日 周年 年 周 天 日 周岁 岁 "
    "家次 人次 件 项 家 户 次 个 名 人 位 分 倍 所 条 部门 部 门 批 类 种 届 省市 省 市 县 区 场 "
    "起 宗 册 篇 编 章 节 款 股 台 辆 架 艘 座 栋 套 张 份 笔 处 期 方面 大 支 枚 只 对 组 层"
)
UNITS = "|".join(sorted(set(_UNIT_WORDS.split()), key=lambda unit: (-len(unit), unit)))
SAME_UNIT = {
    "人民币": "元",
    "美金": "美元",
    "百分点": "个百分点",
    "个工作日": "工作日",
    "周年": "年",
    "周岁": "岁",
    "千米": "公里",
    "km": "公里",
    "千克": "公斤",
    "kg": "公斤",
}
"""One spelling for each unit that has several."""

_TO = r"(?:[—–\-~]{1,2}|至|到)"
_NUMERALS = rf"[{NUMERAL}]++(?:点[〇零一二三四五六七八九]++(?![十百千]))?+"

_NOT_A_FIGURE = r"""
    第三(?:[方者]|人(?!称))|第一(?:时间|线|手)|十分(?!之)|万分(?!之)|千家万户|百家争鸣|四周(?!年)
  | (?<![A-Za-z])(?!(?:RMB|CNY|USD|US\$)\s?\d)[A-Za-z]++[A-Za-z0-9]*+(?:[+\-/_.][A-Za-z0-9]++)*+
  | \d[\d.]{0,20}+(?!k[mg](?![A-Za-z]))[A-Za-z][A-Za-z0-9]*+
  | \d\d(?:\d\d)?年代 | \d\d世纪
  | [图表]\s?\d{1,3}(?:[\-.]\d{1,3})?(?!\d)
  | (?<![\d第])\d{1,4}\s?[号级]
  | \d{1,2}:\d\d(?::\d\d)?(?!\d)
  | (?!(?:19|20)\d\d\.\d{1,2}\.\d{1,2}(?!\d))\d++(?:\.\d++){2,}+
  | 0\d++ | \d{19,}+ | \[\d{1,3}\] | \(\s?\d{1,2}\s?\)
  | (?:(?<=[\n。；;])|\A)\d{1,2}[.、)](?!\d)
  | 每[百千万亿]
"""

_YEAR = r"(?:(?:1[5-9]|20)\d\d|[一二][〇○零一二三四五六七八九]{3})"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = r"(?:[12]\d|3[01]|0?[1-9]|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_PART_OF_YEAR = r"前三季度|[上下]半年|第?[一二三四1-4]季度"
_START_OR_END = r"初(?![步次级中审创期始衷心任])|底(?![部层线座气])|末(?![端尾])"
_DATE = rf"""
    (?P<year>{_YEAR})\s?(?:
        年度?\s?(?:(?P<month>{_MONTH})\s?(?:
            月份?\s?(?:(?P<day>{_DAY})\s?[日号])? | (?=\s?{_TO}\s?{_MONTH}\s?月)))?
      | (?=\s?{_TO}\s?{_YEAR}\s?年)
      | (?=\s?{_TO}\s?{_YEAR}(?![\d.,%万亿]|\s?(?:{UNITS}))))
    (?:\s?{_TO}\s?(?:
        (?P<year2>{_YEAR})\s?(?:年度?\s?)?
            (?:(?P<month2>{_MONTH})\s?月份?\s?(?:(?P<day2>{_DAY})\s?[日号])?)?
      | (?P<month3>{_MONTH})\s?月份?\s?(?:(?P<day3>{_DAY})\s?[日号])?
      | (?P<day4>{_DAY})\s?[日号]))?
    (?P<part>年?(?:{_PART_OF_YEAR}|[上中下]旬|{_START_OR_END}))?
  | (?<![\d{NUMERAL}个.])(?P<month5>{_MONTH})\s?(?:
        月份?\s?(?:(?P<day5>{_DAY})\s?[日号])? | (?={_TO}{_MONTH}\s?月))
    (?:\s?{_TO}\s?(?:
        (?P<month6>{_MONTH})\s?月份?\s?(?:(?P<day6>{_DAY})\s?[日号])?
      | (?P<day7>{_DAY})\s?[日号]))?
    (?P<part2>[上中下]旬|{_START_OR_END})?
  | (?P<year8>(?:19|20)\d\d)(?P<joint>[\-/.])(?P<month8>1[0-2]|0?[1-9])(?P=joint)
    (?P<day8>[12]\d|3[01]|0?[1-9])(?!\d)
  | (?<=[(\[〔])(?P<year9>(?:19|20)\d\d)(?=[)\]〕])
  | (?P<part3>{_PART_OF_YEAR})
"""
PERIODS = {
    "前三季度": Period.THREE_QUARTERS,
    "一季度": Period.FIRST_QUARTER,
    "1季度": Period.FIRST_QUARTER,
    "二季度": Period.SECOND_QUARTER,
    "2季度": Period.SECOND_QUARTER,
    "三季度": Period.THIRD_QUARTER,
    "3季度": Period.THIRD_QUARTER,
    "四季度": Period.FOURTH_QUARTER,
    "4季度": Period.FOURTH_QUARTER,
    "上半年": Period.FIRST_HALF,
    "下半年": Period.SECOND_HALF,
    "上旬": Period.EARLY,
    "中旬": Period.MIDDLE,
    "下旬": Period.LATE,
    "初": Period.START,
    "底": Period.END,
    "末": Period.END,
}
"""Looked up by the end of what the pattern found, the longest first."""

_SHARE = rf"""
    百分之(?P<percent>{ARABIC}|{_NUMERALS})(?:{_TO}(?:百分之)?(?P<percent2>{ARABIC}|{_NUMERALS}))?
  | (?P<below>\d{{1,4}}|[{NUMERAL}]{{1,6}})分之(?P<above>\d{{1,4}}|[{NUMERAL}]{{1,6}})
  | (?P<tenths>[一二两三四五六七八九]|(?<![\d.])[1-9](?:\.\d)?)成
    (?P<hundredths>[一二三四五六七八九半])?(?![员为就立功效果长本分熟品绩人交活型因语都群片色套千百])
  | (?P<half>过半数?|半数|一半)
"""
_DOUBLED = r"翻了?(?P<doublings>[一两二三四1-4])番"
_SEVERAL = rf"""
    (?:(?<![人总参指函系倍分岁天基件户次少多代个家])数以?|好?几)
    (?P<several>[十百千]?(?:万亿|[万亿])|[十百千](?![克瓦]))计?(?:\s?(?P<several_unit>{UNITS}))?
  | (?<![以网线路场市海马])上
    (?P<reached>[百千]?(?:万亿|[万亿])|[百千])\s?(?P<reached_unit>{UNITS})
"""
_FIGURE = rf"""
    (?P<ordered>第)?(?P<number>{ARABIC}|{_NUMERALS})
    (?:\s?(?P<scale>{SCALE})(?P<rest>(?<=亿)\d{{1,4}}(?:\.\d{{1,4}})?万|(?<=万)[1-9]千)?)?
    (?:(?P<more>[余多](?![少样么])|[来几](?=[万亿]|\s?(?:{UNITS})))(?P<more_scale>[万亿]{{1,2}})?)?
    (?:\s?(?P<unit>{UNITS})(?P<and_half>(?<=年)半(?!年)|(?<=个)半(?:月|小时))?)?
    (?P<range>\s?{_TO}\s?(?P<upper>{ARABIC}|{_NUMERALS})(?:\s?(?P<upper_scale>{SCALE}))?
        \s?(?P<upper_unit>{UNITS}))?
"""

TOKEN = re.compile(
    # The first character decides quickly that most positions begin nothing.
    rf"""(?=[\dA-Za-z{NUMERAL}第首榜翻过半数好几上下前每图表(\[])(?:
    (?P<none>{_NOT_A_FIGURE})|(?P<is_date>{_DATE})|(?P<is_share>{_SHARE})
    |(?P<is_doubled>{_DOUBLED})|(?P<is_several>{_SEVERAL})|(?P<is_first>首位|榜首)
    |(?P<is_figure>{_FIGURE}))""",
    re.VERBOSE,
)
"""Exactly one of the groups `none` and `is_…` matches."""

_BEFORE = r"""(?:
    (?P<at_most>(?:不|未|没有?)(?:超过?|多于|高于|大于|突破)|至多|最多)
  | (?P<at_least>(?:不|未)(?:少于|低于|小于|下)|达到或超过|至少|最少|起码)
  | (?P<less>不足|不到|不满|未满|少于|低于|小于|未达到?)
  | (?P<more>超过|超出|超|逾|突破|多于|高于|大于|(?<![不通经])过)
  | (?P<about>大约|大概|大致|(?<![条节合预签契公续违履相制规特])约)
  | (?P<nearly>将近|接近|几近)|(?P<near>(?<![最附靠])近)
)(?:了|达|为)?(?:人民币)?\s?\Z"""
BEFORE = re.compile(_BEFORE, re.VERBOSE)
"""How the words before a figure limit it; groups are named for it."""
AFTER = re.compile(
    r"(?P<at_least>以上)|(?P<at_most>以下|以内|之内)|(?P<about>左右|上下)|(?P<more>(?<=[年月])[多余])"
)
REACHED = re.compile(r"[达满破]到?\Z")
"""What lets a bare 百, 千, 万 or 亿 be a figure: 已达百家."""
CURRENCY_BEFORE = re.compile(r"(?:(RMB|CNY|人民币|¥)|(US\$|USD|\$)|(€)|(£))\s?\Z")
CURRENCY_UNITS = ("元", "美元", "欧元", "英镑")
"""By group of CURRENCY_BEFORE."""
