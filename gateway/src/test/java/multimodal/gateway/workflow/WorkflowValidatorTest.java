package multimodal.gateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import multimodal.gateway.client.RemoteNodes;
import multimodal.image.v1.GenerateImageRequest;
import org.junit.jupiter.api.Test;

class WorkflowValidatorTest {
    private static final Edge PROMPT_TO_IMAGE = new Edge(PortRef.input("prompt"), new PortRef("image", "prompt"));
    private static final Node IMAGE = node("image", "multimodal.image.v1.ImageService/GenerateImage");
    private static final Node CAPTION = node("caption", "multimodal.clip.v1.VisionLanguageService/CaptionImage");
    private static final Node TEXT = node("text", "multimodal.clip.v1.VisionLanguageService/ContinueText");

    @Test
    void noNodesAreTooFew() {
        assertThat(problems(List.of(), List.of())).containsExactly("nodes: 0 nodes (1 to 64)");
    }

    @Test
    void sixtyFiveNodesAreTooMany() {
        List<Node> nodes = IntStream.range(0, 65)
                .mapToObj(i -> new Node("n" + i, IMAGE.type()))
                .toList();
        List<Edge> edges = nodes.stream()
                .map(node -> new Edge(PortRef.input("prompt"), new PortRef(node.id(), "prompt")))
                .toList();

        assertThat(problems(nodes, edges)).containsExactly("nodes: 65 nodes (1 to 64)");
    }

    @Test
    void anIdIsUniqueAndWellFormed() {
        List<Node> nodes = List.of(IMAGE, IMAGE, new Node("a b", IMAGE.type()));
        List<Edge> edges = List.of(PROMPT_TO_IMAGE, new Edge(PortRef.input("prompt"), new PortRef("a b", "prompt")));

        assertThat(problems(nodes, edges))
                .containsExactly(
                        "nodes[2].id: a b (1 to 64 characters of [A-Za-z0-9_-])",
                        "nodes[1].id: image (an id that no other node has)");
    }

    @Test
    void anUnknownMethodIsNamed() {
        Node coffee = new Node("coffee", NodeType.unknown("multimodal.image.v1.ImageService/GenerateCoffee"));
        List<Edge> edges = List.of(new Edge(PortRef.input("prompt"), new PortRef("coffee", "milk")));

        assertThat(problems(List.of(coffee), edges))
                .containsExactly("nodes[0].method: multimodal.image.v1.ImageService/GenerateCoffee"
                        + " (an RPC such as multimodal.image.v1.ImageService/GenerateImage)");
    }

    @Test
    void anEdgeHasTwoEndsOfOneType() {
        List<Edge> edges = List.of(
                PROMPT_TO_IMAGE,
                new Edge(PortRef.input("prompt"), new PortRef("caption", "image")),
                new Edge(new PortRef("nobody", "x"), new PortRef("image", "colour")));

        assertThat(problems(List.of(IMAGE, CAPTION), edges))
                .containsExactly(
                        "edges[2].source: nobody.x (an output of a node or an input)",
                        "edges[2].target: image.colour (an input of a node)",
                        "edges[1]: TEXT prompt to IMAGE caption.image (ends of the same type)");
    }

    @Test
    void eachInputIsFedOnce() {
        List<Edge> edges = List.of(PROMPT_TO_IMAGE, PROMPT_TO_IMAGE);

        assertThat(problems(List.of(IMAGE, CAPTION), edges))
                .containsExactly(
                        "nodes[0].inputs.prompt: 2 values for image.prompt (1: an edge or a setting)",
                        "nodes[1].inputs.image: 0 values for caption.image (1: an edge or a setting)");
    }

    @Test
    void aLiteralIsAValueToo() {
        Node literal = new Node(
                "image",
                IMAGE.type(),
                GenerateImageRequest.newBuilder().setPrompt("a cat").build());

        assertThat(problems(List.of(literal), List.of())).isEmpty();
        assertThat(problems(List.of(literal), List.of(PROMPT_TO_IMAGE)))
                .containsExactly("nodes[0].inputs.prompt: 2 values for image.prompt (1: an edge or a setting)");
    }

