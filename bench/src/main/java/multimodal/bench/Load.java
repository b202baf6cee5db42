package multimodal.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import multimodal.bench.Figures.Sample;

/**
 * A closed loop: each client sends its next request when it has the answer to the last.
 *
 * @param clients that send at once
 * @param seconds after which no client begins another request
 */
record Load(int clients, double seconds) {

    /** Sends one request and waits for its answer. */
    @FunctionalInterface
    interface Request {

        /**
         * Sends it.
         *
         * @param number of the request, counted over all clients from 0, to choose its content by
         */
        Answer send(int number);
    }

    /**
     * What came back.
     *
     * @param server the time that the server says it took; zero where there is no server
     * @param items what was asked for: pictures, embeddings or tokens
     */
    record Answer(Duration server, int items) {}

    /** Runs the loop; the first failure ends it. */
    Figures run(Request request) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        try {
            List<Callable<List<Sample>>> loops = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                int first = client;
                loops.add(() -> loop(request, first, end));
            }
            List<Sample> samples = new ArrayList<>();
            for (Future<List<Sample>> loop : threads.invokeAll(loops)) {
                samples.addAll(loop.get());
            }
            return Figures.of(samples, Duration.ofNanos(System.nanoTime() - start));
        } finally {
            threads.shutdownNow();
        }
    }

    private List<Sample> loop(Request request, int first, long end) {
        List<Sample> samples = new ArrayList<>();
        for (int number = first; System.nanoTime() < end; number += clients) {
            long sent = System.nanoTime();
            Answer answer = request.send(number);
            samples.add(new Sample(Duration.ofNanos(System.nanoTime() - sent), answer));
        }
        return samples;
    }
}
