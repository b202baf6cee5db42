package multimodal.gateway.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import multimodal.clip.v1.Answer;
import multimodal.clip.v1.AnswerQuestionRequest;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.rpc.Statuses;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.DecodingOptions;
import multimodal.common.v1.FinishReason;
import multimodal.common.v1.Image;
import multimodal.common.v1.Language;
import multimodal.common.v1.ModelRef;
import multimodal.gateway.testing.Eventually;
import multimodal.gateway.testing.FakeImageService;
import multimodal.gateway.testing.FakeVisionLanguageService;
import multimodal.gateway.testing.GatewayExtension;
import multimodal.gateway.testing.RecordingClient;
import multimodal.gateway.v1.AskImageRequest;
import multimodal.gateway.v1.ListWorkflowsRequest;
import multimodal.gateway.v1.NodeLoading;
import multimodal.gateway.v1.NodeSummary;
import multimodal.gateway.v1.Port;
import multimodal.gateway.v1.PortType;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.Workflow;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowEvent.EventCase;
import multimodal.gateway.v1.WorkflowNode;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImageServiceGrpc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class WorkflowContractTest {
    @RegisterExtension
    final GatewayExtension gateway = new GatewayExtension();

    @Test
    void eventsOfAllNodesComeInOrder() {
        List<WorkflowEvent> events = runToEnd(request("a castle under the night sky"));

        assertThat(events)
                .extracting(WorkflowEvent::getEventCase)
                .containsExactly(
                        EventCase.WORKFLOW_STARTED,
                        EventCase.NODE_STARTED,
                        EventCase.NODE_PROGRESS,
                        EventCase.NODE_PROGRESS,
                        EventCase.NODE_PROGRESS,
                        EventCase.NODE_PROGRESS,
                        EventCase.NODE_RESULT,
                        EventCase.NODE_STARTED,
                        EventCase.NODE_TOKEN,
                        EventCase.NODE_TOKEN,
                        EventCase.NODE_RESULT,
                        EventCase.NODE_STARTED,
                        EventCase.NODE_TOKEN,
                        EventCase.NODE_RESULT,
                        EventCase.WORKFLOW_FINISHED);
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).getSequence()).isEqualTo(i + 1);
        }
    }

    @Test
    void aNodeThatWaitsForItsModelSaysSoBeforeAnythingElse() {
        gateway.fleet().image.isLoading = true;
        gateway.fleet().visionLanguage.isLoading = true;

        List<WorkflowEvent> events = runToEnd(request("a castle"));

        assertThat(events.stream().filter(WorkflowEvent::hasNodeLoading).map(WorkflowEvent::getNodeLoading))
                .containsExactly(
                        loading("generate_image", FakeImageService.MODEL),
                        loading("caption_image", FakeVisionLanguageService.MODEL),
                        loading("continue_text", FakeVisionLanguageService.MODEL));
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).hasNodeLoading()) {
                assertThat(events.get(i - 1).hasNodeStarted()).isTrue();
            }
        }
    }

    @Test
    void resultsFlowAlongTheEdges() {
        List<WorkflowEvent> events = runToEnd(request("a castle"));

        assertThat(gateway.fleet().image.requests)
                .extracting(GenerateImageRequest::getPrompt)
                .containsExactly("a castle");
        assertThat(gateway.fleet().visionLanguage.captionRequests)
                .extracting(CaptionImageRequest::getImage)
                .containsExactly(FakeImageService.PICTURE);
        assertThat(gateway.fleet().visionLanguage.textRequests)
                .extracting(ContinueTextRequest::getPrompt)
                .containsExactly("a castle");
        assertThat(events.get(6).getNodeResult().getOutputs(0).getValue().getImage())
                .isEqualTo(FakeImageService.PICTURE);
        assertThat(events.get(13).getNodeResult().getOutputs(0).getValue().getText())
                .isEqualTo(" at night");
        assertThat(events.get(13).getNodeResult().getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
        assertThat(events.get(14).getWorkflowFinished().getNodesList())
                .extracting(NodeSummary::getNode)
                .containsExactly("generate_image", "caption_image", "continue_text");
        assertThat(events.get(14).getWorkflowFinished().getNodes(0).getInfo().getSeed())
                .isEqualTo(42);
    }

    @Test
    void settingsReachTheirNodes() {
        runToEnd(request("a castle").toBuilder()
                .setGenerateImage(GenerateImageRequest.newBuilder().setSteps(2).setSeed(Long.MIN_VALUE))
                .setLanguage(Language.LANGUAGE_CHINESE)
                .build());

        assertThat(gateway.fleet().image.requests.get(0).getSteps()).isEqualTo(2);
        assertThat(gateway.fleet().image.requests.get(0).getSeed()).isEqualTo(Long.MIN_VALUE);
        assertThat(gateway.fleet().visionLanguage.captionRequests.get(0).getLanguage())
                .isEqualTo(Language.LANGUAGE_CHINESE);
    }

    @Test
    void aChinesePromptIsCaptionedInChinese() {
        runToEnd(request("一座神秘的古堡在月光下闪闪发光"));
        runToEnd(request("a castle"));

        assertThat(gateway.fleet().visionLanguage.captionRequests)
                .extracting(CaptionImageRequest::getLanguage)
                .containsExactly(Language.LANGUAGE_CHINESE, Language.LANGUAGE_ENGLISH);
    }

    @Test
    void everyFaultOfARequestIsNamed() {
        TextToImageToTextRequest request = TextToImageToTextRequest.newBuilder()
                .setLanguageValue(99)
                .setGenerateImage(
                        GenerateImageRequest.newBuilder().setPrompt("x").setImageCount(2))
                .setCaptionImage(CaptionImageRequest.newBuilder()
                        .setImage(FakeImageService.PICTURE)
                        .setLanguage(Language.LANGUAGE_ENGLISH))
                .setContinueText(ContinueTextRequest.newBuilder().setPrompt("x"))
                .build();

        StatusRuntimeException error = failure(request);

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(violatedFields(error))
                .containsExactly(
                        "prompt",
                        "language",
                        "generate_image.prompt",
                        "generate_image.image_count",
                        "caption_image.image",
                        "caption_image.language",
                        "continue_text.prompt");
        assertThat(gateway.fleet().image.requests).isEmpty();
    }

    @Test
    void numbersOutOfTheirRangesAreNamedBeforeAnythingRuns() {
        StatusRuntimeException error = failure(request("a castle").toBuilder()
                .setGenerateImage(GenerateImageRequest.newBuilder().setSteps(151))
                .setCaptionImage(CaptionImageRequest.newBuilder()
                        .setDecoding(DecodingOptions.newBuilder().setRepetitionPenalty(11)))
                .build());

        assertThat(violatedFields(error))
                .containsExactly("generate_image.steps", "caption_image.decoding.repetition_penalty");
        assertThat(gateway.fleet().image.requests).isEmpty();
    }

    @Test
    void aPromptThatIsNotUtf8IsRefusedByName() {
        // On the wire an Image whose data is these bytes is a request whose prompt is.
        MethodDescriptor<Image, WorkflowEvent> method = WorkflowServiceGrpc.getTextToImageToTextMethod().toBuilder(
                        ProtoUtils.marshaller(Image.getDefaultInstance()),
                        ProtoUtils.marshaller(WorkflowEvent.getDefaultInstance()))
                .build();
        Image request = Image.newBuilder()
                .setData(ByteString.copyFrom(new byte[] {(byte) 0xFF}))
                .build();

        StatusRuntimeException error = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> drain(ClientCalls.blockingServerStreamingCall(
                        gateway.channel(), method, CallOptions.DEFAULT, request)));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(violatedFields(error)).containsExactly("prompt");
    }

    @Test
    void aPromptOf100000CharactersIsRefused() {
        StatusRuntimeException error = failure(request("x".repeat(100_000)));

        assertThat(error.getStatus().getDescription())
                .isEqualTo("prompt: 100000 characters (expected: 1 to 10000 characters, not only blanks)");
    }

    @Test
    void aFailedNodeNamesItselfItsServiceAndTheCause() throws Exception {
        StatusRuntimeException cause = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> new Violations().add("steps", 151, "1 to 150").throwIfAny());
        gateway.fleet().image.failures.add(cause);
        RecordingClient<TextToImageToTextRequest, WorkflowEvent> client = RecordingClient.eager();

        stub().textToImageToText(request("a castle"), client);

        assertThat(client.end().getDescription())
                .isEqualTo("node generate_image (multimodal.image.v1.ImageService): steps: 151 (expected: 1 to 150)");
        List<WorkflowEvent> events = client.rest();
        WorkflowEvent last = events.get(events.size() - 1);
        assertThat(last.getNodeFailed().getNode()).isEqualTo("generate_image");
        assertThat(last.getNodeFailed().getService()).isEqualTo(ImageServiceGrpc.SERVICE_NAME);
        assertThat(last.getNodeFailed().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
        assertThat(last.getNodeFailed().getCause()).isEqualTo("steps: 151 (expected: 1 to 150)");
        assertThat(last.getNodeFailed().getDetails(0).is(BadRequest.class)).isTrue();
        assertThat(gateway.fleet().visionLanguage.captionRequests).isEmpty();
    }

    @Test
    void theDetailsOfAFailedNodeCarryPathsOfTheWorkflowsRequest() {
        gateway.fleet()
                .visionLanguage
                .failures
                .add(catchThrowableOfType(StatusRuntimeException.class, () -> new Violations()
                        .add("decoding.max_tokens", 0, "1 to 32")
                        .throwIfAny()));

        StatusRuntimeException error = failure(request("a castle"));

        assertThat(violatedFields(error)).containsExactly("caption_image.decoding.max_tokens");
        ErrorInfo info = Statuses.detail(error, ErrorInfo.class).orElseThrow();
        assertThat(info.getReason()).isEqualTo("NODE_FAILED");
        assertThat(info.getMetadataMap())
                .containsEntry("node", "caption_image")
                .containsEntry("service", VisionLanguageServiceGrpc.SERVICE_NAME);
    }

    @Test
    void manyLongFaultsOfANodeStillReachTheClient() {
        Violations violations = new Violations();
        for (int i = 0; i < 100; i++) {
            violations.add("decoding.stop_texts[" + i + "]", "城".repeat(1000), "1 to 100 characters");
        }
        gateway.fleet()
                .visionLanguage
                .failures
                .add(catchThrowableOfType(StatusRuntimeException.class, violations::throwIfAny));

        StatusRuntimeException error = failure(request("a castle"));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(violatedFields(error)).startsWith("caption_image.decoding.stop_texts[0]");
    }

    @Test
    void aServiceThatIsDownIsNamedAfterRetries() throws Exception {
        gateway.fleet().killImage();
        RecordingClient<TextToImageToTextRequest, WorkflowEvent> client = RecordingClient.eager();

        stub().textToImageToText(request("a castle"), client);

        assertThat(client.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(client.end().getDescription())
                .startsWith("node generate_image (multimodal.image.v1.ImageService): ");
        assertThat(client.rest())
                .extracting(WorkflowEvent::getEventCase)
                .containsExactly(
                        EventCase.WORKFLOW_STARTED,
                        EventCase.NODE_STARTED,
                        EventCase.NODE_RETRY,
                        EventCase.NODE_STARTED,
                        EventCase.NODE_RETRY,
                        EventCase.NODE_STARTED,
                        EventCase.NODE_FAILED);
    }

    @Test
    void aNodeWhoseServiceBreaksOffStartsAgain() {
        gateway.fleet()
                .image
                .lateFailures
                .add(Status.UNAVAILABLE.withDescription("restarting").asRuntimeException());

        List<WorkflowEvent> events = runToEnd(request("a castle"));

        WorkflowEvent retry =
                events.stream().filter(WorkflowEvent::hasNodeRetry).findFirst().orElseThrow();
        assertThat(retry.getNodeRetry().getNode()).isEqualTo("generate_image");
        assertThat(retry.getNodeRetry().getCause()).isEqualTo("restarting");
        assertThat(events.get(events.size() - 1).getWorkflowFinished().getNodesList())
                .extracting(NodeSummary::getAttempts)
                .containsExactly(2, 1, 1);
    }

    @Test
    void aClientThatGoesAwayAtStepThreeCancelsTheNode() throws Exception {
        gateway.fleet().image.steps.drainPermits();
        gateway.fleet().image.steps.release(3);
        RecordingClient<TextToImageToTextRequest, WorkflowEvent> client = RecordingClient.eager();
        stub().textToImageToText(request("a castle"), client);
        WorkflowEvent event = client.next();
        while (event.getNodeProgress().getProgress().getStep() < 3) {
            event = client.next();
        }

        client.cancel();

        gateway.fleet().image.cancelled.get();
        assertThat(gateway.fleet().image.stepsSent.get()).isEqualTo(3);
        gateway.fleet().image.steps.release(100);
        assertThat(runToEnd(request("a dog"))).isNotEmpty();
    }

    @Test
    void aDeadlineOfOneMillisecondIsExceededAndNothingElse() {
        StatusRuntimeException error = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> drain(WorkflowServiceGrpc.newBlockingStub(gateway.channel())
                        .withDeadlineAfter(1, TimeUnit.MILLISECONDS)
                        .textToImageToText(request("a castle"))));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(runToEnd(request("a castle"))).isNotEmpty();
    }

    @Test
    void theDeadlineReachesTheNodes() throws Exception {
        drain(WorkflowServiceGrpc.newBlockingStub(gateway.channel())
                .withDeadlineAfter(40, TimeUnit.SECONDS)
                .textToImageToText(request("a castle")));

        assertThat(gateway.fleet().image.deadline.get().timeRemaining(TimeUnit.SECONDS))
                .isBetween(0L, 40L);
    }

    @Test
    void aClientThatStopsReadingHoldsTheNodesBack() throws Exception {
        gateway.fleet().image.previewBytes = 256 * 1024;
        RecordingClient<TextToImageToTextRequest, WorkflowEvent> client = RecordingClient.stalled();
        stub().textToImageToText(
                        request("a castle").toBuilder()
                                .setGenerateImage(
                                        GenerateImageRequest.newBuilder().setSteps(150))
                                .build(),
                        client);
        Thread worker = gateway.fleet().image.worker.get();
        Eventually.until(() -> worker.getState() == Thread.State.TIMED_WAITING);

        assertThat(gateway.fleet().image.stepsSent.get()).isLessThan(50);

        client.readOn();
        assertThat(client.end()).isEqualTo(Status.OK);
        assertThat(client.rest().stream().filter(WorkflowEvent::hasNodeProgress))
                .hasSize(150);
    }

    @Test
    void aBugShowsAnIdAndNotItsText() {
        gateway.fleet().image.pictureCount = 0;

        StatusRuntimeException error = failure(request("a castle"));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(error.getStatus().getDescription())
                .matches("node generate_image \\(multimodal.image.v1.ImageService\\): internal error [0-9a-f-]{36}");
    }

    @Test
    void aQuestionAboutAPictureIsAnswered() throws Exception {
        AskImageRequest request = AskImageRequest.newBuilder()
                .setImage(FakeImageService.PICTURE)
                .setQuestion("is there a castle in this picture?")
                .setAnswerQuestion(AnswerQuestionRequest.newBuilder().setModel(FakeVisionLanguageService.MODEL))
                .build();

        List<WorkflowEvent> events =
                drain(WorkflowServiceGrpc.newBlockingStub(gateway.channel()).askImage(request));

        assertThat(events)
                .extracting(WorkflowEvent::getEventCase)
                .containsExactly(
                        EventCase.WORKFLOW_STARTED,
                        EventCase.NODE_STARTED,
                        EventCase.NODE_TOKEN,
                        EventCase.NODE_RESULT,
                        EventCase.WORKFLOW_FINISHED);
        assertThat(events.get(3).getNodeResult().getOutputs(0).getValue().getText())
                .isEqualTo("yes");
        assertThat(events.get(3)
                        .getNodeResult()
                        .getAnswer()
                        .unpack(Answer.class)
                        .getConfidence())
                .isEqualTo(0.75);
        assertThat(gateway.fleet().visionLanguage.questions)
                .containsExactly(AnswerQuestionRequest.newBuilder()
                        .setModel(FakeVisionLanguageService.MODEL)
                        .setImage(FakeImageService.PICTURE)
                        .setQuestion("is there a castle in this picture?")
                        .build());
    }

    @Test
    void everyFaultOfAQuestionIsNamed() {
        AskImageRequest request = AskImageRequest.newBuilder()
                .setQuestion(" ")
                .setAnswerQuestion(AnswerQuestionRequest.newBuilder()
                        .setImage(FakeImageService.PICTURE)
                        .setQuestion("x"))
                .build();

        StatusRuntimeException error = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> drain(
                        WorkflowServiceGrpc.newBlockingStub(gateway.channel()).askImage(request)));

        assertThat(violatedFields(error))
                .containsExactly("image.data", "question", "answer_question.image", "answer_question.question");
    }

    @Test
    void theWorkflowsAreListedWithTheirGraphs() {
        var workflows = WorkflowServiceGrpc.newBlockingStub(gateway.channel())
                .listWorkflows(ListWorkflowsRequest.getDefaultInstance())
                .getWorkflowsList();

        assertThat(workflows).extracting(Workflow::getName).contains("TextToImageToText", "TwoPaintings");
        assertThat(workflows).isSortedAccordingTo(Comparator.comparing(Workflow::getName));
        Workflow fixed = workflows.stream()
                .filter(workflow -> workflow.getName().equals("TextToImageToText"))
                .findFirst()
                .orElseThrow();
        assertThat(fixed.getNodesList())
                .extracting(WorkflowNode::getMethod)
                .containsExactly(
                        "multimodal.image.v1.ImageService/GenerateImage",
                        "multimodal.clip.v1.VisionLanguageService/CaptionImage",
                        "multimodal.clip.v1.VisionLanguageService/ContinueText");
        assertThat(fixed.getEdgesCount()).isEqualTo(3);
        assertThat(fixed.getNodes(0).getInputsList())
                .contains(
                        Port.newBuilder()
                                .setName("prompt")
                                .setType(PortType.PORT_TYPE_TEXT)
                                .build(),
                        Port.newBuilder()
                                .setName("negative_prompt")
                                .setType(PortType.PORT_TYPE_TEXT)
                                .setOptional(true)
                                .build());
    }

    private static NodeLoading loading(String node, ModelRef model) {
        return NodeLoading.newBuilder().setNode(node).setModel(model).build();
    }

    private static TextToImageToTextRequest request(String prompt) {
        return TextToImageToTextRequest.newBuilder().setPrompt(prompt).build();
    }

    private WorkflowServiceGrpc.WorkflowServiceStub stub() {
        return WorkflowServiceGrpc.newStub(gateway.channel());
    }

    private List<WorkflowEvent> runToEnd(TextToImageToTextRequest request) {
        return drain(WorkflowServiceGrpc.newBlockingStub(gateway.channel()).textToImageToText(request));
    }

    private StatusRuntimeException failure(TextToImageToTextRequest request) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> runToEnd(request));
    }

    private static List<WorkflowEvent> drain(Iterator<WorkflowEvent> events) {
        List<WorkflowEvent> all = new ArrayList<>();
        events.forEachRemaining(all::add);
        return all;
    }

    private static List<String> violatedFields(StatusRuntimeException error) {
        return Statuses.detail(error, BadRequest.class).orElseThrow().getFieldViolationsList().stream()
                .map(BadRequest.FieldViolation::getField)
                .toList();
    }
}
