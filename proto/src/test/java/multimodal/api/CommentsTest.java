package multimodal.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every service, rpc, message, field, oneof, enum and enum value says in a comment above it what it is. */
class CommentsTest {
    private static final Pattern ELEMENT =
            Pattern.compile("(service|rpc|message|enum|oneof)\\s.*|[\\w.<>, ]*\\w+ = \\d+( \\[.*])?;");
    private static final Pattern COMMENT = Pattern.compile("// \\S.*");
    private static final Pattern LINTER_NOTE = Pattern.compile("// buf:lint:.*");

    @Test
    void everyElementHasAComment() throws IOException {
        List<String> bare = new ArrayList<>();
        int elementCount = 0;
        for (Path file : ProtoFiles.all()) {
            List<String> lines = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !LINTER_NOTE.matcher(line).matches())
                    .toList();
            for (int i = 1; i < lines.size(); i++) {
                if (ELEMENT.matcher(lines.get(i)).matches()) {
                    elementCount++;
                    if (!COMMENT.matcher(lines.get(i - 1)).matches()) {
                        bare.add(file.getFileName() + ": " + lines.get(i));
                    }
                }
            }
        }

        assertThat(bare).isEmpty();
        assertThat(elementCount).isGreaterThan(150);
    }
}
