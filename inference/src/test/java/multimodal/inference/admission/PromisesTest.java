package multimodal.inference.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import multimodal.inference.admission.Promises.Turn;
import multimodal.inference.testing.ManualTicker;
import org.junit.jupiter.api.Test;

class PromisesTest {

    private static final Duration DELAY = Duration.ofSeconds(4);

    private final ManualTicker clock = new ManualTicker();
    private final Promises promises = new Promises();

    @Test
    void whoComesBackAsToldKeepsItsTurn() {
        Turn first = refuse("a", 10);
        Turn second = refuse("b", 10);
        clock.advance(DELAY);

        assertThat(come("b", 10)).isEqualTo(new Turn(second.number(), true));
        assertThat(come("a", 10)).isEqualTo(new Turn(first.number(), true));
        assertThat(come("a", 10).number()).as("spent").isGreaterThan(second.number());
    }

    @Test
    void whoComesEarlyLateOrWithOtherWorkIsANewcomer() {
        refuse("a", 10);
        clock.advance(Duration.ofSeconds(3));
        assertThat(come("a", 10).hasComeBack()).as("a second early").isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(come("a", 11).hasComeBack()).as("with more work").isFalse();
        assertThat(come("b", 10).hasComeBack()).as("another").isFalse();
        clock.advance(Duration.ofSeconds(4));
        assertThat(come("a", 10).hasComeBack()).as("four seconds late").isFalse();
    }

    @Test
    void nobodyIsExpectedUntilSomebodyHasComeBack() {
        refuse("a", 10);
        assertThat(expected(new Turn(1, false))).isZero();
        for (int time = 0; time < 200; time++) {
            refuse("a", 10);
            clock.advance(DELAY);
            come("a", 10);
        }
        refuse("a", 100);
        assertThat(expected(come("b", 1))).as("almost all do").isBetween(80L, 100L);

        for (int time = 0; time < 200; time++) {
            refuse("a", 10);
            clock.advance(DELAY.multipliedBy(2));
        }
        refuse("a", 100);
        assertThat(expected(come("b", 1))).as("none did lately").isBetween(0L, 5L);
    }

    @Test
    void whoHasComeBackOnceIsExpectedAgainByThoseBehindIt() {
        Turn first = refuse("a", 10);
        clock.advance(DELAY);
        Turn back = come("a", 10);
        promises.add("a", 10, back, clock.getAsLong(), DELAY);

        assertThat(expected(come("b", 1))).isEqualTo(10);
        assertThat(expected(first)).isZero();
        assertThat(promises.expectedUnits(come("b", 1), caller -> !caller.equals("a")))
                .isZero();
    }

    @Test
    void aFloodOfRefusalsIsForgotten() {
        Turn back = new Turn(0, true);
        for (int refusal = 0; refusal < 10_000; refusal++) {
            promises.add("a", 1, back, clock.getAsLong(), DELAY);
        }
        assertThat(expected(new Turn(1, false))).isEqualTo(4096);
    }

    private Turn refuse(String caller, long units) {
        Turn turn = come(caller, units);
        promises.add(caller, units, turn, clock.getAsLong(), DELAY);
        return turn;
    }

    private Turn come(String caller, long units) {
        return promises.turnOf(caller, units, clock.getAsLong());
    }

    private long expected(Turn before) {
        return promises.expectedUnits(before, caller -> true);
    }
}
