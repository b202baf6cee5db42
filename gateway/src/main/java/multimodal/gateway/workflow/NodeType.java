package multimodal.gateway.workflow;

import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import multimodal.common.v1.NodeOptions;
import multimodal.common.v1.NodeProto;

/**
 * A kind of node: one RPC, its ports, and how its request is made and its answer read. Everything comes from the RPC's
 * descriptor and its {@link NodeOptions}.
 *
 * @param method full name of the RPC, {@code package.Service/Method}
 * @param repeatable whether running it again does no harm, so that it may be retried
 * @param dependsOnState whether its result depends on more than the request
 * @param empty the request with nothing set
 */
public record NodeType(
        String method,
        List<InputPort> inputs,
        List<OutputPort> outputs,
        boolean repeatable,
        boolean dependsOnState,
        Message empty,
        NodeCost cost,
        AnswerReader answers) {

    /** Whether {@code method} is a kind of node: whether it has {@link NodeOptions}. */
    public static boolean isNode(MethodDescriptor method) {
        return method.getOptions().hasExtension(NodeProto.node);
    }

    /**
     * The kind of node that {@code method} is.
     *
     * @param empty the request with nothing set
     * @throws IllegalArgumentException if its options do not fit its messages
     */
    public static NodeType of(MethodDescriptor method, Message empty) {
        NodeOptions options = method.getOptions().getExtension(NodeProto.node);
        Descriptor request = method.getInputType();
        Descriptor result = AnswerReader.result(method);
        List<InputPort> inputs = options.getInputsList().stream()
                .map(port -> {
                    FieldPath field = FieldPath.of(request, port.getField());
                    return new InputPort(port.getName(), PortType.of(field.field()), port.getRequired(), field);
                })
                .toList();
        List<OutputPort> outputs = options.getOutputsList().stream()
                .map(port -> {
                    FieldPath field = FieldPath.of(result, port.getField());
                    return new OutputPort(port.getName(), PortType.of(field.field()), field);
                })
                .toList();
        return new NodeType(
                method.getService().getFullName() + "/" + method.getName(),
                inputs,
                outputs,
                method.getOptions().getIdempotencyLevel() == IdempotencyLevel.NO_SIDE_EFFECTS,
                options.getDependsOnState(),
                empty,
                NodeCost.of(options.getCost(), request),
                AnswerReader.of(method, outputs));
    }

    /** What stands for an RPC that is no kind of node: it has no ports, and {@link WorkflowValidator} refuses it. */
    public static NodeType unknown(String method) {
        return new NodeType(
                method,
                List.of(),
                List.of(),
                false,
                false,
                Empty.getDefaultInstance(),
                NodeCost.NONE,
                AnswerReader.NONE);
    }

    /** Full name of the gRPC service. */
    public String service() {
        return method.substring(0, Math.max(0, method.indexOf('/')));
    }

    /** The request of one call: {@code settings} with what the edges have brought, by port. */
    Message request(Message settings, Map<String, PortValue> values) {
        Message.Builder request = settings.toBuilder();
        inputs.stream().filter(port -> values.containsKey(port.name())).forEach(port -> port.field()
                .set(request, values.get(port.name()).field()));
        return request.build();
    }
}
