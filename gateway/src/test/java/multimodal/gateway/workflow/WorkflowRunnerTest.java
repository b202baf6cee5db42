package multimodal.gateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.util.Durations;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.common.v1.DecodingOptions;
import multimodal.common.v1.FinishReason;
import multimodal.common.v1.GenerationInfo;
import multimodal.common.v1.SampledDecoding;
import multimodal.common.v1.Token;
import multimodal.gateway.client.RemoteNodes;
import multimodal.gateway.workflow.PortValue.TextValue;
import multimodal.image.v1.GenerateImageRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkflowRunnerTest {
    private static final NodeType CONTINUE = type("multimodal.clip.v1.VisionLanguageService/ContinueText", true);
    private static final NodeType PAINT = type("multimodal.image.v1.ImageService/GenerateImage", false);

    /** The input goes to left and right, whose settings differ, and both go to join, which is not repeatable. */
    private static final Workflow DIAMOND = new Workflow(
            "diamond",
            "",
            List.of(new Port("a", PortType.TEXT)),
            List.of(
                    new Node("join", PAINT),
                    new Node("left", CONTINUE, tokens(1)),
                    new Node("right", CONTINUE, tokens(2))),
            List.of(
                    new Edge(PortRef.input("a"), new PortRef("left", "prompt")),
                    new Edge(PortRef.input("a"), new PortRef("right", "prompt")),
                    new Edge(new PortRef("left", "text"), new PortRef("join", "prompt")),
                    new Edge(new PortRef("right", "text"), new PortRef("join", "negative_prompt"))));

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final NodeCache cache = new NodeCache(1 << 20, Duration.ofHours(1));
    private final Cancellation cancellation = new Cancellation();
    private final List<WorkflowEvent> events = new ArrayList<>();
    private int maxParallelNodes = 8;

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void nodesWhoseInputsAreReadyRunAtOnce() throws Exception {
        CyclicBarrier bothRun = new CyclicBarrier(2);
        NodeExecutor meets = (node, request, listener, cancelled) -> {
            await(bothRun);
            return text(node.id() + " " + ((ContinueTextRequest) request).getPrompt());
        };
        List<GenerateImageRequest> joined = new ArrayList<>();
        NodeExecutor joins = (node, request, listener, cancelled) -> {
            joined.add((GenerateImageRequest) request);
            return text("");
        };

        run(Map.of("left", meets, "right", meets, "join", joins));

        assertThat(joined)
                .containsExactly(GenerateImageRequest.newBuilder()
                        .setPrompt("left hi")
                        .setNegativePrompt("right hi")
                        .build());
        assertThat(events.get(events.size() - 1)).isInstanceOf(WorkflowEvent.WorkflowFinished.class);
    }

    @Test
    void aFailureCancelsTheOtherNodes() {
        CountDownLatch cancelSeen = new CountDownLatch(1);
        NodeExecutor waits = (node, request, listener, cancelled) -> {
            CountDownLatch latch = new CountDownLatch(1);
            cancelled.onCancel(latch::countDown);
            await(latch);
            cancelSeen.countDown();
            throw failure(Code.CANCELLED, "cancelled");
        };
        NodeExecutor fails = (node, request, listener, cancelled) -> {
            throw failure(Code.NOT_FOUND, "no such model");
        };

        assertThatThrownBy(() -> run(Map.of("left", fails, "right", waits, "join", fails)))
                .isInstanceOf(WorkflowException.class)
                .hasMessage("node left (multimodal.clip.v1.VisionLanguageService): no such model");
        assertThat(cancelSeen.getCount()).isZero();
        assertThat(events.get(events.size() - 1)).isInstanceOf(WorkflowEvent.NodeFailed.class);
    }

    @Test
    void aNodeThatIsNotRepeatableIsTriedOnce() {
        NodeExecutor succeeds = (node, request, listener, cancelled) -> text("x");
        NodeExecutor unreachable = (node, request, listener, cancelled) -> {
            throw failure(Code.UNAVAILABLE, "connection refused");
        };

        assertThatThrownBy(() -> run(Map.of("left", succeeds, "right", succeeds, "join", unreachable)))
                .hasMessage("node join (multimodal.image.v1.ImageService): connection refused");
        assertThat(events).noneMatch(WorkflowEvent.NodeRetry.class::isInstance);
    }

    @Test
    void aListenerThatThrowsEndsTheRunAndLeavesNoNodeBehind() {
        NodeExecutor talks = (node, request, listener, cancelled) -> {
            while (!cancelled.isCancelled()) {
                listener.onToken(Token.getDefaultInstance());
            }
            throw failure(Code.CANCELLED, "cancelled");
        };

        assertThatThrownBy(() -> runner(talks)
                        .run(
                                DIAMOND,
                                Map.of("a", new TextValue("hi")),
                                false,
                                event -> {
                                    if (event instanceof WorkflowEvent.NodeToken) {
                                        throw new IllegalStateException("the client has gone");
                                    }
                                },
                                cancellation))
                .hasMessage("the client has gone");
        assertThat(cancellation.isCancelled()).isTrue();
    }

    @Test
    void aBugInANodeIsHiddenBehindAnId() {
        NodeExecutor buggy = (node, request, listener, cancelled) -> {
            throw new IllegalStateException("secret");
        };

        assertThatThrownBy(() -> run(Map.of("left", buggy, "right", buggy, "join", buggy)))
                .hasMessageMatching(
                        "node (left|right) \\(multimodal.clip.v1.VisionLanguageService\\): internal error [0-9a-f-]{36}");
    }

    @Test
    void equalCallsOfOneRunAreMadeOnce() throws Exception {
        AtomicInteger count = new AtomicInteger();
        NodeExecutor counts = (node, request, listener, cancelled) -> {
            count.incrementAndGet();
            return text("x");
        };
        Workflow twins = new Workflow(
                "twins",
                "",
                List.of(),
                List.of(literal("one", "hi"), literal("two", "hi"), literal("three", "ho")),
                List.of());

        runner(counts).run(twins, Map.of(), false, events::add, cancellation);
        runner(counts).run(twins, Map.of(), false, events::add, cancellation);

        assertThat(count).hasValue(4);
        assertThat(results("two")).extracting(WorkflowEvent.NodeResult::cached).containsExactly(true, true);
        assertThat(results("one")).extracting(WorkflowEvent.NodeResult::cached).containsExactly(false, false);
        WorkflowEvent.WorkflowFinished last = (WorkflowEvent.WorkflowFinished) events.get(events.size() - 1);
        assertThat(last.nodes())
                .filteredOn(node -> node.node().id().equals("two"))
                .extracting(NodeSummary::attempts)
                .containsExactly(0);
    }

    @Test
    void aRunThatMayUsesResultsOfOthers() throws Exception {
        NodeExecutor answers = (node, request, listener, cancelled) -> text("x");
        Workflow one = new Workflow("one", "", List.of(), List.of(literal("one", "hi")), List.of());

        runner(answers).run(one, Map.of(), false, events::add, cancellation);
        runner(answers).run(one, Map.of(), true, events::add, cancellation);
        runner(answers).run(one, Map.of(), true, events::add, cancellation);
        runner(answers).run(one, Map.of(), false, events::add, cancellation);

        assertThat(results("one"))
                .extracting(WorkflowEvent.NodeResult::cached)
                .containsExactly(false, false, true, false);
    }

    @Test
    void whatDependsOnChanceIsNotUsedAgain() throws Exception {
        AtomicInteger count = new AtomicInteger();
        NodeExecutor counts = (node, request, listener, cancelled) -> {
            count.incrementAndGet();
            return text("x");
        };
        ContinueTextRequest drawn = ContinueTextRequest.newBuilder()
                .setPrompt("hi")
                .setDecoding(DecodingOptions.newBuilder().setSampled(SampledDecoding.newBuilder()))
                .build();
        Workflow two = new Workflow(
                "two",
                "",
                List.of(),
                List.of(new Node("one", CONTINUE, drawn), new Node("two", CONTINUE, drawn)),
                List.of());

        runner(counts).run(two, Map.of(), true, events::add, cancellation);

        assertThat(count).hasValue(2);
    }

    @Test
    void noMoreNodesRunAtOnceThanMay() throws Exception {
        maxParallelNodes = 2;
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        NodeExecutor counts = (node, request, listener, cancelled) -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.yield();
            running.decrementAndGet();
            return text("x");
        };
        List<Node> nodes = IntStream.range(0, 20)
                .mapToObj(i -> literal("n" + i, "text " + i))
                .toList();

        runner(counts)
                .run(new Workflow("wide", "", List.of(), nodes, List.of()), Map.of(), false, events::add, cancellation);

        assertThat(most.get()).isLessThanOrEqualTo(2);
        assertThat(events.stream().filter(WorkflowEvent.NodeResult.class::isInstance))
                .hasSize(20);
    }

    @Test
    void aFullServiceIsAskedAgainWhereWorkWouldBeLost() throws Exception {
        AtomicInteger refusals = new AtomicInteger(2);
        NodeExecutor full = (node, request, listener, cancelled) -> {
            if (refusals.getAndDecrement() > 0) {
                throw refusal();
            }
            return text("x");
        };
        NodeExecutor succeeds = (node, request, listener, cancelled) -> text("x");

        run(Map.of("left", full, "right", succeeds, "join", succeeds));

        assertThat(events.stream().filter(WorkflowEvent.NodeRetry.class::isInstance))
                .extracting(event -> ((WorkflowEvent.NodeRetry) event).delay())
                .containsExactly(Duration.ofMillis(2), Duration.ofMillis(2));
    }

    @Test
    void aFullServiceEndsARunThatHasDoneNothing() {
        NodeExecutor full = (node, request, listener, cancelled) -> {
            throw refusal();
        };
        Workflow one = new Workflow("one", "", List.of(), List.of(literal("one", "hi")), List.of());

        assertThatThrownBy(() -> runner(full).run(one, Map.of(), false, events::add, cancellation))
                .hasMessage("node one (multimodal.clip.v1.VisionLanguageService): full");
        assertThat(events).noneMatch(WorkflowEvent.NodeRetry.class::isInstance);
    }

    private List<WorkflowEvent.NodeResult> results(String node) {
        return events.stream()
                .filter(WorkflowEvent.NodeResult.class::isInstance)
                .map(WorkflowEvent.NodeResult.class::cast)
                .filter(result -> result.node().id().equals(node))
                .toList();
    }

    private void run(Map<String, NodeExecutor> executors) throws WorkflowException {
        WorkflowRunner runner = runner((node, request, listener, cancelled) ->
                executors.get(node.id()).execute(node, request, listener, cancelled));
        runner.run(DIAMOND, Map.of("a", new TextValue("hi")), false, events::add, cancellation);
    }

    private WorkflowRunner runner(NodeExecutor executor) {
        return new WorkflowRunner(
                executor, threads, new RetryPolicy(3, Duration.ofMillis(1), 2), maxParallelNodes, cache);
    }

    private static NodeType type(String method, boolean repeatable) {
        NodeType type = RemoteNodes.CATALOGUE.find(method).orElseThrow();
        return new NodeType(
                method, type.inputs(), type.outputs(), repeatable, false, type.empty(), type.cost(), type.answers());
    }

    private static Node literal(String id, String prompt) {
        return new Node(
                id, CONTINUE, ContinueTextRequest.newBuilder().setPrompt(prompt).build());
    }

    private static ContinueTextRequest tokens(int count) {
        return ContinueTextRequest.newBuilder()
                .setDecoding(DecodingOptions.newBuilder().setMaxTokens(count))
                .build();
    }

    private static NodeOutput text(String text) {
        return new NodeOutput(
                Map.of("text", new TextValue(text)),
                GenerationInfo.getDefaultInstance(),
                FinishReason.FINISH_REASON_UNSPECIFIED,
                Any.getDefaultInstance());
    }

    private static NodeException refusal() {
        return new NodeException(Status.newBuilder()
                .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
                .setMessage("full")
                .addDetails(Any.pack(RetryInfo.newBuilder()
                        .setRetryDelay(Durations.fromMillis(2))
                        .build()))
                .build());
    }

    private static NodeException failure(Code code, String message) {
        return new NodeException(Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage(message)
                .build());
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
