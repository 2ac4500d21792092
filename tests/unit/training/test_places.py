from zjip_qa.training.places import place_rows

GLOSSES = {
    "绍兴市": ("Shaoxing",),
    "通县": ("Tong",),
    "西洋": ("West",),
    "湖边": ("by the lake",),
}


def test_a_place_is_paired_with_the_name_that_its_gloss_begins_with() -> None:
    assert place_rows(["绍兴市", "湖边"], GLOSSES) == {"绍兴": "Shaoxing"}


def test_a_county_of_one_character_keeps_its_kind() -> None:
    # "Tong" alone is a name of people.
    assert place_rows(["通县"], GLOSSES) == {"通县": "Tong County"}


def test_what_is_a_common_word_in_english_is_no_name() -> None:
    assert place_rows(["西洋"], GLOSSES) == {"西洋": "West"}
    assert place_rows(["西洋"], GLOSSES, english={"west"}) == {}
