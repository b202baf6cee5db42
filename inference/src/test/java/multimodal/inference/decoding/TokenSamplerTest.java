package multimodal.inference.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenSamplerTest {

    private static final float OUT = Float.NEGATIVE_INFINITY;

    @Test
    void greedyTakesTheFirstOfTheBest() {
        assertThat(TokenSampler.greedy().sample(new float[] {1, 3, 3, 2})).isEqualTo(1);
        assertThat(TokenSampler.greedy().sample(new float[] {OUT, OUT, -5})).isEqualTo(2);
    }

    @Test
    void sameSeedDrawsTheSameTokens() {
        float[] logits = {0, 1, 2, 3};
        assertThat(draw(7, logits, 50)).isEqualTo(draw(7, logits, 50)).isNotEqualTo(draw(8, logits, 50));
        assertThat(draw(7, logits, 50)).isEqualTo(draw(7 + (1L << 32), logits, 50));
    }

    @Test
    void tokensComeAsOftenAsTheirProbability() {
        float[] logits = {(float) Math.log(0.1), OUT, (float) Math.log(0.6), (float) Math.log(0.3)};
        List<Integer> drawn = draw(3, logits, 20_000);

        assertThat(share(drawn, 0)).isBetween(0.09, 0.11);
        assertThat(share(drawn, 1)).isZero();
        assertThat(share(drawn, 2)).isBetween(0.58, 0.62);
        assertThat(share(drawn, 3)).isBetween(0.28, 0.32);
    }

    @Test
    void everySeedStaysWithinWhatTheFiltersLeft() {
        LogitsFilter filter = LogitsFilter.chain(List.of(LogitsFilter.topK(2), LogitsFilter.topP(0.9)));
        float[] logits = filter.apply(new float[] {0, 5, 4.9f, 1}, List.of());

        for (long seed = 0; seed < 1000; seed++) {
            assertThat(TokenSampler.seeded(seed).sample(logits)).isBetween(1, 2);
        }
    }

    private static List<Integer> draw(long seed, float[] logits, int count) {
        TokenSampler sampler = TokenSampler.seeded(seed);
        return IntStream.range(0, count).mapToObj(i -> sampler.sample(logits)).toList();
    }

    private static double share(List<Integer> drawn, int token) {
        return drawn.stream().filter(one -> one == token).count() / (double) drawn.size();
    }
}
