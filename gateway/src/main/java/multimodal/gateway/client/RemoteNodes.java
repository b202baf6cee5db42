package multimodal.gateway.client;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.ClientCalls;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.gateway.workflow.Cancellation;
import multimodal.gateway.workflow.Node;
import multimodal.gateway.workflow.NodeCatalogue;
import multimodal.gateway.workflow.NodeException;
import multimodal.gateway.workflow.NodeExecutor;
import multimodal.gateway.workflow.NodeListener;
import multimodal.gateway.workflow.NodeOutput;
import multimodal.gateway.workflow.NodeType;
import multimodal.image.v1.ImageServiceGrpc;

/** Runs nodes by calling the services below. */
public final class RemoteNodes implements NodeExecutor {
    /** The services whose RPCs may be nodes; those that have the option {@code multimodal.common.v1.node} are. */
    private static final List<ServiceDescriptor> SERVICES = List.of(
            ImageServiceGrpc.getServiceDescriptor(),
            ClipServiceGrpc.getServiceDescriptor(),
            VisionLanguageServiceGrpc.getServiceDescriptor());

    private static final Map<String, MethodDescriptor<Message, Message>> METHODS = methods();

    /** Every kind of node there is. */
    public static final NodeCatalogue CATALOGUE =
            new NodeCatalogue(METHODS.values().stream().map(RemoteNodes::type).toList());

    private final ServiceChannels channels;

    /** Nodes behind {@code channels}. */
    public RemoteNodes(ServiceChannels channels) {
        this.channels = channels;
    }

    @Override
    public NodeOutput execute(Node node, Message request, NodeListener listener, Cancellation cancellation)
            throws NodeException {
        MethodDescriptor<Message, Message> method = METHODS.get(node.type().method());
        Channel channel = channels.serving(node.type().service()).orElseThrow();
        // A call that answers once is a stream of one message, for the server too.
        return RemoteStream.read(
                () -> ClientCalls.blockingServerStreamingCall(channel, method, CallOptions.DEFAULT, request),
                message -> node.type().answers().read(message, listener),
                cancellation);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, MethodDescriptor<Message, Message>> methods() {
        Map<String, MethodDescriptor<Message, Message>> methods = new HashMap<>();
        SERVICES.stream()
                .flatMap(service -> service.getMethods().stream())
                .filter(method -> NodeType.isNode(descriptor(method)))
                .forEach(
                        method -> methods.put(method.getFullMethodName(), (MethodDescriptor<Message, Message>) method));
        return methods;
    }

    private static NodeType type(MethodDescriptor<Message, Message> method) {
        PrototypeMarshaller<Message> requests = (PrototypeMarshaller<Message>) method.getRequestMarshaller();
        return NodeType.of(descriptor(method), requests.getMessagePrototype());
    }

    private static com.google.protobuf.Descriptors.MethodDescriptor descriptor(MethodDescriptor<?, ?> method) {
        return ((ProtoMethodDescriptorSupplier) method.getSchemaDescriptor()).getMethodDescriptor();
    }
}
