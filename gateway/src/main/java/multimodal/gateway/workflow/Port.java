package multimodal.gateway.workflow;

/** A named place where a value of one type goes in or comes out. */
public record Port(String name, PortType type) {}
