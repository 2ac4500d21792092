"""Every text of the web interface, Chinese and English side by side.

What a document or the core says is not here: an answer speaks the language of its question
whatever the interface's language is. Placeholders in braces are the same in both languages.
"""

from __future__ import annotations

from typing import NamedTuple

from zjip_qa.types import Language


class Text(NamedTuple):
    """One text of the interface in both languages."""

    zh: str
    en: str

    def to(self, language: Language, **values: object) -> str:
        """The text in `language`, with `values` put in its placeholders, not escaped."""
        text = self.zh if language == Language.ZH else self.en
        return text.format(**values) if values else text


# The page
TITLE = Text("文档问答", "Ask the documents")
SUBTITLE = Text(
    "中英双语提问，答案附原文出处，全程离线。",
    "Ask in Chinese or English. Every answer cites its source. Nothing leaves this machine.",
)
LANGUAGE = Text("界面语言", "Language of the interface")
TAB_CHAT = Text("问答", "Chat")
TAB_INDEX = Text("语料", "Corpus")
TAB_EVALUATE = Text("评测", "Evaluate")

# Chat
QUESTION = Text("您的问题", "Your question")
QUESTION_HINT = Text("用中文或英文提问", "Ask in Chinese or English")
SEND = Text("提问", "Ask")
NEW_CHAT = Text("新对话", "New chat")
WELCOME = Text("想了解什么？", "What would you like to know?")
WELCOME_HINT = Text(
    "答案只来自已索引的文档；点击编号 [1] 查看原文。",
    "Answers come only from the indexed documents. Click a number such as [1] to see the source.",
)
CONVERSATION = Text("对话", "Conversation")
YOU = Text("您", "You")
ANSWER = Text("回答", "Answer")
THINKING = Text("正在查找…", "Searching…")
UNDERSTOOD_AS = Text("理解为：{question}", "Understood as: {question}")
NOT_IN_DOCUMENTS = Text("文档中没有答案", "Not in the documents")
PAGE = Text("第{page}页", "p. {page}")
SOURCES = Text("出处", "Sources")
NEAREST = Text("最接近的段落（并非答案）", "Closest passages (not an answer)")
OPEN_SOURCE = Text("查看出处 {number}", "Show source {number}")
OPEN_NEAREST = Text("查看段落 {number}", "Show passage {number}")
COPY = Text("复制", "Copy")
COPIED = Text("已复制", "Copied")
GOOD = Text("有用", "Helpful")
BAD = Text("没用", "Not helpful")
RATED = Text("评价已记在本机", "Your rating is kept on this machine")
NOT_RATED = Text("评价没能记下：{reason}", "The rating could not be kept: {reason}")
VERBATIM = Text(
    "已核对：答案就是原文（或其译文）的原话", "Checked: the answer is the source's own words"
)
AGREES = Text(
    "已核对：答案里的数字、日期和名称都见于原文",
    "Checked: its figures, dates and names stand in the source",
)
GLOSS = Text("逐词英文释义", "Word by word")
GLOSS_NOTE = Text(
    "词典释义，按中文语序，不是译文。",
    "From a dictionary, in Chinese word order. Not a translation.",
)
CAUTION = Text("何时回答", "When to answer")
LEAST_CONFIDENCE = Text(
    "把握不低于此值（%）才回答；0 为默认（校准所得）",
    "Answer from this confidence on, in %; 0 is the default, as calibrated",
)
ASK_NEXT = Text("还可以问", "You could ask next")
EXPORT_MARKDOWN = Text("导出 Markdown", "Export Markdown")
EXPORT_JSON = Text("导出 JSON", "Export JSON")
CONFIDENCE_HIGH = Text("把握大", "High confidence")
CONFIDENCE_MEDIUM = Text("把握中等", "Medium confidence")
CONFIDENCE_LOW = Text("把握小，请核对出处", "Low confidence: check the source")

