package multimodal.gateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import multimodal.common.v1.FinishReason;
import multimodal.common.v1.GenerationInfo;
import multimodal.gateway.workflow.PortValue.TextValue;
import org.junit.jupiter.api.Test;

class NodeCacheTest {
    private static final int LENGTH = 1000;
    private static final int ENTRY_BYTES = 2 * LENGTH + 500;

    private final AtomicLong clock = new AtomicLong();
    private final NodeCache cache = new NodeCache(3 * ENTRY_BYTES, Duration.ofSeconds(10), clock::get);

    @Test
    void whatWasNotUsedForTheLongestTimeLeavesFirst() {
        cache.add("a", output("a"));
        cache.add("b", output("b"));
        cache.add("c", output("c"));
        cache.find("a");
        cache.add("d", output("d"));

        assertThat(cache.find("b")).isEmpty();
        assertThat(cache.find("a")).contains(output("a"));
        assertThat(cache.find("c")).isPresent();
        assertThat(cache.bytes()).isEqualTo(3 * ENTRY_BYTES);
    }

    @Test
    void memoryStaysWithinItsBoundWhateverComes() {
        for (int i = 0; i < 100; i++) {
            cache.add("key " + i % 7, output("x".repeat(i % 3)));
            assertThat(cache.bytes()).isLessThanOrEqualTo(3 * ENTRY_BYTES);
        }
    }

    @Test
    void aResultThatIsTooLargeAloneLeavesTheOthersAlone() {
        cache.add("a", output("a"));
        cache.add(
                "huge",
                new NodeOutput(
                        Map.of("text", new TextValue("x".repeat(5 * LENGTH))),
                        GenerationInfo.getDefaultInstance(),
                        FinishReason.FINISH_REASON_END,
                        Any.getDefaultInstance()));

        assertThat(cache.find("huge")).isEmpty();
        assertThat(cache.find("a")).isPresent();
    }

    @Test
    void aResultIsForgottenAfterItsTime() {
        cache.add("a", output("a"));
        clock.addAndGet(Duration.ofSeconds(10).toNanos());
        assertThat(cache.find("a")).isPresent();

        clock.incrementAndGet();

        assertThat(cache.find("a")).isEmpty();
        assertThat(cache.bytes()).isZero();
    }

    private static NodeOutput output(String start) {
        return new NodeOutput(
                Map.of("text", new TextValue(start + " ".repeat(LENGTH - start.length()))),
                GenerationInfo.getDefaultInstance(),
                FinishReason.FINISH_REASON_END,
                Any.getDefaultInstance());
    }
}
