package multimodal.common.server;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.ExceptionHandler;
import io.quarkus.grpc.ExceptionHandlerProvider;
import jakarta.inject.Singleton;
import multimodal.common.rpc.Statuses;

/** Answers an exception that nobody caught with {@code INTERNAL} and an id; its text goes to the log alone. */
@Singleton
public class HiddenErrors implements ExceptionHandlerProvider {
    @Override
    public <Q, R> ExceptionHandler<Q, R> createHandler(
            ServerCall.Listener<Q> listener, ServerCall<Q, R> call, Metadata headers) {
        return new ExceptionHandler<>(listener, call, headers) {
            @Override
            protected void handleException(Throwable error, ServerCall<Q, R> call, Metadata headers) {
                StatusRuntimeException status = Statuses.of(error);
                call.close(status.getStatus(), status.getTrailers() == null ? new Metadata() : status.getTrailers());
            }
        };
    }

    @Override
    public Throwable transform(Throwable error) {
        return Statuses.of(error);
    }
}
