#!/usr/bin/env bash
# Parity and speed of each engine on a machine with an NVIDIA GPU and PyTorch, without network, Maven or Java.
# Runs in the folder that `bench/gpu-pack FOLDER` fills. DEVICE=cpu proves the path on a machine without a GPU; LIMIT: the
# seconds that each part may take.
set -euo pipefail
cd "$(dirname "$0")"
device="${DEVICE:-cuda}"
python="${PYTHON:-python3}"
limit="${LIMIT:-300}"
export DJL_CACHE_DIR="${DJL_CACHE_DIR:-$PWD/cache}"

[ -d jre ] || tar -xJf jre.tar.xz

# PyTorch's folder of libraries, its version, and the file of CUDA's runtime that it has loaded, if it has.
mapfile -t installed < <("$python" - <<'CODE'
import pathlib, torch
print(pathlib.Path(torch.__file__).parent / "lib")
print(torch.__version__.split("+")[0])
print(next((line.split()[-1] for line in open("/proc/self/maps") if "/libcudart" in line), ""))
CODE
)
torch="${installed[0]}" version="${installed[1]}" cudart="${installed[2]}"
jni="$(echo jars/ai.djl.pytorch.pytorch-jni-*.jar)"
jni="${jni##*-jni-}"
packed="${jni%%-*}" djl="${jni#*-}" own="libdjl_torch-$version.so"
# DJL asks of this name only whether it is one of CUDA, and of its own libraries where they lie in their jar.
flavor="$([ "$device" = cuda ] && echo cu128 || echo cpu)"
without=()
if [ -f "$own" ]; then
    mkdir -p "$DJL_CACHE_DIR/pytorch/$version-$flavor-linux-x86_64"
    cp "$own" "$DJL_CACHE_DIR/pytorch/$version-$flavor-linux-x86_64/${djl%.jar}-libdjl_torch.so"
elif [ "$version" != "$packed" ]; then
    echo "PyTorch is $version; the library between it and Java is for $packed, and the two crash: left out (bench/pytorch-jni builds one)"
    without=(--without pytorch)
fi
# DJL counts GPUs by a libcudart.so, and an installed PyTorch has libcudart.so.13 or the like.
mkdir -p libraries
[ -z "$cudart" ] || ln -sf "$cudart" libraries/libcudart.so
export PYTORCH_LIBRARY_PATH="$torch" PYTORCH_VERSION="$version" PYTORCH_FLAVOR="$flavor"

engines() {
    LD_LIBRARY_PATH="$PWD/libraries:$torch:${LD_LIBRARY_PATH:-}" timeout -k 5 "$limit" jre/bin/java \
        -Dai.djl.pytorch.graph_optimizer=false -Dslf4j.internal.verbosity=ERROR -cp 'jars/*' \
        multimodal.bench.EnginesCommand --device "$device" "${without[@]}" "$@" || echo "The fleet's engines: ended with $?"
}

echo "== The fleet's engines"
engines --repository models "$@"
if [ "$device" = cuda ]; then
    echo "== PyTorch in the fleet, with convolutions in float32 and not in TF32"
    NVIDIA_TF32_OVERRIDE=0 engines --repository models --calls 10 --without onnxruntime --without tensorrt \
        --without 'onnxruntime with tensorrt'
fi
echo "== PyTorch itself"
timeout -k 5 "$limit" "$python" gpu_torch.py --graphs graphs.json --device "$device" || echo "PyTorch: ended with $?"
