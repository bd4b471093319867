"""The ideas of the course and what each is built on, drawn with the ideas of one section lit."""

import html
import textwrap
from typing import NamedTuple

SECTIONS = {
    "conjugacy": "1 Conjugacy",
    "cavi": "2 CAVI",
    "bbvi": "3 Black-box VI",
    "vae": "4 VAE",
    "flows": "5 Flows",
    "nfvi": "6 NF-VI",
}


class Concept(NamedTuple):
    """One idea.

    Fields:
        section: the section that teaches it.
        questions: of the curriculum, "1.4, 1.5".
        needs: the ideas it is built on.
    """

    section: str
    questions: str
    needs: tuple[str, ...] = ()


CONCEPTS = {
    "change of variables": Concept("conjugacy", "1.1"),
    "networks and joints": Concept("conjugacy", "1.2"),
    "conjugate posteriors": Concept("conjugacy", "1.3"),
    "KL divergence": Concept("conjugacy", "1.4, 1.5"),
    "evidence = bound + KL": Concept("conjugacy", "1.6", ("networks and joints", "KL divergence")),
    "two directions of KL": Concept("cavi", "2.1", ("KL divergence",)),
    "EM and variational Bayes": Concept("cavi", "2.2", ("evidence = bound + KL",)),
    "what the ELBO is not": Concept("cavi", "2.3", ("evidence = bound + KL",)),
    "the ELBO of a mixture": Concept("cavi", "2.4, 2.7", ("KL divergence", "evidence = bound + KL")),
    "complete conditionals": Concept("cavi", "2.6", ("conjugate posteriors", "networks and joints")),
    "CAVI": Concept("cavi", "2.5, 2.8", ("the ELBO of a mixture", "complete conditionals")),
    "Fisher information": Concept("bbvi", "3.2 to 3.4", ("KL divergence",)),
    "stochastic VI": Concept("bbvi", "3.1, 3.6", ("CAVI", "Fisher information")),
    "score-function gradients": Concept("bbvi", "3.5"),
    "variance reduction": Concept("bbvi", "3.7 to 3.9", ("score-function gradients",)),
    "black-box VI": Concept("bbvi", "3.10, 3.11", ("CAVI", "variance reduction")),
    "pathwise gradients": Concept("vae", "4.1, 4.2", ("change of variables", "score-function gradients")),
    "discrete latents": Concept("vae", "4.3", ("pathwise gradients", "variance reduction")),
    "two half-steps": Concept("vae", "4.4", ("EM and variational Bayes", "evidence = bound + KL")),
    "the VAE": Concept("vae", "4.5", ("pathwise gradients", "two half-steps", "KL divergence")),
    "nonlinear PCA": Concept("vae", "4.6", ("the VAE",)),
    "coupling layers": Concept("flows", "5.1", ("change of variables",)),
    "VAE and flow compared": Concept("flows", "5.2, 5.3", ("coupling layers", "the VAE")),
    "NICE": Concept("flows", "5.4, 5.5", ("coupling layers",)),
    "fits to an energy": Concept("flows", "5.6", ("change of variables", "two directions of KL", "pathwise gradients")),
    "flows in the prior": Concept("nfvi", "6.1, 6.2", ("the VAE", "change of variables")),
    "planar and radial flows": Concept("nfvi", "6.3, 6.4", ("fits to an energy", "NICE")),
    "the VAE with flows": Concept("nfvi", "6.5", ("planar and radial flows", "the VAE")),
    "richer flows": Concept("nfvi", "6.6", ("planar and radial flows",)),
    "more samples, tighter bound": Concept("nfvi", "6.7", ("evidence = bound + KL", "the VAE")),
    "what is left of the gap": Concept("nfvi", "6.8, 6.9", ("the VAE with flows", "black-box VI")),
}

# The shortest way from a density under a map to a flow behind an encoder, in exercises. Each needs only what is
# before it here, or what the notebook's go-on cells put in place.
CORE = (
    "conjugacy.affine_gaussian_logpdf",
    "conjugacy.kl_diag_std",
    "conjugacy.free_energy",
    "conjugacy.kl_to_posterior",
    "conjugacy.q1_6_1",
    "cavi.reverse_kl",
    "cavi.cavi_step",
    "bbvi.score_samples",
    "vae.reparam_normal",
    "vae.neg_elbo",
    "flows.coupling",
    "nfvi.elbo_flow",
    "nfvi.constrain_planar",
    "nfvi.planar",
    "nfvi.chain",
    "nfvi.sample_posterior",
    "nfvi.neg_elbo_nf",
    "nfvi.gaps",
)

_WIDTH, _HEIGHT, _ACROSS, _DOWN, _TOP = 120, 40, 158, 58, 24  # of a box; from box to box; of the headings


def leads_to(name: str) -> list[str]:
    """The ideas that are built on this one."""
    return [other for other, concept in CONCEPTS.items() if name in concept.needs]


def ideas_of(question: str) -> list[str]:
    """The ideas that a question asks for: "1.5" is one of those of "KL divergence"."""
    return [name for name, concept in CONCEPTS.items() if question in questions(concept.questions)]


def after(question: str) -> list[str]:
    """The ideas that are built on those of a question."""
    return [other for name in ideas_of(question) for other in leads_to(name)]


