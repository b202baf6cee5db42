package multimodal.gateway.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Random;
import multimodal.gateway.client.RemoteNodes;
import multimodal.gateway.testing.FakeImageService;
import multimodal.gateway.v1.AskImageRequest;
import multimodal.gateway.v1.PortValue;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.Workflow;
import multimodal.gateway.v1.WorkflowNode;
import multimodal.gateway.workflow.NodeType;
import multimodal.gateway.workflow.WorkflowValidator;
import multimodal.testing.Fuzz;
import multimodal.testing.MutatedBytes;
import multimodal.testing.RandomMessages;
import org.junit.jupiter.api.Test;

/** Whatever a client sends, it is a run or {@code INVALID_ARGUMENT}. */
class RequestsFuzzTest {
    private static final long MAX_COST = 20_000;

    @Test
    void aGraphRunsOrIsRefused() {
        MutatedBytes bytes = new MutatedBytes(
                ReadyWorkflows.ALL.stream()
                        .map(workflow -> request(workflow).toByteArray())
                        .toList(),
                List.of());

        Fuzz.run(
                random -> random.nextBoolean() ? exchanged(random) : parsed(bytes.apply(random)),
                RequestsFuzzTest::runOrRefuse);
    }

    @Test
    void settingsOfAnyShapeAreReadOrRefused() {
        List<NodeType> types = RemoteNodes.CATALOGUE.types();
        List<RandomMessages<?>> settings = types.stream()
                .<RandomMessages<?>>map(type -> new RandomMessages<>(type.empty()))
                .toList();

        Fuzz.run(random -> random, random -> {
            int type = random.nextInt(types.size());
            WorkflowNode node = WorkflowNode.newBuilder()
                    .setId("node")
                    .setMethod(types.get(type).method())
                    .setSettings(struct(settings.get(type).apply(random)))
                    .build();
            runOrRefuse(RunWorkflowRequest.newBuilder()
                    .setWorkflow(Workflow.newBuilder().setName("one").addNodes(node))
                    .build());
        });
    }

    @Test
    void aTextToImageToTextRunsOrIsRefused() {
        RandomMessages<TextToImageToTextRequest> requests = new RandomMessages<>(
                TextToImageToTextRequest.newBuilder().setPrompt("a cat").build());

        Fuzz.run(requests, request -> {
            try {
                assertThat(TextToImageToTextRuns.parse(request).inputs()).containsKey("prompt");
            } catch (StatusRuntimeException refused) {
                assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            }
        });
    }

    @Test
    void aQuestionRunsOrIsRefused() {
        RandomMessages<AskImageRequest> requests = new RandomMessages<>(AskImageRequest.newBuilder()
                .setQuestion("a cat?")
                .setImage(FakeImageService.PICTURE)
                .build());

        Fuzz.run(requests, request -> {
            try {
                assertThat(AskImageRuns.parse(request).inputs()).containsOnlyKeys("image", "question");
            } catch (StatusRuntimeException refused) {
                assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            }
        });
    }

    private static void runOrRefuse(RunWorkflowRequest request) {
        try {
            RunRequest run = RunRequest.of(request, RemoteNodes.CATALOGUE, MAX_COST);
            assertThat(WorkflowValidator.check(run.workflow(), RemoteNodes.CATALOGUE))
                    .isEmpty();
            assertThat(run.workflow().cost()).isBetween(1L, MAX_COST);
        } catch (StatusRuntimeException refused) {
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
    }

    /** What gRPC would give to the service; the empty request for what it refuses itself. */
    private static RunWorkflowRequest parsed(byte[] bytes) {
        try {
            return RunWorkflowRequest.parseFrom(bytes);
        } catch (InvalidProtocolBufferException noMessage) {
            return RunWorkflowRequest.getDefaultInstance();
        }
    }

    private static RunWorkflowRequest request(Workflow workflow) {
        RunWorkflowRequest.Builder request = RunWorkflowRequest.newBuilder().setWorkflow(workflow);
        workflow.getInputsList()
                .forEach(port -> request.putInputs(
                        port.getName(), PortValue.newBuilder().setText("a cat").build()));
        return request.build();
    }

    /** A ready-made graph whose nodes, ends, methods and settings have changed places. */
    private static RunWorkflowRequest exchanged(Random random) {
        Workflow.Builder graph = any(ReadyWorkflows.ALL, random).toBuilder();
        Workflow other = any(ReadyWorkflows.ALL, random);
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int node = random.nextInt(graph.getNodesCount());
            int edge = random.nextInt(Math.max(1, graph.getEdgesCount()));
            switch (random.nextInt(8)) {
                case 0 -> graph.addNodes(any(other.getNodesList(), random));
                case 1 -> graph.addEdges(any(other.getEdgesList(), random));
                case 2 ->
                    graph.getNodesBuilder(node)
                            .setMethod(any(other.getNodesList(), random).getMethod());
                case 3 ->
                    graph.getNodesBuilder(node)
                            .setId(any(other.getNodesList(), random).getId());
                case 4 -> graph.getNodesBuilder(node).clearInputs().clearOutputs();
                case 5 ->
                    graph.getNodesBuilder(node)
                            .setSettings(any(other.getNodesList(), random).getSettings());
                case 6 -> {
                    if (graph.getEdgesCount() > 0) {
                        graph.getEdgesBuilder(edge)
                                .setSource(any(other.getEdgesList(), random).getTarget());
                    }
                }
                default -> {
                    if (graph.getEdgesCount() > 0) {
                        graph.removeEdges(edge);
                    }
                }
            }
        }
        return request(graph.build());
    }

    /** What {@code message} is in JSON, or a part of that. */
    private static Struct struct(com.google.protobuf.Message message) throws InvalidProtocolBufferException {
        Struct.Builder struct = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(JsonFormat.printer().print(message), struct);
        } catch (IllegalArgumentException noJson) {
            struct.putFields(
                    "seed", Value.newBuilder().setNumberValue(Double.NaN).build());
        }
        return struct.build();
    }

    private static <T> T any(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
