package multimodal.gateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import multimodal.gateway.client.RemoteNodes;
import org.junit.jupiter.api.Test;

/** The table of node kinds in {@code docs/workflows.md} is the catalogue. */
class NodeTableTest {
    private static final Path PAGE = Path.of("../docs/workflows.md");

    @Test
    void theTableInTheDocsIsTheCatalogue() throws IOException {
        List<String> rows =
                RemoteNodes.CATALOGUE.types().stream().map(NodeTableTest::row).toList();

        assertThat(Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("| `multimodal.")))
                .containsExactlyElementsOf(rows);
    }

    private static String row(NodeType type) {
        Map<String, List<InputPort>> groups = type.inputs().stream()
                .collect(Collectors.groupingBy(
                        port -> port.alternatives().orElse(port.name()), LinkedHashMap::new, Collectors.toList()));
        String inputs = groups.values().stream()
                .map(ports -> ports.stream()
                        .map(port -> "`%s` %s".formatted(port.name(), word(port.type(), port.required())))
                        .collect(Collectors.joining(" \\| ")))
                .collect(Collectors.joining(", "));
        String outputs = type.outputs().stream()
                .map(port -> "`%s` %s".formatted(port.name(), word(port.type(), true)))
                .collect(Collectors.joining(", "));
        String cost = Stream.concat(
                        Stream.of(Integer.toString(type.cost().base())),
                        type.cost().factors().stream()
                                .map(factor -> "`%s` (%d)".formatted(factor.field(), factor.defaultValue())))
                .collect(Collectors.joining(" × "));
        return "| `%s` | %s | %s | %s |".formatted(type.method(), inputs, outputs, cost);
    }

    private static String word(PortType type, boolean required) {
        return type.name().toLowerCase(java.util.Locale.ROOT) + (required ? "" : "?");
    }
}
