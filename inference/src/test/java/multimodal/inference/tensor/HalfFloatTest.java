package multimodal.inference.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalfFloatTest {

    @Test
    void everyPatternHasTheValueThatItsFieldsSpell() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = HalfFloat.toFloat((short) bits);
            float expected = spelled(bits);
            assertThat(Float.floatToIntBits(value)).as("pattern %04x", bits).isEqualTo(Float.floatToIntBits(expected));
        }
    }

    /** IEEE 754-2008, 3.4, in numbers instead of bits. */
    private static float spelled(int bits) {
        int exponent = (bits >> 10) & 31;
        int mantissa = bits & 1023;
        double magnitude =
                switch (exponent) {
                    case 0 -> mantissa / 1024.0 * Math.pow(2, -14);
                    case 31 -> mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
                    default -> (1 + mantissa / 1024.0) * Math.pow(2, exponent - 15);
                };
        return (float) (bits >> 15 == 0 ? magnitude : -magnitude);
    }

    @Test
    void aNanKeepsItsSignAndPayload() {
        assertThat(Float.floatToRawIntBits(HalfFloat.toFloat((short) 0xfe01))).isEqualTo(0xffc02000);
    }

    @Test
    void knownValuesAreExact() {
        assertThat(HalfFloat.toFloat((short) 0x3c00)).isEqualTo(1f);
        assertThat(HalfFloat.toFloat((short) 0xc000)).isEqualTo(-2f);
        assertThat(HalfFloat.toFloat((short) 0x7bff)).isEqualTo(65504f);
        assertThat(HalfFloat.toFloat((short) 0x0001)).isEqualTo(0x1p-24f);
        assertThat(HalfFloat.toFloat((short) 0x3555)).isEqualTo(0.33325195f);
    }
}
