package multimodal.clip.rpc;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import multimodal.clip.pipeline.ImageIndexer;
import multimodal.clip.pipeline.NewImage;
import multimodal.clip.steps.PictureReader;
import multimodal.clip.v1.IndexImagesConfig;
import multimodal.clip.v1.IndexImagesRequest;
import multimodal.clip.v1.IndexImagesResponse;
import multimodal.common.rpc.Violations;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/**
 * One stream that fills a collection. The thread in {@link #run} owns it: what happens elsewhere (the client sends, an image
 * is durable, the service drains) comes to its inbox. The client is read only as long as little is on its way.
 */
final class IndexStream implements StreamObserver<IndexImagesRequest> {

    /** Messages that were read and are not answered, at the most. */
    private static final int MAX_MESSAGES = 256;

    /** Their bytes; the last message may exceed it. */
    private static final int MAX_BYTES = 16 << 20;

    /** Items that are embedded together: while they are stored, the next ones are embedded. */
    private static final int CHUNK = 32;

    /** Makes a collection ready for a stream. */
    @FunctionalInterface
    interface Opener {

        /** @param client hears what the collection is */
        ImageIndexer.Target open(IndexImagesConfig config, Consumer<IndexImagesResponse> client);
    }

    private sealed interface Event permits Arrived, Done, Signal {}

    private record Arrived(IndexImagesRequest request) implements Event {}

    private record Done(long number, Optional<Throwable> error) implements Event {}

    private enum Signal implements Event {
        HALF_CLOSED,
        GONE,
        DRAINING
    }

    /** What is remembered of an item until it is acknowledged. */
    private record Item(String id, int bytes) {}

    private final ImageIndexer indexer;
    private final PictureReader reader;
    private final Window window;
    private final BlockingQueue<Event> inbox = new LinkedBlockingQueue<>();
    /** Items that were given to the indexer and are not done, by number. */
    private final Map<Long, Item> underWay = new HashMap<>();

    private long itemCount;
    private boolean isHalfClosed;
    private boolean isDraining;
    private boolean isGone;

    /** Must be made inside the service method, before that returns. */
    IndexStream(ServerCallStreamObserver<IndexImagesResponse> client, ImageIndexer indexer, PictureReader reader) {
        client.disableAutoRequest();
        this.indexer = indexer;
        this.reader = reader;
        this.window = new Window(client);
    }

    @Override
    public void onNext(IndexImagesRequest request) {
        window.add(request.getSerializedSize());
        inbox.add(new Arrived(request));
    }

    @Override
    public void onCompleted() {
        inbox.add(Signal.HALF_CLOSED);
    }

    @Override
    public void onError(Throwable error) {
        inbox.add(Signal.GONE);
    }

    /** From now on nothing more is read. What was read is stored and acknowledged, then the stream ends. */
    void drain() {
        window.close();
        inbox.add(Signal.DRAINING);
    }

    /** Reads, stores and acknowledges until the client has sent everything; {@code client} may block while it does not read. */
    void run(Call call, Opener opener, Consumer<IndexImagesResponse> client) {
        window.open();
        Event first = take();
        if (first instanceof Arrived arrived) {
            fill(open(arrived.request(), opener, client), call, client);
        } else {
            note((Signal) first);
        }
        if (isDraining && !isHalfClosed) {
            throw new InferenceException(
                    ErrorKind.UNAVAILABLE, "the service is shutting down; send what was not acknowledged again");
        }
    }

    private ImageIndexer.Target open(IndexImagesRequest request, Opener opener, Consumer<IndexImagesResponse> client) {
        if (!request.hasConfig()) {
            throw refusal("config", "not in the first message", "in the first message and in no other");
        }
        ImageIndexer.Target target = opener.open(request.getConfig(), client);
        window.remove(request.getSerializedSize());
        return target;
    }

    private void fill(ImageIndexer.Target target, Call call, Consumer<IndexImagesResponse> client) {
        while (!isOver()) {
            List<NewImage> chunk = new ArrayList<>();
            do {
                handle(take(), target, chunk, client);
            } while (chunk.size() < CHUNK && !inbox.isEmpty());
            if (!chunk.isEmpty()) {
                indexer.index(target, chunk, call.context(), (number, error) -> inbox.add(new Done(number, error)));
            }
        }
    }

    private boolean isOver() {
        boolean isLast = isHalfClosed || isDraining;
        return isGone || isLast && underWay.isEmpty() && inbox.isEmpty();
    }

    private void handle(
            Event event, ImageIndexer.Target target, List<NewImage> chunk, Consumer<IndexImagesResponse> client) {
        if (event instanceof Arrived arrived) {
            if (!arrived.request().hasItem()) {
                throw refusal("item", "none in a later message", "in every message but the first");
            }
            arrive(arrived.request(), target, chunk, client);
        } else if (event instanceof Done done) {
            acknowledge(done.number(), underWay.remove(done.number()), done.error(), client);
        } else {
            note((Signal) event);
        }
    }

    private void arrive(
            IndexImagesRequest request,
            ImageIndexer.Target target,
            List<NewImage> chunk,
            Consumer<IndexImagesResponse> client) {
        long number = itemCount++;
        Item item = new Item(request.getItem().getId(), request.getSerializedSize());
        RequestCheck check = new RequestCheck(reader);
        NewImage image = SearchRequests.item(number, request.getItem(), target.space(), check);
        try {
            check.throwIfAny();
        } catch (StatusRuntimeException e) {
            acknowledge(number, item, Optional.of(e), client);
            return;
        }
        underWay.put(number, item);
        chunk.add(image);
    }

    private void acknowledge(long number, Item item, Optional<Throwable> error, Consumer<IndexImagesResponse> client) {
        client.accept(SearchResponses.acknowledgement(number, item.id(), error));
        window.remove(item.bytes());
    }

    private void note(Signal signal) {
        isHalfClosed |= signal == Signal.HALF_CLOSED;
        isDraining |= signal == Signal.DRAINING;
        isGone |= signal == Signal.GONE;
    }

    private Event take() {
        try {
            return inbox.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InferenceException(ErrorKind.UNAVAILABLE, "the service is shutting down", e);
        }
    }

    private static StatusRuntimeException refusal(String field, String found, String expected) {
        return new Violations().add(field, found, expected).toException();
    }

    /** How much is on its way: as long as that is little, the client may send more. */
    private static final class Window {

        private final ServerCallStreamObserver<?> client;
        private int messages;
        private long bytes;
        private boolean isAsked;
        private boolean isClosed;

        Window(ServerCallStreamObserver<?> client) {
            this.client = client;
        }

        synchronized void open() {
            askIfThereIsRoom();
        }

        synchronized void add(int size) {
            messages++;
            bytes += size;
            isAsked = false;
            askIfThereIsRoom();
        }

        synchronized void remove(int size) {
            messages--;
            bytes -= size;
            askIfThereIsRoom();
        }

        synchronized void close() {
            isClosed = true;
        }

        private void askIfThereIsRoom() {
            if (!isAsked && !isClosed && messages < MAX_MESSAGES && bytes < MAX_BYTES) {
                isAsked = true;
                client.request(1);
            }
        }
    }
}
