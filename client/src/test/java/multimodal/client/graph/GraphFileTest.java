package multimodal.client.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import multimodal.client.graph.GraphFile.Format;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.v1.Language;
import multimodal.gateway.v1.PortType;
import multimodal.gateway.v1.Workflow;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.testing.Fuzz;
import multimodal.testing.MutatedBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraphFileTest {
    private static final String YAML =
            """
            name: Describe
            inputs:
            - {name: prompt, type: PORT_TYPE_TEXT}
            nodes:
            - id: paint
              method: multimodal.image.v1.ImageService/GenerateImage
              settings: &settings {steps: 20, seed: 9007199254740993}
            - id: describe
              method: multimodal.clip.v1.VisionLanguageService/CaptionImage
              settings: {language: LANGUAGE_CHINESE}
            edges:
            - {source: {port: prompt}, target: {node: paint, port: prompt}}
            - {source: {node: paint, port: image}, target: {node: describe, port: image}}
            """;

    private static final String JSON =
            """
            {"name": "Describe", "inputs": [{"name": "prompt", "type": "PORT_TYPE_TEXT"}],
             "nodes": [
               {"id": "paint", "method": "multimodal.image.v1.ImageService/GenerateImage", "settings": {"steps": 20, "seed": 9007199254740993}},
               {"id": "describe", "method": "multimodal.clip.v1.VisionLanguageService/CaptionImage", "settings": {"language": "LANGUAGE_CHINESE"}}],
             "edges": [
               {"source": {"port": "prompt"}, "target": {"node": "paint", "port": "prompt"}},
               {"source": {"node": "paint", "port": "image"}, "target": {"node": "describe", "port": "image"}}]}
            """;

    @TempDir
    Path directory;

    @Test
    void yamlJsonAndJavaMakeTheSameGraph() {
        Workflow graph = new GraphBuilder("Describe")
                .input("prompt", PortType.PORT_TYPE_TEXT)
                .node(
                        "paint",
                        ImageServiceGrpc.getGenerateImageMethod(),
                        GenerateImageRequest.newBuilder()
                                .setSteps(20)
                                .setSeed(9007199254740993L)
                                .build())
                .node(
                        "describe",
                        VisionLanguageServiceGrpc.getCaptionImageMethod(),
                        CaptionImageRequest.newBuilder()
                                .setLanguage(Language.LANGUAGE_CHINESE)
                                .build())
                .edge("prompt", "paint.prompt")
                .edge("paint.image", "describe.image")
                .build();

        assertThat(GraphFile.parse(YAML, Format.YAML)).isEqualTo(graph);
        assertThat(GraphFile.parse(JSON, Format.JSON)).isEqualTo(graph);
        assertThat(GraphFile.parse(JSON, Format.YAML)).isEqualTo(graph);
    }

    @Test
    void aNumberThatADoubleCannotHoldStaysWhole() {
        Value seed =
                GraphFile.parse(JSON, Format.JSON).getNodes(0).getSettings().getFieldsOrThrow("seed");

        assertThat(seed.getStringValue()).isEqualTo("9007199254740993");
    }

    @Test
    void theEndOfTheNameSaysTheFormat() throws IOException {
        Path yaml = Files.writeString(directory.resolve("graph.yaml"), YAML);
        Path json = Files.writeString(directory.resolve("graph.json"), JSON);

        assertThat(GraphFile.read(yaml)).isEqualTo(GraphFile.read(json));
    }

    @Test
    void aFaultIsToldInOneLineWithItsPlace() throws IOException {
        Path file = Files.writeString(directory.resolve("graph.yaml"), "name: a\nname: b\n");

        assertThatThrownBy(() -> GraphFile.read(file))
                .isInstanceOf(GraphException.class)
                .hasMessageMatching(".*graph.yaml: not YAML: found duplicate key name in line 2, column 1");
        assertThatThrownBy(() -> GraphFile.parse("{\"name\": \"a\", \"name\": \"b\"}", Format.JSON))
                .hasMessage("a key that comes twice at $.name");
        assertThatThrownBy(() -> GraphFile.parse("name: a\nnodez: []\n", Format.YAML))
                .hasMessageContaining("nodez");
        assertThatThrownBy(() -> GraphFile.parse("- a\n", Format.YAML))
                .hasMessage("not a graph (expected: an object with name, nodes, edges)");
        assertThatThrownBy(() -> GraphFile.parse("{name: a}", Format.JSON)).hasMessageStartingWith("not JSON: ");
        assertThatThrownBy(() -> GraphFile.parse("name: 2026-11-25\n", Format.YAML))
                .hasMessage("a date (expected: a text; put it into quotes)");
        assertThatThrownBy(() -> GraphFile.parse("1: a\n", Format.YAML))
                .hasMessage("the key 1 (expected: a text; put it into quotes)");
        assertThatThrownBy(() -> GraphFile.parse("name: !!javax.script.ScriptEngineManager []\n", Format.YAML))
                .hasMessageStartingWith("not YAML: Global tag is not allowed");
    }

    @Test
    void aSmallFileDoesNotGrow() {
        StringBuilder bomb = new StringBuilder("name: bomb\na0: &a0 [x, x, x]\n");
        for (int i = 1; i < 20; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
        }

        assertThatThrownBy(() -> GraphFile.parse(bomb.toString(), Format.YAML)).hasMessage("more than 20000 values");
        assertThatThrownBy(() -> GraphFile.parse(
                        bomb.append(bomb.toString().replace("a", "b")).toString(), Format.YAML))
                .isInstanceOf(GraphException.class);
        assertThatThrownBy(() -> GraphFile.parse("a: &a [*a]\n", Format.YAML)).isInstanceOf(GraphException.class);
    }

    @Test
    void whatIsDeepOrLargeIsRefused() throws IOException {
        String deep = "[".repeat(40) + "]".repeat(40);
        String huge = "[" + "1,".repeat(30_000) + "1]";

        for (Format format : Format.values()) {
            assertThatThrownBy(() -> GraphFile.parse("{\"nodes\": " + deep + "}", format))
                    .isInstanceOf(GraphException.class);
            assertThatThrownBy(() -> GraphFile.parse("{\"nodes\": " + huge + "}", format))
                    .hasMessage("more than 20000 values");
        }
        Path large = directory.resolve("large.yaml");
        Files.write(large, new byte[GraphFile.MAX_BYTES + 1]);
        assertThatThrownBy(() -> GraphFile.read(large))
                .hasMessageEndingWith("1048577 bytes (expected: at most 1048576)");
    }

    @Test
    void whateverTheYamlIsItIsAGraphOrRefused() {
        fuzz(
                YAML,
                Format.YAML,
                List.of("&a ", "*a", "<<: *settings", "- ", ": ", "? ", "|\n", "!!binary ", "---\n", "{", "]", "\t"));
    }

    @Test
    void whateverTheJsonIsItIsAGraphOrRefused() {
        fuzz(JSON, Format.JSON, List.of("{", "}", "[", "]", "\"", "null", "\\u0000", "\\ud800", ",", ":", "/*"));
    }

    private static void fuzz(String sound, Format format, List<String> words) {
        Fuzz.run(MutatedBytes.ofTexts(List.of(sound), words), bytes -> {
            try {
                GraphFile.parse(new String(bytes, StandardCharsets.UTF_8), format);
            } catch (GraphException refused) {
                assertThat(refused.getMessage()).isNotBlank().doesNotContain("\n");
            }
        });
    }
}