# Source pane
SOURCE = Text("原文", "Source")
SOURCE_EMPTY = Text(
    "点击答案中的编号，这里会打开原文并标出引用的句子。",
    "Click a number in an answer: the source opens here with the cited words highlighted.",
)
ORIGINAL = Text("原文", "Original")
TRANSLATION = Text("译文", "Translation")
BACK_TO_ANSWER = Text("返回答案", "Back to the answer")
CUT_BEFORE = Text("…前面还有 {count} 字", "… {count} characters before this")
CUT_AFTER = Text("后面还有 {count} 字…", "{count} characters after this …")
SOURCE_GONE = Text(
    "索引已更新，这处原文已改变。请重新提问。",
    "The index has changed since and this source with it. Ask again.",
)

# Retrieval panel
RETRIEVAL = Text("检索过程", "How it was found")
RETRIEVAL_EMPTY = Text(
    "提问后，这里列出检索到的段落。", "Ask, and the passages found are listed here."
)
RETRIEVAL_NOTE = Text(
    "分数越大越好，只能在同一列中比较。高亮的是匹配到的词；"
    "箭头右边是段落中与问题的词含义最近的词，1 为相同。",
    "Larger is better; compare scores within a column only. Matched words are highlighted. "
    "Right of an arrow stands the word of the passage nearest to the question's; 1 is the same.",
)
RANK = Text("名次", "Rank")
WORDS = Text("匹配词：", "Matched words:")
NEAREST_WORDS = Text("含义相近：", "Nearest in meaning:")
SCORE = Text("总分", "Score")
LEGS = {
    "dense": Text("语义", "Dense"),
    "lexical": Text("词语", "Lexical"),
    "late": Text("细读", "Late"),
    "bridge": Text("跨语言", "Bridge"),
}

