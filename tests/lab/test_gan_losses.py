"""Hinge and conditional contrastive losses, held to their definitions."""

import math

import pytest
import torch

from whorl.lab.generators.contrastive_loss import conditional_contrastive_loss
from whorl.lab.generators.gan_objective import Shown
from whorl.lab.generators.hinge_loss import discriminator_hinge, generator_hinge

LABELS = [0, 1, 0, 2, 1, 0]


def test_hinge_by_hand():
    real, fake = torch.tensor([3.0, 0.25, -1.0]), torch.tensor([-2.0, 0.5])
    # max(0, 1 - 3) = 0, 0.75, 2; max(0, 1 - 2) = 0, 1.5
    assert float(discriminator_hinge(real, fake)) == pytest.approx(2.75 / 3 + 1.5 / 2)
    assert float(generator_hinge(fake)) == pytest.approx(0.75)
    assert discriminator_hinge(torch.full((4,), 1.0), torch.full((4,), -1.0)) == 0


def by_definition(embeddings, classes, labels, t):
    """Equation 8, sum by sum, in Python's own float64."""

    def unit(row):
        length = math.sqrt(sum(value * value for value in row))
        return [value / length for value in row]

    def likeness(one, other):
        return math.exp(sum(a * b for a, b in zip(one, other, strict=True)) / t)

    l, e = [unit(row) for row in embeddings], [unit(row) for row in classes]  # noqa: E741
    total = 0.0
    for i, label in enumerate(labels):
        own = likeness(l[i], e[i])
        others = {k: likeness(l[i], l[k]) for k in range(len(l)) if k != i}
        fellows = sum(value for k, value in others.items() if labels[k] == label)
        total -= math.log((own + fellows) / (own + sum(others.values())))
    return total / len(labels)


@pytest.mark.parametrize("temperature", [0.1, 1.0, 3.0])
def test_2c_loss_is_its_definition(temperature):
    drawn = torch.Generator().manual_seed(0)
    embeddings = 5 * torch.randn(6, 4, generator=drawn, dtype=torch.float64)
    table = torch.randn(3, 4, generator=drawn, dtype=torch.float64)
    labels = torch.tensor(LABELS)
    classes = table[labels]
    expected = by_definition(embeddings.tolist(), classes.tolist(), LABELS, temperature)
    found = conditional_contrastive_loss(embeddings, classes, labels, temperature=temperature)
    assert float(found) == pytest.approx(expected, rel=1e-12)
    order = torch.tensor([4, 2, 0, 5, 1, 3])
    moved = conditional_contrastive_loss(
        3 * embeddings[order], classes[order], labels[order], temperature=temperature
    )
    assert float(moved) == pytest.approx(expected, rel=1e-12)


def test_2c_loss_at_corners():
    corners = torch.eye(2, dtype=torch.float64)
    # Each with its class, orthogonal to the other: -log(e / (e + 1)).
    found = conditional_contrastive_loss(corners, corners, torch.tensor([0, 1]), temperature=1.0)
    assert float(found) == pytest.approx(math.log1p(math.exp(-1)))
    # Each with the other's class is worse, and one class alone cannot be mistaken.
    swapped = conditional_contrastive_loss(corners, corners.flip(0), torch.tensor([0, 1]), temperature=1.0)
    assert float(swapped) == pytest.approx(math.log(2))
    assert conditional_contrastive_loss(corners, corners, torch.tensor([3, 3]), temperature=1.0) == 0


def test_2c_loss_pulls_classes_together():
    drawn = torch.Generator().manual_seed(1)
    embeddings = torch.randn(12, 8, generator=drawn, requires_grad=True)
    table = torch.randn(3, 8, generator=drawn, requires_grad=True)
    labels = torch.arange(12) % 3
    optimiser = torch.optim.SGD([embeddings, table], lr=5.0)
    for _ in range(60):
        optimiser.zero_grad()
        conditional_contrastive_loss(embeddings, table[labels], labels, temperature=0.5).backward()
        optimiser.step()
    unit = torch.nn.functional.normalize(embeddings.detach(), dim=1)
    alike = unit @ unit.T
    same = labels[:, None] == labels[None]
    assert alike[same].min() > alike[~same].max() + 0.5


def test_contragan_contrasts_real_pictures_alone():
    from whorl.lab.generators.contragan import HingeAndContrast, Judged

    drawn = torch.Generator().manual_seed(2)
    table = torch.randn(3, 4, generator=drawn)

    def network(pictures, labels):
        flat = pictures.flatten(1)
        return Judged(flat[:, 0], flat[:, 1:5], table[labels])

    real, fake = (
        Shown(torch.randn(4, 3, 2, 2, generator=drawn), torch.randint(0, 3, (4,), generator=drawn))
        for _ in range(2)
    )
    objective = HingeAndContrast(temperature=0.7, contrast=0.3)

    def contrast(shown):
        judged = network(shown.pictures, shown.labels)
        return 0.3 * by_definition(
            judged.embeddings.tolist(), judged.classes.tolist(), shown.labels.tolist(), 0.7
        )

    scores = [shown.pictures[:, 0, 0, 0] for shown in (real, fake)]
    expected = float(discriminator_hinge(*scores)) + contrast(real)
    assert float(objective.discriminator(network, real, fake)) == pytest.approx(expected, rel=1e-5)
    expected = float(generator_hinge(scores[1])) + contrast(fake)
    assert float(objective.generator(network, fake)) == pytest.approx(expected, rel=1e-5)
