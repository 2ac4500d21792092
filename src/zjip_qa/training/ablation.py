"""What each part of the training is worth: the same short training, one part left out each time.

Every variant begins with version 0 and sees as many rows, and is measured as the encoder alone:
one vector a passage. Short trainings tell parts apart that help at once; they don't tell how far
a long one would get.
"""

from __future__ import annotations

import logging
import random
import shutil
from dataclasses import dataclass, replace

from tokenizers import Tokenizer
from transformers import AutoConfig

from zjip_qa.training import mixture
from zjip_qa.training.build import english_model_folder
from zjip_qa.training.checkpoint import write_trained
from zjip_qa.training.lessons import Recipe, lessons
from zjip_qa.training.measure import HEADER, Measured, table_row
from zjip_qa.training.train import Paths, new_trainer, read_sources

logger = logging.getLogger(__name__)

_WHOLE = Recipe(late_from=0.0, own_data_from=0.0)


@dataclass(frozen=True, slots=True)
class Variant:
    """A recipe, and what is left out of the mixture."""

    recipe: Recipe = _WHOLE
    left_out: tuple[str, ...] = ()
    """Names of sources, or endings of them."""

    def keeps(self, source: str) -> bool:
        """Whether a source stays in the mixture."""
        return not source.endswith(self.left_out) if self.left_out else True


VARIANTS: dict[str, Variant] = {
    "everything": Variant(),
    "body frozen": Variant(replace(_WHOLE, body_from=1.0)),
    "no contrast in the batch": Variant(replace(_WHOLE, contrast=0.0)),
    "no late interaction": Variant(replace(_WHOLE, late_from=1.0)),
    "no questions, no sentences in passages": Variant(replace(_WHOLE, question_batches=0.0)),
    "no sentences in passages": Variant(left_out=("(sentences)",)),
    "no joined passages": Variant(left_out=("(passages)",)),
    "no dictionaries": Variant(left_out=("cc-cedict", "chinese-wordnet", "wiktionary-en-cmn")),
    "no pairs of our own": Variant(left_out=("terms", "sentences", "quantities")),
}


def ablate(paths: Paths, measured: Measured, *, n_rows: int, seed: int) -> None:
    """Train and measure every variant, and log a row of the table for each.

    Args:
        paths: data and version 0; variants are written to `paths.out` one after the other.
        measured: what to measure on.
        n_rows: rows that each variant sees.
        seed: of the drawing, the same for all.
    """
    tokenizer = Tokenizer.from_file(str(paths.model / "tokenizer.json"))
    n_english = AutoConfig.from_pretrained(str(english_model_folder())).vocab_size
    translated, asked = read_sources(paths, tokenizer, n_english, random.Random(seed), resume=True)
    translated += mixture.own_translations(tokenizer, n_english, seed)
    logger.info("%s", HEADER)
    logger.info("| version 0 | %s |", table_row(paths.model, measured))
    for name, variant in VARIANTS.items():
        trainer = new_trainer(paths, tokenizer, variant.recipe, n_rows)
        kept = [source for source in translated if variant.keeps(source.name)]
        kept_asked = [source for source in asked if variant.keeps(source.name)]
        for lesson in lessons(kept, kept_asked, variant.recipe, n_rows=n_rows, seed=seed):
            trainer.learn(lesson)
        write_trained(paths.out, paths.model, trainer.student)
        logger.info("| %s | %s |", name, table_row(paths.out, measured))
        shutil.rmtree(paths.out)
