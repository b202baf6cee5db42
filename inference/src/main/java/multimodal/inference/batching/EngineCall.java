package multimodal.inference.batching;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import multimodal.inference.engine.Graph;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Tensor;

/**
 * Runs a formed batch: rows together, engine, rows apart. A failure reaches exactly the entries of the batch. Thread-safe, if
 * the graph takes calls side by side.
 */
final class EngineCall {

    private final BatchKey key;
    private final Graph graph;
    private final BatchPolicy policy;
    private final BatchListener listener;
    private final EngineClock clock = new EngineClock();
    private volatile long lastNanos;

    EngineCall(BatchKey key, Graph graph, BatchPolicy policy, BatchListener listener) {
        this.key = key;
        this.graph = graph;
        this.policy = policy;
        this.listener = listener;
    }

    /** How much of the engine's time the last call took; 0 before the first. */
    long lastNanos() {
        return lastNanos;
    }

    void run(List<Entry> batch) {
        if (batch.isEmpty()) {
            return;
        }
        long taken = System.nanoTime();
        BatchEvent event = event(batch, taken);
        long started = taken;
        try {
            listener.formed(event);
            Map<String, Tensor> inputs = together(batch, event.padding());
            started = System.nanoTime();
            double begun = clock.begin();
            Map<String, Tensor> outputs;
            long share;
            try {
                outputs = graph.run(inputs);
            } finally {
                share = clock.end(begun);
            }
            long engine = System.nanoTime() - started;
            lastNanos = share;
            List<Outcome> outcomes = apart(batch, outputs, event.padding(), taken, engine, share);
            listener.finished(event, Duration.ofNanos(engine), Optional.empty());
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).outcome().complete(outcomes.get(i));
            }
        } catch (RuntimeException | Error e) {
            batch.forEach(entry -> entry.outcome().completeExceptionally(failure(e)));
            listener.finished(event, Duration.ofNanos(System.nanoTime() - started), Optional.of(e));
        }
    }

    private BatchEvent event(List<Entry> batch, long taken) {
        List<BatchEvent.Member> members = batch.stream()
                .map(entry -> new BatchEvent.Member(
                        entry.context(),
                        entry.rows(),
                        entry.isFirst(),
                        Duration.ofNanos(taken - entry.submittedNanos()),
                        entry.wasLive()))
                .toList();
        int rows = batch.stream().mapToInt(Entry::rows).sum();
        return new BatchEvent(key, batch.get(0).phase(), members, policy.isFixed() ? policy.maxRows() - rows : 0);
    }

    /** The inputs of all entries under one another, the last row repeated as padding: real numbers, never read. */
    private static Map<String, Tensor> together(List<Entry> batch, int padding) {
        if (batch.size() == 1 && padding == 0) {
            return batch.get(0).inputs();
        }
        Map<String, Tensor> whole = new HashMap<>();
        for (String name : batch.get(0).inputs().keySet()) {
            List<Tensor> parts = new ArrayList<>(
                    batch.stream().map(entry -> entry.inputs().get(name)).toList());
            Tensor last = parts.get(parts.size() - 1);
            parts.addAll(Collections.nCopies(padding, last.row(last.rows() - 1)));
            whole.put(name, Tensor.concatenateRows(parts));
        }
        return whole;
    }

    private static List<Outcome> apart(
            List<Entry> batch, Map<String, Tensor> outputs, int padding, long taken, long engine, long share) {
        int expected = batch.stream().mapToInt(Entry::rows).sum() + padding;
        Object call = new Object();
        List<Outcome> outcomes = new ArrayList<>();
        int from = 0;
        for (Entry entry : batch) {
            int to = from + entry.rows();
            Map<String, Tensor> own = new HashMap<>();
            for (Map.Entry<String, Tensor> output : outputs.entrySet()) {
                own.put(output.getKey(), rows(output.getValue(), from, to, expected));
            }
            long ownShare = share * entry.rows() / (expected - padding);
            outcomes.add(new Outcome(Map.copyOf(own), taken, engine, ownShare, call));
            from = to;
        }
        return outcomes;
    }

    private static Tensor rows(Tensor output, int from, int to, int expected) {
        if (output.rows() != expected) {
            throw new IllegalStateException("output: " + output + " (expected: " + expected + " rows)");
        }
        return to - from == expected ? output : output.rows(from, to);
    }

    private InferenceException failure(Throwable cause) {
        ErrorKind kind = cause instanceof InferenceException known ? known.kind() : ErrorKind.INTERNAL;
        return new InferenceException(kind, key + ": the engine call failed: " + cause.getMessage(), cause);
    }
}
