#!/usr/bin/env bash
# Parity and speed of each engine on a machine with an NVIDIA GPU and PyTorch, without network, Maven or Java.
# Runs in the folder that `bench/gpu-pack FOLDER` fills. DEVICE=cpu proves the path on a machine without a GPU.
set -euo pipefail
cd "$(dirname "$0")"
device="${DEVICE:-cuda}"
python="${PYTHON:-python3}"

echo "== PyTorch itself"
"$python" gpu_torch.py --graphs graphs.json --device "$device" || echo "PyTorch: failed"

[ -d jre ] || tar -xJf jre.tar.xz

echo "== The fleet's engines"
torch="$("$python" -c 'import pathlib, torch; print(pathlib.Path(torch.__file__).parent / "lib")')"
version="$("$python" -c 'import torch; print(torch.__version__.split("+")[0])')"
packed="$(cat pytorch-version)"
without=()
if [ "$version" != "$packed" ]; then
    echo "PyTorch is $version; the library between it and Java is for $packed, and the two crash: left out"
    without=(--without pytorch)
fi
export PYTORCH_LIBRARY_PATH="$torch" PYTORCH_VERSION="$packed"
export PYTORCH_FLAVOR="$([ "$device" = cuda ] && echo cu128 || echo cpu)"
export DJL_CACHE_DIR="${DJL_CACHE_DIR:-$PWD/cache}" LD_LIBRARY_PATH="$torch:${LD_LIBRARY_PATH:-}"
exec jre/bin/java -cp 'jars/*' multimodal.bench.EnginesCommand --repository models --device "$device" "${without[@]}" "$@"
