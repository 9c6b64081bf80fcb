"""The sentences of the report: read by journalists and engineers, so short, and true as they stand."""

from __future__ import annotations

from collections.abc import Mapping

from whorl.evidence import Finding

TITLES: Mapping[str, str] = {
    "early": "Early layers",
    "late": "Late layers",
    "whole": "All layers together",
}

TAIL_HEADLINE = (
    "Signs of copying: some of the generated pictures lie unusually near to training pictures; real, unseen "
    "pictures hardly ever do."
)

TAIL_FOUND = (
    "Some of the generated pictures lie nearer to training pictures than real, unseen ones hardly ever do; the "
    "rest do not."
)

TAIL_MEANS = "These few stay closer to particular training pictures than new real pictures would."

ONE_LAYER = "The one layer measured"
NOT_SPLIT = "The layers measured"

EARLY_AND_LATE = (
    "Early layers: the first third of this Reference's; late layers: the last third. In the encoders of arXiv "
    "2407.21159 early layers were found to see colours and textures, late ones meaning. What this encoder's "
    "layers notice does not follow from that; it can be measured."
)

INSIDE_THE_BAND = (
    "inside the band, yet copies: by the lower tail, a few pictures very near, which C_T does not show"
)

HEADLINES: Mapping[Finding, str] = {
    "copies": (
        "Signs of copying: the generated pictures lie nearer to the training pictures than real, unseen "
        "pictures do."
    ),
    "healthy": (
        "No copying found: at no layer do the generated pictures lie measurably nearer to the training pictures "
        "than real, unseen pictures do, or farther away, and no more of them than chance explains are among the "
        "very nearest."
    ),
    "under-fits": (
        "The generated pictures lie farther from the training pictures than real, unseen pictures do: they "
        "differ from real ones. Single copies remain possible."
    ),
}

DESPITE_IDENTICAL: Mapping[Finding, str] = {
    "healthy": "Taken as a whole, the set lies neither measurably nearer to the training pictures nor farther.",
    "under-fits": "Yet as a whole, the set lies farther from the training pictures than real ones do.",
}

WHERE: Mapping[str, str] = {
    "one": "One layer was measured.",
    "both": "It shows at early layers and at late ones.",
    "early": "It shows at early layers, not at late ones.",
    "late": "It shows at late layers, not at early ones.",
    "between": "It shows at the layers in between, neither at early nor at late ones.",
}

FOUND: Mapping[Finding, str] = {
    "copies": "The generated pictures lie nearer to the training pictures than real, unseen pictures do.",
    "healthy": (
        "The generated pictures lie neither measurably nearer to the training pictures than real, unseen "
        "pictures do, nor farther away."
    ),
    "under-fits": "The generated pictures lie farther from the training pictures than real, unseen pictures do.",
}

MEANS: Mapping[tuple[Finding, str], str] = {
    ("copies", "early"): (
        "In what the early layers see, they stay closer to particular training pictures than new real pictures "
        "would."
    ),
    ("copies", "late"): (
        "In what the late layers see, they stay closer to particular training pictures than new real pictures "
        "would."
    ),
    ("copies", "whole"): "They stay closer to particular training pictures than new real pictures would.",
    ("healthy", "early"): "By what the early layers see, this test cannot tell them from new real pictures.",
    ("healthy", "late"): "By what the late layers see, this test cannot tell them from new real pictures.",
    ("healthy", "whole"): "This test cannot tell them from new real pictures.",
    ("under-fits", "early"): (
        "In what the early layers see they differ from real pictures. Artifacts, blur, another palette, or simply "
        "another resizing or compression can do that."
    ),
    ("under-fits", "late"): (
        "In what the late layers see they differ from real pictures. Malformed or unusual content, or subjects "
        "that the training pictures do not have, can do that."
    ),
    ("under-fits", "whole"): "They differ from real pictures.",
}

NOT_PROVEN: Mapping[Finding, str] = {
    "copies": (
        "Not that every picture on the list is a copy. Pictures that are plainer, or more alike, than real ones "
        "also lie nearer."
    ),
    "healthy": (
        "Not that nothing is copied: single copies, or copies that were changed much, are not told from chance."
    ),
    "under-fits": "Not that nothing is copied: single copies can hide among pictures that lie far away.",
}

NEXT: Mapping[Finding, str] = {
    "copies": (
        "Look at the closest pairs. Make sure that the held-out pictures come from the same source as the "
        "training pictures, then repeat with another encoder."
    ),
    "healthy": (
        "Look at the closest pairs, where single copies would appear. More generated pictures test more sharply."
    ),
    "under-fits": (
        "First make sure that all three sets were resized and compressed in the same way: that alone can cause "
        "it. Then look at the closest pairs for single copies."
    ),
}

LIMITS: tuple[str, ...] = (
    "A healthy verdict is no proof that nothing is copied. It compares sets: single copies, or copies changed so "
    "much that held-out pictures lie as near, are not told from chance.",
    "“Copies” is no proof that any one picture was copied. Pictures that are plainer or more alike than real "
    "ones lie nearer too, and the count of copies is an estimate. Only the pairs show what is repeated.",
    "The result holds for this encoder ({encoder}), these {n_train} training pictures and these {n_test} "
    "held-out pictures. What the encoder does not see, or what the model learned from elsewhere, is not tested.",
    "Held-out pictures must be drawn like the training pictures. If they come from another source, time or "
    "compression, they lie farther from training by themselves, and honest pictures then look like copies.",
    "The p-values are adjusted for {n_layers}; copying and under-fitting are each tested at "
    "{alpha}, so up to about one honest model in ten is flagged on one side or the other. Pictures are taken as "
    "independent of each other.",
    "Nearness is measured here, not judged. Whether a resemblance matters, legally or otherwise, is a question "
    "for people.",
)
