package multimodal.bench;

import com.google.protobuf.util.Durations;
import com.google.rpc.RetryInfo;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import multimodal.common.rpc.Statuses;
import multimodal.common.server.Callers;
import multimodal.image.v1.ImageServiceGrpc;

/** Mixed pictures, told one by one: when each was wanted, when it ended and how. */
final class MixedLoad {

    /** Keys that the requests are sent with in turn: callers who share. */
    private static final int CALLERS = 16;

    private static final double NANOS_PER_SECOND = 1e9;

    private final Channel channel;
    private final List<Arrival> arrivals;
    private final long startNanos = System.nanoTime();
    private final double lastTrySeconds;

    /**
     * The loads of a file of {@link Arrival}s, by name: {@code open <file> <last try>} sends them at their times, {@code closed
     * <file> <clients> <seconds>} one after the other.
     */
    static Map<String, LoadLines.Workload> workloads(Channel channel) {
        return Map.of(
                "open",
                words -> new MixedLoad(channel, Arrival.read(Path.of(words[1])), Double.parseDouble(words[2])).open(),
                "closed",
                words -> new MixedLoad(channel, Arrival.read(Path.of(words[1])), Double.MAX_VALUE)
                        .closed(Integer.parseInt(words[2]), Double.parseDouble(words[3])));
    }

    /** @param lastTrySeconds after which nobody tries again */
    private MixedLoad(Channel channel, List<Arrival> arrivals, double lastTrySeconds) {
        this.channel = channel;
        this.arrivals = arrivals;
        this.lastTrySeconds = lastTrySeconds;
    }

    /**
     * How an arrival ended.
     *
     * @param number of the arrival
     * @param from when it was wanted, in seconds
     * @param end in seconds
     * @param code of the last try
     * @param refusals of all tries
     * @param refusalsWithoutDelay of them, those that do not say when to try again
     */
    private record Outcome(int number, double from, double end, Code code, int refusals, int refusalsWithoutDelay) {

        String toJson() {
            return String.format(
                    Locale.ROOT,
                    "[%d, %.4f, %.4f, \"%s\", %d, %d]",
                    number,
                    from,
                    end,
                    code,
                    refusals,
                    refusalsWithoutDelay);
        }
    }

    /** An open loop: each is sent at its time, whatever became of those before. Answers with one line of JSON. */
    String open() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<Outcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < arrivals.size(); i++) {
                int number = i;
                double at = arrivals.get(i).atSeconds();
                sleepUntil(at);
                outcomes.add(threads.submit(() -> outcome(number, at)));
            }
            List<Outcome> all = new ArrayList<>();
            for (Future<Outcome> outcome : outcomes) {
                all.add(outcome.get());
            }
            return toJson(all);
        } finally {
            threads.shutdownNow();
        }
    }

    /** A closed loop: each client sends the next of the arrivals, over and over, when it has the answer to its last. */
    String closed(int clients, double seconds) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Callable<List<Outcome>>> loops = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                int first = client;
                loops.add(() -> loop(first, clients, seconds));
            }
            List<Outcome> all = new ArrayList<>();
            for (Future<List<Outcome>> loop : threads.invokeAll(loops)) {
                all.addAll(loop.get());
            }
            return toJson(all);
        } finally {
            threads.shutdownNow();
        }
    }

    private List<Outcome> loop(int first, int clients, double seconds) throws InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        for (int number = first; now() < seconds; number += clients) {
            outcomes.add(outcome(number % arrivals.size(), now()));
        }
        return outcomes;
    }

    private Outcome outcome(int number, double from) throws InterruptedException {
        int refusals = 0;
        int withoutDelay = 0;
        while (true) {
            Optional<StatusRuntimeException> failure = send(number);
            Code code = failure.map(e -> e.getStatus().getCode()).orElse(Code.OK);
            Optional<RetryInfo> retry = failure.flatMap(e -> Statuses.detail(e, RetryInfo.class));
            if (code == Code.RESOURCE_EXHAUSTED) {
                refusals++;
                withoutDelay += retry.isEmpty() ? 1 : 0;
            }
            boolean again = code == Code.RESOURCE_EXHAUSTED
                    && retry.isPresent()
                    && arrivals.get(number).isPatient()
                    && now() < lastTrySeconds;
            if (!again) {
                return new Outcome(number, from, now(), code, refusals, withoutDelay);
            }
            Thread.sleep(Durations.toMillis(retry.get().getRetryDelay()));
        }
    }

    private Optional<StatusRuntimeException> send(int number) {
        Metadata headers = new Metadata();
        headers.put(Callers.API_KEY, "caller-" + number % CALLERS);
        try {
            ImageServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .generateImage(arrivals.get(number).request())
                    .forEachRemaining(response -> {});
            return Optional.empty();
        } catch (StatusRuntimeException e) {
            return Optional.of(e);
        }
    }

    private double now() {
        return (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
    }

    private void sleepUntil(double seconds) throws InterruptedException {
        double left = seconds - now();
        if (left > 0) {
            Thread.sleep((long) (left * 1000));
        }
    }

    private static String toJson(List<Outcome> outcomes) {
        return outcomes.stream().map(Outcome::toJson).collect(Collectors.joining(", ", "{\"outcomes\": [", "]}"));
    }
}
