package multimodal.gateway.workflow;

import com.google.protobuf.Message;
import java.util.Optional;

/**
 * A port of a node whose value becomes a field of the node's request.
 *
 * @param required whether the node cannot do without it, or without one of those it excludes
 * @param field from the request on
 */
public record InputPort(String name, PortType type, boolean required, FieldPath field) {
    /** Whether {@code settings} have a value for the port: a literal. */
    public boolean isSetIn(Message settings) {
        return field.get(settings).isPresent();
    }

    /** Ports of a node with the same text exclude one another; empty: it excludes none. */
    public Optional<String> alternatives() {
        return field.oneof();
    }
}
