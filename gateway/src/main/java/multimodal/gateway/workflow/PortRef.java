package multimodal.gateway.workflow;

/** Points at a port of a node; the empty node is the workflow itself, whose inputs are sources of edges. */
public record PortRef(String node, String port) {
    /** The input {@code port} of the workflow itself. */
    public static PortRef input(String port) {
        return new PortRef("", port);
    }

    /** Whether this is a port of the workflow itself. */
    public boolean isInput() {
        return node.isEmpty();
    }
}
