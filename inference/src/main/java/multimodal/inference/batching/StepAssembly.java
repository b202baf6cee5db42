package multimodal.inference.batching;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import multimodal.inference.error.InferenceException;

/**
 * The open rows of a step batch, and the steps that they have submitted.
 *
 * <p>When there are more rows than places they share the engine by cost: start-time fair queueing (Goyal, Vin and Cheng 1996)
 * with the weight of a step (its slots, or the prompt that it reads) as its cost. Time is counted in units that each row was given; a step's turn is the time that its
 * row has used up, and a row that comes begins at the time of those that are being served. So a row of one slot takes eight
 * steps while one of eight slots takes one, a newcomer is not behind what others were given before, and nobody waits for ever.
 */
final class StepAssembly implements Assembly {

    private final WaitingEntries waiting;
    /** Every open row with its last submission; null before the first. */
    private final Map<StepRow, Submission> rows = new LinkedHashMap<>();
    /** The turn that was served last. */
    private double turn;

    StepAssembly(int maxRows, Duration maxWait, BatchKey key, BatchListener listener) {
        this.waiting = new WaitingEntries(maxRows, maxWait, key, listener);
    }

    void open(StepRow row) {
        rows.put(row, null);
    }

    void submit(StepRow row, Submission submission) {
        rows.put(row, submission);
        for (Entry entry : submission.entries()) {
            entry.setTurn(row.takeTurn(turn, entry.phase(), entry.rows()));
            waiting.add(entry);
        }
    }

    void close(StepRow row) {
        rows.remove(row);
    }

    @Override
    public long nanosUntilDue(long nowNanos) {
        long nanos = waiting.nanosUntilDue(nowNanos);
        return waiting.isEmpty() || isAnyRowAwaited() ? nanos : 0;
    }

    @Override
    public List<Entry> take(int calls) {
        List<Entry> batch = waiting.take(calls);
        if (!batch.isEmpty()) {
            turn = Math.max(turn, batch.get(0).turn());
        }
        return batch;
    }

    @Override
    public boolean isEmpty() {
        return waiting.isEmpty();
    }

    @Override
    public void fail(InferenceException reason) {
        waiting.fail(reason);
    }

    /** Whether a row whose caller still waits is between two steps. */
    private boolean isAnyRowAwaited() {
        return rows.entrySet().stream().anyMatch(row -> row.getKey().context().isLive() && !isWaiting(row.getValue()));
    }

    private static boolean isWaiting(Submission last) {
        return last != null
                && last.entries().stream().anyMatch(entry -> !entry.outcome().isDone());
    }
}
