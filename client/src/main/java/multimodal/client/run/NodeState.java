package multimodal.client.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import multimodal.common.v1.GenerationInfo;
import multimodal.common.v1.Image;
import multimodal.common.v1.Progress;
import multimodal.gateway.v1.NodeFailed;
import multimodal.gateway.v1.NodeLoading;
import multimodal.gateway.v1.NodeOutput;
import multimodal.gateway.v1.NodeProgress;
import multimodal.gateway.v1.NodeResult;
import multimodal.gateway.v1.NodeRetry;
import multimodal.gateway.v1.NodeToken;
import multimodal.gateway.v1.WorkflowNode;

/** What the events of a run have told about one node so far. Not thread-safe. */
public final class NodeState {

    /** How far a node has come. */
    public enum Phase {
        WAITING,
        LOADING,
        RUNNING,
        RETRYING,
        DONE,
        FAILED
    }

    private final WorkflowNode node;
    private final List<Image> previews = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private Phase phase = Phase.WAITING;
    private Progress progress = Progress.getDefaultInstance();
    private int tokenCount;
    private Duration started = Duration.ZERO;
    private Duration ended = Duration.ZERO;
    private String cause = "";
    private String loadingModel = "";
    private NodeResult result = NodeResult.getDefaultInstance();

    NodeState(WorkflowNode node) {
        this.node = node;
    }

    void start(Duration elapsed, int attempt) {
        phase = Phase.RUNNING;
        started = attempt > 1 ? started : elapsed;
        ended = elapsed;
        tokenCount = 0;
        text.setLength(0);
        previews.clear();
    }

    void load(Duration elapsed, NodeLoading event) {
        phase = Phase.LOADING;
        loadingModel = event.getModel().getName() + "/" + event.getModel().getVersion();
        ended = elapsed;
    }

    void progress(Duration elapsed, NodeProgress event) {
        phase = Phase.RUNNING;
        progress = event.getProgress();
        previews.addAll(event.getPreviewsList());
        ended = elapsed;
    }

    void token(Duration elapsed, NodeToken event) {
        phase = Phase.RUNNING;
        text.append(event.getToken().getText());
        tokenCount++;
        ended = elapsed;
    }

    void retry(NodeRetry event) {
        phase = Phase.RETRYING;
        cause = event.getCause();
    }

    void finish(Duration elapsed, NodeResult event) {
        phase = Phase.DONE;
        result = event;
        started = event.getCached() ? elapsed : started;
        ended = elapsed;
    }

    void fail(NodeFailed event) {
        phase = Phase.FAILED;
        cause = event.getCause();
    }

    /** Id of the node in its workflow, for example {@code caption_image}. */
    public String id() {
        return node.getId();
    }

    /** The process that runs it, for example {@code image-service}. */
    public String service() {
        return serviceOf(node.getMethod());
    }

    public Phase phase() {
        return phase;
    }

    /** The model that its service is loading while it is {@link Phase#LOADING}, as {@code name/version}. */
    String loadingModel() {
        return loadingModel;
    }

    /** Steps done and to do; both 0 for a node that makes tokens. */
    Progress progress() {
        return progress;
    }

    int tokenCount() {
        return tokenCount;
    }

    /** When it began, since the start of the workflow. */
    public Duration started() {
        return started;
    }

    /** From its start to the last event that tells of it. */
    public Duration duration() {
        return ended.minus(started);
    }

    /** Why it failed or starts again; empty otherwise. */
    String cause() {
        return cause;
    }

    /** Every preview so far, oldest first. */
    public List<Image> previews() {
        return List.copyOf(previews);
    }

    /** The text so far: the result's once there is one, else the tokens. */
    public String text() {
        return outputText().orElse(text.toString());
    }

    /** The finished picture. */
    public Optional<Image> picture() {
        return result.getOutputsList().stream()
                .map(NodeOutput::getValue)
                .filter(value -> value.hasImage())
                .map(value -> value.getImage())
                .findFirst();
    }

    /** All that came out; empty before the node is done. */
    public NodeResult result() {
        return result;
    }

    /** Model, seed and timings; empty before the node is done. */
    public GenerationInfo info() {
        return result.getInfo();
    }

    private Optional<String> outputText() {
        return result.getOutputsList().stream()
                .map(NodeOutput::getValue)
                .filter(value -> value.hasText())
                .map(value -> value.getText())
                .findFirst();
    }

    /** {@code clip-service} for {@code multimodal.clip.v1.ClipService/Embed}. */
    static String serviceOf(String method) {
        String[] packages = method.split("\\.");
        return packages.length < 2 ? method : packages[1] + "-service";
    }
}
