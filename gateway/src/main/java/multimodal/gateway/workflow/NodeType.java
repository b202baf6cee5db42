package multimodal.gateway.workflow;

import java.util.List;

/**
 * A kind of node: one RPC and its ports.
 *
 * @param method full name of the RPC, {@code package.Service/Method}
 * @param repeatable whether running it again does no harm, so that it may be retried
 */
public record NodeType(String method, List<Port> inputs, List<Port> outputs, boolean repeatable) {
    /** Full name of the gRPC service. */
    public String service() {
        return method.substring(0, method.indexOf('/'));
    }
}
