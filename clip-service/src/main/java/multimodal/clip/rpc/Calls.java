package multimodal.clip.rpc;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import multimodal.clip.steps.PictureFaults;
import multimodal.common.rpc.StreamWriter;
import multimodal.inference.rpc.InferenceStatuses;
import multimodal.inference.rpc.RequestContexts;

/** Runs calls on the service's threads, stops them when the caller has gone, and turns every failure into its status. */
public final class Calls {

    private final Executor executor;

    /** @param executor bounded: what it rejects is answered with {@code RESOURCE_EXHAUSTED} */
    public Calls(Executor executor) {
        this.executor = executor;
    }

    /** Answers with the one message that {@code work} makes. */
    <T> void answer(StreamObserver<T> observer, Function<Call, T> work) {
        stream(observer, (call, sink) -> sink.accept(work.apply(call)));
    }

    /** Answers with the messages that {@code work} gives to its sink, which blocks while the caller does not read. */
    <T> void stream(StreamObserver<T> observer, BiConsumer<Call, Consumer<T>> work) {
        long arrived = System.nanoTime();
        StreamWriter<T> writer = StreamWriter.of(observer, Calls::status);
        writer.run(executor, open -> work.accept(new Call(RequestContexts.current(), arrived), open::send));
    }

    /** The status that {@code error} is answered with. */
    static StatusRuntimeException status(Throwable error) {
        return error instanceof PictureFaults faults ? RequestCheck.refusal(faults) : InferenceStatuses.of(error);
    }
}
