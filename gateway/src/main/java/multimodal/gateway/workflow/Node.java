package multimodal.gateway.workflow;

import com.google.protobuf.Message;

/**
 * One call of an RPC.
 *
 * @param id names it within its workflow
 * @param settings the RPC's request without what edges fill; a port's field that is set is a literal
 */
public record Node(String id, NodeType type, Message settings) {
    /** A node without settings. */
    public Node(String id, NodeType type) {
        this(id, type, type.empty());
    }

    /** What one call costs. */
    long cost() {
        return type.cost().of(settings);
    }
}
