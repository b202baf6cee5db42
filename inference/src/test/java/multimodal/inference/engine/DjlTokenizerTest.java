package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import multimodal.inference.decoding.Tokenizer.Encoding;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.Safetensors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DjlTokenizerTest {

    private static final Path MODELS = Path.of(System.getProperty("fleet.root"), "models");

    private static DjlTokenizer tokenizer;

    @BeforeAll
    static void load() {
        tokenizer = DjlTokenizer.load(MODELS.resolve("tokenizer/tokenizer.json"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void idsAndDecodedTextsAreThoseOfTheGolden() throws IOException {
        try (Safetensors golden = Safetensors.open(MODELS.resolve("golden/tokenizer.safetensors"))) {
            JsonNode cases = new ObjectMapper().readTree(golden.metadata().get("cases"));
            assertThat(cases).hasSizeGreaterThan(50);
            for (JsonNode one : cases) {
                String text = one.get("text").asText();
                List<Long> ids = tokenizer.encode(text).ids();
                long[] expected =
                        golden.tensor(one.get("name").asText() + "_ids").longs();
                assertThat(ids)
                        .as(text)
                        .containsExactlyElementsOf(
                                Arrays.stream(expected).boxed().toList());
                assertThat(tokenizer.decode(ids).strip())
                        .as(text)
                        .isEqualTo(one.get("decoded").asText());
            }
        }
    }

    /** A word's token begins at the space before it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            two cats on a beach   | -1 0 3 8 11 13 -1
            一只猫在雪地上         | -1 0 0 1 2 3 4 5 6 -1
            a 🐱 under the 🌙 sky | -1 0 1 2 2 2 2 4 10 14 15 15 15 15 17 -1
            𠀀𠀁 b                | -1 0 0 0 0 0 2 2 2 4 -1
            ''                    | -1 -1
            """)
    void startsCountUtf16UnitsEvenAfterAstralCharacters(String text, String starts) {
        assertThat(tokenizer.encode(text).starts()).map(String::valueOf).containsExactly(starts.split(" "));
    }

    @Test
    void endsAreThoseOfWholeCharactersWhereTheNextTokenBegins() {
        assertThat(tokenizer.encode("a 🐱 under").ends()).containsExactly(-1, 1, 2, 4, 4, 4, 4, 10, -1);
    }

    @Test
    void longTextsAreNotCut() {
        assertThat(tokenizer.encode("cat ".repeat(2000)).ids()).hasSizeGreaterThan(2000);
    }

    @Test
    void loneSurrogatesBecomeReplacementCharactersInTheirPlace() {
        Encoding encoding = tokenizer.encode("a\ud83d cat");
        assertThat(tokenizer.decode(encoding.ids())).isEqualTo(" a\ufffd cat");
        assertThat(encoding.starts()).contains(1, 2);
    }

    @Test
    void aSequenceThatEndsInsideACharacterEndsInAReplacementCharacter() {
        List<Long> ids = tokenizer.encode("🐱").ids();
        assertThat(tokenizer.decode(ids.subList(0, 4))).endsWith("\ufffd");
    }

    @Test
    void threadsShareATokenizer() {
        List<Long> expected = tokenizer.encode("two cats on a beach").ids();
        assertThat(IntStream.range(0, 2000)
                        .parallel()
                        .mapToObj(i -> tokenizer.encode("two cats on a beach").ids()))
                .allMatch(expected::equals);
    }

    @Test
    void aFileThatIsNoTokenizerIsNamed() {
        assertThatThrownBy(() -> DjlTokenizer.load(MODELS.resolve("golden/noise.safetensors")))
                .isInstanceOf(InferenceException.class)
                .hasMessageStartingWith("noise.safetensors: does not load: ");
    }
}
