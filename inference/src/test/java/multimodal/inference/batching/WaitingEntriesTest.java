package multimodal.inference.batching;

import static multimodal.inference.batching.BatchingFixtures.KEY;
import static multimodal.inference.batching.BatchingFixtures.cancelledBy;
import static multimodal.inference.batching.BatchingFixtures.pastDeadline;
import static multimodal.inference.batching.BatchingFixtures.rows;
import static multimodal.inference.batching.BatchingFixtures.wide;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;

class WaitingEntriesTest {

    private static final long SUBMITTED = 1_000;

    private final List<Integer> left = new ArrayList<>();
    private final List<ErrorKind> dropped = new ArrayList<>();
    private final BatchListener listener = new BatchListener() {
        @Override
        public void left(BatchKey key, int rows) {
            left.add(rows);
        }

        @Override
        public void refused(BatchKey key, ErrorKind reason) {
            dropped.add(reason);
        }
    };
    private final WaitingEntries waiting = new WaitingEntries(4, Duration.ofNanos(100), KEY, listener);

    @Test
    void nothingIsDueWhileNothingWaits() {
        assertThat(waiting.nanosUntilDue(SUBMITTED)).isEqualTo(Long.MAX_VALUE);
        assertThat(waiting.take(1)).isEmpty();
    }

    @Test
    void firstEntryWaitsNoLongerThanTheDelay() {
        waiting.add(entry(rows(1)));

        assertThat(waiting.nanosUntilDue(SUBMITTED + 40)).isEqualTo(60);
        assertThat(waiting.nanosUntilDue(SUBMITTED + 100)).isZero();
    }

    @Test
    void fullBatchIsDueAtOnce() {
        waiting.add(entry(rows(1, 2)));
        waiting.add(entry(rows(3, 4)));

        assertThat(waiting.nanosUntilDue(SUBMITTED)).isZero();
    }

    @Test
    void rowsOfAnotherShapeDoNotFillTheBatch() {
        waiting.add(entry(rows(1, 2)));
        waiting.add(entry(wide(1, 5)));
        waiting.add(entry(wide(1, 5)));

        assertThat(waiting.nanosUntilDue(SUBMITTED)).isPositive();
    }

    @Test
    void batchTakesTheFirstAndAllThatFitToIt() {
        Entry first = entry(rows(1, 2));
        Entry other = entry(wide(1, 5));
        Entry tooMany = entry(rows(3, 4, 5));
        Entry last = entry(rows(6, 7));
        List.of(first, other, tooMany, last).forEach(waiting::add);

        assertThat(waiting.take(1)).containsExactly(first, last);
        assertThat(waiting.take(1)).containsExactly(other);
        assertThat(waiting.take(1)).containsExactly(tooMany);
        assertThat(left).containsExactly(2, 2, 1, 3);
    }

    @Test
    void callsThatBeginAtOnceGetEqualShares() {
        List<Entry> entries = List.of(entry(rows(1, 1)), entry(rows(2, 2)), entry(rows(3)), entry(rows(4)));
        entries.forEach(waiting::add);

        assertThat(waiting.take(3)).containsExactly(entries.get(0));
        assertThat(waiting.take(2)).containsExactly(entries.get(1));
        assertThat(waiting.take(1)).containsExactly(entries.get(2), entries.get(3));
    }

    @Test
    void aShareIsNeverMoreThanABatch() {
        List<Entry> entries = List.of(entry(rows(1, 1, 1)), entry(rows(2, 2, 2)), entry(rows(3, 3, 3)));
        entries.forEach(waiting::add);

        assertThat(waiting.take(2)).containsExactly(entries.get(0));
    }

    @Test
    void deadEntriesLeaveWhileTheBatchIsFormed() {
        AtomicBoolean gone = new AtomicBoolean();
        Entry cancelled = new Entry(cancelledBy(gone), Phase.STEP, rows(1), true, SUBMITTED);
        Entry late = new Entry(pastDeadline(), Phase.STEP, rows(2), true, SUBMITTED);
        Entry live = entry(rows(3));
        List.of(cancelled, late, live).forEach(waiting::add);
        gone.set(true);

        assertThat(waiting.take(1)).containsExactly(live);
        assertThat(dropped).containsExactly(ErrorKind.CANCELLED, ErrorKind.DEADLINE_EXCEEDED);
        assertThat(cancelled.outcome()).isCompletedExceptionally();
        assertThat(late.outcome()).isCompletedExceptionally();
    }

    private static Entry entry(Map<String, Tensor> inputs) {
        return new Entry(RequestContext.detached(), Phase.STEP, inputs, true, SUBMITTED);
    }
}
