package multimodal.gateway.workflow;

/** Carries the value of {@code source} to {@code target}. */
public record Edge(PortRef source, PortRef target) {}
