package multimodal.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FuzzTest {
    private static final MutatedBytes NUMBERS = MutatedBytes.ofTexts(List.of("12, 345", "7"), List.of(","));

    /** Has the fault that it does not expect a comma at the end. */
    private static void read(byte[] input) {
        for (String part : new String(input, StandardCharsets.UTF_8).split(",", -1)) {
            if (part.isEmpty()) {
                throw new IllegalStateException("nothing after a comma");
            }
        }
    }

    @Test
    void aFaultIsFoundAndCanBeMadeAgain() {
        String first = message();

        assertThat(first)
                .startsWith("input ")
                .contains("of seed 1: java.lang.IllegalStateException: nothing after a comma", "as text: ");
        assertThat(message()).isEqualTo(first);
    }

    @Test
    void inputsDiffer() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            seen.add(new String(NUMBERS.apply(new Random(i)), StandardCharsets.ISO_8859_1));
        }
        assertThat(seen).hasSizeGreaterThan(700);
    }

    private static String message() {
        Throwable[] thrown = new Throwable[1];
        assertThatThrownBy(() -> Fuzz.run(NUMBERS, FuzzTest::read))
                .isInstanceOf(AssertionError.class)
                .satisfies(error -> thrown[0] = error);
        return thrown[0].getMessage();
    }
}
