package multimodal.image.testing;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.concurrent.atomic.AtomicLong;

/** Measures what a server has handed to gRPC, read by clients or not. */
public final class SentMessages implements ServerInterceptor {

    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong largestBytes = new AtomicLong();

    /** Bytes of all messages together. */
    public long bytes() {
        return bytes.get();
    }

    /** Bytes of the largest message. */
    public long largestBytes() {
        return largestBytes.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return next.startCall(
                new SimpleForwardingServerCall<>(call) {
                    @Override
                    public void sendMessage(R message) {
                        int size = ((MessageLite) message).getSerializedSize();
                        bytes.addAndGet(size);
                        largestBytes.accumulateAndGet(size, Math::max);
                        super.sendMessage(message);
                    }
                },
                headers);
    }
}
