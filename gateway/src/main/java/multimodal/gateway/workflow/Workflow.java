package multimodal.gateway.workflow;

import java.util.List;

/** A typed graph; {@link WorkflowValidator} says whether it can run. */
public record Workflow(String name, String description, List<Port> inputs, List<Node> nodes, List<Edge> edges) {
    /** Copies the lists. */
    public Workflow {
        inputs = List.copyOf(inputs);
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }
}
