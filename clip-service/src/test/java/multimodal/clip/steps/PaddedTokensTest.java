package multimodal.clip.steps;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;

class PaddedTokensTest {

    @Test
    void lengthGoesUpToTheNextMultipleOfEightWithinTheLimit() {
        assertThat(PaddedTokens.length(1, 32)).isEqualTo(8);
        assertThat(PaddedTokens.length(8, 32)).isEqualTo(8);
        assertThat(PaddedTokens.length(9, 32)).isEqualTo(16);
        assertThat(PaddedTokens.length(75, 77)).isEqualTo(77);
    }

    @Test
    void rowsArePaddedOnTheRightAndMasked() {
        Map<String, Tensor> inputs = PaddedTokens.inputs(List.of(List.of(1L, 5L, 2L), List.of(1L)), 4, 9);

        assertThat(inputs.get("input_ids").longs()).containsExactly(1, 5, 2, 9, 1, 9, 9, 9);
        assertThat(inputs.get("attention_mask").longs()).containsExactly(1, 1, 1, 0, 1, 0, 0, 0);
    }
}
