"""A registry of known models."""

from __future__ import annotations

import difflib
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select

from whorl.errors import ScoreError, StorageError
from whorl.fingerprints import Fingerprint
from whorl.registry import lines, rows
from whorl.registry.database import Database
from whorl.registry.entry import Entry
from whorl.registry.merge import Merged, merge
from whorl.registry.model import RegisteredModel
from whorl.registry.place import Place
from whorl.registry.provenance import Provenance
from whorl.registry.tables import FINGERPRINTS, MODELS, REFERENCES

if TYPE_CHECKING:
    from whorl.fingerprints.measure import SetMeasurements
    from whorl.identification import Identification, KnownModel
    from whorl.memorization import Curve
    from whorl.memorization.measured_set import MeasuredSet


class Registry:
    """Known models and their fingerprints, in an SQLite file or a PostgreSQL database.

    The file is made with the first model; until then the registry is empty. Several processes and threads may use
    one registry at once. A model has at most one fingerprint on each Reference, and fingerprints of different
    References are never given out together for comparison.

    Args:
        path_or_url: a file, or ``postgresql://USER:PASSWORD@HOST/DATABASE``; None: what WHORL_REGISTRY says, or
            else a file in the user's data folder.

    Raises:
        StorageError: here, a folder or an unusable address; in every method, a file that is no registry, is
            damaged (it is left as it is), was made by a newer Whorl, or may not be written to.

    Example:
        >>> import tempfile, numpy as np
        >>> from whorl.fingerprints import Fingerprint
        >>> place = Path(tempfile.mkdtemp()) / "known.db"
        >>> curve = Fingerprint("reference's digest", (1, 2), 500, {"c_t": np.array([-0.5, 1.5])})
        >>> with Registry(place) as registry:
        ...     model = registry.add(name="mine", architecture="DDPM", fingerprint=curve, measured_by="me")
        ...     [(model.name, found.parts["c_t"].tolist()) for model, found in registry.entries(curve.reference)]
        [('mine', [-0.5, 1.5])]
    """

    def __init__(self, path_or_url: str | os.PathLike[str] | None = None) -> None:
        self._database = Database(Place.of(path_or_url))

    def __repr__(self) -> str:
        return f"<Registry {self.place}>"

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def place(self) -> str:
        """The file, or the database's address without user and password."""
        return self._database.place.shown

    def close(self) -> None:
        """Do nothing: no connection outlives the call it was made for. It is there for `with`."""

    def add(
        self,
        *,
        name: str,
        architecture: str,
        fingerprint: Fingerprint,
        dataset: str = "",
        note: str = "",
        reference_note: str = "",
        measured_by: str | None = None,
        replace: bool = False,
    ) -> RegisteredModel:
        """Add a model, or a known model's fingerprint on one more Reference.

        Adding the same numbers again changes nothing. Versions and the time are recorded with the fingerprint.

        Args:
            name: the model's, unique in this registry.
            architecture: what it is an instance of, such as DDPM.
            fingerprint: what was measured of its pictures.
            dataset: what it was trained on; empty leaves what is known.
            note: anything else; empty leaves what is known.
            reference_note: what the Reference is, in words; kept from whoever says it first.
            measured_by: who measured it; None: the user's login name; "" says nothing.
            replace: let what is given here take the place of what is known otherwise.

        Returns:
            The model as the registry knows it now.

        Raises:
            StorageError: a name that cannot be, a fingerprint that is no JSON, or, without `replace`, a model of
                that name with another description or another fingerprint on that Reference.
        """
        entry = Entry(
            name=name,
            architecture=architecture,
            fingerprint=fingerprint,
            dataset=dataset,
            note=note,
            reference_note=reference_note,
            provenance=Provenance.now(measured_by),
        )
        with self._database.writing() as connection:
            merge(connection, [entry], replace=replace, where=self.place)
            return rows.read_models(connection, entry.name)[0]

    def models(self) -> tuple[RegisteredModel, ...]:
        """Return all models by name, each with the References it was measured on."""
        with self._database.reading() as connection:
            return rows.read_models(connection) if connection is not None else ()

    def get(self, name: str) -> RegisteredModel:
        """Return one model.

        Raises:
            StorageError: there is none of that name; the message says what comes near.
        """
        with self._database.reading() as connection:
            return self._found(connection, name)

    def fingerprints(self, name: str) -> dict[str, Fingerprint]:
        """Return a model's fingerprints by Reference, each verified by its digest.

        Raises:
            StorageError: there is no such model, or a stored number was changed.
        """
        with self._database.reading() as connection:
            model = self._found(connection, name)
            assert connection is not None  # noqa: S101 - a model was found
            return {
                entry.reference: entry.fingerprint for entry in rows.read_entries(connection, {model.name})
            }

    def entries(self, reference: str) -> tuple[tuple[RegisteredModel, Fingerprint], ...]:
        """Return the models measured on one Reference, by name, each with its fingerprint there.

        These alone may be compared with one another, and with what is measured on the same Reference.

        Args:
            reference: the Reference's whole digest, or the name of a published setting.

        Raises:
            StorageError: a stored number was changed.
        """
        with self._database.reading() as connection:
            if connection is None:
                return ()
            models = {model.name: model for model in rows.read_models(connection)}
            found = rows.read_on_reference(connection, reference)
            return tuple((models[name], fingerprint) for name, fingerprint in found.items())

    def identify(
        self,
        pictures: Fingerprint | SetMeasurements | MeasuredSet | Curve,
        *,
        method: str | None = None,
        false_accept_rate: float = 0.05,
        seed: int = 0,
    ) -> Identification:
        """Say which model of this registry made pictures, how sure that is, or that none of them did.

        Compared are the models that were measured on the same Reference, at the same layers.

        Args:
            pictures: `reference.curve(images)`, `reference.measure(images)` for small sets, or a fingerprint.
            method: how to compare, see `whorl.fingerprints.methods.METHODS`; None for the best there is.
            false_accept_rate: the share of unknown architectures that may be taken for a known one.
            seed: fixes the resamplings that the probabilities come from.

        Raises:
            ScoreError: no model was measured on that Reference, or there are too few pictures.
            StorageError: a stored number was changed.
        """
        from whorl.identification import identify  # it brings the libraries that measure

        if not hasattr(pictures, "reference"):
            raise ScoreError(
                f"expected a curve, a measured set or a fingerprint; got {type(pictures).__name__}. Make one with "
                "reference.measure(images)."
            )
        found = self.entries(pictures.reference)
        known = [_known(model, print_) for model, print_ in found if print_.layers == pictures.layers]
        if not known:
            raise ScoreError(self._nothing_known(pictures.reference, len(found)))
        return identify(pictures, known, method=method, false_accept_rate=false_accept_rate, seed=seed)

    def check_known(self, reference: str) -> None:
        """Refuse a Reference that no model was measured on, before any picture is.

        Raises:
            ScoreError: there is none.
        """
        if not any(reference in model.references for model in self.models()):
            raise ScoreError(self._nothing_known(reference, 0))

    def remove(self, name: str) -> RegisteredModel:
        """Remove a model with all its fingerprints, and return what was known of it.

        Raises:
            StorageError: there is none of that name.
        """
        self.get(name)  # a registry that has no such model is not written to
        with self._database.writing() as connection:
            model = self._found(connection, name)
            chosen = select(MODELS.c.id).where(MODELS.c.name == model.name).scalar_subquery()
            connection.execute(delete(FINGERPRINTS).where(FINGERPRINTS.c.model_id == chosen))
            connection.execute(delete(MODELS).where(MODELS.c.name == model.name))
            measured = select(FINGERPRINTS.c.reference_id)
            connection.execute(delete(REFERENCES).where(REFERENCES.c.id.not_in(measured)))
        return model

    def export(
        self, path: str | os.PathLike[str], names: Iterable[str] | None = None, *, overwrite: bool = False
    ) -> int:
        """Write models as JSON lines, which `import_file` reads; the whole file appears, or nothing.

        Args:
            path: the file to write.
            names: which models; None: all.
            overwrite: whether a file that is there already may be replaced.

        Returns:
            How many lines were written: one per model and Reference.

        Raises:
            StorageError: an unknown name, nothing to export, or the file exists or cannot be written.
        """
        path = Path(path)
        self._check_output(path, overwrite=overwrite)
        with self._database.reading() as connection:
            wanted = None if names is None else {self._found(connection, name).name for name in names}
            found = rows.read_entries(connection, wanted) if connection is not None else ()
        if not found:
            raise StorageError(f"{self.place} has no model to export; {path} was not written.")
        lines.write_entries(path, found)
        return len(found)

    def import_file(self, path: str | os.PathLike[str], *, replace: bool = False) -> Merged:
        """Take in all entries of an exported file, or none of them.

        Importing the same file again changes nothing.

        Args:
            path: a file that `export` wrote, or `whorl.registry.PUBLISHED`.
            replace: let the file's entries take the place of what is known otherwise.

        Raises:
            StorageError: a line is damaged, its digest is another, lines contradict each other, or, without
                `replace`, the registry; the message lists them.
        """
        entries = lines.read_entries(Path(path))
        with self._database.writing() as connection:
            return merge(connection, entries, replace=replace, where=self.place)

    def _nothing_known(self, reference: str, on_other_layers: int) -> str:
        others = {held for model in self.models() for held in model.references}
        where = f"{self.place} knows no model measured on this Reference ({reference[:12]})"
        if on_other_layers:
            return (
                f"{self.place} knows {on_other_layers:,} models of this Reference ({reference[:12]}), but "
                "at other layers. Score all of the Reference's layers."
            )
        if others:
            where += (
                f", only on {len(others):,} other(s), and fingerprints of different References never meet"
            )
        return f"{where}. Register models with 'whorl register' on the Reference that you identify with."

    def _found(self, connection: Connection | None, name: str) -> RegisteredModel:
        wanted = unicodedata.normalize("NFC", name)
        models = rows.read_models(connection, wanted) if connection is not None else ()
        if models:
            return models[0]
        known = [model.name for model in rows.read_models(connection)] if connection is not None else []
        if not known:
            raise StorageError(
                f"no model {name!r}: {self.place} is empty. Check --registry (or WHORL_REGISTRY)."
            )
        near = difflib.get_close_matches(wanted, known) or known[:3]
        raise StorageError(
            f"no model {name!r} in {self.place}, which has {len(known):,}, such as {', '.join(map(repr, near))}. "
            "'whorl registry list' shows them all."
        )

    def _check_output(self, path: Path, *, overwrite: bool) -> None:
        file = self._database.place.file
        if file is not None and path.resolve() == file.resolve():
            raise StorageError(f"{path} is the registry itself; export to another file.")
        if path.is_dir():
            raise StorageError(f"{path} is a folder; name a file, such as {path / 'models.jsonl'}.")
        if path.exists() and not overwrite:
            raise StorageError(
                f"{path} exists already; choose another file, or replace it with --overwrite (overwrite=True)."
            )


def _known(model: RegisteredModel, fingerprint: Fingerprint) -> KnownModel:
    from whorl.identification import KnownModel

    return KnownModel(model.name, model.architecture, fingerprint, model.dataset)
