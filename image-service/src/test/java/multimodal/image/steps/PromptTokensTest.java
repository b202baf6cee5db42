package multimodal.image.steps;

import static org.assertj.core.api.Assertions.assertThat;

import multimodal.image.testing.DrawnModel;
import org.junit.jupiter.api.Test;

class PromptTokensTest {

    private final DiffusionModel model = DiffusionModel.of(new DrawnModel(false));

    @Test
    void aShortPromptIsPaddedToTheModelsLength() {
        PromptTokens tokens = model.tokens("a cat");
        assertThat(tokens.ids()).containsExactly(1, 11, 13, 2, 0, 0);
        assertThat(tokens.droppedWords()).isEmpty();
    }

    @Test
    void aPromptThatJustFitsKeepsAllWords() {
        PromptTokens tokens = model.tokens("a cat on snow");
        assertThat(tokens.ids()).containsExactly(1, 11, 13, 12, 14, 2);
        assertThat(tokens.droppedWords()).isEmpty();
    }

    @Test
    void aLongPromptIsCutAndTheDroppedWordsAreTold() {
        PromptTokens tokens = model.tokens("a cat on snow at night");
        assertThat(tokens.ids()).containsExactly(1, 11, 13, 12, 14, 2);
        assertThat(tokens.droppedWords()).containsExactly("at", "night");
    }

    @Test
    void theEmptyPromptIsItsFrame() {
        assertThat(model.tokens("").ids()).containsExactly(1, 2, 0, 0, 0, 0);
    }
}
