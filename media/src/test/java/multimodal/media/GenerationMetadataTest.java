package multimodal.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationMetadataTest {

    private static final Picture PICTURE = Pictures.random(8, 8, 1);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a castle under the night sky",
                "一座神秘的古堡在月光下闪闪发光",
                "two lines\nand a\ttab",
                "nul \0 inside",
                "🐈 on snow",
                "café",
                ""
            })
    void comesBackFromTheFile(String text) {
        GenerationMetadata metadata = metadata(text);
        byte[] png = PngEncoder.encode(PICTURE, metadata);
        assertThat(GenerationMetadata.read(png)).contains(metadata);
    }

    @Test
    void asciiStandsReadablyInTheFile() {
        byte[] png = PngEncoder.encode(PICTURE, metadata("a red apple"));
        assertThat(new String(png, StandardCharsets.ISO_8859_1))
                .contains("tEXtprompt\0a red apple")
                .contains("tEXtguidance_scale\0" + "2.5")
                .contains("tEXtsize\0" + "8x8");
    }

    @Test
    void isAbsentInOtherFiles() {
        assertThat(GenerationMetadata.read(PngEncoder.encode(PICTURE))).isEmpty();
        assertThat(GenerationMetadata.read(Goldens.bytes("png-rgb.png"))).isEmpty();
        assertThat(GenerationMetadata.read(Goldens.bytes("jpeg-444.jpg"))).isEmpty();
    }

    private static GenerationMetadata metadata(String prompt) {
        return new GenerationMetadata(
                prompt,
                "blurry",
                -1L,
                "sticker-diffusion",
                "1",
                30,
                2.5f,
                "ddim, eta 0.0, trailing",
                Optional.of(0.6f),
                Optional.of("sticker-unclip/1"),
                8,
                8);
    }
}
