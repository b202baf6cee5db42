package multimodal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.util.Map;
import multimodal.image.pipeline.PromptCatalogue;
import multimodal.image.pipeline.PromptPart.Kind;
import multimodal.inference.error.InferenceException;
import org.junit.jupiter.api.Test;

/** The catalogue that ships, and how a user's configuration changes it. */
class PromptsConfigTest {

    private static final int FROM_THE_JAR = 250;
    private static final int FROM_A_USER = 260;

    @Test
    void theStylesThatTheApiNamesAreThereAndTheModelsOwn() throws IOException {
        PromptCatalogue catalogue = catalogue(Map.of());
        assertThat(catalogue.names(Kind.STYLE))
                .contains("photography", "digital_art", "anime", "realistic", "fluent", "noto");
        assertThat(catalogue.names(Kind.MOOD)).contains("calm", "dramatic");
        assertThat(catalogue.names(Kind.QUALITY)).isNotEmpty();
    }

    @Test
    void aUserAddsStylesAndOtherWords() throws IOException {
        ImageConfig config = config(Map.of(
                "image.prompts.styles.house.english", "in the style of the house",
                "image.prompts.styles.house.chinese", "本店风格",
                "image.prompts.styles.anime.english", "anime"));
        assertThat(config.prompts().styles()).containsKeys("house", "photography");
        assertThat(config.prompts().styles().get("anime").english()).isEqualTo("anime");
        assertThat(config.prompts().styles().get("anime").chinese()).isEqualTo("动漫风格，赛璐璐上色");
        assertThat(ImageModule.catalogue(config.prompts()).names(Kind.STYLE)).contains("house");
    }

    @Test
    void aStyleWithoutWordsIsNamed() {
        assertThatThrownBy(() -> catalogue(Map.of("image.prompts.styles.anime.chinese", " ")))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("STYLE anime: blank");
    }

    private static PromptCatalogue catalogue(Map<String, String> ofTheUser) throws IOException {
        return ImageModule.catalogue(config(ofTheUser).prompts());
    }

    private static ImageConfig config(Map<String, String> ofTheUser) throws IOException {
        return new SmallRyeConfigBuilder()
                .withMapping(ImageConfig.class)
                .withSources(
                        new PropertiesConfigSource(
                                PromptsConfigTest.class.getResource("/application.properties"), FROM_THE_JAR),
                        new PropertiesConfigSource(ofTheUser, "user", FROM_A_USER))
                .build()
                .getConfigMapping(ImageConfig.class);
    }
}
