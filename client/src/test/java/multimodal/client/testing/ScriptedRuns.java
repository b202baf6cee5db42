package multimodal.client.testing;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import multimodal.clip.v1.Answer;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.clip.v1.LabelScore;
import multimodal.common.rpc.Statuses;
import multimodal.common.v1.GenerationInfo;
import multimodal.common.v1.Image;
import multimodal.common.v1.Language;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.Progress;
import multimodal.common.v1.StageTimings;
import multimodal.common.v1.Token;
import multimodal.gateway.v1.AskImageRequest;
import multimodal.gateway.v1.NodeFailed;
import multimodal.gateway.v1.NodeLoading;
import multimodal.gateway.v1.NodeOutput;
import multimodal.gateway.v1.NodeProgress;
import multimodal.gateway.v1.NodeResult;
import multimodal.gateway.v1.NodeStarted;
import multimodal.gateway.v1.NodeToken;
import multimodal.gateway.v1.Port;
import multimodal.gateway.v1.PortRef;
import multimodal.gateway.v1.PortType;
import multimodal.gateway.v1.PortValue;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.Workflow;
import multimodal.gateway.v1.WorkflowEdge;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowFinished;
import multimodal.gateway.v1.WorkflowNode;
import multimodal.gateway.v1.WorkflowStarted;
import multimodal.media.Picture;
import multimodal.media.PngEncoder;

/** The events of workflows that always run the same way; event n happens at n × 100 ms. */
public final class ScriptedRuns {

    private static final int STEPS = 4;

    /** A graph that describes a picture. */
    public static final Workflow DESCRIBE = Workflow.newBuilder()
            .setName("Describe")
            .setDescription("Describes a picture.")
            .addInputs(Port.newBuilder().setName("photo").setType(PortType.PORT_TYPE_IMAGE))
            .addNodes(node("describe", "multimodal.clip.v1.VisionLanguageService/CaptionImage"))
            .addEdges(WorkflowEdge.newBuilder()
                    .setSource(PortRef.newBuilder().setPort("photo"))
                    .setTarget(PortRef.newBuilder().setNode("describe").setPort("image")))
            .build();

    private ScriptedRuns() {}

    /** The answer is the question itself, of which the model is sure to three quarters. */
    public static List<WorkflowEvent> answered(AskImageRequest request) {
        List<WorkflowEvent.Builder> events = new ArrayList<>();
        events.add(event().setWorkflowStarted(WorkflowStarted.newBuilder()
                .setWorkflow(Workflow.newBuilder()
                        .addNodes(
                                node("answer_question", "multimodal.clip.v1.VisionLanguageService/AnswerQuestion")))));
        events.add(event().setNodeStarted(
                        NodeStarted.newBuilder().setNode("answer_question").setAttempt(1)));
        events.add(event().setNodeResult(NodeResult.newBuilder()
                .setNode("answer_question")
                .setAnswer(Any.pack(Answer.newBuilder()
                        .setAnswer(request.getQuestion())
                        .setConfidence(0.75)
                        .build()))
                .setInfo(info("sticker-vqa"))));
        events.add(event().setWorkflowFinished(WorkflowFinished.getDefaultInstance()));
        return numbered(events);
    }

    /** Each node of the graph after the other: one that paints makes a picture, any other says that it is a castle. */
    public static List<WorkflowEvent> of(RunWorkflowRequest request) {
        List<WorkflowEvent.Builder> events = new ArrayList<>();
        events.add(event().setWorkflowStarted(WorkflowStarted.newBuilder().setWorkflow(request.getWorkflow())));
        for (WorkflowNode node : request.getWorkflow().getNodesList()) {
            if (node.getMethod().contains("ImageService/")) {
                events.add(event().setNodeStarted(
                                NodeStarted.newBuilder().setNode(node.getId()).setAttempt(1)));
                events.add(event().setNodeResult(NodeResult.newBuilder()
                        .setNode(node.getId())
                        .addOutputs(output("image", PortValue.newBuilder().setImage(image(STEPS))))
                        .setInfo(info("sticker-diffusion").toBuilder().setSeed(7))));
            } else {
                addText(events, node.getId(), "sticker-caption", "a castle ", "at night");
            }
        }
        events.add(event().setWorkflowFinished(WorkflowFinished.getDefaultInstance()));
        return numbered(events);
    }

    /** Four steps with a preview each; a caption with a castle in the language of the request; two sentences. */
    public static List<WorkflowEvent> castle(TextToImageToTextRequest request) {
        return request.getLanguage() == Language.LANGUAGE_CHINESE
                ? run("夜空下的", "城堡", "。月亮升起来了。")
                : run("a castle ", "at night", ". The moon <rises> & shines.");
    }

    /** A caption of {@code words} that names nothing. */
    public static List<WorkflowEvent> captioned(String words) {
        return run(words, "", "...");
    }

    /** A run in which the captioner cannot be reached. */
    public static List<WorkflowEvent> withoutCaptioner() {
        List<WorkflowEvent.Builder> events = beginning();
        events.add(event().setNodeFailed(NodeFailed.newBuilder()
                .setNode("caption_image")
                .setService("multimodal.clip.v1.VisionLanguageService")
                .setCode(Code.UNAVAILABLE_VALUE)
                .setCause("connection refused")));
        return numbered(events);
    }

