package multimodal.gateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import multimodal.common.rpc.BusyException;
import org.junit.jupiter.api.Test;

class CostBudgetTest {
    private final AtomicLong clock = new AtomicLong();
    private final CostBudget budget = new CostBudget(60, 100, clock::get);

    @Test
    void whatIsBeyondIsRefusedUntilThereIsRoom() {
        CostBudget.Permit first = budget.admit(60);
        budget.admit(40);

        assertThat(refusal(1).retryDelay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(refusal(1)).hasMessage("workflows of a cost of 100 run, 1 more is beyond 100");

        first.close();
        budget.admit(60);
    }

    @Test
    void theDelayIsTheShareOfTheTimeThatRunsTake() {
        CostBudget.Permit first = budget.admit(60);
        clock.addAndGet(Duration.ofSeconds(20).toNanos());
        first.close();
        budget.admit(60);
        budget.admit(40);

        assertThat(refusal(50).retryDelay()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void oneRunMayNotCostMoreThanAllTogether() {
        assertThat(budget.maxRunCost()).isEqualTo(60);
        assertThat(new CostBudget(60, 50).maxRunCost()).isEqualTo(50);
    }

    private BusyException refusal(long cost) {
        return catchThrowableOfType(BusyException.class, () -> budget.admit(cost));
    }
}
