#!/usr/bin/env bash
# Exports a Hugging Face folder into a model repository: models/export/export.sh FOLDER REPOSITORY [--name NAME]
# Needs the Python environment of models/requirements.lock: $PYTHON, else .venv of the checkout, else python3.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
command -v "$python" >/dev/null || python=python3
PYTHONPATH=$root exec "$python" -m models.export.hub "$@"
