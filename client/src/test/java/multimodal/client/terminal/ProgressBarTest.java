package multimodal.client.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressBarTest {

    @Test
    void fillsInProportionAndStaysWithinItsWidth() {
        assertThat(ProgressBar.filled(0, 8)).isEqualTo("────────");
        assertThat(ProgressBar.filled(0.5, 8)).isEqualTo("━━━━────");
        assertThat(ProgressBar.filled(1.5, 8)).isEqualTo("━━━━━━━━");
    }

    @Test
    void slidesRoundAndRound() {
        assertThat(ProgressBar.sliding(0, 8)).isEqualTo("━━━━────");
        assertThat(ProgressBar.sliding(3, 8)).isEqualTo("───━━━━─");
        assertThat(ProgressBar.sliding(5, 8)).isEqualTo("━━━━────");
    }
}
