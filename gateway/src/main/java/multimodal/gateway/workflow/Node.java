package multimodal.gateway.workflow;

/** One call of an RPC; {@code id} names it within its workflow. */
public record Node(String id, NodeType type) {}
