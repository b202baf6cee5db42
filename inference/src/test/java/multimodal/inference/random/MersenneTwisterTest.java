package multimodal.inference.random;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MersenneTwisterTest {

    @Test
    void tenThousandthNumberIsThatOfTheReferenceImplementation() {
        MersenneTwister generator = new MersenneTwister(5489);
        for (int i = 1; i < 10_000; i++) {
            generator.nextInt();
        }

        assertThat(Integer.toUnsignedLong(generator.nextInt())).isEqualTo(4123659995L);
    }

    @Test
    void onlyTheLowBitsOfTheSeedCount() {
        assertThat(new MersenneTwister((1L << 32) + 5).nextInt()).isEqualTo(new MersenneTwister(5).nextInt());
        assertThat(new MersenneTwister(-1).nextInt()).isEqualTo(new MersenneTwister((1L << 32) - 1).nextInt());
    }

    @Test
    void uniformNumbersLieInTheHalfOpenUnitInterval() {
        MersenneTwister generator = new MersenneTwister(3);
        for (int i = 0; i < 100_000; i++) {
            assertThat(generator.nextFloat()).isBetween(0f, Math.nextDown(1f));
            assertThat(generator.nextDouble()).isBetween(0d, Math.nextDown(1d));
        }
    }
}
