package multimodal.gateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WorkflowValidatorTest {
    private static final Edge PROMPT_TO_IMAGE = new Edge(PortRef.input("prompt"), new PortRef("image", "prompt"));
    private static final Node IMAGE = new Node("image", NodeTypes.GENERATE_IMAGE);
    private static final Node CAPTION = new Node("caption", NodeTypes.CAPTION_IMAGE);
    private static final Node TEXT = new Node("text", NodeTypes.CONTINUE_TEXT);

    @Test
    void theFixedWorkflowsAreValid() {
        assertThat(Workflows.ALL).allSatisfy(workflow -> assertThat(WorkflowValidator.check(workflow))
                .isEmpty());
    }

    @Test
    void noNodesAreTooFew() {
        assertThat(problems(List.of(), List.of())).containsExactly("nodes: 0 nodes (1 to 64)");
    }

    @Test
    void sixtyFiveNodesAreTooMany() {
        List<Node> nodes = IntStream.range(0, 65)
                .mapToObj(i -> new Node("n" + i, NodeTypes.GENERATE_IMAGE))
                .toList();
        List<Edge> edges = nodes.stream()
                .map(node -> new Edge(PortRef.input("prompt"), new PortRef(node.id(), "prompt")))
                .toList();

        assertThat(problems(nodes, edges)).containsExactly("nodes: 65 nodes (1 to 64)");
    }

    @Test
    void anIdIsUniqueAndWellFormed() {
        List<Node> nodes = List.of(IMAGE, IMAGE, new Node("a b", NodeTypes.GENERATE_IMAGE));
        List<Edge> edges = List.of(PROMPT_TO_IMAGE, new Edge(PortRef.input("prompt"), new PortRef("a b", "prompt")));

        assertThat(problems(nodes, edges))
                .containsExactly(
                        "nodes[2].id: a b (1 to 64 characters of [A-Za-z0-9_-])",
                        "nodes[1].id: image (an id that no other node has)");
    }

    @Test
    void anUnknownMethodIsNamed() {
        NodeType coffee = new NodeType("kitchen.v1.Kitchen/MakeCoffee", List.of(), List.of(), true);

        assertThat(problems(List.of(new Node("coffee", coffee)), List.of()))
                .singleElement()
                .asString()
                .startsWith("nodes[0].method: kitchen.v1.Kitchen/MakeCoffee (one of [multimodal.image.v1.");
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
                        "edges[1]: TEXT to IMAGE (ends of the same type)");
    }

    @Test
    void eachInputIsFedOnce() {
        List<Edge> edges = List.of(PROMPT_TO_IMAGE, PROMPT_TO_IMAGE);

        assertThat(problems(List.of(IMAGE, CAPTION), edges))
                .containsExactly("image.prompt: 2 edges (exactly 1)", "caption.image: 0 edges (exactly 1)");
    }

    @Test
    void aCycleIsNamed() {
        List<Edge> edges = List.of(
                new Edge(new PortRef("text", "text"), new PortRef("image", "prompt")),
                new Edge(new PortRef("image", "image"), new PortRef("caption", "image")),
                new Edge(new PortRef("caption", "caption"), new PortRef("text", "prompt")));

        assertThat(problems(List.of(IMAGE, CAPTION, TEXT), edges))
                .containsExactly("edges: a cycle through [caption, image, text] (no cycle)");
    }

    private static List<String> problems(List<Node> nodes, List<Edge> edges) {
        Workflow workflow =
                new Workflow("test", "", List.of(new Port("prompt", PortType.TEXT)), new ArrayList<>(nodes), edges);
        return WorkflowValidator.check(workflow).stream()
                .map(problem -> problem.path() + ": " + problem.value() + " (" + problem.expected() + ")")
                .toList();
    }
}
