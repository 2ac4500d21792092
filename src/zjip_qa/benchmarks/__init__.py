"""How fast it is and how that grows: `python -m zjip_qa.benchmarks`.

Measures building, opening, asking and asking by many at once, at sizes that grow tenfold. Texts
are the shipped questions' quotes with other figures; passages get made-up vectors, because the
encoder's time a passage is the same at every size and is measured by itself; questions are real,
and encoded by the shipped model. It measures no quality: `evaluation` does.
"""