def questions(text: str) -> list[str]:
    """The questions that "3.2 to 3.4, 3.6" names."""
    found = []
    for part in text.split(", "):
        first, _, last = part.partition(" to ")
        section, low = first.split(".")
        high = (last or first).split(".")[1]
        found += [f"{section}.{n}" for n in range(int(low), int(high) + 1)]
    return found


def notebook(section: str) -> str:
    """The name of the file: "02_cavi.ipynb"."""
    return f"{list(SECTIONS).index(section) + 1:02}_{section}.ipynb"


def _place(name: str) -> tuple[int, int]:
    """The upper left corner of a box: a column a section, from top to bottom in the order of the questions."""
    section = CONCEPTS[name].section
    column = [other for other, concept in CONCEPTS.items() if concept.section == section]
    return list(SECTIONS).index(section) * _ACROSS, _TOP + column.index(name) * _DOWN


class ConceptMap:
    """Shows itself: boxes and arrows in a notebook, where each box is a link to its notebook, lists in a terminal."""

    def __init__(self, section: str):
        if section not in SECTIONS:
            raise ValueError(f"There is no section {section!r}. Ask for one of {', '.join(SECTIONS)}.")
        self.section = section

    def __repr__(self) -> str:
        lines = []
        for section, title in SECTIONS.items():
            lines += [f"{title}{'   <- here' if section == self.section else ''}"]
            for name, concept in CONCEPTS.items():
                if concept.section == section:
                    needs = f", built on: {', '.join(concept.needs)}" if concept.needs else ""
                    lines += textwrap.wrap(
                        f"{name} ({concept.questions}){needs}", 100, initial_indent="  ", subsequent_indent="      "
                    )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        width = (len(SECTIONS) - 1) * _ACROSS + _WIDTH + 30
        height = max(_place(name)[1] for name in CONCEPTS) + _HEIGHT + 8
        # The arrows are a picture without words: what they say is in the title of each box.
        pairs = [(need, name) for name, one in CONCEPTS.items() for need in one.needs]
        arrows = "".join(self._arrow(*pair) for pair in sorted(pairs, key=self._is_lit))
        columns = "".join(self._column(section) for section in SECTIONS)
        return (
            '<nav class="dflvi-map" aria-label="Concept map of the course" style="overflow-x:auto">'
            f'<div style="position:relative;width:{width}px;height:{height}px;font-size:11px;line-height:1.3">'
            f'<svg width="{width}" height="{height}" aria-hidden="true" style="position:absolute;left:0;top:0">'
            '<defs><marker id="dflvi-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" '
            f'orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#444"/></marker></defs>{arrows}</svg>{columns}</div></nav>'
        )

    def _is_lit(self, pair: tuple[str, str]) -> bool:
        return self.section in (CONCEPTS[pair[0]].section, CONCEPTS[pair[1]].section)

    def _arrow(self, start: str, end: str) -> str:
        (x0, y0), (x1, y1) = _place(start), _place(end)
        y0, y1 = y0 + _HEIGHT / 2, y1 + _HEIGHT / 2
        if x0 == x1:  # within a column: around the right side
            x0, x1 = x0 + _WIDTH, x1 + _WIDTH
            bend = 10 + 0.06 * abs(y1 - y0)
            path = f"M{x0} {y0 + 8} C{x0 + bend} {y0 + 8}, {x1 + bend} {y1 - 8}, {x1 + 2} {y1 - 8}"
        else:
            x0 += _WIDTH
            path = f"M{x0} {y0} C{x0 + 40} {y0}, {x1 - 40} {y1}, {x1 - 2} {y1}"
        lit = 'stroke="#444" stroke-width="1.3" marker-end="url(#dflvi-tip)"'
        style = lit if self._is_lit((start, end)) else 'stroke="#ddd"'
        return f'<path d="{path}" fill="none" {style}/>'

    def _column(self, section: str) -> str:
        here = section == self.section
        x = list(SECTIONS).index(section) * _ACROSS
        title = f"{SECTIONS[section]}{' (here)' if here else ''}"
        boxes = "".join(self._box(name, here) for name, one in CONCEPTS.items() if one.section == section)
        return (
            f'<div style="position:absolute;left:{x}px;top:0;width:{_WIDTH + 20}px;font-weight:bold">{title}</div>'
            f'<ul style="list-style:none;margin:0;padding:0">{boxes}</ul>'
        )

    def _box(self, name: str, here: bool) -> str:
        concept = CONCEPTS[name]
        x, y = _place(name)
        border = "2px solid #111;font-weight:bold" if here else "1px solid #999"
        back = "#fff3c4" if here else "#fff"
        needs = f"built on: {', '.join(concept.needs)}" if concept.needs else "built on nothing before it"
        after = leads_to(name)
        title = f"{needs}; leads to: {', '.join(after)}" if after else needs
        return (
            f'<li style="position:absolute;left:{x}px;top:{y}px;margin:0">'
            f'<a href="{notebook(concept.section)}" title="{html.escape(title)}" style="display:block;'
            f"box-sizing:border-box;width:{_WIDTH}px;height:{_HEIGHT}px;padding:3px 5px;border:{border};"
            f'border-radius:5px;background:{back};color:#111;text-decoration:none">'
            f"{html.escape(concept.questions)}&ensp;{html.escape(name)}</a></li>"
        )
