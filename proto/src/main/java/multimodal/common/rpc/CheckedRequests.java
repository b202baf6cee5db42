package multimodal.common.rpc;

import com.google.protobuf.Message;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Answers bytes that are no message of the method's type with {@code INVALID_ARGUMENT} that names the fields whose text is
 * not UTF-8. grpc-java itself answers {@code UNKNOWN} and logs a stack trace. A service wraps what its
 * {@code bindService()} returns.
 */
public final class CheckedRequests {
    private CheckedRequests() {}

    /** {@code service} with every method checked. */
    public static ServerServiceDefinition of(ServerServiceDefinition service) {
        ServiceDescriptor before = service.getServiceDescriptor();
        ServiceDescriptor.Builder descriptor =
                ServiceDescriptor.newBuilder(before.getName()).setSchemaDescriptor(before.getSchemaDescriptor());
        service.getMethods().forEach(method -> descriptor.addMethod(check(method.getMethodDescriptor())));
        ServiceDescriptor after = descriptor.build();
        ServerServiceDefinition.Builder checked = ServerServiceDefinition.builder(after);
        service.getMethods().forEach(method -> addTo(checked, after, method));
        return checked.build();
    }

    private static <Q, R> MethodDescriptor<Q, R> check(MethodDescriptor<Q, R> method) {
        return method.toBuilder(new CheckedMarshaller<>(method.getRequestMarshaller()), method.getResponseMarshaller())
                .build();
    }

    @SuppressWarnings("unchecked")
    private static <Q, R> void addTo(
            ServerServiceDefinition.Builder checked, ServiceDescriptor service, ServerMethodDefinition<Q, R> method) {
        String name = method.getMethodDescriptor().getFullMethodName();
        service.getMethods().stream()
                .filter(candidate -> candidate.getFullMethodName().equals(name))
                .map(candidate -> (MethodDescriptor<Q, R>) candidate)
                .forEach(candidate -> checked.addMethod(candidate, check(method.getServerCallHandler())));
    }

    private static <Q, R> ServerCallHandler<Q, R> check(ServerCallHandler<Q, R> handler) {
        return (call, headers) -> new CheckedListener<>(call, handler.startCall(call, headers));
    }

    /** Stands for a message that could not be parsed, on its way from the marshaller to the listener. */
    private record Malformed(StatusRuntimeException status) {}

    private record CheckedMarshaller<Q>(Marshaller<Q> delegate) implements PrototypeMarshaller<Q> {
        @Override
        public InputStream stream(Q value) {
            return delegate.stream(value);
        }

        @Override
        @SuppressWarnings("unchecked")
        public Q parse(InputStream stream) {
            stream.mark(Integer.MAX_VALUE);
            try {
                return delegate.parse(stream);
            } catch (StatusRuntimeException e) {
                // Between here and CheckedListener nobody looks at the message, whose type is erased.
                return (Q) new Malformed(status(stream));
            }
        }

        private StatusRuntimeException status(InputStream stream) {
            Message prototype = (Message) getMessagePrototype();
            String type = prototype.getDescriptorForType().getName();
            Violations violations = new Violations();
            try {
                stream.reset();
                InvalidTexts.paths(prototype.getDescriptorForType(), stream.readAllBytes())
                        .forEach(path -> violations.add(path, "not UTF-8", "text in UTF-8"));
            } catch (IOException e) {
                violations.add("", "not a " + type, "a message of type " + type);
            }
            return violations.toException();
        }

        @Override
        public Q getMessagePrototype() {
            return ((PrototypeMarshaller<Q>) delegate).getMessagePrototype();
        }

        @Override
        public Class<Q> getMessageClass() {
            return ((PrototypeMarshaller<Q>) delegate).getMessageClass();
        }
    }

    private static final class CheckedListener<Q, R> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, R> call;
        private boolean refused;

        CheckedListener(ServerCall<Q, R> call, ServerCall.Listener<Q> delegate) {
            super(delegate);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            if (message instanceof Malformed malformed) {
                refused = true;
                call.close(malformed.status().getStatus(), malformed.status().getTrailers());
            } else if (!refused) {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }
}
