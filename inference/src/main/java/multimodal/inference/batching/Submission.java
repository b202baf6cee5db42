package multimodal.inference.batching;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Tensor;

/** The rows of one call of a pipeline: cut into entries that fit into a batch, and put together again. */
final class Submission {

    private final long submittedNanos;
    private final Phase phase;
    private final int rows;
    private final boolean isFirst;
    private final List<Entry> entries = new ArrayList<>();
    private long finishedNanos;

    /**
     * Rows to run.
     *
     * @param phase of all of them
     * @param maxRows of one entry
     * @param isFirst whether the wait for the batch is a wait in the queue; otherwise it is one inside a running batch
     */
    Submission(RequestContext context, Phase phase, Map<String, Tensor> inputs, int maxRows, boolean isFirst) {
        this.submittedNanos = System.nanoTime();
        this.phase = phase;
        this.rows = commonRows(inputs);
        this.isFirst = isFirst;
        for (int from = 0; from < rows; from += maxRows) {
            Map<String, Tensor> part = slice(inputs, from, Math.min(rows, from + maxRows));
            entries.add(new Entry(context, phase, part, isFirst, submittedNanos));
        }
    }

    List<Entry> entries() {
        return entries;
    }

    int rows() {
        return rows;
    }

    /** Waits for all entries; the first failure ends the others. */
    Map<String, Tensor> await() {
        try {
            for (Entry entry : entries) {
                entry.outcome().get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            abandon();
            throw new InferenceException(ErrorKind.CANCELLED, "the request's thread was interrupted", e);
        } catch (ExecutionException e) {
            abandon();
            throw e.getCause() instanceof InferenceException known
                    ? known
                    : new InferenceException(ErrorKind.INTERNAL, "the batch failed", e.getCause());
        }
        finishedNanos = System.nanoTime();
        return joined();
    }

    /** What it took; after {@link #await}. */
    Work work() {
        long share = entries.stream()
                .mapToLong(entry -> entry.outcome().join().engineShareNanos())
                .sum();
        return new Work(phase, rows, timings(), Duration.ofNanos(share));
    }

    private StageTimings timings() {
        long queue = isFirst ? firstTakenNanos() - submittedNanos : 0;
        long engine = engineNanos();
        long batch = Math.max(0, finishedNanos - submittedNanos - queue - engine);
        return new StageTimings(
                Duration.ofNanos(queue), Duration.ofNanos(batch), Duration.ofNanos(engine), Duration.ZERO);
    }

    private long firstTakenNanos() {
        return entries.stream()
                .mapToLong(entry -> entry.outcome().join().takenNanos())
                .min()
                .orElse(submittedNanos);
    }

    private long engineNanos() {
        Set<Object> counted = new HashSet<>();
        return entries.stream()
                .map(entry -> entry.outcome().join())
                .filter(outcome -> counted.add(outcome.call()))
                .mapToLong(Outcome::engineNanos)
                .sum();
    }

    private void abandon() {
        entries.forEach(entry -> entry.outcome().cancel(false));
    }

    private Map<String, Tensor> joined() {
        List<Map<String, Tensor>> parts =
                entries.stream().map(entry -> entry.outcome().join().outputs()).toList();
        if (parts.size() == 1) {
            return parts.get(0);
        }
        Map<String, Tensor> whole = new HashMap<>();
        for (String name : parts.get(0).keySet()) {
            whole.put(
                    name,
                    Tensor.concatenateRows(
                            parts.stream().map(part -> part.get(name)).toList()));
        }
        return Map.copyOf(whole);
    }

    private static int commonRows(Map<String, Tensor> inputs) {
        List<Integer> rows =
                inputs.values().stream().map(Tensor::rows).distinct().toList();
        if (rows.size() != 1 || rows.get(0) < 1) {
            throw new IllegalArgumentException("inputs: " + inputs + " (expected: equal rows, at least 1)");
        }
        return rows.get(0);
    }

    private static Map<String, Tensor> slice(Map<String, Tensor> inputs, int from, int to) {
        Map<String, Tensor> part = new HashMap<>();
        inputs.forEach((name, tensor) -> part.put(name, to - from == tensor.rows() ? tensor : tensor.rows(from, to)));
        return Map.copyOf(part);
    }
}
