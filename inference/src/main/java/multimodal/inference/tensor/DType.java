package multimodal.inference.tensor;

import java.util.Locale;

/** Element types that cross the seam between pipelines and engines. */
public enum DType {
    /** IEEE 754 binary32, held as {@code float[]}. */
    FLOAT32,
    /** Two's complement 64-bit integer, held as {@code long[]}. */
    INT64;

    /** The name in manifests, e.g. {@code float32}. */
    public String manifestName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
