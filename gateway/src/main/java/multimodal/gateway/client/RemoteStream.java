package multimodal.gateway.client;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import multimodal.common.rpc.Statuses;
import multimodal.gateway.workflow.Cancellation;
import multimodal.gateway.workflow.NodeException;
import multimodal.gateway.workflow.NodeOutput;

/** Reads a server stream that ends with a result, one message at a time, within the deadline of the calling context. */
final class RemoteStream {
    private RemoteStream() {}

    /**
     * Makes a call and reads its messages.
     *
     * @param call starts the call
     * @param reader takes each message; returns the output for the one that is the result
     */
    static <T> NodeOutput read(
            Supplier<Iterator<T>> call, Function<T, Optional<NodeOutput>> reader, Cancellation cancellation)
            throws NodeException {
        Context.CancellableContext context = Context.current().withCancellation();
        try (Cancellation.Registration registration = cancellation.onCancel(() -> context.cancel(null))) {
            return context.call(() -> readAll(call.get(), reader));
        } catch (StatusRuntimeException e) {
            throw new NodeException(Statuses.toProto(context.isCancelled() ? e : unlessCancelled(e)));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            context.cancel(null);
        }
    }

    /** A call that nobody here has cancelled was reset by a server that ends, which is one more way not to be reachable. */
    private static StatusRuntimeException unlessCancelled(StatusRuntimeException error) {
        return error.getStatus().getCode() == Status.Code.CANCELLED
                ? Status.UNAVAILABLE
                        .withDescription("the service has broken off: "
                                + error.getStatus().getDescription())
                        .asRuntimeException()
                : error;
    }

    private static <T> NodeOutput readAll(Iterator<T> messages, Function<T, Optional<NodeOutput>> reader) {
        Optional<NodeOutput> result = Optional.empty();
        while (messages.hasNext()) {
            Optional<NodeOutput> output = reader.apply(messages.next());
            if (output.isPresent()) {
                result = output;
            }
        }
        return result.orElseThrow(() -> Status.INTERNAL
                .withDescription("the stream has ended without a result")
                .asRuntimeException());
    }
}