# Corpus tab
INDEX_INTRO = Text(
    "把文件放进语料文件夹，再更新索引。更新期间旧索引照常回答。",
    "Put files into the corpus folder, then update the index. The old one answers meanwhile.",
)
UPDATE_INDEX = Text("更新索引", "Update the index")
REBUILD_INDEX = Text("全部重建", "Rebuild everything")
UPLOAD = Text("上传文件", "Upload files")
PASTE = Text("粘贴文本", "Paste text")
PASTE_NAME = Text("文件名", "File name")
PASTE_NAME_HINT = Text("例如 notes.md", "for example notes.md")
PASTE_TEXT = Text("内容", "Text")
PASTE_ADD = Text("加入语料", "Add to the corpus")
REPLACE = Text("替换同名文件", "Replace files of the same name")
DOCUMENTS = Text("文档({count})", "Documents ({count})")
FIND = Text("按名称查找文档", "Find a document by its name")
NONE_FOUND = Text("没有名称含“{words}”的文档。", "No document has “{words}” in its name.")
PACE = Text("每秒 {rate}，约剩 {left}", "{rate}/s, about {left} left")
SECONDS = Text("{count} 秒", "{count} s")
MINUTES = Text("{count} 分钟", "{count} min")
PENDING = Text(
    "语料文件夹与索引不同：待加入 {added}，已改 {changed}，待删除 {removed}。更新索引即可。",
    "The folder differs from the index: {added} to add, {changed} changed, {removed} to remove. "
    "Update the index.",
)
PENDING_TIME = Text("需编码 {size}，约 {time}。", "{size} to embed, about {time}.")
PENDING_WORDS = Text(
    "用户词典有变化，更新索引后检索才会用到。",
    "The user dictionary has changed; searching takes it up when the index is updated.",
)
NEW = Text("待加入", "new")
CHANGED = Text("已改，待更新", "changed")
GONE = Text("已移出，待删除", "taken out")
COPY_OF = Text("与 {name} 相同", "says what {name} says")
NEARLY = Text("与 {name} 几乎相同", "says nearly what {name} says")
LANGUAGES = {"zh": Text("中文", "Chinese"), "en": Text("英文", "English")}
LOOK_HINT = Text(
    "点击一篇文档，看它怎样被读取、切分。",
    "Click a document to see how it is read and cut.",
)
LOOK_META = Text(
    "{spoken} · {size} · {characters} 字 · {passages}",
    "{spoken} · {size} · {characters} characters · {passages}",
)
LOOK_NOTE = Text(
    "每段是检索的单位；底色块是分出的词，加框的是用户词典里的词。",
    "Passages are what is searched. Tinted are the words they are cut into; framed, words of the "
    "user dictionary.",
)
LOOK_MORE = Text("…后面还有 {count} 段", "… {count} more passages")
LOOK_FAILED = Text("读不了这个文件：{reason}", "This file can't be read: {reason}")
PASSAGE = Text("第 {number} 段", "Passage {number}")
TERM = Text("用户词典：要整体保留的词", "User dictionary: a word to keep whole")
TERM_HINT = Text("例如 有效专利拥有量", "a word of your texts")
TERM_ADD = Text("加入词典", "Add the word")
TERM_REMOVE = Text("移出词典", "Remove the word")
TERMS = Text("词典里的词：", "In the dictionary:")
TERM_ADDED = Text(
    "“{term}”已加入词典，下面是新的切分。更新索引后检索也会用到。",
    "Added “{term}”; below is the new cut. Update the index to search with it.",
)
TERM_REMOVED = Text("“{term}”已移出词典。", "Removed “{term}” from the dictionary.")
TERM_KNOWN = Text("“{term}”已在词典里。", "“{term}” is in the dictionary already.")
TERM_UNKNOWN = Text("词典里没有“{term}”。", "“{term}” isn't in the dictionary.")
TERM_BAD = Text(
    "“{term}”不能作词：须有文字，不含空格，不超过 {limit} 字。",
    "“{term}” can't be a word: it needs letters, no spaces, and at most {limit} characters.",
)
TERM_NOT_WRITTEN = Text("词典没能写入：{reason}", "The dictionary could not be written: {reason}")
REMOVE = Text("移出语料", "Take out of the corpus")
FILE_REMOVED = Text(
    "{name} 已移到语料文件夹的 {folder} 里。更新索引后不再用它回答。",
    "Moved {name} to {folder} in the corpus folder. Update the index to stop answering from it.",
)
FILE_GONE = Text("语料里已没有 {name}。", "{name} isn't in the corpus any more.")
FILE_NOT_REMOVED = Text("{name} 没能移出：{reason}", "{name} could not be taken out: {reason}")
HISTORY = Text("与上一版索引比较、回退", "Compare with the index before, go back")
HISTORY_NONE = Text(
    "还没有上一版索引；下次更新后，这里可以比较和回退。",
    "There is no index before this one yet. After the next update you can compare and go back.",
)
HISTORY_LINE = Text(
    "{created}：{documents} 篇文档，{chunks} 段",
    "{created}: {documents} documents, {chunks} passages",
)
HISTORY_NOW = Text("现在", "Now")
HISTORY_BEFORE = Text("上一版", "Before")
HISTORY_SAME = Text("文档没有不同。", "The documents are the same.")
HISTORY_WORDS = Text("用户词典不同。", "The user dictionaries differ.")
HISTORY_ADDED = Text("现在多出({count})", "Now there, not before ({count})")
HISTORY_CHANGED = Text("内容不同({count})", "Changed ({count})")
HISTORY_REMOVED = Text("现在没有({count})", "There before, not now ({count})")
GO_BACK = Text("回到上一版", "Go back to the index before")
WENT_BACK = Text(
    "已回到 {created} 的索引。再点一次可以撤销。",
    "Back at the index of {created}. Press once more to undo.",
)
CANNOT_GO_BACK = Text("不能回退：{reason}", "Can't go back: {reason}")
OTHER_SERVES = Text(
    "磁盘上的索引用不了，仍由先前打开的索引回答：{reason}",
    "The index on the disk can't be used; the one opened before still answers: {reason}",
)
TOO_MANY_FILES = Text(
    "一次最多上传 {limit} 个文件，其余没有加入。",
    "At most {limit} files at once; the others were not added.",
)
STARTING = Text("正在打开索引…", "Opening the index…")
INDEXING = Text("正在建立索引", "Building the index")
INDEXING_NOW = Text("正在建立索引：", "Building the index: ")
READY = Text("索引就绪：{count} 篇文档。", "The index is ready. Documents: {count}.")
BUILD_FAILED = Text("索引没有建成：{reason}", "The index was not built: {reason}")
OLD_INDEX_SERVES = Text("原有索引继续回答。", "The index from before still answers.")
BUILD_RUNNING = Text("已有一次索引正在进行。", "A build is already running.")
STAGES = {
    "documents": Text("处理文档", "Reading documents"),
    "check": Text("检查", "Checking"),
}
CHANGES = Text(
    "新增 {added}，更新 {changed}，删除 {removed}，未变 {unchanged}；用时 {seconds} 秒。",
    "Added {added}, changed {changed}, removed {removed}, unchanged {unchanged}; {seconds} s.",
)
LEFT_OUT = Text("没有编入索引的文件({count})", "Files left out ({count})")
AND_MORE = Text("……另有 {count} 篇", "… and {count} more")
N_PASSAGES = Text("{count} 段", "{count} passages")
ONE_PASSAGE = Text("1 段", "1 passage")
TRANSLATED = Text("有译文", "with translation")
FILE_ADDED = Text(
    "已加入 {name}。更新索引后即可提问。", "Added {name}. Update the index to ask about it."
)
FILE_REPLACED = Text(
    "已替换 {name}。更新索引后即可提问。", "Replaced {name}. Update the index to ask about it."
)
FILE_EXISTS = Text(
    "{name} 已存在，没有改动。勾选“替换同名文件”再试。",
    "{name} exists and was left alone. Tick “Replace files of the same name” to replace it.",
)
FILE_BAD_NAME = Text(
    "文件名 {name} 不能用：须以 {kinds} 之一结尾，不含路径，不以点开头。",
    "The name {name} can't be used: it must end in one of {kinds}, hold no path "
    "and not start with a dot.",
)
FILE_TOO_LARGE = Text("{name} 超过 {limit} MB,没有加入。", "{name} is over {limit} MB; not added.")
FILE_OTHER_KIND = Text(
    "{name} 的内容与扩展名不符，没有加入。", "{name} isn't what its name says; not added."
)
FILE_EMPTY = Text("{name} 是空的，没有加入。", "{name} is empty; not added.")
FILE_NOT_WRITTEN = Text(
    "{name} 写不进语料文件夹：{reason}", "{name} could not be written: {reason}"
)

