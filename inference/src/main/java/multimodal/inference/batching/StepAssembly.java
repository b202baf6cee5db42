package multimodal.inference.batching;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import multimodal.inference.error.InferenceException;

/** The open rows of a step batch, and the steps that they have submitted. */
final class StepAssembly implements Assembly {

    private final WaitingEntries waiting;
    /** Every open row with its last submission; null before the first. */
    private final Map<StepRow, Submission> rows = new LinkedHashMap<>();

    StepAssembly(int maxRows, Duration maxWait, BatchKey key, BatchListener listener) {
        this.waiting = new WaitingEntries(maxRows, maxWait, key, listener);
    }

    void open(StepRow row) {
        rows.put(row, null);
    }

    void submit(StepRow row, Submission submission) {
        rows.put(row, submission);
        submission.entries().forEach(waiting::add);
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
    public List<Entry> take() {
        return waiting.take();
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
