package multimodal.client.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Renderings that are compared with a file; {@code -Dgolden.update} writes the files anew. Escapes are shown as ␛. */
public final class Golden {

    private static final Path DIRECTORY = Path.of("src/test/resources/golden");

    private Golden() {}

    /** Asserts that {@code rendering} is what the file {@code name} holds. */
    public static void assertMatches(String name, String rendering) throws IOException {
        String shown = rendering.replace('\u001b', '␛').replace('\r', '⏎');
        Path file = DIRECTORY.resolve(name);
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(DIRECTORY);
            Files.writeString(file, shown);
        }
        assertThat(shown).isEqualTo(Files.readString(file));
    }
}
