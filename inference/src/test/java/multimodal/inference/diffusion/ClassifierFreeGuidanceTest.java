package multimodal.inference.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ClassifierFreeGuidanceTest {

    private static final Tensor PREDICTIONS = Tensor.of(new float[] {1, 2, 3, 5}, 2, 2);

    @Test
    void differenceToTheUnconditionalIsFollowedScaleTimes() {
        Tensor guided = new ClassifierFreeGuidance(2.5f).combine(PREDICTIONS);

        assertThat(guided.shape().dimensions()).containsExactly(1, 2);
        assertThat(guided.floats()).containsExactly(6f, 9.5f);
    }

    @Test
    void channelsBeyondTheGuidedAreThoseWithThePrompt() {
        Tensor predictions = Tensor.of(new float[] {1, 2, 3, 4, 2, 4, 6, 8}, 4, 2, 1);
        Tensor guided = new ClassifierFreeGuidance(3).combine(predictions, 1);

        assertThat(guided.shape().dimensions()).containsExactly(2, 2, 1);
        assertThat(guided.floats()).containsExactly(4, 4, 12, 8);
    }

    @Test
    void scaleOfOneOrLessNeedsNoSecondSlot() {
        for (float scale : new float[] {0, 0.5f, 1}) {
            ClassifierFreeGuidance guidance = new ClassifierFreeGuidance(scale);
            assertThat(guidance.slots(3)).isEqualTo(3);
            assertThat(guidance.expand(PREDICTIONS)).isSameAs(PREDICTIONS);
            assertThat(guidance.combine(PREDICTIONS)).isSameAs(PREDICTIONS);
            assertThat(guidance.conditions(null, PREDICTIONS)).isSameAs(PREDICTIONS);
        }
    }

    @Test
    void unconditionalSlotsComeFirst() {
        ClassifierFreeGuidance guidance = new ClassifierFreeGuidance(7);
        Tensor without = Tensor.of(new float[] {0}, 1, 1);
        Tensor with = Tensor.of(new float[] {1}, 1, 1);

        assertThat(guidance.slots(3)).isEqualTo(6);
        assertThat(guidance.conditions(without, with).floats()).containsExactly(0, 1);
        assertThat(guidance.expand(with).floats()).containsExactly(1, 1);
    }

    @Test
    void scaleOutsideTheRangeIsInvalid() {
        for (float scale : new float[] {-1, 30.1f, Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new ClassifierFreeGuidance(scale))
                    .isInstanceOf(InferenceException.class)
                    .hasMessage("guidance_scale: " + scale + " (expected: finite, 0 to 30)");
        }
    }
}