    @Test
    void ofPortsThatExcludeOneAnotherOneHasAValue() {
        Node embed = node("embed", "multimodal.clip.v1.ClipService/Embed");
        Edge text = new Edge(PortRef.input("prompt"), new PortRef("embed", "text"));
        Edge picture = new Edge(new PortRef("image", "image"), new PortRef("embed", "image"));

        assertThat(problems(List.of(embed), List.of(text))).isEmpty();
        assertThat(problems(List.of(embed), List.of()))
                .containsExactly(
                        "nodes[0].inputs.text: 0 values for embed.text or embed.image (1: an edge or a setting)");
        assertThat(problems(List.of(embed, IMAGE), List.of(text, picture, PROMPT_TO_IMAGE)))
                .containsExactly(
                        "nodes[0].inputs.text: 2 values for embed.text or embed.image (1: an edge or a setting)");
    }

    @Test
    void anOptionalPortMayStayEmpty() {
        Edge negative = new Edge(PortRef.input("prompt"), new PortRef("image", "negative_prompt"));

        assertThat(problems(List.of(IMAGE), List.of(PROMPT_TO_IMAGE))).isEmpty();
        assertThat(problems(List.of(IMAGE), List.of(PROMPT_TO_IMAGE, negative, negative)))
                .containsExactly(
                        "nodes[0].inputs.negative_prompt: 2 values for image.negative_prompt (at most 1: an edge or a setting)");
    }

    @Test
    void anInputIsOfATypeThatCallersGiveAndHasANameOfItsOwn() {
        Workflow workflow = new Workflow(
                "test",
                "",
                List.of(new Port("a", PortType.TEXT), new Port("a", PortType.VIDEO)),
                List.of(node("compare", "multimodal.clip.v1.ClipService/Compare")),
                List.of());

        assertThat(WorkflowValidator.check(workflow, RemoteNodes.CATALOGUE))
                .extracting(WorkflowProblem::path)
                .containsExactly(
                        "inputs[1].name", "inputs[1].type", "nodes[0].inputs.row_text", "nodes[0].inputs.column_text");
    }

    @Test
    void aCycleIsNamed() {
        List<Edge> edges = List.of(
                new Edge(new PortRef("text", "text"), new PortRef("image", "prompt")),
                new Edge(new PortRef("image", "image"), new PortRef("caption", "image")),
                new Edge(new PortRef("caption", "caption"), new PortRef("text", "prompt")));

        assertThat(problems(List.of(IMAGE, CAPTION, TEXT), edges))
                .containsExactly("edges[1]: a cycle through caption.image, text.prompt, image.prompt (no cycle)");
    }

    @Test
    void whatStandsBehindACycleIsNotCalledOne() {
        List<Edge> edges = List.of(
                new Edge(new PortRef("text", "text"), new PortRef("image", "prompt")),
                new Edge(new PortRef("image", "image"), new PortRef("caption", "image")),
                new Edge(new PortRef("text", "text"), new PortRef("text", "prompt")));

        assertThat(problems(List.of(CAPTION, IMAGE, TEXT), edges))
                .containsExactly("edges[2]: a cycle through text.prompt (no cycle)");
    }

    private static List<String> problems(List<Node> nodes, List<Edge> edges) {
        Workflow workflow =
                new Workflow("test", "", List.of(new Port("prompt", PortType.TEXT)), new ArrayList<>(nodes), edges);
        return WorkflowValidator.check(workflow, RemoteNodes.CATALOGUE).stream()
                .map(problem -> problem.path() + ": " + problem.value() + " (" + problem.expected() + ")")
                .toList();
    }

    private static Node node(String id, String method) {
        return new Node(id, RemoteNodes.CATALOGUE.find(method).orElseThrow());
    }
}
