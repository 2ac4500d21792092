"""What a build would do, found out before anything is encoded.

Covers which documents are kept and which are read, why everything must be encoded anew if it must,
and how long it may take. It changes nothing on the disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from zjip_qa.documents import Corpus, CorpusFile, Problem, Stamps, corpus_dictionary, scan_corpus
from zjip_qa.documents.duplicates import Duplicate, exact_duplicates
from zjip_qa.embedding.encoder import Encoder
from zjip_qa.errors import IndexUnusable
from zjip_qa.index.changes import Changes, Content, compare
from zjip_qa.index.generations import SCANNED, current
from zjip_qa.index.manifest import DocumentRecord, Manifest, read_manifest
from zjip_qa.index.writer import model_record, package_version
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with the files found: copy the `kept`, read the others.

    `problems` are known before anything is read: from the scan, and of translations whose
    documents are kept.
    """

    files: tuple[CorpusFile, ...]
    kept: dict[str, DocumentRecord]
    problems: tuple[Problem, ...]

    @classmethod
    def make(cls, found: Corpus, manifest: Manifest | None) -> Plan:
        """Keep what `manifest`, if any, has with the same content."""
        files = tuple(sorted(found.sources, key=lambda file: file.doc_id))
        if manifest is None:
            return cls(files, {}, found.problems)
        records = {record.doc_id: record for record in manifest.documents}
        before = manifest.contents
        kept, translations = {}, set()
        for file in files:
            if before.get(file.doc_id) == content(file):
                kept[file.doc_id] = records[file.doc_id]
                if file.translation is not None:
                    translations.add(file.translation.doc_id)
        carried = tuple(p for p in manifest.problems if p.doc_id in translations)
        return cls(files, kept, found.problems + carried)

    def touched(self, manifest: Manifest) -> frozenset[str]:
        """Documents that are read, and those of `manifest` that go."""
        names = {file.doc_id for file in self.files} | {r.doc_id for r in manifest.documents}
        return frozenset(names - self.kept.keys())

    @property
    def read(self) -> tuple[CorpusFile, ...]:
        """The files that are read, in order."""
        return tuple(file for file in self.files if file.doc_id not in self.kept)

    @property
    def n_bytes(self) -> int:
        """Size of the files that are read."""
        return sum(file.size for file in self.read)


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """What `build_index` would do now.

    Attributes:
        changes: against the index in use; files that may yet prove unreadable are counted as
            documents, except where they proved so last time.
        problems: files that will be left out as far as is known without reading them, each with
            its reason.
        duplicates: exact copies, and near ones that the last build found.
        anew: why everything is encoded anew, "" if only what changed is.
        new_words: whether words are cut anew, by another user dictionary.
        n_documents: files that are to be documents.
        n_bytes: size of what is encoded.
        seconds: estimate, None where no build has measured the speed of this model.
        sizes: bytes of every file that is to be a document.
    """

    changes: Changes
    problems: tuple[Problem, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    anew: str = ""
    new_words: bool = False
    n_documents: int = 0
    n_bytes: int = 0
    seconds: float | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)


def with_dictionary(settings: IndexSettings, corpus: Path) -> IndexSettings:
    """The settings, with the corpus folder's own user dictionary where they name none."""
    if settings.user_dictionary is not None:
        return settings
    return replace(settings, user_dictionary=corpus_dictionary(corpus))


def content(file: CorpusFile) -> Content:
    """What must be the same for a document not to be read again."""
    return file.sha256, file.translation.sha256 if file.translation else None


def why_anew(manifest: Manifest, encoder: Encoder, settings: IndexSettings) -> str:
    """Why nothing of an index can be taken over, "" if it can."""
    if manifest.package_version != package_version():
        return f"it was built by version {manifest.package_version}, this is {package_version()}"
    if manifest.model != model_record(encoder):
        return f"it was built with the model {manifest.model.name}, now {encoder.name} is asked for"
    # The segmenter's fingerprint stands for the dictionary, whose path may differ; how vectors are
    # searched changes none of them.
    before = replace(manifest.settings, user_dictionary=None, exact_up_to=settings.exact_up_to)
    if before != replace(settings, user_dictionary=None):
        return "it was built with other settings"
    return ""


def plan_index(
    corpus: Path,
    index: Path,
    encoder: Encoder,
    settings: IndexSettings,
    *,
    rebuild: bool = False,
) -> BuildPlan:
    """Say what `build_index` with the same arguments would do.

    Raises:
        CorpusError: the folder or the user dictionary is unreadable.
    """
    settings = with_dictionary(settings, corpus)
    segmenter = Segmenter(settings.user_dictionary)
    found = scan_corpus(corpus, Stamps() if rebuild else Stamps.load(index / SCANNED))
    manifest, anew = None, ""
    try:
        manifest = read_manifest(current(index))
        anew = "it was asked for" if rebuild else why_anew(manifest, encoder, settings)
    except IndexUnusable as error:
        anew = f"there is no index to take over ({error})"
    plan = Plan.make(found, None if anew else manifest)
    known = {p.doc_id: p.reason for p in manifest.problems} if manifest else {}
    now = {file.doc_id: content(file) for file in plan.files}
    # What could not be read last time probably cannot now: its hash isn't recorded.
    unreadable = tuple(doc_id for doc_id in now if doc_id in known)
    problems = {p.doc_id: p for p in plan.problems}
    problems.update((doc_id, Problem(doc_id, known[doc_id])) for doc_id in unreadable)
    readable = {doc_id: now[doc_id] for doc_id in now if doc_id not in unreadable}
    n_bytes = sum(f.size for f in plan.files if f.doc_id not in plan.kept and f.doc_id in readable)
    return BuildPlan(
        changes=compare(manifest.contents if manifest else {}, readable),
        problems=tuple(problems[doc_id] for doc_id in sorted(problems)),
        duplicates=_duplicates(now, manifest),
        anew=anew,
        new_words=manifest is not None and manifest.segmenter != segmenter.fingerprint,
        n_documents=len(readable),
        n_bytes=n_bytes,
        seconds=_seconds(n_bytes, manifest, encoder),
        sizes={f.doc_id: f.size for f in plan.files if f.doc_id in readable},
    )


def _duplicates(now: Mapping[str, Content], manifest: Manifest | None) -> tuple[Duplicate, ...]:
    """Exact copies among the files, and the near ones of an index whose files are unchanged."""
    hashes = [sha256 for sha256, _ in now.values()]
    found = {copy.doc_id: copy for copy in exact_duplicates(list(now), hashes)}
    if manifest is not None:
        before = manifest.contents
        for known in manifest.duplicates:
            pair = (known.doc_id, known.of)
            if all(now.get(doc_id) == before[doc_id] for doc_id in pair):
                found.setdefault(known.doc_id, known)
    return tuple(found[doc_id] for doc_id in sorted(found))


def _seconds(n_bytes: int, manifest: Manifest | None, encoder: Encoder) -> float | None:
    """The time that encoding takes at the speed of the last build."""
    if not n_bytes:
        return 0.0
    if manifest is None or not manifest.speed or manifest.model.name != encoder.name:
        return None
    return n_bytes / manifest.speed
