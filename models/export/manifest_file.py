"""Reading and writing `model.yaml`: keys in the given order, no anchors, and short lists on one line."""

import hashlib
from pathlib import Path

import yaml


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def _list(dumper: yaml.Dumper, values: list) -> yaml.Node:
    plain = all(not isinstance(value, (dict, list)) for value in values)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=plain)


_Dumper.add_representer(list, _list)


def write(path: Path, manifest: dict) -> None:
    path.write_text(yaml.dump(manifest, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120))


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text())


def sha256(path: Path) -> str:
    """The checksum of a file as manifests state it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