    /** The beginning of a run whose painter is not in memory. */
    public static List<WorkflowEvent> loadingPainter() {
        List<WorkflowEvent.Builder> events = new ArrayList<>(beginning().subList(0, 2));
        events.add(event().setNodeLoading(NodeLoading.newBuilder()
                .setNode("generate_image")
                .setModel(ModelRef.newBuilder().setName("sticker-diffusion").setVersion("1"))));
        return numbered(events);
    }

    static StatusRuntimeException status(NodeFailed failed) {
        return Statuses.of(
                Status.fromCodeValue(failed.getCode()).getCode(),
                "node %s (%s): %s".formatted(failed.getNode(), failed.getService(), failed.getCause()),
                ErrorInfo.newBuilder()
                        .putMetadata("node", failed.getNode())
                        .putMetadata("service", failed.getService())
                        .build());
    }

    static ClassifyResponse classes(List<String> labels) {
        return ClassifyResponse.newBuilder()
                .addScores(LabelScore.newBuilder().setLabel(labels.get(0)).setProbability(0.875f))
                .addScores(LabelScore.newBuilder()
                        .setLabel(labels.get(1))
                        .setIndex(1)
                        .setProbability(0.125f))
                .setInfo(info("sticker-clip"))
                .build();
    }

    /** A picture of 8 × 8 pixels, the lighter the later its step. */
    public static Image image(int step) {
        byte[] rgb = new byte[3 * 8 * 8];
        Arrays.fill(rgb, (byte) (step * 60));
        return Image.newBuilder()
                .setData(ByteString.copyFrom(PngEncoder.encode(new Picture(8, 8, rgb))))
                .setMediaType("image/png")
                .build();
    }

    /** A run whose caption is {@code words} joined, and whose continuation is {@code story}. */
    private static List<WorkflowEvent> run(String firstWords, String lastWords, String story) {
        List<WorkflowEvent.Builder> events = beginning();
        events.add(event().setNodeResult(NodeResult.newBuilder()
                .setNode("generate_image")
                .addOutputs(output("image", PortValue.newBuilder().setImage(image(STEPS))))
                .setInfo(info("sticker-diffusion"))));
        addText(events, "caption_image", "sticker-caption", firstWords, lastWords);
        addText(events, "continue_text", "micro-text", story);
        events.add(event().setWorkflowFinished(WorkflowFinished.getDefaultInstance()));
        return numbered(events);
    }

    private static List<WorkflowEvent.Builder> beginning() {
        List<WorkflowEvent.Builder> events = new ArrayList<>();
        events.add(event().setWorkflowStarted(WorkflowStarted.newBuilder()
                .setWorkflow(Workflow.newBuilder()
                        .addNodes(node("generate_image", "multimodal.image.v1.ImageService/GenerateImage"))
                        .addNodes(node("caption_image", "multimodal.clip.v1.VisionLanguageService/CaptionImage"))
                        .addNodes(node("continue_text", "multimodal.clip.v1.VisionLanguageService/ContinueText")))));
        events.add(event().setNodeStarted(
                        NodeStarted.newBuilder().setNode("generate_image").setAttempt(1)));
        for (int step = 1; step <= STEPS; step++) {
            events.add(event().setNodeProgress(NodeProgress.newBuilder()
                    .setNode("generate_image")
                    .setProgress(Progress.newBuilder()
                            .setStep(step)
                            .setStepCount(STEPS)
                            .setElapsed(Durations.fromMillis(100L * step)))
                    .addPreviews(image(step))));
        }
        return events;
    }

    private static void addText(List<WorkflowEvent.Builder> events, String node, String model, String... tokens) {
        events.add(event().setNodeStarted(NodeStarted.newBuilder().setNode(node).setAttempt(1)));
        for (String token : tokens) {
            events.add(event().setNodeToken(NodeToken.newBuilder()
                    .setNode(node)
                    .setToken(Token.newBuilder().setText(token))));
        }
        events.add(event().setNodeResult(NodeResult.newBuilder()
                .setNode(node)
                .addOutputs(output("text", PortValue.newBuilder().setText(String.join("", tokens))))
                .setInfo(info(model))));
    }

    private static WorkflowNode node(String id, String method) {
        return WorkflowNode.newBuilder().setId(id).setMethod(method).build();
    }

    private static NodeOutput output(String port, PortValue.Builder value) {
        return NodeOutput.newBuilder().setPort(port).setValue(value).build();
    }

    private static GenerationInfo info(String model) {
        return GenerationInfo.newBuilder()
                .setModel(ModelRef.newBuilder().setName(model).setVersion("1"))
                .setEngine("onnxruntime")
                .setTimings(StageTimings.newBuilder()
                        .setQueue(Durations.fromMillis(1))
                        .setBatch(Durations.fromMillis(20))
                        .setEngine(Durations.fromMillis(300))
                        .setPostprocess(Durations.fromMillis(4))
                        .setTotal(Durations.fromMillis(325)))
                .build();
    }

    private static WorkflowEvent.Builder event() {
        return WorkflowEvent.newBuilder();
    }

    private static List<WorkflowEvent> numbered(List<WorkflowEvent.Builder> events) {
        List<WorkflowEvent> numbered = new ArrayList<>();
        for (WorkflowEvent.Builder event : events) {
            int number = numbered.size() + 1;
            numbered.add(event.setSequence(number)
                    .setElapsed(Durations.fromMillis(100L * (number - 1)))
                    .build());
        }
        return numbered;
    }
}
