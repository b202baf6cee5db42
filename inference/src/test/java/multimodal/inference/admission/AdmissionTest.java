package multimodal.inference.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import multimodal.inference.batching.Phase;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.StageTimings;
import multimodal.inference.batching.Work;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;
import multimodal.inference.testing.ManualTicker;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final ModelId MODEL = new ModelId("toy", "1");

    private final StepTimeEstimate estimate = new StepTimeEstimate();
    private final ManualTicker clock = new ManualTicker();
    private final List<String> heard = new ArrayList<>();
    private final Admission admission = new Admission(
            MODEL,
            100,
            estimate,
            new AdmissionListener() {
                @Override
                public void admitted(ModelId model, long cost) {
                    heard.add("admitted " + cost);
                }

                @Override
                public void released(ModelId model, long cost) {
                    heard.add("released " + cost);
                }

                @Override
                public void refused(ModelId model, ErrorKind reason) {
                    heard.add("refused " + reason);
                }

                @Override
                public void firstOutput(ModelId model, FirstOutput kind, Duration sinceAdmission) {
                    heard.add("first " + kind + (sinceAdmission.isNegative() ? " before admission" : ""));
                }
            },
            clock);

    @Test
    void budgetIsHandedOutAndGivenBack() {
        Permit all = admit(RequestContext.detached(), 100);
        assertThat(refusal(RequestContext.detached(), 1).kind()).isEqualTo(ErrorKind.OVERLOADED);
        all.close();
        admit(RequestContext.detached(), 60).close();

        assertThat(heard)
                .containsExactly("admitted 100", "refused OVERLOADED", "released 100", "admitted 60", "released 60");
    }

    @Test
    void theFirstOutputOfAPermitIsHeardOfOnce() {
        try (Permit one = admit(RequestContext.detached(), 1);
                Permit other = admit(RequestContext.detached(), 1)) {
            one.firstOutput(FirstOutput.PREVIEW);
            one.firstOutput(FirstOutput.PREVIEW);
            other.firstOutput(FirstOutput.PREVIEW);
        }
        assertThat(heard)
                .filteredOn(event -> event.startsWith("first"))
                .containsExactly("first PREVIEW", "first PREVIEW");
    }

    @Test
    void permitClosesOnce() {
        Permit first = admit(RequestContext.detached(), 60);
        Permit second = admit(RequestContext.detached(), 40);
        first.close();
        first.close();

        assertThat(refusal(RequestContext.detached(), 61).kind()).isEqualTo(ErrorKind.OVERLOADED);
        second.close();
        assertThat(heard).endsWith("released 40");
    }

    @Test
    void requestBeyondTheBudgetIsAdmittedWhenItIsAlone() {
        try (Permit alone = admit(RequestContext.detached(), 5000)) {
            assertThat(alone.timings()).isEqualTo(StageTimings.ZERO);
            assertThat(refusal(RequestContext.detached(), 1).kind()).isEqualTo(ErrorKind.OVERLOADED);
        }
    }

    @Test
    void refusalComputesTheDelayFromWhatIsLeftToDo() {
        calibrate(Duration.ofMillis(10));
        WorkPermit half = admit(RequestContext.detached(), 60);
        admit(RequestContext.detached(), 40);
        half.add("toy", alone(50, Duration.ofMillis(500)));

        // 10 units are left of the one, 40 of the other; in turns the first is done after 20, both after 50.
        assertThat(refusal(RequestContext.detached(), 60).retryDelay()).contains(Duration.ofMillis(200));
        assertThat(refusal(RequestContext.detached(), 61).retryDelay()).contains(Duration.ofMillis(500));
    }

    @Test
    void delayIsGivenEvenIfNothingIsKnownYet() {
        admit(RequestContext.detached(), 100);

        assertThat(refusal(RequestContext.detached(), 1).retryDelay()).contains(Duration.ofSeconds(1));
    }

    @Test
    void deadlineThatCannotBeMetIsRefusedBeforeTheWork() {
        calibrate(Duration.ofSeconds(1));

        assertThat(refusal(endingIn(Duration.ofSeconds(9)), 10).kind()).isEqualTo(ErrorKind.DEADLINE_EXCEEDED);
        admit(endingIn(Duration.ofSeconds(60)), 10).close();
    }

    @Test
    void estimateCountsTheOthersTurns() {
        calibrate(Duration.ofSeconds(1));
        admit(RequestContext.detached(), 80);

        // 10 of its own and 10 turns of the long one.
        assertThat(refusal(endingIn(Duration.ofSeconds(15)), 10).kind()).isEqualTo(ErrorKind.DEADLINE_EXCEEDED);
        admit(endingIn(Duration.ofSeconds(30)), 10).close();
    }

    @Test
    void callerWhoHasGoneIsNotAdmitted() {
        RequestContext gone = new RequestContext("", OptionalLong.empty(), () -> true, Context.root());

        assertThat(refusal(gone, 1).kind()).isEqualTo(ErrorKind.CANCELLED);
        assertThat(refusal(endingIn(Duration.ZERO), 1).kind()).isEqualTo(ErrorKind.DEADLINE_EXCEEDED);
    }

    @Test
    void finishedWorkTeachesTheEstimate() {
        calibrate(Duration.ofMillis(10));
        try (WorkPermit permit = admit(RequestContext.detached(), 20)) {
            permit.add("head", alone(1, Duration.ofMillis(100)));
            permit.add("toy", alone(20, Duration.ofMillis(300)));
        }
        assertThat(estimate.nanosFor("toy", 1, 1)).contains(20e6);
        try (WorkPermit permit = admit(RequestContext.detached(), 1)) {
            permit.add("toy", alone(1, Duration.ofMillis(30)));
        }

        // 350 of 170 ms: a short request says less than a long one.
        assertThat(estimate.nanosFor("toy", 1, 1))
                .hasValueSatisfying(nanos -> assertThat(nanos).isCloseTo(350e6 / 17, within(1.0)));
    }

    @Test
    void rowsInCompanyAreForeseenAsCalibrationTimedThem() {
        estimate.calibrate("unet", cheaperTogether());
        Cost cost = Cost.of("unet", 10, 2, 1);
        assertThat(refusal(endingIn(Duration.ofMillis(160)), cost))
                .hasMessageContaining("the work takes about 160 ms, the deadline is in ");

        // Four rows fit into a call and take 4 ms each.
        admit(RequestContext.detached(), cost);
        assertThat(refusal(endingIn(Duration.ofMillis(160)), cost)).hasMessageContaining("takes about 160 ms");
        // Six do not: in turns with the others, a third of the calls is its own.
        admit(RequestContext.detached(), cost);
        assertThat(refusal(endingIn(Duration.ofMillis(160)), cost)).hasMessageContaining("takes about 240 ms");
        admit(endingIn(Duration.ofMinutes(1)), cost);
    }

    @Test
    void shortWorkBesideLongIsForeseenToEndFirst() {
        estimate.calibrate("unet", cheaperTogether());
        admit(RequestContext.detached(), Cost.of("unet", 20, 3, 1));

        assertThat(refusal(endingIn(Duration.ofMillis(10)), Cost.of("unet", 1, 1, 1)))
                .hasMessageContaining("takes about 16 ms");
    }

    @Test
    void whatWasMeasuredInOneCompanyCorrectsAnother() {
        estimate.calibrate("unet", cheaperTogether());
        try (WorkPermit permit = admit(RequestContext.detached(), Cost.of("unet", 10, 1, 1))) {
            for (int step = 0; step < 10; step++) {
                permit.add("unet", alone(1, Duration.ofMillis(20)));
            }
        }

        assertThat(estimate.nanosFor("unet", 1, 1)).contains(20e6);
        assertThat(estimate.nanosFor("unet", 1, 4)).contains(8e6);
    }

    @Test
    void largeRowsCostMore() {
        calibrate(Duration.ofMillis(10));
        Cost large = Cost.of("toy", 10, 1, 4);
        assertThat(refusal(endingIn(Duration.ofMillis(300)), large)).hasMessageContaining("takes about 400 ms");
        try (WorkPermit permit = admit(RequestContext.detached(), large)) {
            permit.add("toy", alone(5, Duration.ofMillis(200)));
            // 20 units are left.
            assertThat(refusal(RequestContext.detached(), 61).retryDelay()).contains(Duration.ofMillis(200));
        }
    }

    @Test
    void aPromptWeighsWhatReadingItTakes() {
        estimate.calibrate("decoder", readingEightIdsAStep());
        assertThat(refusal(endingIn(Duration.ofMillis(50)), Cost.ofText("decoder", 96, 3, 2)))
                .hasMessageContaining("takes about 160 ms");
        assertThat(refusal(endingIn(Duration.ofMillis(20)), Cost.ofText("decoder", 8, 3, 1)))
                .hasMessageContaining("takes about 30 ms");
        assertThat(admit(RequestContext.detached(), Cost.ofText("decoder", 96, 3, 2))
                        .units())
                .isEqualTo(12 + 2 * 2);
    }

    @Test
    void aPromptThatIsReadIsDone() {
        estimate.calibrate("decoder", readingEightIdsAStep());
        WorkPermit permit = admit(RequestContext.detached(), Cost.ofText("decoder", 80, 91, 1));
        permit.add("decoder", work(Phase.PREFILL, 1, Duration.ofMillis(100)));
        permit.add("decoder", work(Phase.DECODE, 1, Duration.ofMillis(10)));

        // 89 tokens of 10 ms are left.
        assertThat(refusal(RequestContext.detached(), 1).retryDelay()).contains(Duration.ofMillis(890));
        permit.close();
        assertThat(estimate.nanosFor("decoder", 1, 1)).contains(10e6);
    }

    @Test
    void eachNetworkOfARequestIsForeseenByItself() {
        estimate.calibrate("vision", times(4, rows -> Duration.ofMillis(100)));
        estimate.calibrate("text", times(4, rows -> Duration.ofMillis(1)));
        Cost both = Cost.of("vision", 2).and(Cost.of("text", 30));

        assertThat(refusal(endingIn(Duration.ofMillis(10)), both)).hasMessageContaining("takes about 230 ms");
        assertThat(refusal(endingIn(Duration.ofMillis(10)), Cost.of("text", 30)))
                .hasMessageContaining("takes about 30 ms");
        admit(RequestContext.detached(), Cost.of("vision", 2));
        // What others do with another network takes turns with it.
        assertThat(refusal(endingIn(Duration.ofMillis(10)), Cost.of("text", 30)))
                .hasMessageContaining("takes about 60 ms");
    }

    @Test
    void eachNetworkIsLearntByItself() {
        estimate.calibrate("vision", times(1, rows -> Duration.ofMillis(100)));
        estimate.calibrate("text", times(1, rows -> Duration.ofMillis(1)));
        try (WorkPermit permit =
                admit(RequestContext.detached(), Cost.of("vision", 1).and(Cost.of("text", 1)))) {
            permit.add("vision", work(Phase.SINGLE_SHOT, 1, Duration.ofMillis(150)));
            permit.add("text", work(Phase.SINGLE_SHOT, 1, Duration.ofMillis(3)));
        }
        assertThat(estimate.nanosFor("vision", 1, 1)).contains(150e6);
        assertThat(estimate.nanosFor("text", 1, 1)).contains(3e6);
    }

    @Test
    void workOfAnArtifactThatNobodyTimedIsNotForeseen() {
        calibrate(Duration.ofSeconds(1));

        admit(endingIn(Duration.ofMinutes(1)), Cost.of("other", 1000, 1, 0.001)).close();
    }

    @Test
    void stoppedDoorRefusesAndWaitsForThoseInside() throws Exception {
        Permit inside = admit(RequestContext.detached(), 1);
        admission.stop();

        assertThat(refusal(RequestContext.detached(), 1).kind()).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThat(admission.awaitIdle(Duration.ofMillis(1))).isFalse();
        CompletableFuture<Void> leaving = CompletableFuture.runAsync(inside::close);
        assertThat(admission.awaitIdle(Duration.ofHours(1))).isTrue();
        leaving.get();
    }

    @Test
    void callerAloneLeavesAFifthToNewcomers() {
        int held = fill("greedy");

        assertThat(held).isEqualTo(80);
        assertThat(refusal(of("greedy"), 1)).hasMessageContaining("80 units of work are this caller's, and 20 of 100");
        admit(of("polite"), 20).close();
        admit(RequestContext.detached(), 20).close();
    }

    @Test
    void politeCallerIsNeverRefusedHoweverMuchAGreedyOneAsks() {
        Random random = new Random(7);
        List<Permit> greedy = new ArrayList<>();
        for (int round = 0; round < 1000; round++) {
            fill("greedy", greedy);
            admit(of("polite"), 1 + random.nextInt(10)).close();
            greedy.remove(random.nextInt(greedy.size())).close();
        }
    }

    @Test
    void greedyCallersEndAtEqualShares() {
        List<Permit> first = new ArrayList<>();
        List<Permit> second = new ArrayList<>();
        fill("first", first);
        for (int round = 0; round < 200; round++) {
            first.remove(0).close();
            fill("second", second);
            fill("first", first);
            second.remove(0).close();
        }
        fill("second", second);

        assertThat(first.size()).isBetween(42, 46);
        assertThat(second.size()).isBetween(42, 46);
    }

    @Test
    void callerIsToldWhenItsOwnShareWillBeFree() {
        calibrate(Duration.ofMillis(10));
        admit(of("greedy"), 40);
        admit(of("greedy"), 40);

        // In turns the first of them is done after 80 units, and makes room.
        assertThat(refusal(of("greedy"), 10).retryDelay()).contains(Duration.ofMillis(800));
    }

    private int fill(String caller) {
        return fill(caller, new ArrayList<>());
    }

    /** Takes one unit after another until it is refused; answers how many it then holds. */
    private int fill(String caller, List<Permit> held) {
        while (true) {
            try {
                held.add(admit(of(caller), 1));
            } catch (InferenceException e) {
                assertThat(e.kind()).isEqualTo(ErrorKind.OVERLOADED);
                return held.size();
            }
        }
    }

    private static RequestContext of(String caller) {
        return new RequestContext(caller, OptionalLong.empty(), () -> false, Context.root());
    }

    private WorkPermit admit(RequestContext context, long rows) {
        return admit(context, Cost.of("toy", rows, 1, 1));
    }

    private WorkPermit admit(RequestContext context, Cost cost) {
        return admission.admit(context, cost);
    }

    private InferenceException refusal(RequestContext context, long rows) {
        return refusal(context, Cost.of("toy", rows, 1, 1));
    }

    private InferenceException refusal(RequestContext context, Cost cost) {
        return catchThrowableOfType(InferenceException.class, () -> admit(context, cost));
    }

    private void calibrate(Duration perRow) {
        estimate.calibrate("toy", times(1, rows -> perRow));
    }

    /** 10 ms alone, 8 ms each of two, 6 ms each of three, 4 ms each of four. */
    private static RowTimes cheaperTogether() {
        return times(4, rows -> Duration.ofMillis(12 - 2L * Math.min(rows, 4)));
    }

    /** 10 ms for a row, as for eight ids of a prompt. */
    private static RowTimes readingEightIdsAStep() {
        return new RowTimes() {
            @Override
            public int maxRows() {
                return 1;
            }

            @Override
            public double nanosPerRow(int rows) {
                return 10e6;
            }

            @Override
            public double promptUnits(int tokens) {
                return Math.max(1, tokens / 8.0);
            }
        };
    }

    private static RowTimes times(int maxRows, IntFunction<Duration> perRow) {
        return new RowTimes() {
            @Override
            public int maxRows() {
                return maxRows;
            }

            @Override
            public double nanosPerRow(int rows) {
                return perRow.apply(rows).toNanos();
            }
        };
    }

    /** Work in calls of its own. */
    private static Work alone(int rows, Duration engine) {
        return work(Phase.STEP, rows, engine);
    }

    private static Work work(Phase phase, int rows, Duration engine) {
        return new Work(phase, rows, new StageTimings(Duration.ZERO, Duration.ZERO, engine, Duration.ZERO), engine);
    }

    private static RequestContext endingIn(Duration duration) {
        return new RequestContext(
                "", OptionalLong.of(System.nanoTime() + duration.toNanos()), () -> false, Context.root());
    }
}
