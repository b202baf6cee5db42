package multimodal.gateway.workflow;

/**
 * A port of a node whose value is a field of what its RPC answers.
 *
 * @param field from the result on
 */
public record OutputPort(String name, PortType type, FieldPath field) {}
