"""The core's reasons why a cut-out is doubtful, as it writes them."""

from __future__ import annotations

REASONS = (
    "no clear subject found",
    "seen a second time, the subject is not the same",
    "nearly all of the frame looks like one",
    "the inside of the subject is uncertain",
    "edges are uncertain over {share} % of the outline",
    "{count} things could be the subject",
    "the subject is very small",
    "the subject fills the frame",
    "what lies around the subject is uncertain",
    "subject touches {count} borders",
    "two looks at the subject disagree",
    "one click may mean the part or the whole; another one or a box says which",
    "seen at another size, the object looks different",
    "the inside of the object is uncertain",
    "two looks at the object disagree",
    "nearly all of the picture is selected",
    "what lies around the object is uncertain",
    "nothing was found there",
    "nothing was pointed at yet",
    "a mark was not followed by the network; the mask was corrected around it",
    "the mark was taken to mean the whole subject, as {model} finds it",
    "no separate thing was found in what is to be taken away; all of it was taken",
    "two",
    "three",
    "four",
)
