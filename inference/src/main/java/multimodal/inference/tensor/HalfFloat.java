package multimodal.inference.tensor;

/** IEEE 754 binary16 as a 16-bit pattern. Java 17 has no conversion of its own. */
public final class HalfFloat {

    private static final int EXPONENT_MASK = 0x1f;
    private static final int MANTISSA_MASK = 0x3ff;
    /** The distance of two neighbouring subnormals, 2⁻²⁴. */
    private static final float SUBNORMAL_STEP = 0x1p-24f;

    private HalfFloat() {}

    /** The value of {@code bits}, exactly: every binary16 is a binary32. A NaN keeps its sign and payload. */
    public static float toFloat(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> 10) & EXPONENT_MASK;
        int mantissa = bits & MANTISSA_MASK;
        if (exponent == 0) {
            float magnitude = mantissa * SUBNORMAL_STEP;
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(magnitude));
        }
        int wideExponent = exponent == EXPONENT_MASK ? 0xff : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | wideExponent << 23 | mantissa << 13);
    }
}
