package multimodal.gateway.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.common.rpc.Statuses;
import multimodal.common.rpc.Violations;
import multimodal.gateway.testing.Eventually;
import multimodal.gateway.testing.FakeFleet;
import multimodal.gateway.testing.FakeImageService;
import multimodal.gateway.testing.GatewayExtension;
import multimodal.gateway.testing.RecordingClient;
import multimodal.gateway.v1.ListWorkflowsRequest;
import multimodal.gateway.v1.NodeResult;
import multimodal.gateway.v1.PortValue;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.gateway.v1.Workflow;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.image.v1.GenerateImageRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class RunWorkflowContractTest {
    private static final String PAINT = "multimodal.image.v1.ImageService/GenerateImage";

    /** Two pictures of one text, the first described and classified. */
    private static final String FAN =
            """
            {"workflow": {"name": "Fan", "inputs": [{"name": "text", "type": "PORT_TYPE_TEXT"}],
              "nodes": [
                {"id": "left", "method": "multimodal.image.v1.ImageService/GenerateImage", "settings": {"seed": 1, "steps": 2}},
                {"id": "right", "method": "multimodal.image.v1.ImageService/GenerateImage", "settings": {"seed": 2, "steps": 2}},
                {"id": "describe", "method": "multimodal.clip.v1.VisionLanguageService/CaptionImage"},
                {"id": "classify", "method": "multimodal.clip.v1.ClipService/Classify", "settings": {"labels": ["cat", "dog"]}}],
              "edges": [
                {"source": {"port": "text"}, "target": {"node": "left", "port": "prompt"}},
                {"source": {"port": "text"}, "target": {"node": "right", "port": "prompt"}},
                {"source": {"node": "left", "port": "image"}, "target": {"node": "describe", "port": "image"}},
                {"source": {"node": "left", "port": "image"}, "target": {"node": "classify", "port": "image"}}]},
             "inputs": {"text": {"text": "a castle"}}}
            """;

    @RegisterExtension
    final GatewayExtension gateway = new GatewayExtension(2);

    @Test
    void aGraphThatTheClientSendsRuns() throws Exception {
        List<WorkflowEvent> events = runToEnd(request(FAN));

        assertThat(paintings()).extracting(GenerateImageRequest::getPrompt).containsExactly("a castle", "a castle");
        assertThat(paintings()).extracting(GenerateImageRequest::getSeed).containsExactlyInAnyOrder(1L, 2L);
        assertThat(result(events, "describe").getOutputs(0).getValue().getText())
                .isEqualTo("a castle");
        assertThat(result(events, "left").getOutputs(0).getValue().getImage()).isEqualTo(FakeImageService.PICTURE);
        assertThat(events.get(0).getWorkflowStarted().getWorkflow().getNodesList())
                .noneMatch(node -> node.hasSettings())
                .allMatch(node -> node.getInputsCount() > 0);
        assertThat(events.get(events.size() - 1).getWorkflowFinished().getNodesCount())
                .isEqualTo(4);
    }

    @Test
    void whatARpcAnswersBesideItsPortsComesToo() throws Exception {
        NodeResult classified = result(runToEnd(request(FAN)), "classify");

        assertThat(classified.getOutputs(0).getPort()).isEqualTo("label");
        assertThat(classified.getOutputs(0).getValue().getText()).isEqualTo("cat");
        assertThat(classified.getAnswer().unpack(ClassifyResponse.class).getScoresCount())
                .isEqualTo(2);
    }

    @Test
    void everyReadyMadeGraphIsAsItComesAGraphToRun() {
        List<Workflow> ready = WorkflowServiceGrpc.newBlockingStub(gateway.channel())
                .listWorkflows(ListWorkflowsRequest.getDefaultInstance())
                .getWorkflowsList();

        for (Workflow workflow : ready) {
            StatusRuntimeException error = failure(
                    RunWorkflowRequest.newBuilder().setWorkflow(workflow).build());

            assertThat(violatedFields(error)).as(workflow.getName()).allMatch(field -> field.startsWith("inputs."));
        }
    }

    @Test
    void numbersOutOfTheirRangesAreToldBeforeAnythingRuns() throws Exception {
        StatusRuntimeException error = failure(
                request(
                        """
                        {"workflow": {"name": "Ranges", "nodes": [
                            {"id": "paint", "method": "multimodal.image.v1.ImageService/GenerateImage",
                             "settings": {"prompt": "x", "steps": 151, "guidance_scale": "NaN", "strength": -0.5,
                                          "control_images": [{"scale": 2}, {"scale": 2.5}]}},
                            {"id": "tell", "method": "multimodal.clip.v1.VisionLanguageService/ContinueText",
                             "settings": {"prompt": "x", "decoding": {"repetition_penalty": 0.1, "sampled": {"top_p": 0}}}}]}}
                        """));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(error.getStatus().getDescription())
                .isEqualTo("workflow.nodes[0].settings.steps: 151 (expected: 1 to 150); "
                        + "workflow.nodes[0].settings.guidance_scale: NaN (expected: finite, 0 to 30); "
                        + "workflow.nodes[0].settings.strength: -0.5 (expected: finite, 0 to 1); "
                        + "workflow.nodes[0].settings.control_images[1].scale: 2.5 (expected: finite, 0 to 2); "
                        + "workflow.nodes[1].settings.decoding.sampled.top_p: 0.0 (expected: finite, above 0 to 1)");
        assertThat(paintings()).isEmpty();
    }

    @Test
    void sizesThatNobodyCanMakeAreToldBeforeAnythingRuns() throws Exception {
        StatusRuntimeException error = failure(request(
                """
                        {"workflow": {"name": "Sizes", "nodes": [
                            {"id": "paint", "method": "multimodal.image.v1.ImageService/GenerateImage",
                             "settings": {"prompt": "x", "width": 100, "height": 0, "image_count": 5,
                                          "control_images": [{}, {}, {}, {}, {}]}},
                            {"id": "vary", "method": "multimodal.image.v1.ImageService/VaryImage",
                             "settings": {"image": {"data": "eA=="}, "width": 16392, "height": 16384}},
                            {"id": "judge", "method": "multimodal.clip.v1.ClipService/Classify",
                             "settings": {"image": {"data": "eA=="}, "labels": [%s], "templates": []}},
                            {"id": "tell", "method": "multimodal.clip.v1.VisionLanguageService/ContinueText",
                             "settings": {"prompt": "x", "decoding": {"stop_texts": [%s]}}}]}}
                        """
                        .formatted(texts(1_001), texts(17))));

        assertThat(descriptions(error))
                .containsExactly(
                        "workflow.nodes[0].settings.width: 100 (expected: a multiple of 8, 8 to 16384)",
                        "workflow.nodes[0].settings.height: 0 (expected: a multiple of 8, 8 to 16384)",
                        "workflow.nodes[0].settings.image_count: 5 (expected: 1 to 4)",
                        "workflow.nodes[0].settings.control_images: 5 items (expected: at most 4)",
                        "workflow.nodes[1].settings.width: 16392 (expected: a multiple of 8, 8 to 16384)",
                        "workflow.nodes[2].settings.labels: 1001 items (expected: 1 to 1000)",
                        "workflow.nodes[3].settings.decoding.stop_texts: 17 items (expected: at most 16)");
        assertThat(paintings()).isEmpty();
    }

    private static String texts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"" + i + "\"").collect(Collectors.joining(", "));
    }

    @Test
    void everyFaultIsToldAtOnceWithNodeAndPort() throws Exception {
        StatusRuntimeException error = failure(
                request(
                        """
                        {"workflow": {"name": "bad name", "inputs": [{"name": "text", "type": "PORT_TYPE_TEXT"}, {"name": "clip", "type": "PORT_TYPE_VIDEO"}],
                          "nodes": [
                            {"id": "paint", "method": "multimodal.image.v1.ImageService/GenerateImage", "settings": {"stepz": 1, "seed": "x"}},
                            {"id": "describe", "method": "multimodal.clip.v1.VisionLanguageService/CaptionImage"},
                            {"id": "brew", "method": "kitchen.v1.Kitchen/Brew"},
                            {"id": "go_on", "method": "multimodal.clip.v1.VisionLanguageService/ContinueText"}],
                          "edges": [
                            {"source": {"port": "text"}, "target": {"node": "describe", "port": "image"}},
                            {"source": {"node": "paint", "port": "sound"}, "target": {"node": "describe", "port": "ear"}},
                            {"source": {"node": "go_on", "port": "text"}, "target": {"node": "go_on", "port": "prompt"}},
                            {"source": {"port": "text"}, "target": {"node": "go_on", "port": "prompt"}}]},
                         "inputs": {"text": {"embedding": {}}, "more": {"text": "x"}}}
                        """));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(descriptions(error))
                .contains(
                        "workflow.name: bad name (expected: 1 to 64 characters of [A-Za-z0-9_-])",
                        "workflow.inputs[1].type: VIDEO for clip (expected: TEXT, IMAGE or EMBEDDING)",
                        "workflow.edges[1].source: paint.sound (expected: an output of a node or an input)",
                        "workflow.edges[1].target: describe.ear (expected: an input of a node)",
                        "workflow.edges[0]: TEXT text to IMAGE describe.image (expected: ends of the same type)",
                        "workflow.nodes[0].inputs.prompt: 0 values for paint.prompt (expected: 1: an edge or a setting)",
                        "workflow.nodes[3].inputs.prompt: 2 values for go_on.prompt (expected: 1: an edge or a setting)",
                        "workflow.edges[2]: a cycle through go_on.prompt (expected: no cycle)",
                        "workflow.nodes[0].settings: stepz (expected: a field of GenerateImageRequest such as steps)",
                        "workflow.nodes[0].settings.seed: \"x\" (expected: a whole number of 64 bits)")
                .anyMatch(fault ->
                        fault.startsWith("workflow.nodes[2].method: kitchen.v1.Kitchen/Brew (expected: an RPC "));
        assertThat(paintings()).isEmpty();
    }

    @Test
    void inputsAreThoseOfTheWorkflow() throws Exception {
        RunWorkflowRequest request = request(FAN).toBuilder()
                .clearInputs()
                .putInputs("picture", PortValue.getDefaultInstance())
                .build();

        assertThat(descriptions(failure(request)))
                .containsExactly(
                        "inputs.text: missing (expected: TEXT)",
                        "inputs: picture (expected: an input of the workflow)");
        assertThat(descriptions(failure(request(FAN).toBuilder()
                        .putInputs(
                                "text",
                                PortValue.newBuilder()
                                        .setImage(FakeImageService.PICTURE)
                                        .build())
                        .build())))
                .containsExactly("inputs.text: IMAGE (expected: TEXT)");
    }

    @Test
    void sixtyFiveNodesAreTooManyAndSixtyFourAreNot() throws Exception {
        assertThat(descriptions(failure(wide(65)))).containsExactly("workflow.nodes: 65 nodes (expected: 1 to 64)");

        List<WorkflowEvent> events = runToEnd(wide(64));

        assertThat(events.get(events.size() - 1).getWorkflowFinished().getNodesCount())
                .isEqualTo(64);
    }

    @Test
    void whatCostsTooMuchIsRefused() throws Exception {
        assertThat(descriptions(failure(dear())))
                .containsExactly(
                        "workflow: a cost of 24000 (expected: a cost (see docs/workflows.md) of at most 20000)");
    }

    @Test
    void aGatewayThatRunsAsMuchAsItMaySaysWhenToComeBack() throws Exception {
        gateway.fleets().forEach(fleet -> fleet.image.steps.drainPermits());
        RecordingClient<RunWorkflowRequest, WorkflowEvent> first = RecordingClient.eager();
        RunWorkflowRequest most = literals("\"steps\": 100, \"image_count\": 4", 25);
        stub().runWorkflow(most, first);
        Eventually.until(() -> !paintings().isEmpty());

        StatusRuntimeException refusal = failure(request(FAN));

        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(Statuses.detail(refusal, RetryInfo.class)).isPresent();
        first.cancel();
        gateway.fleets().forEach(fleet -> fleet.image.steps.release(1000));
        Eventually.until(() -> completes(request(FAN)));
    }

    @Test
    void equalNodesRunOnceAndSaySo() throws Exception {
        List<WorkflowEvent> events = runToEnd(request(FAN.replace("\"seed\": 2", "\"seed\": 1")));

        assertThat(paintings()).hasSize(1);
        assertThat(List.of(
                        result(events, "left").getCached(),
                        result(events, "right").getCached()))
                .containsExactlyInAnyOrder(true, false);
        assertThat(events.get(events.size() - 1).getWorkflowFinished().getNodesList())
                .filteredOn(node -> node.getAttempts() == 0)
                .hasSize(1);
    }

    @Test
    void resultsOfOtherRunsAreUsedOnlyIfTheClientSaysSo() throws Exception {
        RunWorkflowRequest reusing =
                request(FAN).toBuilder().setReuseResults(true).build();
        runToEnd(reusing);
        List<WorkflowEvent> again = runToEnd(reusing);

        assertThat(again.stream().filter(WorkflowEvent::hasNodeResult))
                .allMatch(event -> event.getNodeResult().getCached());
        assertThat(again.stream().filter(WorkflowEvent::hasNodeStarted)).isEmpty();
        assertThat(paintings()).hasSize(2);

        runToEnd(request(FAN));

        assertThat(paintings()).hasSize(4);
    }

    @Test
    void aFailedNodesFaultsCarryPathsOfTheRequest() throws Exception {
        StatusRuntimeException cause = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> new Violations().add("language", 7, "en, zh").throwIfAny());
        gateway.fleets().forEach(fleet -> fleet.visionLanguage.failures.add(cause));

        assertThat(violatedFields(failure(request(FAN)))).containsExactly("workflow.nodes[2].settings.language");
    }

    @Test
    void aServiceThatIsKilledUnderAGraphIsReplacedByAnother() throws Exception {
        gateway.fleets().forEach(fleet -> fleet.image.steps.drainPermits());
        RecordingClient<RunWorkflowRequest, WorkflowEvent> client = RecordingClient.eager();
        stub().runWorkflow(request(FAN), client);
        Eventually.until(() -> paintings().size() == 2);
        FakeFleet killed = gateway.fleets().get(gateway.fleet().image.requests.isEmpty() ? 1 : 0);
        gateway.fleets().forEach(fleet -> fleet.image.steps.release(1));

        killed.killImage();
        gateway.fleets().forEach(fleet -> fleet.image.steps.release(1000));

        assertThat(client.end()).isEqualTo(Status.OK);
        assertThat(client.rest().stream().filter(WorkflowEvent::hasNodeRetry))
                .isNotEmpty()
                .allMatch(event ->
                        List.of("left", "right").contains(event.getNodeRetry().getNode()));
    }

    @Test
    void aServiceThatIsKilledForGoodEndsTheGraphAndCancelsTheRest() throws Exception {
        gateway.fleets().get(1).killImage();
        Eventually.until(() -> completes(request(FAN)));
        gateway.fleet().image.requests.clear();
        gateway.fleet().image.steps.drainPermits();
        RecordingClient<RunWorkflowRequest, WorkflowEvent> client = RecordingClient.eager();
        stub().runWorkflow(request(FAN), client);
        Eventually.until(() -> gateway.fleet().image.requests.size() == 2);

        gateway.fleet().killImage();

        assertThat(client.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(client.end().getDescription())
                .matches("node (left|right) \\(multimodal.image.v1.ImageService\\): .*");
        List<WorkflowEvent> events = client.rest();
        assertThat(events.get(events.size() - 1).hasNodeFailed()).isTrue();
        assertThat(events.stream().filter(WorkflowEvent::hasNodeFailed)).hasSize(1);
    }

    @Test
    void aClientThatGoesAwayCancelsAllNodes() throws Exception {
        gateway.fleets().forEach(fleet -> fleet.image.steps.drainPermits());
        RecordingClient<RunWorkflowRequest, WorkflowEvent> client = RecordingClient.eager();
        stub().runWorkflow(request(FAN), client);
        Eventually.until(() -> paintings().size() == 2);

        client.cancel();

        for (FakeFleet fleet : gateway.fleets()) {
            if (!fleet.image.requests.isEmpty()) {
                fleet.image.cancelled.get();
            }
        }
    }

    @Test
    void theDeadlineEndsTheWholeGraph() throws Exception {
        gateway.fleets().forEach(fleet -> fleet.image.steps.drainPermits());
        RunWorkflowRequest request = request(FAN);

        StatusRuntimeException error = catchThrowableOfType(
                StatusRuntimeException.class, () -> WorkflowServiceGrpc.newBlockingStub(gateway.channel())
                        .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                        .runWorkflow(request)
                        .forEachRemaining(event -> {}));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    private List<GenerateImageRequest> paintings() {
        return gateway.fleets().stream()
                .flatMap(fleet -> fleet.image.requests.stream())
                .toList();
    }

    private static RunWorkflowRequest dear() throws InvalidProtocolBufferException {
        return literals("\"steps\": 100, \"image_count\": 4", 30);
    }

    /** Nodes that paint, without edges, each of another text. */
    private static RunWorkflowRequest literals(String settings, int count) throws InvalidProtocolBufferException {
        String nodes = IntStream.range(0, count)
                .mapToObj(i -> "{\"id\": \"n%d\", \"method\": \"%s\", \"settings\": {\"prompt\": \"%d\", %s}}"
                        .formatted(i, PAINT, i, settings))
                .collect(Collectors.joining(","));
        return request("{\"workflow\": {\"name\": \"Many\", \"nodes\": [" + nodes + "]}}");
    }

    private static RunWorkflowRequest wide(int count) throws InvalidProtocolBufferException {
        return literals("\"steps\": 1", count);
    }

    private static RunWorkflowRequest request(String json) throws InvalidProtocolBufferException {
        RunWorkflowRequest.Builder request = RunWorkflowRequest.newBuilder();
        JsonFormat.parser().merge(json, request);
        return request.build();
    }

    private WorkflowServiceGrpc.WorkflowServiceStub stub() {
        return WorkflowServiceGrpc.newStub(gateway.channel());
    }

    private List<WorkflowEvent> runToEnd(RunWorkflowRequest request) {
        List<WorkflowEvent> events = new ArrayList<>();
        WorkflowServiceGrpc.newBlockingStub(gateway.channel())
                .runWorkflow(request)
                .forEachRemaining(events::add);
        return events;
    }

    private StatusRuntimeException failure(RunWorkflowRequest request) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> runToEnd(request));
    }

    private boolean completes(RunWorkflowRequest request) {
        return failure(request) == null;
    }

    private static NodeResult result(List<WorkflowEvent> events, String node) {
        return events.stream()
                .filter(WorkflowEvent::hasNodeResult)
                .map(WorkflowEvent::getNodeResult)
                .filter(result -> result.getNode().equals(node))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> violatedFields(StatusRuntimeException error) {
        return Statuses.detail(error, BadRequest.class).orElseThrow().getFieldViolationsList().stream()
                .map(BadRequest.FieldViolation::getField)
                .toList();
    }

    private static List<String> descriptions(StatusRuntimeException error) {
        return Statuses.detail(error, BadRequest.class).orElseThrow().getFieldViolationsList().stream()
                .map(BadRequest.FieldViolation::getDescription)
                .toList();
    }
}
