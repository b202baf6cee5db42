package multimodal.inference.repository;

import java.util.Locale;

/** What a graph computes in. Its inputs and outputs are float32 and int64 whatever this is. */
public enum Precision {
    /** IEEE 754 binary32. */
    FLOAT32,
    /** IEEE 754 binary16: pays on GPUs. */
    FLOAT16,
    /** Matrix products of 8-bit integers, the rest in float32: pays on CPUs. */
    INT8;

    /** The name in manifests, e.g. {@code float16}. */
    public String manifestName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
