package multimodal.client.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class DemoPromptTest {

    private final DemoPrompt english = DemoPrompt.ALL.get(0);
    private final DemoPrompt chinese = DemoPrompt.ALL.get(1);

    @Test
    void aCaptionNamesTheObjectWithOneOfItsWords() {
        assertThat(english.isNamedIn("Two Castles in the snow")).isTrue();
        assertThat(english.isNamedIn("a cat on a beach")).isFalse();
        assertThat(chinese.isNamedIn("夜空下有一座城堡")).isTrue();
        assertThat(chinese.isNamedIn("月光下的古堡")).isTrue();
        assertThat(chinese.isNamedIn("一只猫")).isFalse();
    }

    @Test
    void theSeedIsFixedSoThatEveryRunMakesTheSamePicture() {
        for (DemoPrompt prompt : DemoPrompt.ALL) {
            assertThat(prompt.request().getGenerateImage().getSeed()).isEqualTo(prompt.seed());
            assertThat(prompt.request().getGenerateImage().getPreviewInterval()).isPositive();
        }
    }

    @Test
    void theRightLabelIsAmongDifferentOnes() {
        for (DemoPrompt prompt : DemoPrompt.ALL) {
            assertThat(prompt.subjectWords()).contains(prompt.labels().get(0));
            assertThat(Set.copyOf(prompt.labels())).hasSameSizeAs(prompt.labels());
        }
    }
}
