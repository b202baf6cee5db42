package multimodal.gateway.workflow;

import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;

/** A typed graph; {@link WorkflowValidator} says whether it can run. */
public record Workflow(String name, String description, List<Port> inputs, List<Node> nodes, List<Edge> edges) {
    /** Copies the lists. */
    public Workflow {
        inputs = List.copyOf(inputs);
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }

    /** This graph with other settings for the nodes that {@code settings} names. */
    public Workflow withSettings(Map<String, ? extends Message> settings) {
        List<Node> changed = nodes.stream()
                .map(node -> settings.containsKey(node.id())
                        ? new Node(node.id(), node.type(), settings.get(node.id()))
                        : node)
                .toList();
        return new Workflow(name, description, inputs, changed, edges);
    }

    /** What a run costs: the sum over its nodes, in units of about one row of the usual size through a model once. */
    public long cost() {
        return nodes.stream().mapToLong(Node::cost).sum();
    }
}
