package multimodal.image.testing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import multimodal.inference.batching.BatchEvent;
import multimodal.inference.batching.BatchListener;

/**
 * Lets requests arrive at random while others run. The clock is the calls of one artifact: before each come none, one or two
 * more, and the next comes at once when nothing runs. So arrivals fall between all steps of others, however fast the machine.
 */
public final class RandomArrivals implements BatchListener {

    private final String artifact;
    private final Random random;
    private final Deque<Runnable> toCome = new ArrayDeque<>();
    private int running;
    private int sharedCalls;

    /**
     * No arrivals yet. Must be the listener of the model that the requests are for.
     *
     * @param artifact whose calls let requests in
     */
    public RandomArrivals(String artifact, Random random) {
        this.artifact = artifact;
        this.random = random;
    }

    /** The results of {@code requests}, which arrive in their order. */
    public <T> List<T> run(List<Callable<T>> requests) {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<CompletableFuture<T>> results = new ArrayList<>();
            synchronized (this) {
                for (Callable<T> request : requests) {
                    CompletableFuture<T> result = new CompletableFuture<>();
                    results.add(result);
                    toCome.add(() -> threads.execute(() -> run(request, result)));
                }
                sharedCalls = 0;
                next();
            }
            return results.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdownNow();
        }
    }

    /** Calls of the artifact in which several of the requests were. */
    public synchronized int sharedCalls() {
        return sharedCalls;
    }

    @Override
    public synchronized void formed(BatchEvent batch) {
        if (batch.key().artifact().equals(artifact)) {
            sharedCalls += batch.members().size() > 1 ? 1 : 0;
            for (int more = random.nextInt(3); more > 0; more--) {
                next();
            }
        }
    }

    private <T> void run(Callable<T> request, CompletableFuture<T> result) {
        try {
            result.complete(request.call());
        } catch (Exception failure) {
            result.completeExceptionally(failure);
        } finally {
            ended();
        }
    }

    private synchronized void next() {
        Runnable arrival = toCome.poll();
        if (arrival != null) {
            running++;
            arrival.run();
        }
    }

    private synchronized void ended() {
        running--;
        if (running == 0) {
            next();
        }
    }
}