# Evaluate tab
EVALUATE_INTRO = Text(
    "用一组带标准答案的问题，测量检索与回答。",
    "Measure retrieval and answers on questions whose answers are known.",
)
RUN_SHIPPED = Text("用随附的问题评测", "Run the shipped questions")
RUN_OWN = Text("上传问题文件并评测 (.jsonl)", "Run questions of your own (.jsonl)")
EVALUATING = Text("正在评测", "Evaluating")
RETRIEVAL_MEASURES = Text("检索", "Retrieval")
ANSWER_MEASURES = Text("回答", "Answers")
RETRIEVER = Text("检索方式", "Retriever")
GROUP = Text("问题", "Questions")
COUNT = Text("数量", "Count")
GROUPS = {
    "all": Text("全部", "All"),
    "zh": Text("中文", "Chinese"),
    "en": Text("英文", "English"),
}
RETRIEVERS = {
    "hybrid": Text("混合", "Hybrid"),
    "dense": Text("语义", "Dense"),
    "lexical": Text("词语", "Lexical"),
}
JUDGEMENTS = {
    "correct": Text("答对", "Correct"),
    "right_citation_wrong_text": Text("出处对，文字不对", "Right source, wrong text"),
    "wrong": Text("答错", "Wrong"),
    "abstained_wrongly": Text("不该拒答", "Wrongly abstained"),
    "abstained_rightly": Text("正确拒答", "Rightly abstained"),
    "answered_unanswerable": Text("该拒答却作答", "Answered the unanswerable"),
}
NOT_FOUND = Text("未检索到", "Not found")
FAILURES = Text("没有答好的问题({count})", "Questions not answered well ({count})")
NO_FAILURES = Text("所有问题都答好了。", "Every question was answered well.")
EXPECTED = Text("标准答案", "Expected")
GOT = Text("系统回答", "Got")
FOUND_INSTEAD = Text("检索到的是", "Found instead")
PLOTS = {
    "recall_title": Text("召回率与 k", "Recall against k"),
    "first_k": Text("前 k 段", "first k passages"),
    "recall": Text("召回率", "recall"),
    "refusal_title": Text("答错与拒答", "Wrong answers against refusals"),
    "refused": Text("拒答的比例", "share refused"),
    "wrong": Text("答错的比例", "share answered wrongly"),
    "calibration_title": Text("置信度校准", "Calibration"),
    "confidence": Text("置信度", "confidence"),
    "share_right": Text("答对的比例", "share right"),
    "ideal": Text("理想", "ideal"),
    "scores_title": Text("置信度分布", "Confidence of right and of other answers"),
    "right": Text("答对", "right"),
    "others": Text("其他", "not right"),
    "questions": Text("问题数", "questions"),
    "time_title": Text("各阶段用时", "Time by stage"),
    "stage": Text("阶段", "stage"),
    "milliseconds": Text("毫秒", "milliseconds"),
}
EVALUATION_STAGES = {
    "search hybrid": Text("混合检索", "search hybrid"),
    "search dense": Text("语义检索", "search dense"),
    "search lexical": Text("词语检索", "search lexical"),
    "ask": Text("回答", "ask"),
    "ask, nothing refused": Text("回答（不拒答）", "ask, nothing refused"),
}
NO_ANSWER_EXPECTED = Text("文档中没有，应拒答", "Not in the documents: should abstain")
PAST_INTRO = Text(
    "以往的评测：选两次，看差别是否超出偶然，哪些问题变对、变错。",
    "Earlier evaluations: choose two to see how far apart they are, by more than chance or not, "
    "and which questions turned.",
)
RUN_BEFORE = Text("之前", "Before")
RUN_AFTER = Text("之后", "After")
MEASURE = Text("指标", "Measure")
CHANGE = Text("变化", "Change")
COMPARED = Text("两次评测对比（{count} 个问题）", "Two evaluations compared (questions: {count})")
P_EXPLAINED = Text(
    "p：若两次没有差别，偶然也会相差这么多的概率（配对随机化检验）；小于 0.05 时差别多半不是偶然。",
    "p: how likely chance alone sets two equal runs this far apart (paired randomisation test); "
    "below 0.05 the difference is hardly chance.",
)
NEWLY_RIGHT = Text("变对的问题({count})", "Newly right ({count})")
NEWLY_WRONG = Text("变错的问题({count})", "Newly wrong ({count})")
OTHER_QUESTIONS = Text(
    "这两次问的不是同一组问题，无法比较。请选同一问题文件的两次评测。",
    "These two asked different questions and can't be compared. Choose two of the same file.",
)
NOTHING_TO_COMPARE = Text(
    "同一组问题评测两次后，可以在这里比较。",
    "When the same questions have been run twice, the two can be compared here.",
)
PAST_RUNS = Text("全部以往评测({count})", "All earlier evaluations ({count})")
TIME = Text("时间", "Time")
QUESTION_FILE = Text("问题文件", "Question file")
SETTING = Text("设置", "Settings")
USUAL_SETTING = Text("默认", "Default")
RUN_SHARES = {
    "right": Text("答对或正确拒答", "Right"),
    "wrong": Text("答错", "Wrong"),
    "refused": Text("拒答", "Refused"),
}

# Errors
EMPTY_QUESTION = Text("请先输入问题。", "Type a question first.")
NO_WORDS = Text("问题里没有文字，请用词语提问。", "The question holds no words. Ask in words.")
TOO_LONG = Text(
    "问题太长（{count} 字）。请缩短后再问，原文仍在输入框里。",
    "The question is too long ({count} characters). Shorten it; it is still in the box.",
)
NOT_READY = Text(
    "索引还没有准备好，请稍候再问；您的问题还在输入框里。",
    "The index isn't ready yet. Ask again in a moment; your question is still in the box.",
)
CANNOT_ANSWER = Text("现在无法回答：{reason}", "Can't answer now: {reason}")
CANNOT_EVALUATE = Text("无法评测：{reason}", "Can't evaluate: {reason}")
BROKEN = Text(
    "程序出错，没有得到答案；您的问题还在输入框里。详情见服务器日志。",
    "Something broke and there is no answer; your question is still in the box. "
    "The server's log says more.",
)
